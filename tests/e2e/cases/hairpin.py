"""Two clients of one server reach each other through their relayed addresses, also behind a 1:1 NAT."""

from harness.cases import case, expect_equal
from harness.clients import connect
from harness.hosts import NAT_ADDRESS, ClientNetwork
from harness.relaying import expect_exchange
from harness.servers import Settings


def some_clients(world, external, workers=1, count=2):
    hosts = ClientNetwork(world)
    server = world.server(Settings(listen=[hosts.server_address], allow=[], external=external, workers=workers),
                          hosts.server)
    clients = [connect(world, server, hosts.client) for _ in range(count)]
    for client in clients:
        client.allocate()
    return clients


@case("two clients exchange traffic through private relayed addresses")
def _(world):
    one, other = some_clients(world, [])
    expect_exchange(one, other)


@case("a server behind 1:1 NAT announces its external address")
def _(world):
    one, _other = some_clients(world, [f"{NAT_ADDRESS}/10.210.1.1"])
    expect_equal(one.relayed[0][0], NAT_ADDRESS, "the relayed address")
    expect_equal(one.mapped[0], "10.210.1.2", "the mapped address")


@case("two clients exchange traffic through external relayed addresses")
def _(world):
    one, other = some_clients(world, [f"{NAT_ADDRESS}/10.210.1.1"])
    expect_exchange(one, other)


@case("clients on different workers exchange traffic through external relayed addresses", only="turnpike")
def _(world):
    # The kernel spreads clients over workers by their ports: among eight neighbours some pair is split.
    clients = some_clients(world, [f"{NAT_ADDRESS}/10.210.1.1"], workers=2, count=8)
    expect_equal(len({client.relayed[0] for client in clients}), 8, "different relayed addresses")
    for one, other in zip(clients[::2], clients[1::2]):
        expect_exchange(one, other)
