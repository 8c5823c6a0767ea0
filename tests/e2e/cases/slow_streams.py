"""Streams on which next to nothing comes: ten seconds to a first whole message, then the allocation's rules."""

import time

from harness.cases import case, expect, expect_equal
from harness.clients import connect_stream, connect_tls, open_stream
from harness.relaying import stream_server
from turnclient import BINDING, REQUEST, build, readable

IDLE_SECONDS = (8.0, 14.0)


@case("silent streams are closed in about ten seconds", only="turnpike", seconds=60)
def _(world):
    server, authority = stream_server(world)
    silent = {"nothing": connect_stream(world, server), "half": connect_stream(world, server, preface=b"\x00\x01\x00"),
              "hello": connect_stream(world, server, port=server.tls_port, preface=b"\x16\x03\x01\x02\x00\x01"),
              "tls": connect_tls(world, server, authority.file)}
    started = time.monotonic()
    took = {name: client.seconds_until_closed(20) and time.monotonic() - started for name, client in silent.items()}
    low, high = IDLE_SECONDS
    expect(all(seconds and low < seconds < high for seconds in took.values()), f"closed after {took}")


@case("one byte a second does not keep a stream open", only="turnpike", seconds=60)
def _(world):
    server, _authority = stream_server(world)
    message = build(BINDING, REQUEST)
    with open_stream(server) as sock:
        started = time.monotonic()
        for octet in message:
            try:
                sock.sendall(bytes([octet]))
            except ConnectionError:
                break
            if readable(sock, 1.0):
                break
        low, high = IDLE_SECONDS
        expect(low < time.monotonic() - started < high, f"closed after {time.monotonic() - started:.1f} s")


@case("a stream with an allocation may be silent for longer", only="turnpike", seconds=60)
def _(world):
    server, authority = stream_server(world)
    clients = [connect_stream(world, server), connect_tls(world, server, authority.file)]
    for client in clients:
        client.allocate()
    expect(clients[0].receive_raw(15.0) is None and not clients[0].ended, "the stream was closed")
    for client in clients:
        expect_equal(client.refresh().error(), 0, "Refresh")
