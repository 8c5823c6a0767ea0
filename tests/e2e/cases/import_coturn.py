"""turnpike takes coturn's place, with the file that `config import-coturn` makes, and clients notice nothing."""

import contextlib
import dataclasses
import hashlib
import socket
import ssl
import stat
import threading
import time

from cases.uclient import expect_all_relayed
from harness import children, network as networks
from harness.cases import case, expect, expect_equal, need_program
from harness.certificates import Authority
from harness.clients import refusal
from harness.servers import Settings
from turnclient import NoAnswer, TurnClient, ephemeral_credentials

COMMON = """# Written by hand, as operators do.
listening-ip=127.0.0.1
listening-port = {port}
relay-ip	127.0.0.1
min-port=21000
max-port=21999
realm="turn.example.org"
fingerprint
no-cli
no-multicast-peers
allow-loopback-peers
log-file=stdout
simple-log
pidfile={folder}/turnserver.pid
userdb={folder}/turndb
"""
PLAIN = "no-tls\nno-dtls\n"
# What the file has; the clients use what the case's world says, which is wrong on purpose with --sabotage.
SECRET = Settings().secrets[0]
PASSWORD = Settings().users["alice"]
STARTS_EVERY = 0.7
ENOUGH = 3


@dataclasses.dataclass
class Run:
    began: float
    ended: float
    outcome: children.Outcome


class Switch:
    """One address and port, first coturn's and then turnpike's."""

    def __init__(self, world, options):
        for program in ("turnserver", "turnutils_uclient"):
            need_program(program)
        self.world = world
        self.port = networks.free_port("127.0.0.1")
        self.conf = world.folder / "turnserver.conf"
        self.file = world.folder / "turnpike.toml"
        self.conf.write_text(COMMON.format(port=self.port, folder=world.folder) + options)
        self.report = ""

    def start_coturn(self):
        self.child = self.world.start(["turnserver", "-c", self.conf], "coturn", cwd=self.world.folder)
        self._wait_until_ready()

    def import_file(self):
        outcome = self._command("config", "import-coturn", self.conf, "-o", self.file)
        expect_equal(outcome.code, 0, f"exit code of the import, which said:\n{outcome.text}\n")
        self.report = outcome.text
        expect_equal(stat.S_IMODE(self.file.stat().st_mode), 0o600, "mode of the made file")
        checked = self._command("config", "check", self.file)
        expect_equal(checked.code, 0, f"exit code of the check, which said:\n{checked.text}\n{self.file.read_text()}\n")

    def take_over(self):
        """Stops coturn and starts turnpike; the times between which nobody answered."""
        # No more of the machine than the ports: no folder and no socket outside of the test's own.
        text = self.file.read_text().replace("\n[auth]\n", '\n[auth]\ndatabase = ""\n')
        self.file.write_text(text + '\n[api]\nadmin_socket = ""\n')
        before = time.monotonic()
        self.child.stop()
        self.child = self.world.start([self.world.options.binary, "serve", "-c", self.file], "turnpike")
        self._wait_until_ready()
        return before, time.monotonic()

    def uclient(self, *words, port=None, seconds=40):
        """The very same command line, whichever server is there."""
        argv = ["turnutils_uclient", "-y", "-c", "-n", "10", "-z", "10", *words, "-p", port or self.port, "127.0.0.1"]
        return self.world.run(argv, seconds)

    def client(self, username, password, seconds=3.0):
        sock = networks.udp_socket(None, "127.0.0.1")
        return self.world.own(TurnClient(sock, ("127.0.0.1", self.port), username, password, seconds))

    def _command(self, *words):
        return self.world.run([self.world.options.binary, *words], 20)

    def _wait_until_ready(self, seconds=15.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            expect(self.child.running(), f"the server ended:\n{self.child.text()}")
            with contextlib.suppress(NoAnswer, ConnectionError):
                self.client("", "", seconds=0.3).binding()
                return
        raise RuntimeError(f"the server does not answer:\n{self.child.text()}")


class Crowd:
    """Starts a uclient every now and then, each with the same words, until it is told to stop."""

    def __init__(self, switch, *words):
        self.switch, self.words = switch, words
        self.runs, self._threads, self._lock = [], [], threading.Lock()
        self._over = threading.Event()
        self._starter = threading.Thread(target=self._start_them, daemon=True)
        self._starter.start()

    def _start_them(self):
        while not self._over.wait(STARTS_EVERY):
            one = threading.Thread(target=self._run_one, daemon=True)
            one.start()
            self._threads.append(one)

    def _run_one(self):
        began = time.monotonic()
        outcome = self.switch.uclient(*self.words)
        with self._lock:
            self.runs.append(Run(began, time.monotonic(), outcome))

    def wait_for(self, condition, what, seconds=60.0):
        deadline = time.monotonic() + seconds
        while True:
            with self._lock:
                count = sum(1 for run in self.runs if condition(run))
            if count >= ENOUGH:
                return
            expect(time.monotonic() < deadline, f"only {count} clients {what}")
            time.sleep(0.05)

    def stop(self):
        self._over.set()
        self._starter.join()
        for thread in self._threads:
            thread.join()
        return self.runs


@case("Clients with the shared secret go on when turnpike takes coturn's place", seconds=150, alone=True,
      only="turnpike")
def _(world):
    secret = f'static-auth-secret="{SECRET}"\n'
    switch = Switch(world, f"{PLAIN}use-auth-secret\n{secret}user-quota=0\ntotal-quota=0\n")
    switch.start_coturn()
    minted = ephemeral_credentials(world.secret, "bob", 3600)
    switch.client(*minted).allocate()
    switch.import_file()
    crowd = Crowd(switch, "-u", "alice", "-W", world.secret)
    crowd.wait_for(lambda run: True, "came to an end with coturn")
    left, back = switch.take_over()
    crowd.wait_for(lambda run: run.began > back, "began and ended with turnpike")
    for run in crowd.stop():
        if run.ended < left or run.began > back:
            expect_all_relayed(run.outcome)
    switch.client(*minted).allocate()
    expect(switch.child.running(), f"turnpike ended:\n{switch.child.text()}")


@case("A client that allocates again after the switch has its relay back with the same credential", only="turnpike")
def _(world):
    switch = Switch(world, f"{PLAIN}static-auth-secret={SECRET}\n")
    switch.start_coturn()
    switch.import_file()
    minted = ephemeral_credentials(world.secret, "alice", 3600)
    client = switch.client(*minted)
    client.allocate()
    switch.take_over()
    code = refusal(client.refresh)
    expect(code in (437, 438), f"a Refresh of coturn's allocation got {code}")
    again = switch.client(*minted)
    again.allocate()
    again.refresh()


@case("Static users keep their passwords and keys when turnpike takes coturn's place", seconds=100, only="turnpike")
def _(world):
    key = "0x" + hashlib.md5(b"bob:turn.example.org:builder").hexdigest()  # as `turnadmin -k` prints it
    switch = Switch(world, f"{PLAIN}lt-cred-mech\nuser=alice:{PASSWORD}\nuser=bob:{key}\n")
    switch.start_coturn()
    alice, bob = ("-u", "alice", "-w", world.password), ("-u", "bob", "-w", "builder")
    for words in (alice, bob):
        expect_all_relayed(switch.uclient(*words))
    switch.import_file()
    switch.take_over()
    for words in (alice, bob):
        expect_all_relayed(switch.uclient(*words))
    outcome = switch.uclient("-u", "alice", "-w", "wrong", seconds=20)
    expect(outcome.code not in (0, None), f"a wrong password got through:\n{outcome.text}")


@case("Clients over TLS meet the same certificate when turnpike takes coturn's place", seconds=100, only="turnpike")
def _(world):
    certificate = Authority(world.folder).issue("turn")
    port = networks.free_port("127.0.0.1")
    switch = Switch(world, f"use-auth-secret\nstatic-auth-secret={SECRET}\ntls-listening-port={port}\n"
                           f"cert={certificate.chain}\npkey={certificate.key}\n")
    switch.start_coturn()
    words = ("-t", "-S", "-u", "alice", "-W", world.secret)
    fingerprint = peer_certificate(port)
    expect_equal(switch.uclient(*words, port=port).code, 0, "exit code of uclient with coturn")
    switch.import_file()
    switch.take_over()
    expect_all_relayed(switch.uclient(*words, port=port))
    expect_equal(peer_certificate(port), fingerprint, "the certificate")


def peer_certificate(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 5) as plain, context.wrap_socket(plain) as secure:
        return secure.getpeercert(True)
