"""socket.io-client in Node by each transport, and Engine.IO in plain requests."""

import json
import re

from harness.browser import HERE, need_libraries
from harness.cases import Failed, case, expect, expect_equal
from harness.clients import open_stream
from harness.rooms import OPEN, Rooms
from turnclient import readable

POLLING = "/socket.io/?EIO=4&transport=polling"
SEPARATOR = "\x1e"


def wanted_of(rooms, scenario, transports, **more):
    return json.dumps({"scenario": scenario, "url": f"http://{rooms.host()}", "transports": transports, **more})


def node(world, rooms, scenario, transports=("websocket",), **more):
    """Runs a scenario of rooms_socketio.mjs; gives what it found."""
    need_libraries()
    outcome = world.run(["node", HERE / "rooms_socketio.mjs", wanted_of(rooms, scenario, transports, **more)], 40,
                        cwd=HERE)
    lines = [line for line in outcome.text.splitlines() if line.startswith("{")]
    if outcome.code != 0 or not lines:
        raise Failed(f"node ended with {outcome.code}:\n{outcome.text[-3000:]}")
    return json.loads(lines[-1])


def expect_session(world, transports, seen_transports):
    rooms = Rooms(world)
    found = node(world, rooms, "session", transports, upgrades=seen_transports[0] != seen_transports[1])
    expect_equal(found["transports"], seen_transports, "the transports at first and at last")
    joined = found["joined"]
    expect_equal([joined[k] for k in ("roomId", "userId", "peers")], ["lobby", "ann", []], "ann's joined")
    expect(joined["iceServers"] and joined["expiresAt"], f"ann's ICE servers: {joined}")
    expect_equal([peer["userId"] for peer in found["both"]["peers"]], ["ann", "ben"], "cleo's peers")
    ben = dict(found["ben"])
    expect_equal(ben["joined"]["peers"], [{"userId": "ann", "name": ""}], "ben's peers")
    expect_equal((ben["signal"]["from"], ben["signal"]["data"], ben["signal"]["roomId"]), ("ann", {"n": 1}, "lobby"),
                 "ben's signal")
    expect_equal({k: ben["offer"][k] for k in ("from", "room", "sdp")},
                 {"from": "ann", "room": "lobby", "sdp": {"type": "offer", "sdp": "v=0"}}, "ben's offer")
    ann, cleo = dict(found["ann"]), dict(found["cleo"])
    expect_equal(ann["answer"]["from"], "ben", "who answers ann")
    expect_equal((ann["candidate"]["candidate"], cleo["candidate"]["from"]), ("candidate:1", "ben"), "the candidate")
    expect("offer" not in cleo and "answer" not in cleo, f"cleo hears what is not for her: {cleo}")
    for each in (ann, cleo, ben):
        expect_equal([each["chat"][k] for k in ("from", "name", "text")], ["cleo", "Cleo", "Grüße 👋"], "the chat")
    expect_equal(found["acks"][:5] + [found["left"]], [{"ok": True}] * 6, "acknowledgements")
    expect_equal([ack["error"]["code"] for ack in found["acks"][5:]], ["unknown-target", "bad-message"], "refusals")
    left = {argument["userId"]: argument["reason"] for event, argument in found["ann"] if event == "peer-left"}
    expect_equal(left["cleo"], "left", "why cleo has left")
    expect(left["ben"] in ("left", "disconnected"), f"why ben has left: {left}")


@case("socket.io-client meets others by polling alone", only="turnpike", browser=True)
def _(world):
    expect_session(world, ["polling"], ["polling", "polling"])


@case("socket.io-client meets others by WebSocket alone", only="turnpike", browser=True)
def _(world):
    expect_session(world, ["websocket"], ["websocket", "websocket"])


@case("socket.io-client begins by polling and moves on to a WebSocket", only="turnpike", browser=True)
def _(world):
    expect_session(world, ["polling", "websocket"], ["polling", "websocket"])


@case("nothing is lost, doubled or out of order while socket.io-client changes its transport", only="turnpike",
      browser=True)
def _(world):
    rooms = Rooms(world)
    for transports in (["polling", "websocket"], ["polling"]):
        found = node(world, rooms, "order", transports)
        for name in ("ann", "ben"):
            expect_equal(found[name], list(range(60)), f"what {name} got by {transports}")


@case("other namespaces are refused to socket.io-client, and its own goes on", only="turnpike", browser=True)
def _(world):
    found = node(world, Rooms(world), "namespaces")
    expect(all(re.search("namespace", words, re.IGNORECASE) for words in found["errors"]), f"{found['errors']}")
    expect_equal((found["id"], found["joined"]["roomId"]), ("string", "lobby"), "id and room")


@case("a foreign origin is refused to socket.io-client by both transports, an allowed one is not", only="turnpike",
      browser=True)
def _(world):
    allowed = "https://app.example.org"
    rooms = Rooms(world, http_table=f'allowed_origins = ["{allowed}"]\n')
    for transport in ("polling", "websocket"):
        found = node(world, rooms, "origins", [transport], allowed=allowed)
        expect("403" in str(found["foreign"]), f"{transport}: {found['foreign']}")
        expect_equal(found["allowed"], "connected", f"the allowed origin by {transport}")


@case("socket.io-client's token is in its auth or in join-room", only="turnpike", browser=True)
def _(world):
    rooms = Rooms(world, "")
    found = node(world, rooms, "tokens", ["polling", "websocket"],
                 tokens=[rooms.token(room="lobby", user=user) for user in ("ann", "ben")])
    expect_equal([found[how]["userId"] for how in ("byAuth", "byJoin")], ["ann", "ben"], "who has joined")
    expect_equal(found["without"]["error"]["code"], "unauthorized", "the answer to who has no token")


@case("socket.io-client is told when it is kicked or the room closed, by each transport", only="turnpike", browser=True)
def _(world):
    rooms = Rooms(world)
    need_libraries()
    for transport, room_goes in (("polling", True), ("websocket", False)):
        if transport == "websocket":
            rooms = Rooms(world, authority=rooms.authority)
        child = world.start(["node", HERE / "rooms_socketio.mjs", wanted_of(rooms, "ended", [transport])],
                            f"node-{transport}", cwd=HERE)
        expect(child.wait_for_text("ready", 10.0), f"it is not ready:\n{child.text()}")
        answer = rooms.close_room("lobby") if room_goes else rooms.kick("lobby", "ann")
        expect_equal(answer.status, 204, "status of ending it")
        expect_equal(child.wait(10.0), 0, f"node's exit code, which said:\n{child.text()}\n")
        reason = json.loads(child.text().splitlines()[-1])["reason"]
        expect(reason in ("io server disconnect", "transport close"), f"the reason by {transport}: {reason}")


def opened(rooms, **how):
    """A polling session that Socket.IO is connected on: its sid."""
    answer = rooms.call("GET", POLLING, **how)
    expect_equal(answer.status, 200, f"status of polling: {answer.body!r}")
    expect(answer.body[:1] == b"0", f"no open packet: {answer.body!r}")
    hello = json.loads(answer.body[1:])
    expect_equal((hello["upgrades"], hello["pingInterval"], hello["pingTimeout"]), (["websocket"], 25_000, 20_000),
                 "the open packet")
    expect(hello["maxPayload"] >= 65_536, f"open: {hello}")
    place = f"{POLLING}&sid={hello['sid']}"
    expect_equal(post(rooms, place, "40"), 200, "status of CONNECT")
    expect(rooms.call("GET", place).body.startswith(b"40{"), "no CONNECT")
    return place


def post(rooms, place, text, kind="text/plain;charset=UTF-8"):
    """The status; who is refused while still sending may not get to see it."""
    body = text if isinstance(text, bytes) else text.encode()
    try:
        return rooms.call("POST", place, body=body, fields={"Content-Type": kind}).status
    except ConnectionError:
        return 413


@case("polling carries many packets at once, and broken polls get 400 and end their session alone", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, beside = opened(rooms), opened(rooms)
    three = SEPARATOR.join(['421["join-room","lobby","ann"]', '422["chat","a"]', '423["chat","b"]'])
    expect_equal(post(rooms, ann, three), 200, "status of three packets")
    packets = rooms.call("GET", ann).body.decode().split(SEPARATOR)
    expect_equal([packet[:3] for packet in packets if packet[:2] == "43"], ["431", "432", "433"], "acknowledgements")
    for what, target in (("an unknown sid", POLLING + "&sid=nobody"), ("no transport", "/socket.io/?EIO=4"),
                         ("another transport", "/socket.io/?EIO=4&transport=pigeon"),
                         ("revision 3", "/socket.io/?EIO=3&transport=polling")):
        expect_equal(rooms.call("GET", target).status, 400, f"status of {what}")
    expect_equal(post(rooms, POLLING, "40"), 400, "status of POST without a session")
    for what, body in {"garbage": "9x", "binary": "bAAAA", "nothing": "", "no UTF-8": b"4\xff", "a packet too many":
                       SEPARATOR.join(["3"] * 65), "deep JSON": '42["signal",' + "[" * 10_000 + "]" * 10_000 + "]",
                       "too large": "4" + "x" * 300_000, "an acknowledgement": "431[]", "binary events": '451-["a"]',
                       "an event of a number": "42[7]", "no array": '42{"a":1}'}.items():
        session = opened(rooms)
        status = post(rooms, session, body)
        expect(status in (200, 400, 413), f"status of {what}: {status}")
        if status == 200:
            after = rooms.call("GET", session)
            expect(after.status == 400 or after.body[:1] == b"1", f"{what}, then {after.status} {after.body!r}")
    expect_equal(post(rooms, beside, '421["join-room","lobby","ben"]'), 200, "status of the session beside")
    expect(b"431[{" in rooms.call("GET", beside).body, "the session beside is gone")


@case("one poll at a time, one upgrade at a time, and none after the upgrade", only="turnpike")
def _(world):
    rooms = Rooms(world)
    place = opened(rooms)
    pending = world.own(open_stream(rooms.server))
    pending.sendall(f"GET {place} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    expect(not readable(pending, 0.3), "a poll is answered without anything to say")
    expect_equal(rooms.call("GET", place).status, 400, "status of the second poll")
    expect(readable(pending, 5.0) and pending.recv(4096).endswith(b"1"), "the first poll does not end")
    expect_equal(rooms.call("GET", place).status, 400, "status of a poll of the session that is closed")
    place = opened(rooms)
    by_socket = place.replace("transport=polling", "transport=websocket")
    upgrade = rooms.dial(by_socket)
    expect_equal(rooms.refused(by_socket).status, 400, "status of a second upgrade")
    upgrade.send("2probe")
    expect_equal(upgrade.receive(), "3probe", "the answer to the probe")
    upgrade.send("5")
    upgrade.send('420["join-room","lobby"]')
    expect(upgrade.receive().startswith("430[{"), "no acknowledgement by the new transport")
    expect_equal(rooms.call("GET", place).status, 400, "status of a poll after the upgrade")
    expect_equal(rooms.refused(by_socket).status, 400, "status of an upgrade after the upgrade")


@case("a WebSocket of Socket.IO with broken packets is closed, and of an unknown session refused", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + 'max_members = 1000\n')
    beside = rooms.socketio()
    beside.emit("join-room", "lobby", "beside", ack=True)
    for text in ("9", "", "x", "451-[\"a\"]", "4", "47", "42", "42[", "42[7]", '42["signal",' + "[" * 5000, "0"):
        client = rooms.socketio()
        client.socket.send(text)
        client.socket.send('420["join-room","lobby","x"]')
        seen = []
        while (packet := client.packet(1.0)) is not None:
            seen.append(packet)
        expect(client.socket.closed_with or client.socket.ended, f"after {text[:20]!r} it goes on: {seen}")
    answer = rooms.refused("/socket.io/?EIO=4&transport=websocket&sid=nobody")
    expect_equal(answer.status, 400, "status of an upgrade of an unknown session")
    beside.emit("chat", "still here")
    expect_equal(beside.next("chat")["text"], "still here", "the chat beside")
