"""coturn's own clients against the server, over UDP on loopback."""

import os
import re

from harness import network as networks
from harness.cases import Skip, case, expect, expect_equal, need_program
from harness.servers import Settings

LOSS = re.compile(r"Total lost packets (\d+) \(")
COUNTS = re.compile(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)\n")


# uclient draws channel numbers from RFC 5766's range, 0x4000-0x7FFF. RFC 8656 ends it at 0x4FFF, and a server must refuse
# the rest; so uclient draws from the range that both know.
CHANNELS_OF_RFC_8656 = """
#include <sys/random.h>
int RAND_bytes(unsigned char *out, int size) {
  if (getrandom(out, size, 0) != size) return 0;
  if (size == sizeof(long)) out[1] &= 0xcf; /* one random number: without these bits below 0x1000 modulo 0x4000 */
  return 1;
}
long random(void) { /* in the negative tests */
  long drawn = 0;
  return RAND_bytes((unsigned char *)&drawn, sizeof drawn) ? drawn & 0x7fffffff : 0;
}
"""


def uclient_environment(world):
    shim = world.folder / "channels.so"
    if not shim.exists():
        source = world.folder / "channels.c"
        source.write_text(CHANNELS_OF_RFC_8656)
        built = world.run([need_program("cc"), "-shared", "-fPIC", "-O1", "-o", shim, source], 30)
        expect_equal(built.code, 0, f"exit code of cc, it said:\n{built.text}\n")
    return {**os.environ, "LD_PRELOAD": str(shim)}


def uclient(world, server, *flags, credentials=None, address=None, messages=20, network=None, seconds=40):
    """Runs turnutils_uclient. Without credentials: the static user."""
    need_program("turnutils_uclient")
    credentials = credentials or ["-u", "alice", "-w", world.password]
    argv = ["turnutils_uclient", *flags, *credentials, "-p", server.port, "-n", messages, "-z", "10",
            address or server.address]
    return world.run(argv, seconds, network, env=uclient_environment(world))


def expect_all_relayed(outcome, at_least=1):
    expect_equal(outcome.code, 0, f"exit code of uclient, which said:\n{outcome.text}\n")
    loss = LOSS.search(outcome.text)
    expect(loss and loss.group(1) == "0", f"loss is not 0:\n{outcome.text}")
    sent, received = map(int, COUNTS.findall(outcome.text)[-1])
    expect(sent == received >= at_least, f"sent {sent}, received {received}:\n{outcome.text}")


def run_pair(world, *flags, settings=None, **kwargs):
    """uclient's client-to-client mode: both ends are relayed by the server under test."""
    server = world.server(settings or Settings())
    expect_all_relayed(uclient(world, server, "-y", *flags, **kwargs))


@case("uclient relays between two of its own clients through channels")
def _(world):
    run_pair(world, "-c", "-m", "2")


@case("uclient relays with Send and Data indications")
def _(world):
    run_pair(world, "-s", "-c", "-m", "2")


@case("uclient takes an even port and a reservation token for RTCP")
def _(world):
    run_pair(world, "-m", "2")


@case("uclient relays with channels to a peer of its own")
def _(world):
    relay_to_peer(world)


@case("uclient relays with indications to a peer of its own")
def _(world):
    relay_to_peer(world, "-s")


def relay_to_peer(world, *flags):
    need_program("turnutils_peer")
    server = world.server(Settings())
    port = networks.free_port()
    world.start(["turnutils_peer", "-L", "127.0.0.1", "-p", port], "peer")
    expect_all_relayed(uclient(world, server, "-c", "-e", "127.0.0.1", "-r", port, *flags))


@case("uclient relays over IPv6 for an IPv6 client")
def _(world):
    need_ipv6()
    run_pair(world, "-x", "-c", settings=Settings(listen=["::1"]))


@case("uclient relays over IPv6 for an IPv4 client")
def _(world):
    need_ipv6()
    run_pair(world, "-x", "-c", settings=Settings(relay=["127.0.0.1", "::1"]))


@case("uclient relays over IPv4 for an IPv6 client")
def _(world):
    need_ipv6()
    run_pair(world, "-X", "-c", settings=Settings(listen=["::1"], relay=["127.0.0.1", "::1"]))


@case("uclient makes dual allocations")
def _(world):
    need_ipv6()
    run_pair(world, "-Z", settings=Settings(relay=["127.0.0.1", "::1"]))


@case("uclient relays with ephemeral credentials")
def _(world):
    run_pair(world, "-c", credentials=["-u", "alice", "-W", world.secret], settings=Settings(users={}))


@case("uclient's ephemeral credentials hold under any of several secrets", only="turnpike")
def _(world):
    settings = Settings(secrets=["a-secret-of-the-south-4567", "a-secret-of-the-north-0123"])
    run_pair(world, "-c", credentials=["-u", "alice", "-W", world.secret], settings=settings)


@case("uclient relays with DONT-FRAGMENT")
def _(world):
    run_pair(world, "-g", "-c")


@case("uclient relays with padded ChannelData")
def _(world):
    run_pair(world, "-D", "-c", "-l", "101")


@case("uclient relays with extra permission and channel requests")
def _(world):
    run_pair(world, "-G", "-c")


@case("uclient relays messages of 1400 bytes for twenty clients", alone=True)
def _(world):
    run_pair(world, "-c", "-m", "20", "-l", "1400", messages=50, settings=Settings(workers=2))


@case("uclient's negative tests cost its traffic nothing")
def _(world):
    run_pair(world, "-N", "-c")


@case("uclient's broken messages leave the server in order", seconds=100)
def _(world):
    server = world.server(Settings())
    # What uclient breaks is random, so its own loss says nothing here.
    uclient(world, server, "-y", "-c", "-R", seconds=30)
    expect(server.child.running() and server.answers(1.0), "the server no longer answers")
    expect_all_relayed(uclient(world, server, "-y", "-c"))


@case("uclient with a wrong password is refused")
def _(world):
    server = world.server(Settings())
    outcome = uclient(world, server, "-y", "-c", credentials=["-u", "alice", "-w", "wrong"])
    expect(outcome.code not in (0, None), f"it got through:\n{outcome.text}")


@case("uclient with a wrong secret is refused")
def _(world):
    server = world.server(Settings(users={}))
    outcome = uclient(world, server, "-y", "-c", credentials=["-u", "alice", "-W", "wrong"])
    expect(outcome.code not in (0, None), f"it got through:\n{outcome.text}")


@case("stunclient learns its address")
def _(world):
    need_program("turnutils_stunclient")
    server = world.server(Settings())
    outcome = world.run(["turnutils_stunclient", "-p", server.port, server.address], 20)
    expect_equal(outcome.code, 0, f"exit code of stunclient, which said:\n{outcome.text}\n")
    expect(re.search(r"UDP reflexive addr: 127\.0\.0\.1:\d+", outcome.text), f"no address:\n{outcome.text}")


@case("rfc5769check accepts its vectors")
def _(world):
    need_program("turnutils_rfc5769check")
    outcome = world.run(["turnutils_rfc5769check"], 20)
    expect_equal(outcome.code, 0, f"exit code, it said:\n{outcome.text}\n")
    expect("success" in outcome.text.lower() and "failure" not in outcome.text.lower(), outcome.text)


def need_ipv6():
    try:
        networks.udp_socket(None, "::1").close()
    except OSError as error:
        raise Skip(f"no IPv6 on loopback: {error}") from error
