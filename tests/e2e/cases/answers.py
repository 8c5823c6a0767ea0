"""The exact form of answers, and what gets none: a server that tells no more than it must and amplifies nothing."""

import os
import struct
import time

from harness.cases import case, expect, expect_equal
from harness.clients import connect, refusal
from harness.servers import Settings
from turnclient import (ALLOCATE, BINDING, DATA, ERROR, ERROR_CODE, INDICATION, NONCE, PASSWORD_ALGORITHMS, REALM, REQUEST,
                        REQUESTED_TRANSPORT, SUCCESS, UDP_TRANSPORT, ephemeral_credentials)
from turnclient import build, parse

ALLOCATE_BODY = [(REQUESTED_TRANSPORT, UDP_TRANSPORT)]


def raw(world, server):
    client = connect(world, server)
    client.socket.connect((server.address, server.port))
    return client


@case("a Binding success over IPv4 is 32 bytes", only="turnpike")
def _(world):
    client = raw(world, world.server(Settings()))
    client.socket.send(build(BINDING, REQUEST))
    expect_equal(len(client.receive_raw(1.0) or b""), 32, "size")


@case("the 401 challenge holds what RFC 8489 demands and nothing else", only="turnpike")
def _(world):
    client = raw(world, world.server(Settings()))
    client.socket.send(build(ALLOCATE, REQUEST, ALLOCATE_BODY))
    answer = parse(client.receive_raw(1.0) or b"")
    expect_equal(answer.error(), 401, "the code")
    expect_equal(sorted(answer.kinds()), sorted([ERROR_CODE, REALM, NONCE, PASSWORD_ALGORITHMS]), "the attributes")
    expect_equal(len(answer.get(ERROR_CODE)), 4, "the size of ERROR-CODE: no reason phrase")


@case("unknown users and wrong passwords get equal answers", only="turnpike")
def _(world):
    server = world.server(Settings())
    shapes = []
    for user, password in (("alice", "wrong"), ("nobody", "wrong")):
        client = connect(world, server, user=user, password=password)
        expect_equal(refusal(client.allocate), 401, f"for {user}")
        answer = client.exchange(build(ALLOCATE, REQUEST, ALLOCATE_BODY))
        shapes.append([(kind, len(value)) for kind, value in answer.attributes])
    expect_equal(shapes[0], shapes[1], "attributes and sizes")


@case("responses, indications and wrong cookies get silence")
def _(world):
    client = raw(world, world.server(Settings()))
    wrong_cookie = bytearray(build(BINDING, REQUEST))
    wrong_cookie[4] ^= 0xFF
    silent = [build(BINDING, SUCCESS), build(BINDING, ERROR), build(ALLOCATE, SUCCESS), build(ALLOCATE, ERROR),
              build(BINDING, INDICATION), build(DATA, INDICATION), bytes(wrong_cookie), b"", b"\x00" * 20,
              struct.pack("!HH", 0x4000, 4) + b"data", b"\x16\xfe\xfd" + bytes(60), b"\xff" * 40]
    for datagram in silent:
        client.socket.send(datagram)
    answer = client.receive_raw(0.7)
    expect(answer is None, f"answered {answer!r}")


@case("a server's own answers sent back to it start no loop")
def _(world):
    client = raw(world, world.server(Settings()))
    client.socket.send(build(BINDING, REQUEST))
    client.socket.send(build(ALLOCATE, REQUEST, ALLOCATE_BODY))
    answers = [client.receive_raw(1.0), client.receive_raw(1.0)]
    expect(all(answers), "the requests were not answered")
    for answer in answers:
        client.socket.send(answer)
    expect(client.receive_raw(0.7) is None, "an answer was answered")


@case("error answers are rationed to about ten a second for one source", only="turnpike")
def _(world):
    server = world.server(Settings(errors_per_second=None))
    client = raw(world, server)
    started, answers = time.monotonic(), 0
    for _ in range(400):
        client.socket.send(build(ALLOCATE, REQUEST, ALLOCATE_BODY))
        answers += client.receive_raw(0.005) is not None
    took = time.monotonic() - started
    expect(1 <= answers <= 10 * (took + 2), f"{answers} answers in {took:.2f} s")
    expect(client.binding().message_class == SUCCESS, "Binding is rationed too")


@case("an Allocate without authentication leaves no relay port open", only="turnpike")
def _(world):
    server = world.server(Settings(ports="20000-20003"))
    client = raw(world, server)
    for _ in range(200):
        client.socket.send(build(ALLOCATE, REQUEST, ALLOCATE_BODY, os.urandom(12)))
        client.receive_raw(0.05)
    allocated = [connect(world, server) for _ in range(4)]
    for each in allocated:
        each.allocate()


@case("an expired ephemeral credential is refused")
def _(world):
    server = world.server(Settings(users={}))
    user, password = ephemeral_credentials(world.secret, seconds=-10)
    expect_equal(refusal(connect(world, server, user=user, password=password).allocate), 401, "Allocate")


@case("a valid ephemeral credential is accepted")
def _(world):
    server = world.server(Settings(users={}))
    user, password = ephemeral_credentials(world.secret, user="a:colon@example.org")
    expect_equal(refusal(connect(world, server, user=user, password=password).allocate), 0, "Allocate")


@case("a retransmitted Allocate gets the same relayed address and takes no second port", only="turnpike")
def _(world):
    server = world.server(Settings(ports="20000-20001"))
    client = connect(world, server)
    client.allocate()
    first = client.relayed
    client.refresh(0)
    transaction = os.urandom(12)
    relayed = []
    for _ in range(3):
        answer = client.request(ALLOCATE, ALLOCATE_BODY, transaction=transaction)
        relayed.append(answer.address(0x0016))
    expect_equal(len(set(relayed)), 1, f"relayed addresses (the one before was {first})")
    connect(world, server).allocate()



@case("the port of a deleted allocation is free for the next one", only="turnpike")
def _(world):
    server = world.server(Settings(ports="20000-20001"))
    other = connect(world, server)
    other.allocate()
    freed = 20001 - (other.relayed[0][1] - 20000)
    for _ in range(20):
        client = connect(world, server)
        client.allocate()
        expect_equal(client.relayed[0][1], freed, "the port")
        expect_equal(refusal(connect(world, server).allocate), 508, "a third Allocate")
        client.refresh(0)
