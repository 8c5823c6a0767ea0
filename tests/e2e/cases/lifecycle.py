"""Signals, restarts, and what the process says when it cannot start."""

import os
import signal
import time

from harness import network as networks
from harness.cases import case, expect, expect_equal
from harness.clients import connect, refusal
from harness.servers import Settings

STOP_SECONDS = 5.0


def seconds_to_end(server, limit):
    started = time.monotonic()
    code = server.child.wait(limit)
    expect(code is not None, f"it still runs after {limit} s:\n{server.log()}")
    expect_equal(code, 0, "the exit code")
    return time.monotonic() - started


@case("SIGTERM without allocations ends the server at once", only="turnpike")
def _(world):
    server = world.server(Settings(workers=2))
    os.kill(server.pid, signal.SIGTERM)
    seconds_to_end(server, STOP_SECONDS)


@case("SIGINT ends the server as SIGTERM does", only="turnpike")
def _(world):
    server = world.server(Settings())
    os.kill(server.pid, signal.SIGINT)
    seconds_to_end(server, STOP_SECONDS)


def draining(world):
    """A server with one live allocation that has been told to stop, and that allocation's client."""
    server = world.server(Settings())
    client = connect(world, server)
    client.allocate()
    os.kill(server.pid, signal.SIGTERM)
    wait_until_refusing(world, server)
    return server, client


def wait_until_refusing(world, server):
    """Until a new Allocate is refused: from then on the server drains."""
    deadline = time.monotonic() + 3.0
    while time.monotonic() < deadline:
        newcomer = connect(world, server)
        if refusal(newcomer.allocate):
            return
        newcomer.refresh(0)
    expect(False, f"it still grants allocations:\n{server.log()}")


@case("a draining server refuses new allocations with 508 and serves old ones", only="turnpike")
def _(world):
    server, client = draining(world)
    expect_equal(refusal(connect(world, server).allocate), 508, "a new Allocate")
    client.permit("127.0.0.1")
    expect_equal(client.refresh().error(), 0, "an old Refresh")


@case("a draining server ends with its last allocation", only="turnpike")
def _(world):
    server, client = draining(world)
    expect(server.child.running(), "it ended in spite of a live allocation")
    client.refresh(0)
    seconds_to_end(server, STOP_SECONDS)


@case("a draining server ends at its deadline", only="turnpike")
def _(world):
    server, _client = draining(world)
    seconds_to_end(server, 30.0)


@case("a second SIGTERM ends a draining server at once", only="turnpike")
def _(world):
    server, _client = draining(world)
    os.kill(server.pid, signal.SIGTERM)
    seconds_to_end(server, STOP_SECONDS)


@case("SIGHUP leaves the server and its allocations alone", only="turnpike")
def _(world):
    server = world.server(Settings())
    client = connect(world, server)
    client.allocate()
    os.kill(server.pid, signal.SIGHUP)
    expect(server.child.wait(0.3) is None, "it ended")
    expect_equal(client.refresh().error(), 0, "Refresh")


@case("after kill -9 the server starts again on the same port")
def _(world):
    server = world.server(Settings())
    connect(world, server).allocate()
    os.kill(server.pid, signal.SIGKILL)
    server.child.wait(5.0)
    server.start()
    server.wait_until_ready(3.0)
    connect(world, server).allocate()


@case("a port in use ends the server with exit code 1 and a message", only="turnpike")
def _(world):
    taken = world.own(networks.udp_socket(None, "127.0.0.1"))
    server = world.server(Settings(port=taken.getsockname()[1]), wait=False)
    expect_equal(server.child.wait(5.0), 1, f"exit code, it said:\n{server.log()}\n")
    expect("in use" in server.log().lower(), f"no reason given:\n{server.log()}")


@case("a wrong call ends with exit code 2", only="turnpike")
def _(world):
    for call in (["--no-such-option"], ["no-such-command"], ["serve", "--no-such-option"], ["serve", "-c"]):
        outcome = world.run([world.options.binary, *call], 5)
        expect_equal(outcome.code, 2, f"exit code of {call}, it said:\n{outcome.text}\n")
        expect(outcome.text.strip(), f"{call} said nothing")


@case("a broken configuration ends with exit code 1 and every mistake's place", only="turnpike")
def _(world):
    file = world.folder / "broken.toml"
    file.write_text('[server]\nworkerz = 2\n\n[[listen]]\nurl = 7\n\n[relay]\nports = "9-1"\n')
    for call in (["serve", "-c", file], ["config", "check", file]):
        outcome = world.run([world.options.binary, *call], 5)
        expect_equal(outcome.code, 1, f"exit code of {call[0]}, it said:\n{outcome.text}\n")
        for place in ("broken.toml:2:", "broken.toml:5:", "broken.toml:8:"):
            expect(place in outcome.text, f"{call[0]} does not name {place}\n{outcome.text}")


@case("a missing configuration ends with exit code 1 and names the file", only="turnpike")
def _(world):
    outcome = world.run([world.options.binary, "serve", "-c", world.folder / "absent.toml"], 5)
    expect_equal(outcome.code, 1, f"exit code, it said:\n{outcome.text}\n")
    expect("absent.toml" in outcome.text, outcome.text)
