"""The networks that cases with several hosts use. Nothing in them is reachable from outside the machine, so addresses
that are public elsewhere can stand for public ones here."""

import contextlib
import os
import shutil

from harness import network as networks
from harness.cases import Skip, need_program

NAT_ADDRESS = "203.0.113.7"


def topology(world):
    if os.geteuid() != 0 or not shutil.which("ip"):
        raise Skip("network namespaces need root and iproute2")
    return world.own(networks.Topology())


class PeerNetwork:
    """client -- server -- peer; the peer has a public and a private address in both families."""

    server_address, client_address = "11.22.33.1", "11.22.33.2"
    relay, relay_v6 = "11.22.44.1", "2600:44::1"
    public_peer, public_peer_v6 = "11.22.44.2", "2600:44::2"
    private_peer, private_peer_v6 = "10.210.2.2", "fd00:210::2"

    def __init__(self, world):
        made = topology(world)
        self.server, self.client, self.peer = (made.host(name) for name in ("srv", "cli", "peer"))
        made.link(self.client, ["11.22.33.2/24"], self.server, ["11.22.33.1/24"])
        made.link(self.server, ["11.22.44.1/24", "10.210.2.1/24", "2600:44::1/64", "fd00:210::1/64"],
                  self.peer, ["11.22.44.2/24", "10.210.2.2/24", "2600:44::2/64", "fd00:210::2/64"])


class ClientNetwork:
    """client -- server, both with private addresses; the server may stand behind a 1:1 NAT."""

    server_address, client_address = "10.210.1.1", "10.210.1.2"

    def __init__(self, world):
        made = topology(world)
        self.server, self.client = made.host("srv"), made.host("cli")
        made.link(self.client, ["10.210.1.2/24"], self.server, ["10.210.1.1/24"])


class Router:
    """A home's router: addresses inside become its own outside, and what it lets out can be narrowed."""

    def __init__(self, host, outside, symmetric):
        self.host = host
        host.shell("sysctl", "-qw", "net.ipv4.ip_forward=1")
        ports = "fully-random" if symmetric else ""
        self._nft(f"table ip nat {{ chain leaving {{ type nat hook postrouting priority srcnat;"
                  f" oifname {outside} masquerade {ports}; }}; }}")

    def _nft(self, words):
        self.host.shell("nft", words)

    def let_out_only(self, *rules):
        """Drops what goes out, but for these ("tcp dport 443") and what belongs to it."""
        allowed = " ".join(f"{rule} accept;" for rule in ("ct state established,related", *rules))
        self._nft("table ip firewall { chain forwarding { type filter hook forward priority filter; policy drop; "
                  f"{allowed} }}; }}")

    @contextlib.contextmanager
    def cut(self, rule):
        """Meanwhile a rule ("tcp dport 443 reject with tcp reset") meets also what has begun already."""
        self._nft(f"table ip cut {{ chain forwarding {{ type filter hook forward priority -10; {rule}; }}; }}")
        try:
            yield
        finally:
            self._nft("delete table ip cut")


class TwoHomes:
    """ann -- ann_router -- internet -- ben_router -- ben, and the server on the internet. Ann's router keeps ports as
    routers at home do; Ben's draws a new one for each destination (symmetric), so that nobody reaches him whom he has
    not written to before, and no way leads from one home into the other but by a relay."""

    server_address, ann_public, ben_public, bystander_address = "11.22.33.1", "11.22.61.2", "11.22.62.2", "11.22.63.2"
    ann_address, ben_address = "192.168.1.2", "192.168.2.2"

    def __init__(self, world):
        need_program("nft")
        made = topology(world)
        self.internet, self.server, self.bystander = made.host("net"), made.host("srv"), made.host("by")
        self.internet.shell("sysctl", "-qw", "net.ipv4.ip_forward=1")
        for host, network in ((self.server, "11.22.33"), (self.bystander, "11.22.63")):
            own = 1 if host is self.server else 2
            made.link(self.internet, [f"{network}.254/24"], host, [f"{network}.{own}/24"])
            host.command("route", "add", "default", "via", f"{network}.254")
        self.ann, self.ann_router, self._ann_link = self._home(made, "ann", "192.168.1", "11.22.61", symmetric=False)
        self.ben, self.ben_router, _link = self._home(made, "ben", "192.168.2", "11.22.62", symmetric=True)

    def _home(self, made, name, inside, outside, symmetric):
        person, router = made.host(name), made.host(f"{name}-r")
        plug = made.link(router, [f"{inside}.1/24"], person, [f"{inside}.2/24"])
        person.command("route", "add", "default", "via", f"{inside}.1")
        link = made.link(router, [f"{outside}.2/24"], self.internet, [f"{outside}.254/24"])
        router.command("route", "add", "default", "via", f"{outside}.254")
        return person, Router(router, link, symmetric), plug

    def unplug_ann(self):
        self.ann.command("link", "set", self._ann_link, "down")
        self.ann.command("addr", "flush", "dev", self._ann_link)

    def plug_in_ann(self, address):
        self.ann.command("addr", "add", f"{address}/24", "dev", self._ann_link)
        self.ann.command("link", "set", self._ann_link, "up")
        self.ann.command("route", "add", "default", "via", "192.168.1.1")


class NattedServer:
    """server -- router -- internet (client, peer, a STUN server): the router is the server's 1:1 NAT, and its provider
    may give it another address."""

    server_address, internet_address = "10.210.5.2", "11.22.61.254"
    public_addresses = ("11.22.61.7", "11.22.61.8")

    def __init__(self, world):
        need_program("nft")
        made = topology(world)
        self.server, self.router, self.internet = (made.host(name) for name in ("srv", "nat", "net"))
        made.link(self.router, ["10.210.5.1/24"], self.server, [f"{self.server_address}/24"])
        self.server.command("route", "add", "default", "via", "10.210.5.1")
        self._outside = made.link(self.router, [f"{address}/24" for address in self.public_addresses],
                                  self.internet, [f"{self.internet_address}/24"])
        self.router.shell("sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.router.shell("nft", "table ip nat { chain entering { type nat hook prerouting priority dstnat;"
                          f" ip daddr {{ {', '.join(self.public_addresses)} }} dnat to {self.server_address}; }}; }}")
        self.be_known_as(self.public_addresses[0], first=True)

    def be_known_as(self, address, first=False):
        """What the server begins from now on leaves with this address; what has begun keeps the one that it had."""
        if not first:
            self.router.shell("nft", "delete table ip leaving")
        self.router.shell("nft", "table ip leaving { chain leaving { type nat hook postrouting priority srcnat;"
                          f" oifname {self._outside} snat to {address}; }}; }}")
