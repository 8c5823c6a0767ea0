"""A hundred thousand hostile datagrams beside a running call."""

import os
import random
import struct
import time

from cases.uclient import COUNTS, need_program, uclient_environment
from harness import network as networks
from harness.cases import case, expect
from harness.clients import connect
from harness.servers import Settings
from turnclient import (ALLOCATE, BINDING, CHANNEL_BIND, COOKIE, CREATE_PERMISSION, INDICATION, LIFETIME, NONCE, REALM,
                        REFRESH, REQUEST, REQUESTED_TRANSPORT, SEND, UDP_TRANSPORT, USERNAME, XOR_PEER_ADDRESS)
from turnclient import build, xor_address

DATAGRAMS = 100_000
MESSAGES = 500
LOSS, SANITIZED_LOSS = 0.005, 0.05
SOURCES = 32
RESIDENT_GROWTH, SANITIZED_GROWTH = 32 << 20, 512 << 20


def truncated(rng, valid):
    return valid[:rng.randrange(len(valid))]


def misaligned(rng, valid):
    """Lengths that are no multiple of four, or larger or smaller than what is there."""
    return valid[:2] + struct.pack("!H", rng.randrange(65536)) + valid[4:]


def oversized(rng, valid):
    return valid + rng.randbytes(rng.choice([1, 3, 4, 1500, 9000, 60000]))


def noise(rng, _valid):
    return rng.randbytes(rng.randrange(1, 1500))


def cookie_and_noise(rng, _valid):
    body = rng.randbytes(rng.randrange(0, 64) * 4)
    return struct.pack("!HHI", rng.randrange(0x4000), len(body), COOKIE) + rng.randbytes(12) + body


def broken_attribute(rng, valid):
    """One attribute's length field says something else."""
    at = 22 if len(valid) > 24 else 2
    return valid[:at] + struct.pack("!H", rng.randrange(65536)) + valid[at + 2:]


def flipped(rng, valid):
    changed = bytearray(valid)
    for _ in range(rng.randrange(1, 8)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def channel_noise(rng, _valid):
    return struct.pack("!HH", rng.randrange(0x4000, 0x5000), rng.randrange(65536)) + rng.randbytes(rng.randrange(200))


def as_response(rng, valid):
    return bytes([valid[0] | 1, valid[1] | rng.choice([0, 0x10])]) + valid[2:]


def many_attributes(rng, _valid):
    body = struct.pack("!HH", rng.choice([0x7FFF, USERNAME, 0xFFFF]), 0) * rng.randrange(1, 300)
    return struct.pack("!HHI", 0x0003, len(body), COOKIE) + rng.randbytes(12) + body


MUTATIONS = [truncated, misaligned, oversized, noise, cookie_and_noise, broken_attribute, flipped, channel_noise,
             as_response, many_attributes]


def forged_messages():
    """Requests in good form from somebody without an account."""
    transaction = os.urandom(12)
    peer = (XOR_PEER_ADDRESS, xor_address(("127.0.0.1", 9), transaction))
    account = [(USERNAME, b"alice"), (REALM, b"test.example"), (NONCE, b"obMatJos2AAAA" + bytes(32))]
    allocate = [(REQUESTED_TRANSPORT, UDP_TRANSPORT)]
    plain = [(BINDING, REQUEST, []), (ALLOCATE, REQUEST, allocate), (SEND, INDICATION, [peer, (0x13, bytes(100))])]
    signed = [(ALLOCATE, allocate), (REFRESH, [(LIFETIME, bytes(4))]), (CREATE_PERMISSION, [peer]),
              (CHANNEL_BIND, [(0x0C, b"\x40\0\0\0"), peer])]
    return ([build(m, c, a, transaction) for m, c, a in plain] +
            [build(m, REQUEST, a + account, transaction, key=b"wrong key") for m, a in signed])


def bombard(server, seconds):
    """Sends from many ports, as fast as one process can; returns how many went out. Prints its seed, so that a failure can
    be run again."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    valid = forged_messages()
    sockets = [networks.udp_socket(None, "127.0.0.1") for _ in range(SOURCES)]
    for each in sockets:
        each.setblocking(False)
        each.connect((server.address, server.port))
    sent, deadline = 0, time.monotonic() + seconds
    while sent < DATAGRAMS and time.monotonic() < deadline:
        base = valid[rng.randrange(len(valid))]
        datagram = base if rng.random() < 0.1 else MUTATIONS[rng.randrange(len(MUTATIONS))](rng, base)
        try:
            sockets[rng.randrange(SOURCES)].send(datagram[:65000])
        except OSError:
            pass  # refused or no room: what the server does with the rest is the point
        sent += 1
    for each in sockets:
        each.close()
    return sent


@case("a hundred thousand hostile datagrams hardly disturb a running call", seconds=150, alone=True)
def _(world):
    need_program("turnutils_uclient")
    server = world.server(Settings(errors_per_second=None))
    before = server.resident_bytes()
    call = world.start(["turnutils_uclient", "-y", "-c", "-m", "2", "-n", MESSAGES, "-z", "20", "-u", "alice", "-w",
                        world.password, "-p", server.port, server.address], "call", env=uclient_environment(world))
    expect(call.wait_for_text("tot_send_msgs=0", 5), f"the call did not begin:\n{call.text()}")
    sent = bombard(server, 60)
    expect(sent == DATAGRAMS, f"only {sent} datagrams went out in time")
    expect(call.running(), f"the call was over before the datagrams were: it shows nothing\n{call.text()}")
    code = call.wait(60)
    expect(server.child.running(), f"the server ended with {server.child.wait(1)}")
    grown = server.resident_bytes() - before
    expect(grown < (SANITIZED_GROWTH if world.sanitized else RESIDENT_GROWTH), f"it grew by {grown >> 20} MiB")
    expect(server.answers(2.0), "no answer to a Binding request")
    connect(world, server).allocate()
    expect_hardly_disturbed(code, call.text(), SANITIZED_LOSS if world.sanitized else LOSS)


def expect_hardly_disturbed(code, text, most):
    """The flood comes as fast as a core can send: a packet that meets a full queue of the kernel is nobody's fault."""
    expect(code == 0, f"uclient ended with {code}:\n{text}")
    sent, received = map(int, COUNTS.findall(text)[-1])
    expect(sent >= 2 * MESSAGES, f"only {sent} messages were sent:\n{text}")
    expect(received >= sent * (1 - most), f"{sent - received} of {sent} messages were lost:\n{text}")
