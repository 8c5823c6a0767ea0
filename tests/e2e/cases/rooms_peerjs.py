"""PeerServer's protocol in plain frames, as reference clients and old versions of them speak it."""

import json
import re
import time

from harness.cases import case, expect, expect_equal
from harness.rooms import OPEN, Rooms

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def offer(connection):
    return {"sdp": {"type": "offer", "sdp": "v=0"}, "type": "data", "connectionId": connection, "metadata": None,
            "label": connection, "reliable": False, "serialization": "binary"}


def opened(rooms, user, **how):
    client = rooms.peerjs(user, **how)
    expect_equal(client.next("OPEN"), {"type": "OPEN"}, "the first message")
    return client


@case("the PeerJS server says what it is, gives ids, and lists nobody", only="turnpike")
def _(world):
    rooms = Rooms(world)
    for target in ("/peerjs", "/peerjs/"):
        answer = rooms.call("GET", target)
        if answer.status == 404 and target.endswith("/"):
            continue
        expect(answer.status == 200 and {"name", "description", "website"} <= set(answer.json()),
               f"{target}: {answer.status} {answer.body!r}")
    ids = set()
    for _ in range(20):
        answer = rooms.call("GET", "/peerjs/id?ts=17329420.0123&version=1.5.5", fields={"Origin": "http://a.example"})
        expect_equal(answer.status, 200, "status of id")
        expect(answer.fields["content-type"].startswith("text/html"), f"type of id: {answer.fields}")
        ids.add(answer.body.decode())
    expect(len(ids) == 20 and all(UUID.fullmatch(text) for text in ids), f"ids: {ids}")
    expect_equal(rooms.call("GET", "/peerjs/peers").status, 401, "status of peers")


@case("with discovery the PeerJS server lists who is there", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "peerjs_discovery = true\n")
    clients = [opened(rooms, name) for name in ("one", "two")]
    expect_equal(sorted(rooms.call("GET", "/peerjs/peers").json()), ["one", "two"], "peers")
    clients[0].socket.close()
    deadline = time.monotonic() + 3.0
    while rooms.call("GET", "/peerjs/peers").json() != ["two"]:
        expect(time.monotonic() < deadline, "who has left is still listed")


@case("PeerJS messages reach their destination with the true sender, and nothing else in them", only="turnpike")
def _(world):
    rooms = Rooms(world)
    one, two, three = (opened(rooms, name) for name in ("one", "two", "three"))
    for kind in ("OFFER", "ANSWER", "CANDIDATE"):
        one.send(kind, src="three", dst="two", payload=offer("dc_1"), extra="x", token="y")
        expect_equal(two.next(kind), {"type": kind, "src": "one", "dst": "two", "payload": offer("dc_1")}, kind)
    one.send("LEAVE", dst="two")
    left = two.next("LEAVE")
    expect_equal((left["src"], left["dst"]), ("one", "two"), "LEAVE")
    for text in ('{"type":"HEARTBEAT"}', '{"type":"DANCE","dst":"two"}', "{", "[]", '{"type":"OFFER"}'):
        one.socket.send(text)
    for client in (one, two, three):
        client.expect_silence()
    one.send("OFFER", dst="two", payload=offer("dc_2"))
    two.next("OFFER")


@case("PeerJS messages for who is not there wait for five seconds, then EXPIRE comes", only="turnpike")
def _(world):
    rooms = Rooms(world)
    one = opened(rooms, "one")
    began = time.monotonic()
    for connection in ("dc_1", "dc_2"):
        one.send("OFFER", dst="late", payload=offer(connection))
        one.send("OFFER", dst="never", payload=offer(connection))
    one.expect_silence(0.5)
    late = opened(rooms, "late")
    for connection in ("dc_1", "dc_2"):
        message = late.next("OFFER")
        expect_equal((message["src"], message["payload"]["connectionId"]), ("one", connection), "what was kept")
    expired = one.next("EXPIRE", 9.0)
    expect_equal((expired["src"], expired["dst"]), ("never", "one"), "EXPIRE")
    expect(4.0 < time.monotonic() - began < 8.0, f"after {time.monotonic() - began:.1f} s")
    one.expect_silence()  # one of them, not one a message
    one.send("LEAVE", dst="never")
    one.expect_silence(1.0)


@case("a PeerJS id that is live belongs to its token", only="turnpike")
def _(world):
    rooms = Rooms(world)
    one, two = opened(rooms, "one", token="mine"), opened(rooms, "two")
    thief = rooms.peerjs("one", token="another")
    taken = thief.next("ID-TAKEN")
    expect(taken["payload"]["msg"], f"no words in {taken}")
    thief.close_code()
    two.send("OFFER", dst="one", payload=offer("dc_1"))
    one.next("OFFER")
    again = opened(rooms, "one", token="mine")
    one.close_code()
    two.send("OFFER", dst="one", payload=offer("dc_2"))
    again.next("OFFER")
    again.socket.reset()
    time.sleep(0.2)
    opened(rooms, "one", token="another")  # nobody's any more


@case("PeerJS clients that say too little get ERROR and are closed", only="turnpike")
def _(world):
    rooms = Rooms(world)
    for wrong in ({"user": ""}, {"token": ""}, {"key": ""}, {"key": "another"}, {"user": "x" * 65}):
        client = rooms.peerjs(**{"user": "one", **wrong})
        error = client.next("ERROR")
        expect(error["payload"]["msg"], f"no words in {error}")
        client.close_code()


@case("PeerJS has a room key and path of the operator's choice", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + 'peerjs_path = "/meet"\npeerjs_key = "our-key"\npeerjs_discovery = true\n')
    expect_equal(rooms.call("GET", "/meet/our-key/id").status, 200, "status of id")
    banner = rooms.call("GET", "/meet/")
    expect(banner.status == 200 and "name" in banner.json(), f"the banner: {banner.body!r}")
    one = opened(rooms, "one", key="our-key", path="/meet/")
    expect_equal(rooms.call("GET", "/meet/our-key/peers").json(), ["one"], "peers")
    expect_equal(rooms.refused("/peerjs?key=peerjs&id=a&token=b").status, 404, "status of the default path")
    expect_equal(rooms.peerjs("two", path="/meet/").next("ERROR")["type"], "ERROR", "the answer to the default key")
    one.expect_silence()


@case("where tokens are asked for, a PeerJS client's token is its room token", only="turnpike")
def _(world):
    rooms = Rooms(world, "")
    ann = rooms.enter(None, None, token=rooms.token(room="lobby", user="ann"))
    one = opened(rooms, "one", token=rooms.token(room="lobby", user="one"))
    ann.expect_peer("one")
    other = opened(rooms, "two", token=rooms.token(room="attic"))
    other.send("OFFER", dst="ann", payload=offer("dc_1"))
    ann.expect_silence()
    one.send("OFFER", dst="ann", payload=offer("dc_1"))
    expect_equal(ann.next("signal")["data"], {"type": "OFFER", "payload": offer("dc_1")}, "what ann gets")
    for user, token in (("three", "a-token"), ("three", rooms.token(room="lobby", user="four"))):
        client = rooms.peerjs(user, token=token)
        expect_equal(client.next("ERROR")["type"], "ERROR", "the answer")
        client.close_code()


@case("a PeerJS client that is too loud is closed, one with a payload too large loses it", only="turnpike")
def _(world):
    rooms = Rooms(world)
    one, two = opened(rooms, "one"), opened(rooms, "two")
    for _ in range(3000):
        one.socket.send(json.dumps({"type": "OFFER", "dst": "two", "payload": 1}))
    expect_equal(one.close_code(), 1008, "the close code")
    three = opened(rooms, "three")
    three.send("OFFER", dst="two", payload="x" * 70_000)
    three.send("OFFER", dst="two", payload="small")
    while (message := two.get())["src"] != "three":
        pass
    expect_equal(message["payload"], "small", "what came")
