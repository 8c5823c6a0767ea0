"""The world changes while the server runs: public addresses, addresses of this machine, routes and interfaces."""

import os
import time

from harness import children, network as networks
from harness.anew import client_at, expect_anew, relayed_anew
from harness.api import eventually
from harness.cases import case, expect, expect_equal
from harness.hosts import PeerNetwork, topology
from harness.servers import Settings
from stunmessage import REQUESTED_ADDRESS_FAMILY

CHANNEL = 0x4000
IPV6 = (REQUESTED_ADDRESS_FAMILY, b"\x02\x00\x00\x00")


class Relay:
    """A live allocation with a channel to a peer that answers."""

    def __init__(self, world, hosts, server):
        self.peer = world.own(networks.udp_socket(hosts.peer, hosts.public_peer))
        self.peer.settimeout(0.3)
        self.client = client_at(world, hosts.client, hosts.server_address, server.port)
        self.client.allocate()
        self.client.bind_channel(CHANNEL, self.peer.getsockname())

    def flows(self):
        """Whether a datagram goes there and back."""
        self.client.send_channel(CHANNEL, b"there")
        try:
            payload, source = self.peer.recvfrom(2048)
        except TimeoutError:
            return False
        self.peer.sendto(payload, source)
        return self.client.receive(0.3) == (CHANNEL, b"there")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def expect_calm(server, meanwhile, seconds=2.0):
    """The server neither spins nor fills its log while `meanwhile()` is called again and again."""
    lines, spent = server.log().count("\n"), cpu_seconds(server.pid)
    deadline = time.monotonic() + seconds
    calls = 0
    while time.monotonic() < deadline:
        meanwhile()
        calls += 1
        time.sleep(0.005)
    spent = cpu_seconds(server.pid) - spent
    expect(spent < seconds / 4, f"{spent:.2f} s of processor time in {seconds} s with {calls} datagrams")
    written = server.log().count("\n") - lines
    expect(written <= 5, f"{written} lines in the log:\n{server.log()[-3000:]}")


def relaying_server(world, hosts, **settings):
    return world.server(Settings(listen=[hosts.server_address], relay=[hosts.relay], **settings), hosts.server)


def output_of(host, *argv):
    return children.run(argv, 10.0, network=host).text


def device_of(host, address):
    return output_of(host, "ip", "-o", "addr", "show", "to", address).split()[1]


def working_relay(world):
    """The hosts, the server, its device with the relay address, and a relay there that works."""
    hosts = PeerNetwork(world)
    server = relaying_server(world, hosts)
    relay = Relay(world, hosts, server)
    expect(relay.flows(), "the relay does not work to begin with")
    return hosts, server, device_of(hosts.server, hosts.relay), relay


@case("a relay lives through the loss of its address, and works again when that is back", only="turnpike")
def _(world):
    hosts, server, device, relay = working_relay(world)
    where = (hosts.client, hosts.server_address, server.port)
    hosts.server.command("addr", "del", f"{hosts.relay}/24", "dev", device)
    expect_anew(world, 508, *where)
    expect_calm(server, lambda: relay.client.send_channel(CHANNEL, b"nowhere"))
    expect(relay.client.refresh().error() == 0, "the allocation is gone")
    hosts.server.command("addr", "add", f"{hosts.relay}/24", "dev", device)
    eventually(world, relay.flows, "the old relay works again", 10.0)
    expect_anew(world, [hosts.relay], *where)


@case("a relay lives through an interface that goes down and comes up", only="turnpike")
def _(world):
    hosts, server, device, relay = working_relay(world)
    hosts.server.command("link", "set", device, "down")
    expect_calm(server, lambda: relay.client.send_channel(CHANNEL, b"nowhere"), 1.0)
    hosts.server.command("link", "set", device, "up")
    eventually(world, relay.flows, "the old relay works again", 10.0)
    expect_anew(world, [hosts.relay], hosts.client, hosts.server_address, server.port)


@case("a relay address that is missing at the start serves as soon as it is there", only="turnpike")
def _(world):
    hosts = PeerNetwork(world)
    device = device_of(hosts.server, hosts.relay)
    hosts.server.command("addr", "del", f"{hosts.relay}/24", "dev", device)
    server = relaying_server(world, hosts)
    where = (hosts.client, hosts.server_address, server.port)
    expect_equal(relayed_anew(world, *where), 508, "an Allocate without an address")
    expect(hosts.relay in server.log(), "the log does not name the missing address")
    hosts.server.command("addr", "add", f"{hosts.relay}/24", "dev", device)
    expect_anew(world, [hosts.relay], *where)
    expect(Relay(world, hosts, server).flows(), "a relay on the new address does not work")


@case("IPv6 that comes later is relayed without a restart", only="turnpike")
def _(world):
    hosts = PeerNetwork(world)
    device = device_of(hosts.server, hosts.relay)
    hosts.server.command("addr", "flush", "dev", device, "scope", "global")
    hosts.server.command("addr", "add", f"{hosts.relay}/24", "dev", device)
    server = world.server(Settings(listen=[hosts.server_address], relay=None), hosts.server)
    where = (hosts.client, hosts.server_address, server.port, IPV6)
    expect_equal(relayed_anew(world, *where), 440, "an Allocate for IPv6")
    hosts.server.command("addr", "add", f"{hosts.relay_v6}/64", "dev", device)
    expect_anew(world, [hosts.relay_v6], *where)
    hosts.server.command("addr", "del", f"{hosts.relay_v6}/64", "dev", device)
    hosts.server.command("addr", "flush", "dev", device, "to", "fd00::/8")
    expect_anew(world, 508, *where)


class LeasedAddress:
    """client -- server, whose address on the way to the world another takes the place of, as by DHCP."""

    first, second, client_address = "11.22.33.1", "11.22.33.9", "11.22.33.2"

    def __init__(self, world):
        made = topology(world)
        self.server, self.client = made.host("srv"), made.host("cli")
        made.link(self.client, [f"{self.client_address}/24"], self.server, [])
        self.device = made.link(self.client, ["11.22.34.2/24"], self.server, ["11.22.34.1/24"])[:-1] + "1"
        self.take(self.first)

    def take(self, address):
        self.server.command("addr", "add", f"{address}/24", "dev", self.device)
        self.route(address)

    def route(self, address):
        self.server.command("route", "replace", "default", "via", self.client_address, "src", address)


@case("new allocations follow the default route, and old ones stay where they are", only="turnpike")
def _(world):
    hosts = LeasedAddress(world)
    server = world.server(Settings(listen=["0.0.0.0"], relay=None), hosts.server)
    where = (hosts.client, "11.22.34.1", server.port)
    old = client_at(world, *where)
    old.allocate()
    expect_equal(old.relayed[0][0], hosts.first, "the relayed address")
    hosts.take(hosts.second)
    expect_anew(world, [hosts.second], *where)
    peer = world.own(networks.udp_socket(hosts.client, hosts.client_address))
    peer.settimeout(2.0)
    old.bind_channel(CHANNEL, peer.getsockname())
    old.send_channel(CHANNEL, b"still here")
    expect_equal(peer.recvfrom(100), (b"still here", old.relayed[0]), "from the old allocation")
    # Without a route the address is the same, as long as it is there.
    hosts.server.command("route", "del", "default")
    time.sleep(1.0)
    expect_equal(relayed_anew(world, *where), [hosts.second], "without a default route")
    hosts.server.command("addr", "del", f"{hosts.first}/24", "dev", hosts.device)
    if hosts.second not in output_of(hosts.server, "ip", "-o", "addr"):  # a secondary address goes with its first
        hosts.server.command("addr", "add", f"{hosts.second}/24", "dev", hosts.device)
    hosts.route(hosts.second)
    expect_anew(world, [hosts.second], *where)
    changes = server.log().count("no longer offered")
    expect(changes <= 4, f"the log speaks of {changes} lost addresses:\n{server.log()}")
