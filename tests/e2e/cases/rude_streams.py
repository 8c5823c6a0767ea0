"""Slow, torn, huge and rude streams, beside a client that must not notice."""

import os
import random
import resource
import socket
import ssl
import struct
import time

from harness import network as networks
from harness.cases import case, expect
from harness.clients import connect, connect_stream, connect_tls, open_stream
from harness.relaying import CHANNEL, expect_binding, expect_relayed, expect_round_trips, stream_server
from streamclient import tls_context
from turnclient import ALLOCATE, BINDING, COOKIE, REQUEST, REQUESTED_TRANSPORT, UDP_TRANSPORT, build, readable

BANNERS = {
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n", "SMTP": b"EHLO mail.example\r\n", "FTP": b"USER anonymous\r\n",
    "IMAP": b"a001 LOGIN a b\r\n", "SIP": b"OPTIONS sip:a SIP/2.0\r\n\r\n", "RTSP": b"OPTIONS * RTSP/1.0\r\n\r\n",
    "RDP": bytes.fromhex("0300002c27e00000000000436f6f6b69653a206d737473686173683d"), "SOCKS5": b"\x05\x01\x00",
    "SMB": bytes.fromhex("00000085ff534d4272"), "DNS": bytes.fromhex("001e0001010000010000000000000776657273696f6e"),
    "Redis": b"*1\r\n$4\r\nPING\r\n", "SSLv2": bytes.fromhex("802e0100020015000000100100800200800300800400800500"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "BitTorrent": b"\x13BitTorrent protocol", "zeros": bytes(100),
    "ones": b"\xff" * 100, "PROXY": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
}


class Call:
    """A client over TCP whose relaying goes on whatever happens beside it."""

    def __init__(self, world, server):
        self.client = connect_stream(world, server)
        self.client.allocate()
        self.client.permit("127.0.0.1")
        self.peer = world.own(networks.udp_socket(None, "127.0.0.1"))
        self.client.bind_channel(CHANNEL, self.peer.getsockname())

    def goes_on(self):
        expect_round_trips(self.client, self.peer, 4)


def talk(server, octets, port=None):
    """Sends and reads until the server closes or is silent; gives what came, and whether it closed."""
    with open_stream(server, port=port) as sock:
        got = b""
        try:
            sock.sendall(octets)
            while readable(sock, 0.5):
                more = sock.recv(65536)
                if not more:
                    return got, True
                got += more
        except ConnectionError:
            return got, True
        return got, False


@case("banners of other protocols get no TURN answer, on TCP and on TLS ports", only="turnpike", seconds=90)
def _(world):
    server, _authority = stream_server(world)
    call = Call(world, server)
    for name, banner in BANNERS.items():
        for port in (server.port, server.tls_port):
            got, _closed = talk(server, banner, port)
            expect(got[:1] in (b"", b"H", b"\x15"), f"{name} got {got[:40]!r}")  # nothing, HTTP, or a TLS alert
        call.goes_on()


@case("random streams leave the server in order", only="turnpike", seconds=90)
def _(world):
    server, _authority = stream_server(world)
    call = Call(world, server)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(300):
        with open_stream(server, port=rng.choice([server.port, server.tls_port])) as sock:
            try:
                begin = rng.choice([b"", b"\x00\x01", b"\x16\x03\x01", b"GET / "])
                sock.sendall(begin + rng.randbytes(rng.randrange(2000)))
            except ConnectionError:
                pass
    call.goes_on()


@case("lying lengths end the stream or wait, and cost nobody else anything", only="turnpike")
def _(world):
    server, _authority = stream_server(world)
    call = Call(world, server)
    head = struct.pack("!HHI", BINDING, 0, COOKIE) + os.urandom(12)
    lies = [head[:2] + struct.pack("!H", length) + head[4:] for length in (1, 2, 3, 5, 0xFFFC, 0xFFFF)]
    lies += [struct.pack("!HH", CHANNEL, length) + b"x" for length in (0, 1, 0xFFFF)]
    for lie in lies:
        talk(server, lie)
        client = connect_stream(world, server)
        client.allocate()
        client.send_raw(lie)  # inside a stream that is known to be TURN
        client.reset()
    call.goes_on()


def states(world, server, authority):
    """Streams in every state, each opened anew."""
    half = build(BINDING, REQUEST)[:11]
    yield "nothing sent", connect_stream(world, server)
    yield "half a message", connect_stream(world, server, preface=half)
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40)
    yield "half a ClientHello", connect_stream(world, server, port=server.tls_port, preface=hello)
    yield "half an HTTP request", connect_stream(world, server, preface=b"GET / HT")
    yield "a TLS session", connect_tls(world, server, authority.file)
    for make in (lambda: connect_stream(world, server), lambda: connect_tls(world, server, authority.file)):
        client = make()
        expect_binding(client)
        yield "after Binding", client
        client = make()
        client.send_raw(build(ALLOCATE, REQUEST, [(REQUESTED_TRANSPORT, UDP_TRANSPORT)]))
        yield "during Allocate", client
        client = make()
        expect_relayed(client, 2)
        yield "with an allocation", client
        client = make()
        expect_relayed(client, 2)
        client.send_raw(struct.pack("!HH", CHANNEL, 500) + bytes(20))
        yield "inside ChannelData", client


@case("RST in every state", only="turnpike")
def _(world):
    server, authority = stream_server(world)
    call = Call(world, server)
    for _state, client in states(world, server, authority):
        client.reset()
        call.goes_on()


@case("half-close in every state ends the stream", only="turnpike", seconds=90)
def _(world):
    server, authority = stream_server(world)
    call = Call(world, server)
    for state, client in states(world, server, authority):
        client.half_close()
        # A server may keep serving a half-closed TURN stream, but nothing keeps one that has nothing to come.
        if "allocation" not in state:
            expect(client.seconds_until_closed(14) is not None, f"{state}: the stream stays open")
        call.goes_on()


@case("a receiver that never reads costs its queue and no other client anything", only="turnpike", seconds=90,
      alone=True)
def _(world):
    server, authority = stream_server(world)
    call = Call(world, server)
    for make in (lambda: connect_stream(world, server), lambda: connect_tls(world, server, authority.file)):
        deaf = make()
        deaf.allocate()
        deaf.permit("127.0.0.1")
        with networks.udp_socket(None, "127.0.0.1") as peer:
            deaf.bind_channel(CHANNEL, peer.getsockname())
            before = server.resident_bytes()
            for i in range(40_000):
                peer.sendto(bytes(1000), deaf.relayed[0])
                if i % 100 == 0:  # the call's own round trips give the server time to read
                    call.goes_on()
            grown = server.resident_bytes() - before
            limit = (64 if world.sanitized else 4) << 20
            expect(grown < limit, f"the server grew by {grown >> 10} KiB")
            call.goes_on()
            expect(deaf.receive(2.0) is not None, "what was queued is gone")
        deaf.reset()


@case("five thousand half-open handshakes do not keep clients out", only="turnpike", seconds=150, alone=True)
def _(world):
    resource.setrlimit(resource.RLIMIT_NOFILE, (16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    server, authority = stream_server(world)
    call = Call(world, server)
    before = server.resident_bytes()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    shake = tls_context().wrap_bio(incoming, outgoing, server_hostname="turn.test")
    try:
        shake.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    held = []
    for i in range(5000):
        sock = open_stream(server, port=server.tls_port, seconds=10.0)
        sock.sendall(hello)
        held.append(sock)
        if i % 500 == 0:
            call.goes_on()
    grown = server.resident_bytes() - before
    print(f"{grown // 5000} bytes for each half-open handshake")
    expect(grown < 5000 * (200_000 if world.sanitized else 60_000), f"{grown // 5000} bytes for each")
    for client in (connect_tls(world, server, authority.file), connect_stream(world, server), connect(world, server)):
        expect_relayed(client, 4)
    for sock in held:
        sock.close()
    call.goes_on()


@case("a flood on one stream does not starve another client", only="turnpike", seconds=60, alone=True)
def _(world):
    server, _authority = stream_server(world)
    call = Call(world, server)
    with open_stream(server) as flood:
        flood.settimeout(0.05)
        octets = build(BINDING, REQUEST) * 5000
        for _ in range(100):
            try:
                flood.sendall(octets)  # and never reads an answer
            except (TimeoutError, socket.timeout, ConnectionError):
                pass
            started = time.monotonic()
            call.goes_on()
            expect(time.monotonic() - started < 2.0, "the call was starved")
