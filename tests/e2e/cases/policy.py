"""Which peers a client may reach: refused addresses, permitted ones, and what arrives at a listener on each."""

import time

from cases.uclient import uclient
from harness import network as networks
from harness.cases import case, expect, expect_equal
from harness.clients import connect, refusal
from harness.hosts import PeerNetwork
from harness.servers import Settings
from turnclient import ADDITIONAL_ADDRESS_FAMILY, IPV6, REQUESTED_ADDRESS_FAMILY


class Listener:
    """A UDP socket on the peer host that says what reached it."""

    def __init__(self, world, hosts, address):
        self.socket = world.own(networks.udp_socket(hosts.peer, address))
        self.endpoint = (address, self.socket.getsockname()[1])

    def received(self, seconds=0.5):
        """(bytes, source) of all that comes until it is quiet for so long."""
        self.socket.settimeout(seconds)
        got = []
        deadline = time.monotonic() + 10.0
        while time.monotonic() < deadline:
            try:
                got.append(self.socket.recvfrom(65536))
            except TimeoutError:
                break
        return got


def start(world, **settings):
    hosts = PeerNetwork(world)
    settings.setdefault("allow", [])
    settings.setdefault("relay", [hosts.relay, hosts.relay_v6])
    server = world.server(Settings(listen=[hosts.server_address], **settings), hosts.server)
    return hosts, server


def allocated(world, hosts, server, *attributes):
    client = connect(world, server, hosts.client)
    client.allocate(*attributes)
    return client


def throw_everything(client, peer):
    """Data towards a peer by every way there is."""
    for _ in range(20):
        client.send_indication(peer, b"indication")
        client.send_channel(0x4000, b"channel")


def expect_denied(world, hosts, client, listener):
    expect_equal(refusal(client.permit, listener.endpoint[0]), 403, "CreatePermission")
    expect_equal(refusal(client.bind_channel, 0x4000, listener.endpoint), 403, "ChannelBind")
    throw_everything(client, listener.endpoint)
    got = listener.received()
    expect(not got, f"the denied listener received {sum(len(data) for data, _ in got)} bytes")


def expect_served(client, listener):
    client.permit(listener.endpoint[0])
    client.send_indication(listener.endpoint, b"by indication")
    client.bind_channel(0x4001, listener.endpoint)
    client.send_channel(0x4001, b"by channel")
    got = listener.received()
    expect_equal([data for data, _ in got], [b"by indication", b"by channel"], "at the peer")
    source = got[0][1][:2]
    expect(source in client.relayed, f"it came from {source}, not from the relayed address {client.relayed}")
    listener.socket.sendto(b"back", source)
    expect_equal(client.receive(), (0x4001, b"back"), "at the client")


@case("a private peer is refused and receives nothing")
def _(world):
    hosts, server = start(world)
    client = allocated(world, hosts, server)
    expect_denied(world, hosts, client, Listener(world, hosts, hosts.private_peer))


@case("a public peer is served")
def _(world):
    hosts, server = start(world)
    expect_served(allocated(world, hosts, server), Listener(world, hosts, hosts.public_peer))


@case("a private peer that the operator allows is served")
def _(world):
    hosts, server = start(world, allow=["10.210.2.0/24"])
    expect_served(allocated(world, hosts, server), Listener(world, hosts, hosts.private_peer))


@case("a public peer that the operator denies is refused and receives nothing")
def _(world):
    hosts, server = start(world, deny=["11.22.44.2/32"])
    expect_denied(world, hosts, allocated(world, hosts, server), Listener(world, hosts, hosts.public_peer))


@case("a public IPv6 peer is served")
def _(world):
    hosts, server = start(world)
    client = allocated(world, hosts, server, (REQUESTED_ADDRESS_FAMILY, bytes([IPV6, 0, 0, 0])))
    expect_served(client, Listener(world, hosts, hosts.public_peer_v6))


@case("a unique-local IPv6 peer is refused and receives nothing", only="turnpike")
def _(world):
    hosts, server = start(world)
    client = allocated(world, hosts, server, (REQUESTED_ADDRESS_FAMILY, bytes([IPV6, 0, 0, 0])))
    expect_denied(world, hosts, client, Listener(world, hosts, hosts.private_peer_v6))


@case("one refused peer refuses the whole CreatePermission")
def _(world):
    hosts, server = start(world)
    client = allocated(world, hosts, server)
    public = Listener(world, hosts, hosts.public_peer)
    expect_equal(refusal(client.permit, hosts.public_peer, hosts.private_peer), 403, "CreatePermission")
    throw_everything(client, public.endpoint)
    expect(not public.received(), "the permitted half was installed")


@case("every spelling of a forbidden address is refused", only="turnpike")
def _(world):
    hosts, server = start(world)
    client = allocated(world, hosts, server, (ADDITIONAL_ADDRESS_FAMILY, bytes([IPV6, 0, 0, 0])))
    spellings = ["127.0.0.1", "127.255.0.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
                 "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "11.22.33.255",
                 hosts.server_address, "::", "::1", "::ffff:10.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1", "fe80::1",
                 "fd00::1", "ff02::1", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1", "2002:0a00:0001::1", "2001::1",
                 "2001:db8::1", "2600:44::5efe:10.0.0.1", "100::1"]
    let_through = [s for s in spellings if refusal(client.permit, s) != 403]
    expect(not let_through, f"not refused with 403: {let_through}")


@case("a peer without permission cannot reach the client")
def _(world):
    hosts, server = start(world)
    client = allocated(world, hosts, server)
    stranger = Listener(world, hosts, hosts.public_peer)
    stranger.socket.sendto(b"unasked", client.relayed[0])
    expect_equal(client.receive(0.7), None, "at the client")


@case("uclient gets 403 for a private peer and traffic for a public one")
def _(world):
    hosts, server = start(world)
    private, public = (Listener(world, hosts, a) for a in (hosts.private_peer, hosts.public_peer))
    outcome = uclient(world, server, "-c", "-e", hosts.private_peer, "-r", private.endpoint[1], network=hosts.client,
                      seconds=8)
    expect(outcome.code != 0 and "403" in outcome.text, f"no 403 (exit code {outcome.code}):\n{outcome.text}")
    expect(not private.received(), "the denied listener received bytes")
    uclient(world, server, "-c", "-e", hosts.public_peer, "-r", public.endpoint[1], network=hosts.client, seconds=12)
    expect(public.received(), "the permitted listener received nothing")
