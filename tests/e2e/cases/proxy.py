"""PROXY protocol, versions 1 and 2: the client that the header names is the client."""

import functools
import ipaddress
import itertools
import os
import struct

from harness import network as networks
from harness.cases import case, expect, expect_equal
from harness.clients import connect_stream, connect_tls, open_stream
from harness.relaying import expect_binding, expect_relayed, stream_server
from harness.servers import Listener
from turnclient import BINDING, REQUEST, XOR_MAPPED_ADDRESS, TurnClient, build, parse, readable

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
CLIENT, CLIENT_V6 = "203.0.113.77", "2001:db8::77"
SERVER, SERVER_V6 = ("198.51.100.1", 443), ("2001:db8::1", 443)
WHO = (CLIENT, 4321)
TRUSTED, UNTRUSTED = ["127.0.0.1"], ["192.0.2.1", "198.51.100.0/24"]


def clients(address=CLIENT):
    """No two streams have the same client: a proxy would not do that either."""
    return ((address, port) for port in itertools.count(4321))


def version1(client, server=SERVER):
    family = "TCP6" if ":" in client[0] else "TCP4"
    return f"PROXY {family} {client[0]} {server[0]} {client[1]} {server[1]}\r\n".encode()


def version2(client, server=SERVER, datagram=False, extensions=b""):
    six = ":" in client[0]
    addresses = b"".join(ipaddress.ip_address(host).packed for host in (client[0], server[0]))
    body = addresses + struct.pack("!HH", client[1], server[1]) + extensions
    return SIGNATURE + struct.pack("!BBH", 0x21, (0x20 if six else 0x10) | (2 if datagram else 1), len(body)) + body


def local():
    """A proxy's own health check: the connection's addresses count."""
    return SIGNATURE + struct.pack("!BBH", 0x20, 0, 0)


HEADERS = {"version 1 with IPv4": (version1, CLIENT, SERVER), "version 2 with IPv4": (version2, CLIENT, SERVER),
           "version 1 with IPv6": (version1, CLIENT_V6, SERVER_V6),
           "version 2 with IPv6": (version2, CLIENT_V6, SERVER_V6),
           "version 2 with extensions": (functools.partial(version2, extensions=b"\x04\x00\x03abc"), CLIENT, SERVER)}


def proxied(world, proxies, schemes=("tcp", "tls")):
    """UDP as always; the stream listeners behind proxies."""
    return stream_server(world, more=[Listener(scheme, proxies=proxies) for scheme in schemes])


@case("behind a proxy the header's client is in XOR-MAPPED-ADDRESS, over TCP and TLS", only="turnpike")
def _(world):
    server, authority = proxied(world, TRUSTED)
    ports = {address: clients(address) for address in (CLIENT, CLIENT_V6)}
    for name, (header, address, destination) in HEADERS.items():
        client = next(ports[address])
        made = connect_stream(world, server, preface=header(client, destination))
        expect_equal(expect_binding(made).address(XOR_MAPPED_ADDRESS), client, f"{name}, TCP")
        client = next(ports[address])
        secured = connect_tls(world, server, authority.file, preface=header(client, destination))
        expect_equal(expect_binding(secured).address(XOR_MAPPED_ADDRESS), client, f"{name}, TLS")


@case("behind a proxy TCP and TLS clients relay", only="turnpike")
def _(world):
    server, authority = proxied(world, TRUSTED)
    next_client = clients()
    for header in (version1, version2):
        expect_relayed(connect_stream(world, server, preface=header(next(next_client))))
        expect_relayed(connect_tls(world, server, authority.file, preface=header(next(next_client))))


@case("a PROXY header may come byte by byte and with the first message", only="turnpike")
def _(world):
    server, _authority = proxied(world, TRUSTED)
    next_client = clients()
    for header in (version1, version2):
        client = next(next_client)
        torn = connect_stream(world, server)
        torn.piece = 1
        torn.send_raw(header(client))
        expect_equal(expect_binding(torn).address(XOR_MAPPED_ADDRESS), client, "byte by byte")
        client = next(next_client)
        joined = connect_stream(world, server)
        joined.send_raw(header(client) + build(BINDING, REQUEST))
        answer = joined.receive_raw(5.0)
        expect(answer is not None, "no answer to a header and a message in one segment")
        expect_equal(parse(answer).address(XOR_MAPPED_ADDRESS), client, "in one segment")


@case("LOCAL and UNKNOWN mean the connection's own addresses", only="turnpike")
def _(world):
    server, _authority = proxied(world, TRUSTED)
    for header in (local(), b"PROXY UNKNOWN\r\n"):
        made = connect_stream(world, server, preface=header)
        expect_equal(expect_binding(made).address(XOR_MAPPED_ADDRESS), made.socket.getsockname(), repr(header[:14]))


def expect_closed(client, what):
    expect(client.seconds_until_closed(5.0) is not None, f"{what}: the stream stays open")


@case("a header from an address that is not trusted ends the stream", only="turnpike")
def _(world):
    server, _authority = proxied(world, UNTRUSTED)
    for preface in (version1(WHO), version2(WHO), build(BINDING, REQUEST)):
        expect_closed(connect_stream(world, server, preface=preface), repr(preface[:12]))


@case("behind a proxy a stream without a header is closed", only="turnpike")
def _(world):
    server, _authority = proxied(world, TRUSTED)
    for preface in (build(BINDING, REQUEST), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x00\x80\x01",
                    b"PROXY TCP4 1.2.3.4\r\n", b"PROXY " + b"x" * 200, SIGNATURE + b"\x31\x11\x00\x0c" + bytes(12)):
        expect_closed(connect_stream(world, server, preface=preface), repr(preface[:20]))


@case("without proxies a PROXY header is no TURN", only="turnpike")
def _(world):
    server, _authority = stream_server(world)
    with open_stream(server) as sock:
        sock.sendall(version1(WHO) + build(BINDING, REQUEST))
        while readable(sock, 3.0) and (octets := sock.recv(65536)):
            expect(octets[:2] != b"\x01\x01", "the Binding request was answered")


@case("behind a proxy the log and the allocation go by the header's client", only="turnpike")
def _(world):
    server, _authority = proxied(world, TRUSTED)
    client = connect_stream(world, server, preface=version2(WHO))
    client.allocate()
    expect_equal(client.mapped, WHO, "the allocation's XOR-MAPPED-ADDRESS")


class ProxiedClient(TurnClient):
    """Over UDP, with the header before each datagram; answers come bare."""

    def _transmit(self, message):
        self.socket.sendto(version2(WHO, datagram=True) + message, self.server)


def proxied_udp(world, proxies):
    server, _authority = stream_server(world, more=[Listener("udp", proxies=proxies)], certificates=[])
    sock = networks.udp_socket(None, "127.0.0.1")
    return world.own(ProxiedClient(sock, (server.address, server.settings.port_of("udp")), "alice", world.password))


@case("behind a proxy UDP clients are the header's and relay", only="turnpike")
def _(world):
    client = proxied_udp(world, TRUSTED)
    expect_equal(client.binding().address(XOR_MAPPED_ADDRESS), WHO, "XOR-MAPPED-ADDRESS")
    expect_relayed(client)


@case("UDP with a header from an address that is not trusted, or without one, is dropped", only="turnpike")
def _(world):
    client = proxied_udp(world, UNTRUSTED)
    client._transmit(build(BINDING, REQUEST))  # pylint: disable=protected-access
    expect(client.receive_raw(0.5) is None, "the untrusted got an answer")
    trusted = proxied_udp(world, TRUSTED)
    for datagram in (build(BINDING, REQUEST), version1(WHO) + build(BINDING, REQUEST), SIGNATURE + os.urandom(20)):
        trusted.socket.sendto(datagram, trusted.server)
        expect(trusted.receive_raw(0.5) is None, f"an answer to {datagram[:16]!r}")
    expect_equal(trusted.binding().address(XOR_MAPPED_ADDRESS), WHO, "after that")
