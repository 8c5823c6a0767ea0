"""systemd/turnpike.service at its word: the sandbox that it describes around the server, and systemd's part played."""

import json
import os
import signal
import socket
import time

from harness.cases import case, expect, expect_equal
from harness.certificates import Authority
from harness.clients import connect, connect_stream, connect_tls, refusal
from harness.relaying import PEER, expect_binding, expect_relayed
from harness.sandbox import UID, Sandbox
from harness.servers import Listener, Settings, turnpike_file

TURN, TURNS = 3478, 443
CERTIFICATE = """[tls]
certificates = [{ chain = { credential = "turn-chain" }, key = { credential = "turn-key" } }]
"""


def settings(**more):
    more.setdefault("more", [Listener("tcp", TURN)])
    return Settings(port=TURN, workers=2, **more)


def with_credentials(world):
    """TLS on port 443, its certificate and the shared secret from credentials; gives the authority too."""
    authority = Authority(world.folder)
    certificate = authority.issue("server")
    made = settings(more=[Listener("tcp", TURN), Listener("tls", TURNS)], extra=CERTIFICATE)

    def write(its):
        return turnpike_file(its).replace(json.dumps(its.secrets), '[{ credential = "turn-secret" }]')

    kept = {"turn-secret": made.secrets[0], "turn-chain": certificate.chain.read_text(),
            "turn-key": certificate.key.read_text()}
    return Sandbox(world, made, credentials=kept, write=write), authority


@case("in the unit's sandbox the server says READY, and relays on ports below 1024 by UDP, TCP and TLS", only="turnpike")
def _(world):
    sandbox, authority = with_credentials(world)
    sandbox.start()
    server = sandbox.server
    expect_relayed(connect(world, server))
    expect_relayed(connect_stream(world, server))
    expect_relayed(connect_tls(world, server, authority.file))
    status = dict(line.split(":\t") for line in open(f"/proc/{server.pid}/status", encoding="ascii") if ":\t" in line)
    expect_equal(status["Uid"].split(), [str(UID)] * 4, "the user")
    expect_equal(int(status["CapEff"], 16), 1 << 10, "the capabilities")
    expect_equal(status["NoNewPrivs"].strip(), "1", "no new privileges")
    expect_equal(status["Seccomp"].strip(), "2", "the filter of system calls")


@case("without the unit's one capability a port below 1024 is out of reach", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings(more=[Listener("tcp", 443)]), "AmbientCapabilities=\nCapabilityBoundingSet=\n")
    outcome = sandbox.run(*sandbox.unit.command("ExecStart"))
    expect_equal(outcome.code, 1, f"exit code, it said:\n{outcome.text}\n")
    expect("tcp://127.0.0.1:443: Permission denied" in outcome.text, outcome.text)


@case("in the unit's sandbox everything that a taken-over server would try fails", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings())
    outcome = sandbox.run("--forbidden")
    expect_equal(outcome.code, 0, f"exit code of the attempts, which said:\n{outcome.text}\n")
    told = json.loads(outcome.text.splitlines()[-1])
    expect_equal([name for name, failure in told["forbidden"].items() if not failure], [], "what is possible inside")
    expect_equal({name: failure for name, failure in told["needed"].items() if failure}, {}, "what the server needs")


@case("in the unit's sandbox `systemctl reload` and SIGHUP take a new file, and refuse a broken one", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings())
    sandbox.start()
    client = connect(world, sandbox.server)
    client.allocate()
    sandbox.settings.users["bob"] = "bobs-password-1"
    sandbox.write_configuration()
    outcome = sandbox.reload()
    expect_equal(outcome.code, 0, f"exit code of ExecReload, which said:\n{outcome.text}\n")
    expect(sandbox.manager.wait_for(5.0, READY="1"), "no READY=1 after the reload")
    started = [message for message in sandbox.manager.messages if "RELOADING" in message]
    expect(started, "no RELOADING=1")
    expect(int(started[-1]["MONOTONIC_USEC"]) <= time.monotonic() * 1e6, f"it began in the future: {started}")
    connect(world, sandbox.server, user="bob", password="bobs-password-1").allocate()

    sandbox.write_configuration("[server]\nworkerz = 2\n")
    outcome = sandbox.reload()
    expect_equal(outcome.code, 1, f"exit code of ExecReload with a broken file, which said:\n{outcome.text}\n")
    message = sandbox.manager.wait_for(5.0, READY="1")
    expect(message and "turnpike.toml:2" in message["STATUS"], f"the status does not name the mistake: {message}")

    sandbox.settings.users["carol"] = "carols-password-1"
    sandbox.write_configuration()
    os.kill(sandbox.server.pid, signal.SIGHUP)
    expect(sandbox.manager.wait_for(5.0, READY="1"), "no READY=1 after SIGHUP")
    connect(world, sandbox.server, user="carol", password="carols-password-1").allocate()
    expect_equal(client.refresh().error(), 0, "Refresh of the allocation from before")


@case("in the unit's sandbox a stop drains, says so, asks for the time it takes, and ends in order", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings(), "WatchdogSec=1s\n")
    sandbox.start()
    client = connect(world, sandbox.server)
    client.allocate()
    os.kill(sandbox.server.pid, signal.SIGTERM)
    stopping = sandbox.manager.wait_for(5.0, STOPPING="1")
    expect(stopping, "no STOPPING=1")
    extended = sandbox.manager.wait_for(5.0, WATCHDOG="1")
    expect(extended and int(extended["EXTEND_TIMEOUT_USEC"]) >= 2e6, f"it asks for no time to stop in: {extended}")
    expect("1 allocation " in extended["STATUS"], f"the status is {extended['STATUS']!r}")
    expect_equal(client.refresh(0).error(), 0, "the last client's goodbye")
    expect_equal(sandbox.server.child.wait(5.0), 0, f"the exit code; it said:\n{sandbox.server.log()}\n")
    expect_equal(os.listdir(sandbox.folders["/run/turnpike"]), [], "what is left in the runtime directory")


@case("in the unit's sandbox the command line reaches the server, and its database is kept", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings())
    sandbox.start()
    connect(world, sandbox.server).allocate()
    outcome = sandbox.run("/usr/bin/turnpike", "sessions")
    expect("alice" in outcome.text, f"`turnpike sessions` said:\n{outcome.text}")
    outcome = sandbox.run("/usr/bin/turnpike", "key", "add", "web", "--scope", "credentials", "-c", "/etc/turnpike/turnpike.toml")
    expect_equal(outcome.code, 0, f"exit code of `turnpike key add`, which said:\n{outcome.text}\n")
    database = sandbox.folders["/var/lib/turnpike"] / "turnpike.db"
    expect_equal(database.stat().st_mode & 0o777, 0o600, "the database's mode")


@case("the watchdog gets its pings while every loop turns, and none while one does not", seconds=90, only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings(), "WatchdogSec=1s\n")
    sandbox.start()
    interval = sandbox.unit.seconds("WatchdogSec")
    pings = [sandbox.manager.wait_for(5.0, WATCHDOG="1") for _ in range(4)]
    expect(all(pings), f"pings are missing:\n{sandbox.server.log()}")
    gaps = [later["at"] - earlier["at"] for earlier, later in zip(pings, pings[1:])]
    expect(min(gaps) <= interval / 2, f"pings come every {gaps} s")
    threads = sandbox.threads()
    expect_equal(len(threads), 3, "threads: the control loop and two workers")
    for thread in threads:
        with sandbox.stopped_thread(thread):
            sandbox.manager.wait_for(interval / 2, WATCHDOG="1")  # one may have been under way
            expect(not sandbox.manager.wait_for(interval, WATCHDOG="1"),
                   f"a ping while thread {threads.index(thread)} does not run")
        expect(sandbox.manager.wait_for(5.0, WATCHDOG="1"), "no ping after the thread runs again")
    expect_relayed(connect(world, sandbox.server))


def each_answers(world, server, count=32):
    """Clients of as many ports, which the kernel deals out among the sockets."""
    for _ in range(count):
        expect_binding(connect(world, server))


@case("with one activated socket of each kind the first worker serves it, and the log says so", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings(), sockets=[("udp", PEER, TURN), ("tcp", PEER, TURN)])
    sandbox.start()
    each_answers(world, sandbox.server)
    expect_relayed(connect(world, sandbox.server))
    expect_relayed(connect_stream(world, sandbox.server))
    expect(sandbox.server.log().count("1 socket for 2 workers") == 2, sandbox.server.log())


@case("with an activated socket for each worker all of them serve", only="turnpike")
def _(world):
    sockets = [("udp", PEER, TURN), ("tcp", PEER, TURN)] * 2
    sandbox = Sandbox(world, settings(), sockets=sockets)
    sandbox.start()
    each_answers(world, sandbox.server)
    expect_relayed(connect(world, sandbox.server))
    expect_relayed(connect_stream(world, sandbox.server))
    expect("socket activation" not in sandbox.server.log(), sandbox.server.log())


@case("with more activated sockets than workers none is left unread", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings(), sockets=[("udp", PEER, TURN)] * 5)
    sandbox.start()
    each_answers(world, sandbox.server)


@case("an activated socket without a listener is named and closed, and what is configured is served", only="turnpike")
def _(world):
    sandbox = Sandbox(world, settings(), sockets=[("udp", "127.0.0.1", 5349)])
    sandbox.start()
    expect("no [[listen]] has UDP 127.0.0.1:5349" in sandbox.server.log(), sandbox.server.log())
    expect_relayed(connect(world, sandbox.server))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 5349))
    expect_equal(refusal(connect(world, sandbox.server, password="wrong").allocate), 401, "a wrong password")
