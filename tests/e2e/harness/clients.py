"""Connects the Python TURN clients to the server under test."""

import socket

from harness import network as networks
from streamclient import StreamClient, tls_context
from turnclient import Refused, TurnClient


def _local(server, network, address):
    return address or (("::" if ":" in server.address else "0.0.0.0") if network else server.address)


def connect(world, server, network=None, user="alice", password=None, address=None, seconds=3.0):
    sock = networks.udp_socket(network, _local(server, network, address))
    password = world.password if password is None else password
    return world.own(TurnClient(sock, (server.address, server.port), user, password, seconds))


def open_stream(server, network=None, address=None, port=None, seconds=5.0):
    """A TCP connection to the server and nothing sent on it."""
    sock = networks.tcp_socket(network, _local(server, network, address))
    sock.settimeout(seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.connect((server.address, port or server.port))
    return sock


def connect_stream(world, server, network=None, user="alice", password=None, address=None, port=None, preface=b""):
    """TURN over TCP; `preface` goes out first."""
    sock = open_stream(server, network, address, port)
    if preface:
        sock.sendall(preface)
    password = world.password if password is None else password
    return world.own(StreamClient(sock, (server.address, port or server.port), user, password))


def connect_tls(world, server, ca=None, protocols=(), name=None, port=None, network=None, user="alice", preface=b""):
    """TURN over TLS. With `ca` the server's certificate is verified for `name`, or for its address."""
    sock = open_stream(server, network, port=port or server.tls_port)
    if preface:
        sock.sendall(preface)
    context = tls_context(ca, protocols)
    secured = context.wrap_socket(sock, server_hostname=name or server.address)
    return world.own(StreamClient(secured, (server.address, port or server.tls_port), user, world.password))


def refusal(attempt, *arguments):
    """The error code that the attempt is refused with; 0 when it is granted."""
    try:
        attempt(*arguments)
        return 0
    except Refused as refused:
        return refused.code
