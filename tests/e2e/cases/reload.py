"""The configuration read again: listeners, certificates, log and limits change under live calls."""

import json
import os
import signal
import socket
import ssl
import time

from harness import network as networks
from harness.api import Api, eventually, expect_problem
from harness.cases import case, expect, expect_equal
from harness.certificates import Authority
from harness.clients import connect, connect_stream, connect_tls, open_stream, refusal
from harness.flow import Flow
from harness.relaying import expect_relayed
from harness.servers import Listener
from turnclient import NoAnswer

LOOPBACK = "127.0.0.1"


def reload(api, dry_run=False):
    """The lines of the answer to a reload that must be accepted."""
    answer = api.local("POST", "/api/v1/reload" + ("?dry_run=true" if dry_run else ""))
    expect_equal(answer.status, 200, f"status of the reload: {answer.body.decode()}")
    expect_equal(answer.json()["applied"], not dry_run, "whether it was applied")
    return answer.json()["messages"]


def status(api):
    return api.local("GET", "/api/v1/status").json()


def is_heard(world, api, port):
    """Whether a Binding request to that port is answered."""
    client = connect(world, api.server, seconds=0.6)
    client.server = (LOOPBACK, port)
    try:
        return client.binding().error() == 0
    except NoAnswer:
        return False


def is_open(port):
    """Whether a UDP socket is bound there: else the kernel says so."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        probe.connect((LOOPBACK, port))
        try:
            probe.send(b"?")
            probe.recv(10)
        except ConnectionRefusedError:
            return False
        except TimeoutError:
            pass
    return True


@case("listeners come and go while an allocation relays, and no packet is lost", only="turnpike")
def _(world):
    api = Api(world, database=False, schemes=("tcp",), workers=2)
    old, new, stream = api.server.port, networks.free_port(), networks.free_port()
    more = list(api.server.settings.more)
    flow = Flow(world, api.server, 6)
    with flow:
        api.rewrite(more=[*more, Listener("udp", new), Listener("tcp", stream)])
        lines = reload(api)
        expect_equal(lines, [f"listen: added tcp://{LOOPBACK}:{stream}, udp://{LOOPBACK}:{new}"], "the answer")
        for _ in range(8):  # at each of the workers
            expect(is_heard(world, api, new), "the new listener does not answer")
        on_stream = connect_stream(world, api.server, port=stream)
        on_stream.allocate()
        # The old one goes; the file names the new one in its place.
        api.rewrite(port=new, more=more)
        lines = reload(api)
        expect_equal(lines, [f"listen: removed tcp://{LOOPBACK}:{stream}, udp://{LOOPBACK}:{old}"], "the answer")
        expect(not is_heard(world, api, old), "the removed listener takes new clients")
        expect(refusal(connect(world, api.server).allocate) == 0, "the listener that stays does not allocate")
        expect_equal(status(api)["listeners"].count(f"udp://{LOOPBACK}:{old}"), 0, "the old one in status")
        try:
            open_stream(api.server, port=stream).close()
            expect(False, "the removed stream listener accepts")
        except ConnectionRefusedError:
            pass
        expect_equal(on_stream.refresh().error(), 0, "Refresh on a stream of the removed listener")
    with flow:  # Back again, while it still waits for its allocations.
        api.rewrite(port=old, more=[*more, Listener("udp", new)])
        reload(api)
        expect(is_heard(world, api, old), "the listener that came back does not answer")
        api.rewrite(port=new, more=more)
        reload(api)
    for client in flow.clients[1:]:
        client.refresh(0)
    time.sleep(1.2)
    expect(is_open(old), "closed with an allocation left")
    expect_equal(flow.clients[0].refresh().error(), 0, "Refresh of the last one")
    flow.clients[0].refresh(0)
    eventually(world, lambda: not is_open(old), "the end of the removed listener", 4.0)
    expect(f"udp://{LOOPBACK}:{old}" in api.server.log(), "the log says nothing of it")


@case("a UDP listener that becomes DTLS only keeps its allocations", only="turnpike")
def _(world):
    api = Api(world, database=False, schemes=("tcp",), workers=2)
    flow = Flow(world, api.server, 4)
    with flow:
        text = open(api.file, encoding="utf-8").read()
        with open(api.file, "w", encoding="utf-8") as file:
            file.write(text.replace("udp://", "dtls://"))
        lines = reload(api)
        port = api.server.port
        expect_equal(lines, [f"listen: added dtls://{LOOPBACK}:{port}; removed udp://{LOOPBACK}:{port}"], "the answer")
        expect(not is_heard(world, api, port), "plain UDP is still taken from new clients")
        expect_equal(world.run(["openssl", "s_client", "-dtls1_2", "-connect", f"{LOOPBACK}:{port}"], 10).text
                     .count("BEGIN CERTIFICATE"), 1, "certificates in a DTLS handshake")
    with flow:
        api.rewrite()
        reload(api)
        expect(is_heard(world, api, port), "plain UDP does not come back")


def handshake(api, port):
    context = ssl.create_default_context(cafile=api.authority.file)
    try:
        with context.wrap_socket(open_stream(api.server, port=port, seconds=2.0), server_hostname=LOOPBACK) as secured:
            return secured.version()
    except OSError:
        return None


@case("a reload switches TLS on and off", only="turnpike")
def _(world):
    authority = Authority(world.folder)
    api = Api(world, database=False, schemes=("tcp",), authority=authority, certificates=[])
    expect_equal(handshake(api, api.server.port), None, "TLS without a certificate")
    plain = connect_stream(world, api.server)
    plain.allocate()
    port, tcp = networks.free_port(), list(api.server.settings.more)
    issued = authority.issue("server")
    api.rewrite(certificates=[issued], more=[*tcp, Listener("tls", port)])
    reload(api)
    for each in (api.server.port, port):
        expect_equal(handshake(api, each), "TLSv1.3", f"TLS at port {each}")
    secured = connect_tls(world, api.server, authority.file)
    expect_relayed(secured)
    # A key that does not match: refused whole, and the rest of the file with it.
    other = authority.issue("other")
    issued_key = issued.key.read_bytes()
    issued.key.write_bytes(other.key.read_bytes())
    api.rewrite(log_level="debug")
    refused = api.local("POST", "/api/v1/reload")
    expect_problem(refused, 422, "reload with a wrong key")
    expect("certificates" in refused.json()["messages"][0], refused.json()["messages"])
    expect_equal(handshake(api, port), "TLSv1.3", "TLS after the refused reload")
    issued.key.write_bytes(issued_key)
    api.rewrite(certificates=[], more=tcp, log_level="info")
    expect(any(line.startswith("tls.certificates: removed") for line in reload(api)), "the answer")
    expect_equal(handshake(api, api.server.port), None, "TLS after the certificate is gone")
    for client in (plain, secured):
        expect_equal(client.refresh().error(), 0, "Refresh of a live session")


@case("log level, format and addresses change by SIGHUP", only="turnpike")
def _(world):
    api = Api(world, database=False, schemes=("tcp",))
    extra = api.server.settings.extra.replace("[http]", 'addresses = "full"\n[http]')
    api.rewrite(log_level="debug", log_format="json", extra=extra)
    os.kill(api.server.pid, signal.SIGHUP)
    eventually(world, lambda: '"event":"reload: the configuration was read again"' in api.server.log(), "JSON lines")
    lines = api.server.log().splitlines()
    changes = [json.loads(line)["change"] for line in lines if '"event":"reload"' in line]
    expect_equal(changes, ['log.level: "info" -> "debug"', 'log.format: "text" -> "json"',
                           'log.addresses: "hidden" -> "full"'], "the changes in the log")
    client = connect(world, api.server)
    client.allocate()
    client.refresh(0)
    eventually(world, lambda: f'"client":"{LOOPBACK}:' in api.server.log(), "addresses in the log")
    expect('"level":"debug"' in api.server.log(), "nothing of level debug")


@case("limits and quotas count from the reload on", only="turnpike")
def _(world):
    api = Api(world, database=False, schemes=("tcp",), extra="[quota]\ntotal = 2\n")
    idle = [open_stream(api.server) for _ in range(4)]
    first, second, third = (connect(world, api.server) for _ in range(3))
    first.allocate()
    second.allocate()
    expect(refusal(third.allocate) in (486, 508), "the quota does not hold")
    extra = api.server.settings.extra.replace("total = 2", "total = 40")
    api.rewrite(extra=extra, limits='first_message = "1s"\nstream_queue = "64KiB"\n')
    lines = reload(api)
    expect("quota.total: 2 -> 40" in lines and 'limits.first_message: "10s" -> "1s"' in lines, lines)
    for _ in range(30):  # far more than the table was made for
        connect(world, api.server).allocate()
    began = time.monotonic()
    for sock in idle:
        expect_equal(sock.recv(1), b"", "the end of a silent connection")
    expect(time.monotonic() - began < 4.0, "connections that wait already kept their old time")
