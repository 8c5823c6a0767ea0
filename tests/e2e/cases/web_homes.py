"""The homes that the web page's cases have people in: their routers do what the cases take for given."""

from harness import network as networks
from harness.cases import case, expect, expect_equal
from harness.hosts import TwoHomes
from turnclient import readable

PORT = 4711


class Listeners:
    """Hosts on the internet that hear datagrams: the server's and the bystander's."""

    def __init__(self, homes):
        self.sockets = [networks.udp_socket(host, address, PORT + more) for host, address, more in
                        ((homes.server, homes.server_address, 0), (homes.server, homes.server_address, 1),
                         (homes.bystander, homes.bystander_address, 0))]

    def heard_from(self, sender):
        """Where each of them sees a datagram of the sender come from."""
        for each in self.sockets:
            sender.sendto(b"out", each.getsockname())
        return [each.recvfrom(100)[1] if readable(each, 2.0) else None for each in self.sockets]

    def close(self):
        for each in self.sockets:
            each.close()


def mappings(world, host, address, listeners):
    sender = world.own(networks.udp_socket(host, address, PORT))
    return sender, listeners.heard_from(sender), listeners.heard_from(sender)


@case("of two routers one keeps a port for all destinations and one draws one for each")
def _(world):
    homes = TwoHomes(world)
    listeners = world.own(Listeners(homes))
    _sender, first, again = mappings(world, homes.ann, homes.ann_address, listeners)
    expect_equal(set(first + again), {(homes.ann_public, PORT)}, "where Ann seems to be")
    _sender, first, again = mappings(world, homes.ben, homes.ben_address, listeners)
    expect_equal({seen and seen[0] for seen in first}, {homes.ben_public}, "where Ben seems to be")
    expect_equal((len(set(first)), again), (3, first), "Ben's ports to three destinations, and those used again")


@case("datagrams from where nobody wrote to come through neither router, answers do")
def _(world):
    homes = TwoHomes(world)
    listeners = world.own(Listeners(homes))
    stranger = world.own(networks.udp_socket(homes.bystander, homes.bystander_address, PORT + 7))
    for host, address in ((homes.ann, homes.ann_address), (homes.ben, homes.ben_address)):
        sender, seen, _again = mappings(world, host, address, listeners)
        for place in set(seen):
            stranger.sendto(b"unsolicited", place)
        expect(not readable(sender, 0.3), f"{address} got what it did not ask for")
        listeners.sockets[2].sendto(b"answer", seen[2])
        expect(readable(sender, 2.0), f"{address} does not get answers")


@case("a router's firewall lets out what it is told to, and a cut ends what has begun")
def _(world):
    homes = TwoHomes(world)
    listening = world.own(networks.tcp_socket(homes.server, homes.server_address, 443))
    listening.listen()
    homes.ann_router.let_out_only("tcp dport 443")
    listeners = world.own(Listeners(homes))
    sender = world.own(networks.udp_socket(homes.ann, homes.ann_address))
    sender.sendto(b"out", listeners.sockets[0].getsockname())
    expect(not readable(listeners.sockets[0], 0.3), "a datagram came through")
    client = world.own(networks.tcp_socket(homes.ann, homes.ann_address))
    client.settimeout(5.0)
    client.connect((homes.server_address, 443))
    client.sendall(b"1")
    with homes.ann_router.cut("tcp dport 443 reject with tcp reset"):
        client.sendall(b"2")
        try:
            expect_equal(client.recv(1), b"", "what came after the cut")
        except ConnectionError:
            pass
    other = world.own(networks.tcp_socket(homes.ann, homes.ann_address))
    other.settimeout(5.0)
    other.connect((homes.server_address, 443))
