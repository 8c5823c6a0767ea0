"""Clients of rooms that mean no good: each meets its bound, and the others notice nothing."""

import json
import resource
import time

from cases.rooms_frames import Beside
from cases.rooms_socketio import POLLING, opened, post
from harness.api import eventually
from harness.cases import case, expect, expect_equal
from harness.clients import open_stream
from harness.rooms import OPEN, Native, Rooms
from harness.servers import Listener
from harness.websocket import PING, TEXT, WebSocket, frame

POLICY, TRY_LATER = 1008, 1013


@case("who does not read is closed, the others get everything, and the server does not grow", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + 'message_rate = 10000\ngrace = "1s"\n')
    slow = rooms.enter("lobby", "slow", connection={"buffer": 4096})
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    begin = rooms.server.resident_bytes()
    ann.expect_peer("ben")
    sent, gone, worst = 0, None, 0
    text = "x" * 50_000
    while gone is None and sent < 600:
        ann.send("signal", data=[sent, text])
        sent += 1
        while (message := ben.get(5.0)) and message["type"] == "peer-left":
            gone = message
        expect(message and message["data"][0] == sent - 1, f"ben has not got message {sent - 1} but {message}")
        worst = max(worst, rooms.server.resident_bytes() - begin)
        if sent % 20 == 0 and not rooms.members("lobby").get("slow", {"connected": False})["connected"]:
            break
    gone = gone or ben.next("peer-left")
    expect(gone["userId"] == "slow" and gone["reason"] in ("disconnected", "overflow"), f"who has left: {gone}")
    expect(sent < 600, f"{sent} messages of 50 KB wait for who does not read")
    expect(worst < (300 if world.sanitized else 24) << 20, f"the server has grown by {worst >> 20} MiB")
    code = slow.close_code(10.0)
    expect(code in (POLICY, None), f"the slow reader is closed with {code}")


@case("who does not poll is closed as who does not read", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "message_rate = 10000\n")
    place = opened(rooms)
    expect_equal(post(rooms, place, '420["join-room","lobby","sam"]'), 200, "status of joining")
    ann = rooms.enter("lobby", "ann")
    for _ in range(20):  # a megabyte, four times what may wait
        ann.send("signal", data="x" * 50_000)
    ann.expect_left("sam", "disconnected")
    expect_equal(rooms.call("GET", place).status, 400, "status of a poll that comes too late")


@case("a flood of messages is refused, and who goes on with it is closed with 1008", only="turnpike")
def _(world):
    rooms = Rooms(world)
    beside = Beside(rooms)
    flood = rooms.enter("lobby", "flood")
    ear = rooms.enter("lobby", "ear")
    flood.expect_peer("ear")
    flood.socket.send_raw(frame(TEXT, b'{"type":"signal","data":1}') * 5000)
    codes = []
    while (message := flood.get(5.0)) is not None:
        codes.append(message["code"])
    expect(90 <= len(codes) <= 110 and set(codes) == {"rate-limited"}, f"{len(codes)} errors: {set(codes)}")
    expect_equal(flood.socket.closed_with and flood.socket.closed_with[0], POLICY, "the close code")
    heard = 0
    while (message := ear.get(0.3)) is not None:
        heard += message["type"] == "signal"
    expect(490 <= heard <= 560, f"{heard} of 5,000 were heard")
    beside.go_on()


@case("a client that sends nonsense without end is closed with 1008", only="turnpike")
def _(world):
    rooms = Rooms(world)
    beside = Beside(rooms)
    for text in (b"{", b'{"type":"fly"}', b'{"type":"signal","data":1}'):  # the last one: it is in no room
        client = rooms.connect()
        client.socket.send_raw(frame(TEXT, text) * 3000)
        expect_equal(client.close_code(), POLICY, f"the close code of who sends {text}")
        beside.go_on()


def answers(client):
    client.send("ping")
    return client.get()["type"] == "pong"


@case("an address has so many clients, and the next is told so and closed with 1013", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "clients_per_address = 3\n")
    clients = [rooms.connect(), rooms.enter("lobby", "b"), rooms.peerjs("pia")]
    late = rooms.dial()
    text, seen = late.receive(), []
    while text is not None:
        seen.append(json.loads(text))
        text = late.receive()
    expect_equal([m["code"] for m in seen if m["type"] == "error"], ["rate-limited"], f"the error among {seen}")
    expect_equal(late.close_code(), TRY_LATER, "the close code")
    expect_equal(rooms.call("GET", POLLING).status, 503, "status of one that would poll")
    rooms.connect(address="127.0.0.2")
    clients[0].socket.close()
    eventually(world, lambda: answers(rooms.connect()), "a place for the next")


@case("behind a proxy each client counts for its own address", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "clients_per_address = 2\n", more=[Listener("tcp", proxies=["127.0.0.0/8"]),
                                                                   Listener("tls")])
    served = []
    for i in range(4):
        sock = world.own(open_stream(rooms.server))
        sock.sendall(f"PROXY TCP4 192.0.2.{1 + i // 3} 198.51.100.1 {2000 + i} 80\r\n".encode())
        served.append(answers(Native(WebSocket(sock, rooms.host()))))
    expect_equal(served, [True, True, False, True], "whether each is served")


@case("a room has so many members, and an address so many rooms", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "max_members = 2\nrooms_per_address = 2\n")
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    late = rooms.connect()
    expect_equal(late.refusal("join-room", roomId="lobby", userId="cleo"), "room-full", "a third member")
    late.join("attic", "cleo")
    expect(rooms.connect().refusal("join-room", roomId="cellar") in ("rate-limited", "room-full"), "a third room")
    rooms.enter("attic", "dan")  # one that is there is open
    rooms.enter("cellar", "eve", connection={"address": "127.0.0.2"})
    ben.send("leave-room")
    ann.expect_left("ben", "left")
    rooms.enter("lobby", "fay")
    # Under a user id that is there it is no new member.
    rooms.enter("lobby", "fay")


DEEP = 10_000
ABSURD = {
    "10,000 arrays": b'{"type":"signal","data":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "10,000 arrays without end": b'{"type":"signal","data":' + b"[" * DEEP,
    "10,000 objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "33 arrays": b'{"type":"signal","data":' + b"[" * 33 + b"]" * 33 + b"}",
    "a room id of 60 KB": b'{"type":"join-room","roomId":"' + b"x" * 60_000 + b'"}',
    "a room id of 65 bytes": b'{"type":"join-room","roomId":"' + b"x" * 65 + b'"}',
    "a user id of 65 bytes": b'{"type":"join-room","roomId":"a","userId":"' + b"x" * 65 + b'"}',
    "a name of 129 bytes": b'{"type":"join-room","roomId":"a","name":"' + b"x" * 129 + b'"}',
    "a name with a line feed": b'{"type":"join-room","roomId":"a","name":"b\\nc"}',
    "a room id that is null": b'{"type":"join-room","roomId":null,"userId":{}}',
    "a lone surrogate": b'{"type":"join-room","roomId":"\\ud800"}',
    "a number for a type": b'{"type":1e999}',
    "a lastSeq below zero": b'{"type":"join-room","roomId":"a","resume":"x","lastSeq":-1}',
    "a lastSeq beyond 64 bits": b'{"type":"join-room","roomId":"a","resume":"x","lastSeq":18446744073709551616}',
    "five thousand members": b"{" + b",".join(b'"k%d":1' % i for i in range(5000)) + b"}",
    "a ref of 10 KB": b'{"type":"chat","ref":"' + b"x" * 10_000 + b'"}',
}


@case("deep, long and absurd messages get bad-message, and nothing else happens", only="turnpike")
def _(world):
    rooms = Rooms(world)
    beside = Beside(rooms)
    for what, text in ABSURD.items():
        client = rooms.connect()
        client.socket.send(text.decode())
        error = client.next("error")
        expect_equal(error["code"], "bad-message", f"the error of {what}")
        expect(len(json.dumps(error)) < 500, f"the error of {what} is long: {error}")
        client.send("ping")
        client.next("pong")
        beside.go_on()
    ok = rooms.enter("ä" * 32, "b" * 64, name="c" * 128)
    expect_equal(ok.joined["roomId"], "ä" * 32, "the longest room id")


@case("a thousand sockets that join at once are served, and their places are gone with them", only="turnpike",
      seconds=90, alone=True)
def _(world):
    count = 300 if world.sanitized else 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    rooms = Rooms(world, OPEN + f"clients_per_address = {count}\nrooms_per_address = {count}\ngrace = \"1s\"\n")
    beside = Beside(rooms)
    crowd = [rooms.dial(behind=frame(TEXT, json.dumps(
        {"type": "join-room", "roomId": f"r{i // 3}", "userId": str(i)}).encode())) for i in range(count - 2)]
    joined = 0
    for each in crowd:
        deadline = time.monotonic() + 10.0
        while (text := each.receive(deadline - time.monotonic())) and json.loads(text)["type"] != "joined":
            pass
        joined += text is not None
    expect_equal(joined, count - 2, "who has joined")
    beside.go_on()
    each_costs = rooms.server.resident_bytes() / count
    for each in crowd[::2]:
        each.reset()
    for each in crowd[1::2]:
        each.send_raw(frame(PING))
        each.close()
    eventually(world, lambda: [room["id"] for room in rooms.admin("GET", "/api/v1/rooms").json()["rooms"]] == [
        "beside"], "the end of the crowd's rooms", 5.0)
    expect(world.sanitized or each_costs < 100 << 10, f"{each_costs / 1024:.0f} KiB of the server for each client")
    beside.go_on()
