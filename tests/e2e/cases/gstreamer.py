"""GStreamer's webrtcbin, and libnice in it, over the relay alone."""

import json
import os
import urllib.parse
from pathlib import Path

from cases.python_ice import DEBIAN_PYTHON, need_modules
from harness.cases import Skip, case, expect, expect_equal
from harness.hosts import ClientNetwork
from harness.relaying import stream_server
from harness.tunnel import Tunnel

HERE = Path(__file__).resolve().parent.parent
COUNT = 20
ELEMENTS = ("webrtcbin", "nicesrc", "sctpenc", "dtlsenc")


def need_elements(world):
    need_modules(world, "gi")
    script = ("import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstWebRTC', '1.0')\n"
              "from gi.repository import Gst, GstWebRTC; Gst.init(None)\n"
              f"assert all(map(Gst.ElementFactory.find, {ELEMENTS}))")
    if world.run([DEBIAN_PYTHON, "-c", script], 60).code != 0:
        raise Skip(f"GStreamer lacks one of {', '.join(ELEMENTS)}")


def started(world):
    need_elements(world)
    hosts = ClientNetwork(world)
    server, authority = stream_server(world, network=hosts.server, allow=[], listen=[hosts.server_address])
    return hosts, server, authority


def relay(world, hosts, scheme, address, port, transport):
    password = urllib.parse.quote(world.password)
    url = f"{scheme}://alice:{password}@{address}:{port}?transport={transport}"
    environment = {**os.environ, "HOME": str(world.folder), "GST_REGISTRY": str(world.folder / "registry")}
    argv = [DEBIAN_PYTHON, HERE / "gstreamer_call.py", json.dumps({"url": url, "count": COUNT})]
    done = world.run(argv, 100, hosts.client, env=environment)
    expect_equal(done.code, 0, f"exit code of the call, it said:\n{done.text[-4000:]}\n")
    told = json.loads(done.text.strip().splitlines()[-1])
    wanted = [f"back message {i}" for i in range(COUNT)]
    expect_equal(told["messages"], wanted, f"what came back, it said:\n{done.text}\n")
    expect(told["candidates"] and all(" typ relay " in line for line in told["candidates"]), f"{told['candidates']}")


@case("GStreamer relays a data channel over UDP", seconds=150)
def _(world):
    hosts, server, _authority = started(world)
    relay(world, hosts, "turn", server.address, server.port, "udp")


@case("GStreamer relays a data channel over TCP", seconds=150)
def _(world):
    hosts, server, _authority = started(world)
    relay(world, hosts, "turn", server.address, server.port, "tcp")


# libnice 0.1.21 speaks plain TURN where it is told turns:, so TLS is done for it.
@case("GStreamer relays a data channel over TLS, through a tunnel that verifies the certificate", seconds=150)
def _(world):
    hosts, server, authority = started(world)
    tunnel = world.own(Tunnel(hosts.client, hosts.client_address, server, authority.file))
    relay(world, hosts, "turn", hosts.client_address, tunnel.port, "tcp")
    expect(tunnel.carried >= 2, "the call did not go through the tunnel")
