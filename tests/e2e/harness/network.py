"""Network namespaces: a private one around each case, and named ones with veth pairs for cases with several hosts."""

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def _ip(*words, check=True):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=20, check=False)
    if check and done.returncode != 0:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def go_private():
    """Moves this process into a new, empty network with loopback only. False where that is not allowed."""
    if LIBC.unshare(CLONE_NEWNET) != 0:
        return False
    _ip("link", "set", "lo", "up")
    return True


def prefix_of(pid):
    """All named namespaces that the case in process `pid` makes begin with this."""
    return f"tpe2e{pid}-"


def remove_named(prefix):
    """Ends what still runs in our namespaces of that prefix, process by process, and removes them."""
    listed = _ip("netns", "list", check=False).split("\n")
    for name in (line.split()[0] for line in listed if line.startswith(prefix)):
        for pid in _ip("netns", "pids", name, check=False).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _ip("netns", "delete", name, check=False)


class Namespace:
    def __init__(self, name):
        self.name = name
        _ip("netns", "add", name)
        self.command("link", "set", "lo", "up")
        # Duplicate address detection would keep IPv6 addresses unusable for a second.
        for scope in ("all", "default"):
            self.shell("sysctl", "-qw", f"net.ipv6.conf.{scope}.accept_dad=0")

    def command(self, *words):
        _ip("-n", self.name, *words)

    def shell(self, *argv):
        subprocess.run(["ip", "netns", "exec", self.name, *argv], check=True, timeout=20, capture_output=True)

    @contextlib.contextmanager
    def entered(self):
        """This thread is inside for the duration; a socket stays in the namespace that it was made in."""
        with open("/proc/self/ns/net", "rb") as home, open(f"/run/netns/{self.name}", "rb") as there:
            if LIBC.setns(there.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"cannot enter {self.name}")
            try:
                yield
            finally:
                LIBC.setns(home.fileno(), CLONE_NEWNET)


def udp_socket(network, address, port=0):
    """A bound UDP socket in a named namespace, or in this process's own network when there is none."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with network.entered() if network else contextlib.nullcontext():
        made = socket.socket(family, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    made.bind((address, port))
    return made


def tcp_socket(network, address, port=0):
    """A TCP socket, bound but not yet connected, in a named namespace or in this process's own network."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with network.entered() if network else contextlib.nullcontext():
        made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    return made


_given_ports = set()


def free_port(address="127.0.0.1"):
    """Free for datagrams and for streams, and none that a peer may get by itself: a server's port is no peer for it.
    Never the same one twice in a case: who asked first may not have bound it yet."""
    for _ in range(100):
        port = random.randrange(10_000, 20_000)
        if port in _given_ports:
            continue
        with contextlib.suppress(OSError):
            udp_socket(None, address, port).close()
            tcp_socket(None, address, port).close()
            _given_ports.add(port)
            return port
    raise OSError("no port is free")


class Topology:
    """Hosts and links between them. Names are unique to this process; close() removes all."""

    def __init__(self):
        self._prefix = prefix_of(os.getpid())
        self._links = 0
        self.hosts = {}

    def host(self, name):
        self.hosts[name] = Namespace(self._prefix + name)
        return self.hosts[name]

    def link(self, left, left_addresses, right, right_addresses):
        """A veth pair between two hosts, addresses as "10.0.0.1/24"; gives its name, the same at both ends."""
        self._links += 1
        ends = [f"ve{os.getpid()}{side}{self._links}" for side in "ab"]
        _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        for host, end, addresses in ((left, ends[0], left_addresses), (right, ends[1], right_addresses)):
            _ip("link", "set", end, "netns", host.name)
            host.command("link", "set", end, "name", f"eth{self._links}")
            for address in addresses:
                host.command("addr", "add", address, "dev", f"eth{self._links}", *(["nodad"] if ":" in address else []))
            host.command("link", "set", f"eth{self._links}", "up")
        return f"eth{self._links}"

    def close(self):
        remove_named(self._prefix)
