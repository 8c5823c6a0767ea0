"""The public address of a server behind NAT: found by STUN or by name, and found again when it changes."""

import contextlib
import os
from pathlib import Path

from harness import network as networks
from harness.anew import client_at, expect_anew, relayed_anew
from harness.api import eventually
from harness.cases import case, expect, expect_equal
from harness.hosts import NattedServer
from harness.relaying import expect_exchange
from harness.servers import Listener, Settings

CHANNEL = 0x4000
NAME = "home.turnpike.test"


class HostsFile:
    """/etc/hosts of one named namespace: `ip netns exec` puts it in place of the machine's."""

    def __init__(self, world, host):
        self._folder = Path("/etc/netns") / host.name
        self._folder.mkdir(parents=True)
        self._file = self._folder / "hosts"
        (self._folder / "resolv.conf").write_text("")
        self._file.write_text("")
        world.own(self)

    def say(self, address):
        with open(self._file, "r+", encoding="ascii") as file:  # in place: it is mounted
            file.truncate()
            file.write(f"127.0.0.1 localhost\n{address} {NAME}\n")

    def close(self):
        for file in self._folder.iterdir():
            file.unlink()
        self._folder.rmdir()
        with contextlib.suppress(OSError):
            os.rmdir("/etc/netns")


def stun_server(world, hosts):
    return world.server(Settings(listen=[hosts.internet_address], port=3478), hosts.internet)


def natted_server(world, hosts, external):
    return world.server(Settings(listen=[hosts.server_address], external=[external],
                                 server='external_check = "1s"', more=[Listener("http")]), hosts.server)


def readiness(world, hosts, server):
    url = f"http://{hosts.server_address}:{server.settings.port_of('http')}/readyz"
    return world.run(["curl", "-s", "-m", "5", url], 10.0, network=hosts.server).text


def expect_follows(world, hosts, server, move):
    """New allocations are given the address that the world sees, old ones go on, and the two reach each other."""
    first, second = hosts.public_addresses
    where = (hosts.internet, first, server.port)
    peer = world.own(networks.udp_socket(hosts.internet, hosts.internet_address))
    peer.settimeout(3.0)
    old = client_at(world, *where)
    old.allocate()
    expect_equal(old.relayed[0][0], first, "the relayed address")
    old.bind_channel(CHANNEL + 1, peer.getsockname())
    old.send_channel(CHANNEL + 1, b"before")
    payload, seen_at = peer.recvfrom(100)
    expect_equal((payload, seen_at[0]), (b"before", first), "what the peer gets, and from where")
    move(second)
    expect_anew(world, [second], *where)
    lines = [line for line in server.log().split("\n") if first in line and second in line]
    expect(lines, f"no line of the log has both addresses:\n{server.log()}")
    new = client_at(world, *where)
    new.allocate()
    expect_equal(new.relayed[0][0], second, "the new relayed address")
    expect_exchange(old, new)
    peer.sendto(b"after", seen_at)
    expect_equal(old.receive(), (CHANNEL + 1, b"after"), "from the peer, at the old allocation")


@case("the public address is found by STUN and followed when the NAT's changes", only="turnpike")
def _(world):
    hosts = NattedServer(world)
    stun_server(world, hosts)
    server = natted_server(world, hosts, f"stun:{hosts.internet_address}")
    expect_follows(world, hosts, server, hosts.be_known_as)


@case("the public address is found by name and followed when the name's changes", only="turnpike")
def _(world):
    hosts = NattedServer(world)
    file = HostsFile(world, hosts.server)
    file.say(hosts.public_addresses[0])
    server = natted_server(world, hosts, NAME)

    def move(address):
        file.say(address)
        hosts.be_known_as(address)

    expect_follows(world, hosts, server, move)


@case("while the public address is unknown nobody is given a private one", only="turnpike")
def _(world):
    hosts = NattedServer(world)
    server = natted_server(world, hosts, f"stun:{hosts.internet_address}")
    where = (hosts.internet, hosts.public_addresses[0], server.port)
    eventually(world, lambda: "public address" in readiness(world, hosts, server), "readyz says why", 10.0, 0.2)
    expect_equal(relayed_anew(world, *where), 508, "an Allocate")
    stun_server(world, hosts)
    expect_anew(world, [hosts.public_addresses[0]], *where)
    eventually(world, lambda: '"ready"' in readiness(world, hosts, server), "readyz", 10.0, 0.2)


@case("the public address that is known stays in force when nobody can be asked any more", only="turnpike")
def _(world):
    hosts = NattedServer(world)
    stun = stun_server(world, hosts)
    server = natted_server(world, hosts, f"stun:{hosts.internet_address}")
    where = (hosts.internet, hosts.public_addresses[0], server.port)
    expect_anew(world, [hosts.public_addresses[0]], *where)
    stun.close()
    eventually(world, lambda: "stays in force" in server.log(), "a line in the log", 20.0, 0.2)
    expect_equal(relayed_anew(world, *where), [hosts.public_addresses[0]], "a new allocation")
    stun_server(world, hosts)
    eventually(world, lambda: "succeeds again" in server.log(), "another line in the log", 20.0, 0.2)
    expect_equal(server.log().count("stays in force"), 1, "lines about the failure")
