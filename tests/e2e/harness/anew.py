"""What new allocations are given, asked again and again by fresh clients."""

from harness import network as networks
from harness.api import eventually
from turnclient import Refused, TurnClient


def client_at(world, host, address, port):
    """A client on `host` of the server at an address that need not be one that it listens on."""
    sock = networks.udp_socket(host, "::" if ":" in address else "0.0.0.0")
    return world.own(TurnClient(sock, (address, port), "alice", world.password, 3.0))


def relayed_anew(world, host, address, port, *attributes):
    """The relayed addresses of a fresh allocation, which ends at once; the error code where it is refused."""
    client = client_at(world, host, address, port)
    try:
        client.allocate(*attributes)
    except Refused as refused:
        return refused.code
    client.refresh(0)
    return [endpoint[0] for endpoint in client.relayed]


def expect_anew(world, wanted, *where):
    eventually(world, lambda: relayed_anew(world, *where) == wanted, f"new allocations get {wanted}", 20.0, 0.2)
