"""Connects the Python TURN client to the server under test."""

from harness import network as networks
from turnclient import Refused, TurnClient


def connect(world, server, network=None, user="alice", password=None, address=None, seconds=3.0):
    local = address or (("::" if ":" in server.address else "0.0.0.0") if network else server.address)
    sock = networks.udp_socket(network, local)
    password = world.password if password is None else password
    return world.own(TurnClient(sock, (server.address, server.port), user, password, seconds))


def refusal(attempt, *arguments):
    """The error code that the attempt is refused with; 0 when it is granted."""
    try:
        attempt(*arguments)
        return 0
    except Refused as refused:
        return refused.code
