"""Certificates that are replaced while the server runs: new handshakes get the new one, sessions notice nothing, and a
broken file leaves the old one in service."""

import os
import signal
import ssl
import time

from harness import network as networks
from harness.cases import case, expect, expect_equal
from harness.certificates import Authority, replace
from harness.clients import connect_tls, open_stream
from harness.relaying import CHANNEL, expect_round_trips, stream_server
from harness.servers import Listener, Settings

RELOAD_SECONDS = 1.0
SLACK = 0.5  # of a busy machine


class Fixture:
    """A server whose certificate is for first.test, and another one for second.test to take its place."""

    def __init__(self, world, **settings):
        self.authority = Authority(world.folder)
        self.current = self.authority.issue("current", ["first.test", "127.0.0.1"])
        self.second = self.authority.issue("second", ["second.test", "127.0.0.1"])
        self.server, _ = stream_server(world, ["tls"], authority=self.authority, certificates=[self.current],
                                       **settings)

    def served(self):
        """The DNS names of the certificate that a new handshake gets."""
        context = ssl.create_default_context(cafile=self.authority.file)
        with context.wrap_socket(open_stream(self.server, port=self.server.tls_port),
                                 server_hostname=self.server.address) as secured:
            return [value for kind, value in secured.getpeercert()["subjectAltName"] if kind == "DNS"]

    def seconds_to_serve(self, names, limit):
        started = time.monotonic()
        while time.monotonic() - started < limit:
            if self.served() == names:
                return time.monotonic() - started
            time.sleep(0.02)
        return None

    def expect_taken_up(self, names, what):
        took = self.seconds_to_serve(names, 10)
        in_time = took is not None and took < RELOAD_SECONDS + SLACK
        expect(in_time, f"{what}: served after {took} s\n{self.server.log()}")

    def expect_kept(self, what):
        """For longer than a reload takes, every handshake gets the first certificate."""
        until = time.monotonic() + RELOAD_SECONDS + SLACK
        while time.monotonic() < until:
            expect_equal(self.served(), ["first.test"], what)
            time.sleep(0.1)


@case("a replaced certificate serves new handshakes within a second, and old sessions go on", only="turnpike")
def _(world):
    fixture = Fixture(world, workers=2)
    expect_equal(fixture.served(), ["first.test"], "the first certificate")
    client = connect_tls(world, fixture.server, fixture.authority.file)
    client.allocate()
    client.permit("127.0.0.1")
    with networks.udp_socket(None, "127.0.0.1") as peer:
        client.bind_channel(CHANNEL, peer.getsockname())
        expect_round_trips(client, peer, 4)
        fixture.current.install(fixture.second)
        fixture.expect_taken_up(["second.test"], "after the rename")
        expect_round_trips(client, peer, 4)
        expect_equal(client.refresh().error(), 0, "Refresh of the old session")


@case("a certificate written in place is taken up", only="turnpike")
def _(world):
    fixture = Fixture(world)
    fixture.current.key.write_bytes(fixture.second.key.read_bytes())
    fixture.current.chain.write_bytes(fixture.second.chain.read_bytes())
    fixture.expect_taken_up(["second.test"], "after the write")


@case("a certificate behind a symbolic link is taken up when the link changes", only="turnpike")
def _(world):
    fixture = Fixture(world)
    for mine, theirs in ((fixture.current.key, fixture.second.key), (fixture.current.chain, fixture.second.chain)):
        link = mine.with_suffix(".link")
        os.symlink(theirs, link)
        os.replace(link, mine)
    fixture.expect_taken_up(["second.test"], "after the link")


@case("SIGHUP takes a certificate up at once", only="turnpike")
def _(world):
    fixture = Fixture(world)
    fixture.current.install(fixture.second)
    os.kill(fixture.server.pid, signal.SIGHUP)
    took = fixture.seconds_to_serve(["second.test"], 5)
    expect(took is not None and took < SLACK, f"served after {took} s")


def broken_files(fixture):
    """What may be in the place of chain and key, by name."""
    second_chain, second_key = fixture.second.chain.read_bytes(), fixture.second.key.read_bytes()
    chain, key = fixture.current.chain.read_bytes(), fixture.current.key.read_bytes()
    return {"garbage": (b"no certificate at all\n", key), "empty files": (b"", b""),
            "an empty key": (second_chain, b""), "a key that does not match": (second_chain, key),
            "a chain that does not match": (chain, second_key),
            "half a chain": (second_chain[:len(second_chain) // 3], second_key),
            "half a key": (second_chain, second_key[:60]), "binary noise": (os.urandom(4000), os.urandom(4000)),
            "the authority's": (fixture.authority.file.read_bytes(), key)}


@case("broken, empty, mismatched and half-written files leave the old certificate in service", only="turnpike",
      seconds=90)
def _(world):
    fixture = Fixture(world)
    good = fixture.current.chain.read_bytes(), fixture.current.key.read_bytes()
    for what, (chain, key) in broken_files(fixture).items():
        replace(fixture.current.key, key)
        replace(fixture.current.chain, chain)
        fixture.expect_kept(what)
    for path in (fixture.current.chain, fixture.current.key):
        path.unlink()
    os.kill(fixture.server.pid, signal.SIGHUP)
    fixture.expect_kept("missing files")
    replace(fixture.current.key, good[1])
    replace(fixture.current.chain, good[0])
    fixture.expect_kept("the old files again")
    fixture.current.install(fixture.second)
    fixture.expect_taken_up(["second.test"], "a good certificate after all")


@case("a broken certificate costs one log line and says no word of the key", only="turnpike")
def _(world):
    fixture = Fixture(world)
    before = len(fixture.server.log().splitlines())
    replace(fixture.current.chain, b"no certificate at all\n")
    fixture.expect_kept("garbage")
    fixture.expect_kept("garbage")
    said = [line for line in fixture.server.log().splitlines()[before:] if "certificate" in line]
    expect_equal(len(said), 1, f"lines about it: {said}")
    body = fixture.current.key.read_text().splitlines()[1]
    expect(body not in fixture.server.log(), "the key is in the log")


@case("certificates that are replaced again and again disturb nobody", only="turnpike", seconds=60, alone=True)
def _(world):
    fixture = Fixture(world, workers=2)
    first = fixture.authority.issue("copy", ["first.test", "127.0.0.1"])
    client = connect_tls(world, fixture.server, fixture.authority.file)
    client.allocate()
    for turn in range(30):
        fixture.current.install(first if turn % 2 else fixture.second)
        os.kill(fixture.server.pid, signal.SIGHUP)
        expect(fixture.served() in (["first.test"], ["second.test"]), "a handshake got another certificate")
        expect_equal(client.refresh().error(), 0, "Refresh")


@case("a certificate that ends soon causes a warning, at the start", only="turnpike")
def _(world):
    authority = Authority(world.folder)
    server, _ = stream_server(world, ["tls"], authority=authority, certificates=[authority.issue("short", days=3)])
    expect("expir" in server.log() or "ends" in server.log(), server.log())


@case("a server does not start with a certificate that cannot be used", only="turnpike")
def _(world):
    authority = Authority(world.folder)
    own = authority.issue("own")
    own.key.write_bytes(authority.issue("other").key.read_bytes())
    server = world.server(Settings(more=[Listener("tls")], certificates=[own]), wait=False)
    expect_equal(server.child.wait(5.0), 1, f"exit code, it said:\n{server.log()}\n")
    expect("own" in server.log(), f"it does not name the file:\n{server.log()}")
