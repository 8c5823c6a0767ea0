"""tshark, a reader of STUN that shares nothing with us, finds nothing malformed in captured sessions."""

import signal
import time

from cases.uclient import expect_all_relayed, uclient
from harness import browser, network as networks
from harness.cases import case, expect, need_program
from harness.hosts import ClientNetwork
from harness.servers import Settings
from stunmessage import ALLOCATE, REALM, REQUEST, Malformed, attribute, build, parse

# Everything else stays opaque: tshark takes one or the other encrypted media packet for a protocol of old (COTP, say),
# and then calls that malformed.
PROTOCOLS = ["frame", "sll", "eth", "ip", "ipv6", "icmp", "icmpv6", "udp", "stun", "turnchannel", "dtls", "data"]

MALFORMED, BAD_FINGERPRINT = "_ws.malformed", "stun.att.crc32.status == 0"


class Capture:
    """All UDP on all interfaces of a host, loopback included: two clients of one server meet there."""

    def __init__(self, world, host, server):
        need_program("tshark")
        self.world, self.server = world, server
        self.file = world.folder / "session.pcapng"
        self.file.touch()
        self.child = world.start(["dumpcap", "-i", "any", "-f", "udp", "-q", "-w", self.file], "dumpcap", network=host)
        expect(self.child.wait_for_text("File:", 10), f"dumpcap did not begin:\n{self.child.text()}")

    def stop(self):
        time.sleep(1.0)  # the kernel hands over what it captured in blocks, the last one after a while
        self.child.stop(number=signal.SIGINT)

    def count(self, display_filter):
        return len(self.lines(display_filter))

    def lines(self, display_filter, *more):
        argv = ["tshark", "-n", "-r", self.file, "--disable-protocol", "ALL"]
        argv += [word for name in PROTOCOLS for word in ("--enable-protocol", name)]
        argv += ["-d", f"udp.port=={self.server.port},stun", "-Y", display_filter, *more]
        outcome = self.world.run(argv, 60)
        expect(outcome.code == 0, f"tshark ended with {outcome.code}:\n{outcome.text}")
        return [line for line in outcome.text.splitlines() if not line.startswith("Running as user")]

    def expect_well_formed(self):
        for trouble in (MALFORMED, BAD_FINGERPRINT, "_ws.short", "stun && _ws.expert.severity >= 6291456"):
            guilty = self.lines(trouble)
            expect(not guilty, f"{trouble} in {len(guilty)} packets:\n" + "\n".join(guilty[:10]))
        broken = self.broken_messages()
        expect(not broken, f"{len(broken)} messages break RFC 8489, the first: {broken[:1]}")

    def broken_messages(self):
        """tshark forgives an attribute that reaches past the end; our own reader does not, and padding must be zero."""
        datagrams = map(bytes.fromhex, self.lines("stun.type", "-T", "fields", "-e", "udp.payload"))
        return [d.hex() for d in datagrams if d[0] < 4 and not is_strict(d)]


def is_strict(datagram):
    try:
        message = parse(datagram)
    except Malformed:
        return False
    return build_again(message) == datagram


def build_again(message):
    """The message from its attributes, with zero padding."""
    return message.raw[:20] + b"".join(attribute(kind, value) for kind, value in message.attributes)


def start(world):
    hosts = ClientNetwork(world)
    server = world.server(Settings(listen=[hosts.server_address], allow=[]), hosts.server)
    return hosts, server, Capture(world, hosts.server, server)


def expect_messages(capture, *filters):
    for each in filters:
        expect(capture.count(each) > 0, f"the capture holds nothing of {each}: it shows nothing")


# stun.type, RFC 8489 section 5: Allocate success and error, Refresh, CreatePermission and ChannelBind success.
ALLOCATE_SUCCESS, ALLOCATE_ERROR, CREATE_PERMISSION_SUCCESS, CHANNEL_BIND_SUCCESS, DATA_INDICATION = (
    f"stun.type == {number:#06x}" for number in (0x0103, 0x0113, 0x0108, 0x0109, 0x0017))


@case("tshark finds nothing malformed in uclient sessions", seconds=120)
def _(world):
    hosts, server, capture = start(world)
    expect_all_relayed(uclient(world, server, "-y", "-m", "2", network=hosts.client))
    expect_all_relayed(uclient(world, server, "-y", "-c", "-s", network=hosts.client))
    uclient(world, server, "-y", "-c", credentials=["-u", "alice", "-w", "wrong"], network=hosts.client)
    capture.stop()
    expect_messages(capture, ALLOCATE_SUCCESS, ALLOCATE_ERROR, CHANNEL_BIND_SUCCESS, DATA_INDICATION, "stun.channel")
    capture.expect_well_formed()


@case("tshark finds nothing malformed in a Chromium session", seconds=200, alone=True, browser=True)
def _(world):
    hosts, server, capture = start(world)
    ice = [{"urls": [f"turn:{server.address}:{server.port}?transport=udp"], "username": "alice",
            "credential": world.password}]
    pages = browser.call(world, hosts.client, ice)
    capture.stop()
    browser.expect_relayed_call(pages)
    expect_messages(capture, ALLOCATE_SUCCESS, ALLOCATE_ERROR, CREATE_PERMISSION_SUCCESS,
                    f"stun.channel || {DATA_INDICATION}")
    capture.expect_well_formed()


@case("a broken message in a capture is found, so that finding none means something")
def _(world):
    hosts, server, capture = start(world)
    whole = build(ALLOCATE, REQUEST, [(REALM, b"test.example")], fingerprint=True)
    reaches_past_the_end = whole[:22] + b"\x00\xff" + whole[24:]
    bad_fingerprint = whole[:-1] + bytes([whole[-1] ^ 1])
    with networks.udp_socket(hosts.client, hosts.client_address) as sender:
        for datagram in (reaches_past_the_end, bad_fingerprint):
            sender.sendto(datagram, (server.address, server.port))
        server.wait_until_ready()
    capture.stop()
    expect(capture.count(BAD_FINGERPRINT) == 1, "the wrong fingerprint was not found")
    expect(capture.broken_messages() == [reaches_past_the_end.hex()], "the broken attribute was not found")
