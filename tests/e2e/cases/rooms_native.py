"""/signal with a plain WebSocket client, over TCP and TLS listeners."""

import json
import re
import time
import urllib.parse

from harness.api import WEB_KEY
from harness.cases import case, expect, expect_equal
from harness.rooms import ROOMS_KEY, Rooms
from harness.websocket import told

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Tutorial:
    """What tutorials show: offers to every new peer, answers offers, forgets who left. Knows no other message."""

    def __init__(self, web_socket, room, name):
        self.socket, self.room, self.name = web_socket, room, name
        self.connected, self.heard = set(), []
        self._tell({"type": "join-room", "roomId": room, "userId": name})

    def _tell(self, message):
        self.socket.send(json.dumps(message))

    def signal(self, data, target=None):
        message = {"type": "signal", "roomId": self.room, "data": data}
        self._tell({**message, "targetUserId": target} if target else message)

    def leave(self):
        self._tell({"type": "leave-room"})

    def listen(self, seconds):
        while (text := self.socket.receive(seconds)) is not None:
            message = told(text)
            match message["type"]:
                case "new-peer":
                    self.signal({"type": "offer", "sdp": f"offer of {self.name}"}, message["userId"])
                case "signal":
                    self._on_signal(message["from"], message["data"])
                case "peer-left":
                    self.connected.discard(message["userId"])

    def _on_signal(self, peer, data):
        if data["type"] == "offer":
            expect_equal(data["sdp"], f"offer of {peer}", "the offer")
            self.connected.add(peer)
            self.signal({"type": "answer"}, peer)
        elif data["type"] == "answer":
            self.connected.add(peer)
        else:
            self.heard.append((peer, data))


def settle(clients, condition, what):
    deadline = time.monotonic() + 5.0
    while not condition():
        expect(time.monotonic() < deadline, f"{what}: {[(c.name, c.connected, c.heard) for c in clients]}")
        for client in clients:
            client.listen(0.01)


def tutorial_room(world, tls):
    rooms = Rooms(world)
    clients = [Tutorial(rooms.dial(tls=tls), "lobby", name) for name in ("ann", "ben", "cleo")]
    ann, ben, cleo = clients
    others = {c: {o.name for o in clients if o is not c} for c in clients}
    settle(clients, lambda: all(c.connected == others[c] for c in clients), "not all are introduced")
    ann.signal({"type": "broadcast", "n": 1})
    ben.signal({"type": "direct", "n": 2}, "cleo")
    settle(clients, lambda: len(cleo.heard) == 2 and len(ben.heard) == 1, "signals are missing")
    # Nothing orders two senders.
    expect_equal(sorted(cleo.heard, key=str), [("ann", {"type": "broadcast", "n": 1}),
                                               ("ben", {"type": "direct", "n": 2})], "what cleo has heard")
    expect_equal((ann.heard, ben.heard), ([], [("ann", {"type": "broadcast", "n": 1})]), "what the others have heard")
    ben.leave()
    settle(clients, lambda: ann.connected == {"cleo"} and cleo.connected == {"ann"}, "ben has not left")


@case("clients that speak only what tutorials show meet in a room, over TCP", only="turnpike")
def _(world):
    tutorial_room(world, tls=False)


@case("clients that speak only what tutorials show meet in a room, over TLS", only="turnpike")
def _(world):
    tutorial_room(world, tls=True)


@case("who connects is greeted, who joins is told all, and the others are told of it", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann = rooms.enter("lobby", "ann", name="Ann B.")
    hello = ann.hello
    expect_equal((hello["protocol"], hello["heartbeatSeconds"]), (1, 20), "the greeting")
    joined = ann.joined
    expect_equal({k: joined[k] for k in ("roomId", "userId", "name", "peers", "resumed")},
                 {"roomId": "lobby", "userId": "ann", "name": "Ann B.", "peers": [], "resumed": False}, "joined")
    expect(RFC3339.fullmatch(joined["expiresAt"]), f"expiresAt is {joined['expiresAt']!r}")
    expect(isinstance(joined["resume"], str) and len(joined["resume"]) >= 16, f"resume is {joined['resume']!r}")
    ben = rooms.enter("lobby", "ben", connection={"tls": True})
    expect_equal(ben.joined["peers"], [{"userId": "ann", "name": "Ann B."}], "ben's peers")
    message = ann.next("new-peer")
    expect_equal((message["userId"], message["seq"]), ("ben", ann.joined["seq"] + 1), "new-peer")
    ann.expect_silence()


@case("ids that nobody names are drawn, and nobody could guess them", only="turnpike")
def _(world):
    rooms = Rooms(world)
    clients = [rooms.enter(None, None) for _ in range(20)]
    for what in ("roomId", "userId", "resume"):
        found = {client.joined[what] for client in clients}
        expect(len(found) == 20 and all(len(text) >= 16 for text in found), f"{what}: {found}")


@case("chat goes to all with its sender, and the sender gets it too", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann", name="Ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    text = "Grüße 👋 \"quoted\" \\ \u2028 </script>"
    ann.send("chat", text=text, **{"from": "ben", "name": "Ben"})
    seen = [client.next("chat") for client in (ann, ben)]
    for message in seen:
        expect_equal((message["from"], message["name"], message["text"]), ("ann", "Ann", text), "the chat")
        expect(RFC3339.fullmatch(message["at"]) and isinstance(message["id"], str), f"at and id of {message}")
    expect_equal(seen[0]["id"], seen[1]["id"], "the id that both see")


@case("nobody can speak in another's name", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    ben.send("signal", data={"from": "ann"}, **{"from": "ann", "userId": "ann", "targetUserId": "ann", "seq": 99})
    message = ann.expect_signal("ben", {"from": "ann"})
    expect_equal(message["seq"], ann.joined["seq"] + 2, "its number")


@case("every kind of JSON passes through a signal as it was", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    for data in (None, True, 0, -1.5, "", "a\u0000b", [], {}, {"a": [1, {"b": None}]}, 12345678901234, "x" * 60_000,
                 {"candidate": "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host", "sdpMLineIndex": 0}):
        ann.send("signal", data=data)
        ben.expect_signal("ann", data)


@case("what makes no sense gets an error with its code and the message's ref, and changes nothing", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ben = rooms.enter("lobby", "ben")
    ann = rooms.connect()
    expect_equal(ann.refusal("signal", data=1), "not-in-room", "a signal before joining")
    expect_equal(ann.refusal("chat", text="hi"), "not-in-room", "a chat before joining")
    ann.join("lobby", "ann")
    ben.expect_peer("ann")
    for ref in ("a-ref", 17):
        ann.send("signal", data=1, targetUserId="nobody", ref=ref)
        error = ann.next("error")
        expect_equal((error["code"], error["ref"]), ("unknown-target", ref), "the error")
        expect(error["message"], f"no words in {error}")
    for text in ("", "{", "[]", "7", "null", '"join-room"', "{}", '{"type":7}', '{"type":"fly"}', '{"type":"signal"}',
                 '{"type":"chat"}', '{"type":"chat","text":7}', '{"type":"ping","type":"ping"}', '{"type":"ping"} {}',
                 '{"type":"signal","data":1,"targetUserId":[]}', '{"type":"join-room","roomId":"a\\u0007b"}'):
        ann.socket.send(text)
        error = ann.next("error")
        expect(error["code"] == "bad-message" and "ref" not in error, f"{text!r} got {error}")
        ann.send("ping")  # it was no flood of nonsense
        ann.next("pong")
    expect_equal(ann.refusal("signal", data="x" * 70_000), "too-large", "a signal over max_message")
    ben.expect_silence()


@case("who joins another room has left the first, and leave-room is at once", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    expect_equal(ben.join("attic", "ben")["peers"], [], "who is in the attic")
    ann.expect_left("ben", "left")
    ann.send("signal", data="is anybody here?")
    ben.expect_silence()
    ann.send("leave-room")
    expect_equal(ann.refusal("signal", data=1), "not-in-room", "a signal after leaving")
    expect_equal(rooms.room("lobby").status, 404, "status of the empty room")
    expect_equal(list(rooms.members("attic")), ["ben"], "who the API shows in the attic")


@case("the API lists rooms and members in pages, kicks and closes", only="turnpike")
def _(world):
    rooms = Rooms(world)
    clients = {name: rooms.enter(name, "ann", name="Ann") for name in ("r1", "r2", "r3", "r 4/ä")}
    seen, cursor = [], ""
    for _ in range(5):
        query = urllib.parse.urlencode({"limit": 1, **({"cursor": cursor} if cursor else {})})
        page = rooms.call("GET", f"/api/v1/rooms?{query}", ROOMS_KEY).json()
        seen += [room["id"] for room in page["rooms"]]
        cursor = page["next"]
        if cursor is None:
            break
    expect_equal(sorted(seen), sorted(clients), "the rooms on all pages")
    member = rooms.members("r 4/ä")["ann"]
    expect_equal({k: member[k] for k in ("name", "dialect", "connected")},
                 {"name": "Ann", "dialect": "native", "connected": True}, "a member")
    expect_equal(rooms.kick("r1", "ann").status, 204, "status of kicking")
    expect_equal(clients["r1"].close_code(), 4002, "close code of who is kicked")
    expect_equal(rooms.kick("r1", "ann").status, 404, "status of kicking again")
    expect_equal(rooms.connect().refusal("join-room", roomId="r1", userId="ann"), "unauthorized", "coming back")
    expect_equal(rooms.close_room("r 4/ä").status, 204, "status of closing")
    expect_equal(clients["r 4/ä"].close_code(), 4003, "close code in a closed room")
    expect_equal(rooms.close_room("r 4/ä").status, 404, "status of closing again")
    for method, target in (("GET", "/api/v1/rooms"), ("DELETE", "/api/v1/rooms/r2"), ("POST", "/api/v1/room-tokens")):
        expect_equal(rooms.call(method, target).status, 401, f"status of {method} {target} without a key")
        expect_equal(rooms.call(method, target, WEB_KEY).status, 403,
                     f"status of {method} {target} with a key for credentials")


@case("rooms and users with odd names are seen, kicked and closed by just those names", only="turnpike")
def _(world):
    rooms = Rooms(world)
    for name in ("..", ".", "a%2Fb", "%", "?", "#", " ", "\U0001f600", "members", "x/members/y", "/", "//", "room:x",
                 "*"):
        first, second = rooms.enter(name, name), rooms.enter(name, "other")
        expect_equal(set(rooms.members(name)), {name, "other"}, f"members of {name!r}")
        expect_equal(rooms.kick(name, name).status, 204, f"status of kicking {name!r}")
        expect_equal(rooms.close_room(name).status, 204, f"status of closing {name!r}")
        expect_equal((first.close_code(), second.close_code()), (4002, 4003), f"close codes in {name!r}")


@case("with enabled = false nothing of it is there", only="turnpike")
def _(world):
    rooms = Rooms(world, "enabled = false")
    for target in ("/signal", "/peerjs?key=peerjs&id=a&token=b", "/socket.io/?EIO=4&transport=websocket"):
        expect_equal(rooms.refused(target).status, 404, f"status of {target}")
    for target in ("/peerjs/id", "/socket.io/?EIO=4&transport=polling", "/api/v1/rooms"):
        expect_equal(rooms.admin("GET", target).status, 404, f"status of {target}")
