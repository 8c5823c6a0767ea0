"""`turnpike bench`: what it measures, what it leaves behind, and what it refuses."""

import json
import signal

from harness.api import Api, eventually
from harness.cases import case, expect, expect_equal

LIGHT = ("--allocations", "10", "--rate", "1000", "--duration", "1s", "--warmup", "200ms", "--size", "200")


def load(world, server, *words, password=None, limit=30):
    argv = [world.options.binary, "bench", f"turn:{server.address}:{server.port}", "--user", "alice", "--password",
            password or world.password, *LIGHT, *words]
    return world.run(argv, limit)


@case("bench measures rate, loss, latency and processor time, and gives its allocations back", only="turnpike", alone=True)
def _(world):
    api = Api(world)
    outcome = load(world, api.server, "--pid", str(api.server.pid), "--max-loss", "10", "--json")
    expect_equal(outcome.code, 0, f"exit code of bench, which said:\n{outcome.text}\n")
    found = json.loads(outcome.text)
    expect(found["sent"] == 1000 and found["received"] >= 900, f"packets: {found}")
    expect(0 < found["latencyMicroseconds"]["p50"] <= found["latencyMicroseconds"]["max"], f"latency: {found}")
    expect(0 < found["cpuMicrosecondsPerPacket"] < 10_000, f"processor time: {found}")
    expect_equal(api.allocations(), [], "allocations that are left")
    plain = load(world, api.server)
    expect(plain.code == 0 and "loss" in plain.text and "latency" in plain.text, plain.text)


@case("bench that is interrupted gives its allocations back", only="turnpike", alone=True)
def _(world):
    api = Api(world)
    child = world.start([world.options.binary, "bench", f"turn:{api.server.address}:{api.server.port}", "--user", "alice",
                         "--password", world.password, "--allocations", "20", "--rate", "500", "--duration", "4m"], "bench")
    eventually(world, lambda: len(api.allocations()) == 20, "its allocations", 10.0)
    child.process.send_signal(signal.SIGINT)
    expect_equal(child.wait(10.0), 1, f"exit code, it said:\n{child.text()}\n")
    expect_equal(api.allocations(), [], "allocations that are left")


@case("bench says why it cannot measure", only="turnpike")
def _(world):
    api = Api(world)
    wrong = load(world, api.server, password="not-the-password")
    expect(wrong.code == 1 and "401" in wrong.text and "wrong user" in wrong.text, f"{wrong.code}: {wrong.text}")
    nobody = load(world, api.server, "--pid", "999999999")
    expect(nobody.code == 1 and "no process" in nobody.text, f"{nobody.code}: {nobody.text}")
    expect_equal(load(world, api.server, "--size", "5").code, 2, "exit code of a wrong size")
    over_tls = world.run([world.options.binary, "bench", "turns:127.0.0.1", "--user", "a", "--password", "b"], 10)
    expect(over_tls.code == 2 and "UDP" in over_tls.text, f"{over_tls.code}: {over_tls.text}")
