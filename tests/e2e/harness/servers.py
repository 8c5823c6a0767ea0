"""Starts the server under test, turnpike or coturn, with equivalent settings."""

import dataclasses
import json
import os
import signal
import socket
import time

import turnclient
from harness import children, network as networks


SANITIZER_MARKS = ("ERROR: AddressSanitizer", "WARNING: ThreadSanitizer", "ERROR: LeakSanitizer", "runtime error:")


@dataclasses.dataclass
class Listener:
    """One more than the UDP ones; port 0 is the UDP listeners' port for tcp, and any free one for the others."""

    scheme: str
    port: int = 0
    proxies: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Settings:
    listen: list = dataclasses.field(default_factory=lambda: ["127.0.0.1"])
    port: int = 0  # 0: any free one
    relay: list | None = dataclasses.field(default_factory=list)  # empty: the addresses listened on; None: unsaid
    ports: str = "20000-20999"
    realm: str = "test.example"
    host: str = ""  # what ICE server URLs name; empty: the addresses
    users: dict = dataclasses.field(default_factory=lambda: {"alice": "s3cret-password"})
    secrets: list = dataclasses.field(default_factory=lambda: ["a-secret-of-the-north-0123"])
    allow: list = dataclasses.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    deny: list = dataclasses.field(default_factory=list)
    external: list = dataclasses.field(default_factory=list)
    workers: int = 1
    errors_per_second: int | None = 0  # all clients share one address here; None: the server's default
    log_level: str = "info"
    log_format: str = "text"
    quiet: bool = False  # coturn: no log at all
    more: list = dataclasses.field(default_factory=list)  # Listeners, each on all addresses of `listen`
    certificates: list = dataclasses.field(default_factory=list)
    tcp_peer_ports: list = dataclasses.field(default_factory=list)
    server: str = ""  # more of turnpike's [server]
    limits: str = ""  # more of turnpike's [limits]
    auth: str = 'database = ""'  # more of turnpike's [auth]
    api: str = 'admin_socket = ""'  # turnpike's [api]
    extra: str = ""  # more TOML for turnpike
    prefix: list = dataclasses.field(default_factory=list)  # a program that becomes turnpike, with its arguments
    arguments: list = dataclasses.field(default_factory=list)  # more of turnpike serve's

    def port_of(self, scheme):
        return next(listener.port for listener in self.more if listener.scheme == scheme)

    def choose_ports(self, address):
        self.port = self.port or networks.free_port(address)
        for listener in self.more:
            listener.port = listener.port or (self.port if listener.scheme == "tcp" else networks.free_port(address))


def _strings(values):
    return json.dumps(list(values))


def _listen(scheme, address, port, proxies=()):
    host = f"[{address}]" if ":" in address else address
    trusted = f"proxy_protocol = {_strings(proxies)}\n" if proxies else ""
    return f'[[listen]]\nurl = "{scheme}://{host}:{port}"\n{trusted}\n'


def _tls(certificates):
    tables = (f"{{ chain = {json.dumps(str(c.chain))}, key = {json.dumps(str(c.key))} }}" for c in certificates)
    return f"[tls]\ncertificates = [{', '.join(tables)}]\n\n" if certificates else ""


def turnpike_file(settings):
    """The same settings in turnpike's TOML. JSON strings and arrays of strings are TOML too."""
    users = ", ".join(f"{{ name = {json.dumps(n)}, password = {json.dumps(p)} }}" for n, p in settings.users.items())
    relay = [] if settings.relay is None else settings.relay or settings.listen
    listens = "".join(_listen("udp", address, settings.port) for address in settings.listen)
    listens += "".join(_listen(one.scheme, address, one.port, one.proxies)
                       for one in settings.more for address in settings.listen)
    peer_ports = f"tcp_peer_ports = {_strings(settings.tcp_peer_ports)}\n" if settings.tcp_peer_ports else ""
    limits = "" if settings.errors_per_second is None else f"errors_per_second = {settings.errors_per_second}\n"
    return f"""[server]
realm = {json.dumps(settings.realm)}
host = {json.dumps(settings.host)}
external = {_strings(settings.external)}
workers = {settings.workers}
{settings.server}

{listens}{_tls(settings.certificates)}[relay]
ports = {json.dumps(settings.ports)}
addresses = {_strings(relay)}
{peer_ports}
[relay.peers]
allow = {_strings(settings.allow)}
deny = {_strings(settings.deny)}

[auth]
secrets = {_strings(settings.secrets)}
users = [{users}]
{settings.auth}

[api]
{settings.api}

[limits]
{limits}{settings.limits}
[log]
level = {json.dumps(settings.log_level)}
format = {json.dumps(settings.log_format)}
{settings.extra}"""


def _coturn_transports(settings):
    if not settings.more and not settings.certificates:
        return ["--no-tls", "--no-dtls", "--no-tcp"]
    if not settings.certificates:
        return ["--no-tls", "--no-dtls"]
    ports = [listener.port for listener in settings.more if listener.scheme == "tls"]
    own = settings.certificates[0]
    return ["--cert", own.chain, "--pkey", own.key,
            *(word for port in ports for word in ("--tls-listening-port", port))]


def coturn_arguments(settings, folder):
    relay = settings.relay or settings.listen
    low, high = settings.ports.split("-")
    argv = ["turnserver", "-n", "-p", settings.port, "-r", settings.realm, "--min-port", low, "--max-port", high,
            "-m", settings.workers, *_coturn_transports(settings), "--no-cli", "--no-rfc5780", "-l", "stdout",
            "--no-software-attribute", "--no-stun-backward-compatibility", "--pidfile", folder / "coturn.pid",
            "-b", folder / "coturn.db"]
    argv += [word for address in settings.listen for word in ("-L", address)]
    argv += [word for address in relay for word in ("-E", address)]
    argv += [word for pair in settings.external for word in ("-X", pair)]
    if settings.quiet:
        argv += ["--no-stdout-log", "-l", "/dev/null", "--simple-log"]
    # coturn takes either static users or ephemeral credentials, not both at once.
    if settings.users:
        argv += ["-a", *(word for name, password in settings.users.items() for word in ("-u", f"{name}:{password}"))]
    else:
        argv += ["--use-auth-secret", *(word for s in settings.secrets for word in ("--static-auth-secret", s))]
    if any(address.startswith("127.") for address in settings.allow):
        argv.append("--allow-loopback-peers")
    if not any(address.startswith("10.") for address in settings.allow):
        argv.append("--denied-peer-ip=10.0.0.0-10.255.255.255")
        argv += [f"--allowed-peer-ip={address}" for address in relay if address.startswith("10.")]
    argv += [f"--denied-peer-ip={address.split('/')[0]}" for address in settings.deny]
    return argv


class Server:
    def __init__(self, argv, settings, folder, network):
        self.settings = settings
        self.network = network
        self.argv = argv
        self.folder = folder
        self.starts = 0
        self.child = None
        self.start()

    def start(self):
        self.starts += 1
        self.child = children.Child(self.argv, self.folder / f"server-{id(self)}-{self.starts}.log", self.network,
                                    cwd=self.folder)

    @property
    def address(self):
        return self.settings.listen[0]

    @property
    def port(self):
        return self.settings.port

    @property
    def tls_port(self):
        return self.settings.port_of("tls")

    @property
    def pid(self):
        """The server itself: `ip netns exec` becomes the program that it starts."""
        return self.child.pid

    def log(self):
        return self.child.text()

    def answers(self, seconds=0.2):
        """Whether a Binding request gets its response."""
        local = "::1" if self.address == "::1" else ("::" if ":" in self.address else "0.0.0.0")
        with networks.udp_socket(self.network, local) as probe:
            probe.settimeout(seconds)
            request = turnclient.build(turnclient.BINDING, turnclient.REQUEST)
            try:
                probe.sendto(request, (self.address, self.port))
                return turnclient.parse(probe.recv(2048)).transaction == request[8:20]
            except (TimeoutError, ConnectionError, socket.timeout):
                return False

    def wait_until_ready(self, seconds=10.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.answers():
                return
            if not self.child.running():
                raise RuntimeError(f"the server ended with {self.child.wait(1)}:\n{self.log()}")
            time.sleep(0.02)
        raise RuntimeError(f"the server does not answer:\n{self.log()}")

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop_at_once(self):
        """Told twice, it does not wait for allocations; a sanitizer says at the end what it has to say."""
        if self.child.running():
            self.child.process.send_signal(signal.SIGTERM)
            self.child.wait(0.3)
            self.child.stop(15.0)

    def trouble(self):
        """What is wrong with how the server ended or with what it said, or ""."""
        code = self.child.process.poll()
        if code is not None and code < 0 and -code not in (signal.SIGKILL, signal.SIGTERM):
            return f"ended by {signal.Signals(-code).name}"
        return next((mark for mark in SANITIZER_MARKS if mark in self.log()), "")

    def close(self):
        self.child.close()


def start(options, settings, folder, network):
    settings.choose_ports(settings.listen[0] if network is None else "127.0.0.1")
    if options.server == "coturn":
        argv = [str(word) for word in coturn_arguments(settings, folder)]
    else:
        file = folder / f"turnpike-{settings.port}.toml"
        file.write_text(turnpike_file(settings))
        argv = [*settings.prefix, str(options.binary), "serve", *settings.arguments, "-c", str(file)]
    return Server(argv, settings, folder, network)
