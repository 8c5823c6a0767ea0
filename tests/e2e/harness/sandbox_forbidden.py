"""What a taken-over server would try. Everything here must fail inside the sandbox; outside it, as root, nearly all works."""

import ctypes
import mmap
import os
import socket
import time

from harness.sandbox_files import LIBC, check

CLONE_NEWUSER = 0x10000000
PTRACE_TRACEME, KEYCTL_JOIN, TIOCSTI = 0, 1, 0x5412


def _open(path, flags=os.O_RDONLY, mode=0o600):
    os.close(os.open(path, flags, mode))


def _list(path):
    if not os.listdir(path):
        raise OSError(0, "it is empty")


def _socket(family, kind, protocol=0):
    socket.socket(family, kind, protocol).close()


def _execute(path):
    child = os.posix_spawn(path, [path, "-c", ":"], {})
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 127:
        raise OSError(0, "exec failed")


def _writable_code():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def _set_clock():
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))


def _call(name, *words):
    result = getattr(LIBC, name)(*(ctypes.c_char_p(word) if isinstance(word, bytes) else ctypes.c_long(word)
                                   for word in words))
    check(0 if result >= 0 else result, name)


def _suid_file():
    path = "/var/lib/turnpike/suid"
    _open(path, os.O_CREAT | os.O_WRONLY)
    try:
        os.chmod(path, 0o4755)
    finally:
        os.unlink(path)


def _become_root():
    os.setresuid(0, 0, 0)


def _look_at_init():
    os.stat("/proc/1")


ATTEMPTS = {
    "read /etc/shadow": lambda: _open("/etc/shadow"),
    "write to /usr": lambda: _open("/usr/bin/planted", os.O_CREAT | os.O_WRONLY),
    "write to /etc": lambda: _open("/etc/planted", os.O_CREAT | os.O_WRONLY),
    "write to the configuration": lambda: _open("/etc/turnpike/turnpike.toml", os.O_WRONLY),
    "read a kernel setting": lambda: _open("/proc/sys/kernel/hostname"),
    "look into root's home": lambda: _list("/root"),
    "look into homes": lambda: _list("/home"),
    "see another process": _look_at_init,
    "open a disk": lambda: _open("/dev/vda"),
    "make a device": lambda: os.mknod("/var/lib/turnpike/disk", 0o060600, os.makedev(8, 0)),
    "make a set-user-ID file": _suid_file,
    "open a packet socket": lambda: _socket(socket.AF_PACKET, socket.SOCK_RAW),
    "open a raw socket": lambda: _socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "open a virtual machine socket": lambda: _socket(socket.AF_VSOCK, socket.SOCK_STREAM),
    "run a shell": lambda: _execute("/bin/sh"),
    "run Python": lambda: _execute("/usr/bin/python3"),
    "write code and run it": _writable_code,
    "be root": _become_root,
    "set the clock": _set_clock,
    "be traced": lambda: _call("ptrace", PTRACE_TRACEME, 0, 0, 0),
    "mount": lambda: _call("mount", b"tmpfs", b"/tmp", b"tmpfs", 0, 0),
    "unmount": lambda: _call("umount2", b"/tmp", 0),
    "change the root": lambda: os.chroot("/tmp"),
    "make a user namespace": lambda: _call("unshare", CLONE_NEWUSER),
    "rename the machine": lambda: socket.sethostname("planted"),
    "read the kernel's log": lambda: _call("klogctl", 3, 0, 0),
    "restart the machine": lambda: _call("reboot", 0),
    "run in real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "raise its priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
    "load a kernel program": lambda: _call("syscall", 321, 5, 0, 0),
}


def _bind(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
        made.bind(("127.0.0.1", port))


# That the attempts fail says something only where these do not.
NEEDED = {
    "read its configuration": lambda: _open("/etc/turnpike/turnpike.toml"),
    "read its program": lambda: _open("/usr/bin/turnpike"),
    "run its program": lambda: _execute("/usr/bin/turnpike"),
    "look up names": lambda: _open("/etc/passwd"),
    "keep its state": lambda: _open("/var/lib/turnpike/needed", os.O_CREAT | os.O_WRONLY),
    "make its socket": lambda: _open("/run/turnpike/needed", os.O_CREAT | os.O_WRONLY),
    "have temporary files": lambda: _open("/tmp/needed", os.O_CREAT | os.O_WRONLY),
    "listen on port 443": lambda: _bind(443),
    "send datagrams": lambda: _socket(socket.AF_INET6, socket.SOCK_DGRAM),
    "watch the network": lambda: _socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "draw random numbers": lambda: _open("/dev/urandom"),
}


def report():
    """How each thing that must fail failed and each that must work did, or None for those that worked."""
    return {"forbidden": _try(ATTEMPTS), "needed": _try(NEEDED)}


def _try(attempts):
    outcomes = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            outcomes[name] = None
        except OSError as error:
            outcomes[name] = str(error)
    return outcomes
