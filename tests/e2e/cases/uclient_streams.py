"""coturn's client over TCP, TLS and DTLS, and with TCP relayed (RFC 6062)."""

from cases.uclient import expect_all_relayed, uclient
from harness.cases import case
from harness.relaying import stream_server

TRANSPORTS = {"TCP": ["-t"], "TLS": ["-t", "-S"], "DTLS": ["-S"]}
WAYS = {"channels": [], "indications": ["-s"]}


def relayed(world, flags, **settings):
    """TLS and DTLS are served on the ports of TCP and UDP, since there is a certificate."""
    server, _authority = stream_server(world, ["tcp"], **settings)
    expect_all_relayed(uclient(world, server, "-y", "-c", "-m", "2", *flags))


def register(transport, way):
    # coturn itself loses some of uclient's messages over TLS.
    @case(f"uclient over {transport} relays with {way}", only="turnpike" if transport == "TLS" else "")
    def _(world):
        relayed(world, TRANSPORTS[transport] + WAYS[way])


for each in TRANSPORTS:
    for how in WAYS:
        register(each, how)


@case("uclient over TCP takes an even port and a reservation token for RTCP")
def _(world):
    server, _authority = stream_server(world, ["tcp"])
    expect_all_relayed(uclient(world, server, "-y", "-m", "2", "-t"))


@case("uclient over TCP relays messages of odd lengths, in padded ChannelData")
def _(world):
    relayed(world, ["-t", "-l", "101"])


@case("twenty of uclient's clients over TLS on two workers", alone=True, only="turnpike")
def _(world):
    server, _authority = stream_server(world, ["tcp"], workers=2)
    expect_all_relayed(uclient(world, server, "-y", "-c", "-m", "20", "-l", "1200", "-t", "-S", messages=50))


@case("twenty of uclient's clients over DTLS on two workers", alone=True)
def _(world):
    server, _authority = stream_server(world, ["tcp"], workers=2)
    expect_all_relayed(uclient(world, server, "-y", "-c", "-m", "20", "-l", "1200", "-S", messages=50))


# uclient connects to its own relayed addresses, which are ports of the server.
TCP_RELAY = {"tcp_peer_ports": ["1024-65535"]}


@case("uclient relays TCP")
def _(world):
    relayed(world, ["-T"], **TCP_RELAY)


@case("uclient relays TCP over TLS")
def _(world):
    relayed(world, ["-T", "-S"], **TCP_RELAY)


@case("uclient relays TCP across workers", alone=True)
def _(world):
    server, _authority = stream_server(world, ["tcp"], workers=2, **TCP_RELAY)
    expect_all_relayed(uclient(world, server, "-y", "-c", "-m", "10", "-T", messages=50))


@case("uclient's broken messages over TCP leave the server in order", seconds=100)
def _(world):
    server, _authority = stream_server(world, ["tcp"])
    uclient(world, server, "-y", "-c", "-R", "-t", seconds=30)  # what it breaks is random, so its loss says nothing
    expect_all_relayed(uclient(world, server, "-y", "-c", "-t"))
