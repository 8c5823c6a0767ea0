"""Servers with stream listeners, and the proof that a client's traffic is relayed."""

from harness import network as networks
from harness.cases import expect, expect_equal
from harness.certificates import Authority
from harness.servers import Listener, Settings
from turnclient import BINDING, REQUEST, REQUESTED_ADDRESS_FAMILY, build, readable

PEER = "127.0.0.1"
CHANNEL = 0x4001
EXCHANGED = 0x4000  # the channel between two clients, beside one to a peer


def stream_server(world, schemes=("tcp", "tls"), network=None, authority=None, **settings):
    """A server with a certificate of a test authority; gives both."""
    authority = authority or Authority(world.folder)
    settings.setdefault("certificates", [authority.issue("server")])
    settings.setdefault("more", [Listener(scheme) for scheme in schemes])
    return world.server(Settings(**settings), network), authority


def echo(peer, count, seconds=5.0):
    """The peer gives back `count` datagrams; returns what they were."""
    seen = []
    while len(seen) < count and readable(peer, seconds):
        payload, origin = peer.recvfrom(65536)
        peer.sendto(payload, origin)
        seen.append(payload)
    return seen


def expect_relayed(client, count=10, network=None, address=PEER):
    """Allocates, and sends payloads of odd lengths to a peer and back, by channel and by indication."""
    client.allocate(*([(REQUESTED_ADDRESS_FAMILY, b"\2\0\0\0")] if ":" in address else []))
    client.permit(address)
    with networks.udp_socket(network, address) as peer:
        client.bind_channel(CHANNEL, peer.getsockname())
        expect_round_trips(client, peer, count)


def expect_round_trips(client, peer, count):
    place = peer.getsockname()
    for i in range(count):
        payload = bytes([i % 256]) * (100 + i % 7)
        if i % 2:
            client.send_channel(CHANNEL, payload)
        else:
            client.send_indication(place, payload)
        expect_equal(echo(peer, 1), [payload], f"what the peer got as message {i}")
        # Once the channel is bound, the server answers through it whatever way the client took.
        expect_equal(client.receive(5.0), (CHANNEL, payload), f"what the client got as message {i}")


def expect_exchange(one, other):
    """Two clients reach each other through their relayed addresses, both ways."""
    for client, peer in ((one, other), (other, one)):
        client.permit(peer.relayed[0][0])
    one.send_indication(other.relayed[0], b"there")
    expect_equal(other.receive(), (one.relayed[0], b"there"), "by indication")
    for client, peer in ((one, other), (other, one)):
        client.bind_channel(EXCHANGED, peer.relayed[0])
    one.send_channel(EXCHANGED, b"there")
    expect_equal(other.receive(), (EXCHANGED, b"there"), "by channel")
    other.send_channel(EXCHANGED, b"back")
    expect_equal(one.receive(), (EXCHANGED, b"back"), "by channel, back")


def expect_binding(client):
    answer = client.exchange(build(BINDING, REQUEST))
    expect(answer.error() == 0, f"a Binding request was refused: {answer.error()}")
    return answer
