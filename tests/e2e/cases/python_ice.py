"""aioice and aiortc, an ICE and WebRTC implementation of their own, over the relay alone."""

import json
import os
from pathlib import Path

from harness.cases import Skip, case, expect_equal
from harness.hosts import ClientNetwork
from harness.relaying import stream_server

HERE = Path(__file__).resolve().parent.parent
DEBIAN_PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
COUNT = 20


def need_modules(world, *names):
    if not os.access(DEBIAN_PYTHON, os.X_OK) or world.run([DEBIAN_PYTHON, "-c", f"import {', '.join(names)}"], 30).code:
        raise Skip(f"{' and '.join(names)} of Debian's Python are not installed")


class Fixture:
    def __init__(self, world):
        self.world = world
        self.hosts = ClientNetwork(world)
        self.server, self.authority = stream_server(world, network=self.hosts.server, allow=[],
                                                    listen=[self.hosts.server_address])

    def run(self, script, wanted):
        wanted = {**wanted, "username": "alice", "credential": self.world.password, "count": COUNT}
        environment = {**os.environ, "SSL_CERT_FILE": str(self.authority.file)}
        argv = [DEBIAN_PYTHON, HERE / script, json.dumps(wanted)]
        done = self.world.run(argv, 90, self.hosts.client, env=environment)
        expect_equal(done.code, 0, f"exit code of {script}, it said:\n{done.text[-4000:]}\n")
        return json.loads(done.text.strip().splitlines()[-1])


def relay_datagrams(world, scheme):
    need_modules(world, "aioice")
    fixture = Fixture(world)
    port = fixture.server.tls_port if scheme == "TLS" else fixture.server.port
    told = fixture.run("aioice_call.py", {"host": fixture.server.address, "port": port, "tls": scheme == "TLS",
                                          "transport": "udp" if scheme == "UDP" else "tcp"})
    expect_equal(told["messages"], [f"{i}" * (i + 1) for i in range(COUNT)], "what came back")
    expect_equal(set(told["types"]), {"relay"}, "the candidates' types")


def relay_channel(world, scheme):
    need_modules(world, "aiortc")
    fixture = Fixture(world)
    server = fixture.server
    url = {"UDP": f"turn:{server.address}:{server.port}?transport=udp",
           "TCP": f"turn:{server.address}:{server.port}?transport=tcp",
           "TLS": f"turns:{server.address}:{server.tls_port}?transport=tcp"}[scheme]
    told = fixture.run("aiortc_call.py", {"urls": [url]})
    expect_equal(told["messages"], [f"back message {i}" for i in range(COUNT)], "what came back")
    # Each end knows the other's relayed address alone; at its own, aioice counts a candidate's base.
    expect_equal([pair[1] for pair in told["pairs"]], ["relay", "relay"], "the candidates")


def register(scheme):
    @case(f"aioice relays over {scheme}", seconds=120)
    def _(world):
        relay_datagrams(world, scheme)

    @case(f"aiortc relays a data channel over {scheme}", seconds=120)
    def _(world):
        relay_channel(world, scheme)


for each in ("UDP", "TCP", "TLS"):
    register(each)
