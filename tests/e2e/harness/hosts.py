"""The networks that cases with several hosts use. Nothing in them is reachable from outside the machine, so addresses
that are public elsewhere can stand for public ones here."""

import os
import shutil

from harness import network as networks
from harness.cases import Skip

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
