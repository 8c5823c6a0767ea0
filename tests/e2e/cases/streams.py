"""TURN over TCP and TLS: framing, torn and joined segments, streams that end."""

import os
import struct
import time

from harness import network as networks
from harness.cases import case, expect, expect_equal
from harness.clients import connect, connect_stream, connect_tls, refusal
from harness.relaying import CHANNEL, echo, expect_binding, expect_relayed, stream_server
from harness.servers import Listener, Settings
from turnclient import BINDING, COOKIE, REQUEST, XOR_MAPPED_ADDRESS, build


def both_transports(world, server, authority):
    """A client over each of TCP and TLS."""
    return [connect_stream(world, server), connect_tls(world, server, authority.file)]


@case("a client over TCP and one over TLS relay through channels and indications")
def _(world):
    for client in both_transports(world, *stream_server(world)):
        expect_relayed(client, 50)


@case("TCP alone needs no certificate")
def _(world):
    server, _authority = stream_server(world, ["tcp"], certificates=[])
    expect_relayed(connect_stream(world, server))


@case("a client over TCP or TLS sees its own address")
def _(world):
    for client in both_transports(world, *stream_server(world)):
        mapped = expect_binding(client).address(XOR_MAPPED_ADDRESS)
        expect_equal(mapped, client.socket.getsockname()[:2], "XOR-MAPPED-ADDRESS")


@case("TCP and TLS over IPv6")
def _(world):
    server, authority = stream_server(world, listen=["::1"])
    for client in both_transports(world, server, authority):
        expect_relayed(client, address="::1")


@case("messages that come byte by byte are messages")
def _(world):
    for client in both_transports(world, *stream_server(world)):
        client.piece = 1
        expect_relayed(client, 4)


@case("fifty messages in one segment are fifty messages")
def _(world):
    for client in both_transports(world, *stream_server(world)):
        requests = [build(BINDING, REQUEST) for _ in range(50)]
        client.send_raw(b"".join(requests))
        got = [client.receive_raw(5.0) for _ in requests]
        expect(None not in got, f"only {50 - got.count(None)} answers")
        expect_equal([answer[8:20] for answer in got], [request[8:20] for request in requests], "the answers' order")


@case("fifty ChannelData messages in one segment reach the peer in order")
def _(world):
    for client in both_transports(world, *stream_server(world)):
        client.allocate()
        client.permit("127.0.0.1")
        with networks.udp_socket(None, "127.0.0.1") as peer:
            client.bind_channel(CHANNEL, peer.getsockname())
            payloads = [struct.pack("!B", i) * (i + 1) for i in range(50)]
            frames = (struct.pack("!HH", CHANNEL, len(p)) + p + bytes(-len(p) % 4) for p in payloads)
            client.send_raw(b"".join(frames))
            expect_equal(echo(peer, 50), payloads, "what the peer got")
            expect_equal([client.receive(5.0) for _ in payloads], [(CHANNEL, p) for p in payloads], "what came back")


def large_request(size):
    attribute = struct.pack("!HH", 0x8FFF, size) + bytes(size)  # comprehension-optional, unknown
    return struct.pack("!HHI", BINDING, len(attribute), COOKIE) + os.urandom(12) + attribute


@case("a stream takes messages of 8000 bytes from anybody, and of 64 KiB from who has an allocation", only="turnpike")
def _(world):
    server, authority = stream_server(world)
    for client in both_transports(world, server, authority):
        expect_equal(client.exchange(large_request(8000)).error(), 0, "the answer to 8000 bytes")
        client.allocate()
        client.permit("127.0.0.1")
        expect_equal(client.exchange(large_request(65000)).error(), 0, "the answer to 65,000 bytes")
        with networks.udp_socket(None, "127.0.0.1") as peer:
            client.bind_channel(CHANNEL, peer.getsockname())
            client.send_channel(CHANNEL, bytes(65001))
            expect_equal(len(peer.recv(65536)), 65001, "what the peer got")
    for client in both_transports(world, server, authority):
        client.send_raw(large_request(65000))
        expect(client.seconds_until_closed(5.0) is not None, "65,000 bytes of a stranger's did not end the stream")


@case("an allocation ends with its stream", only="turnpike")
def _(world):
    server, authority = stream_server(world, ports="20000-20001")
    for _ in range(20):
        for client in both_transports(world, server, authority):
            client.allocate()
            client.close()
            wait_for_free_port(world, server)


def wait_for_free_port(world, server):
    deadline = time.monotonic() + 3.0
    while time.monotonic() < deadline:
        probe = connect(world, server)
        if refusal(probe.allocate) == 0:
            probe.refresh(0)
            probe.close()
            return
        probe.close()
        time.sleep(0.05)
    expect(False, "the ports of closed streams are not free after 3 s")


@case("a client that says the end still gets its answers", only="turnpike")
def _(world):
    server, _authority = stream_server(world)
    client = connect_stream(world, server)
    requests = [build(BINDING, REQUEST) for _ in range(3)]
    client.send_raw(b"".join(requests))
    client.half_close()
    got = [client.receive_raw(3.0) for _ in requests]
    expect(None not in got, f"only {3 - got.count(None)} answers")
    expect(client.seconds_until_closed(5.0) is not None, "the stream stays open")


@case("wrong credentials are refused over TCP and TLS as over UDP")
def _(world):
    for client in both_transports(world, *stream_server(world)):
        client.password = "wrong"
        expect_equal(refusal(client.allocate), 401, "Allocate")


@case("a server with streams serves UDP beside them")
def _(world):
    server, authority = stream_server(world, workers=2)
    clients = [*both_transports(world, server, authority), connect(world, server)]
    for client in clients:
        expect_relayed(client)
    expect(all(client.refresh().error() == 0 for client in clients), "a Refresh failed")


@case("two workers serve a hundred streams at a time", only="turnpike")
def _(world):
    server, authority = stream_server(world, workers=2)
    clients = [client for _ in range(50) for client in both_transports(world, server, authority)]
    for client in clients:
        client.allocate()
    for client in clients:
        expect_equal(client.refresh().error(), 0, "Refresh")


@case("a taken TCP port ends the server with exit code 1 and a message", only="turnpike")
def _(world):
    with networks.tcp_socket(None, "127.0.0.1") as taken:
        taken.listen(1)
        settings = Settings(more=[Listener("tcp", taken.getsockname()[1])])
        server = world.server(settings, wait=False)
        expect_equal(server.child.wait(5.0), 1, f"exit code, it said:\n{server.log()}\n")
        expect("in use" in server.log().lower(), f"no reason given:\n{server.log()}")
