"""One room, three dialects."""

from cases.rooms_peerjs import offer, opened
from harness.cases import case, expect_equal
from harness.rooms import OPEN, Rooms

DESCRIPTION = {"sdp": {"type": "offer", "sdp": "v=0"}}


def mixed_room(world):
    """ann speaks the native dialect, sam Socket.IO, pia PeerJS."""
    rooms = Rooms(world, "")
    ann = rooms.enter(None, None, token=rooms.token(room="lobby", user="ann", name="Ann"))
    sam = rooms.socketio()
    (joined,) = sam.emit("join-room", {"roomId": "lobby", "token": rooms.token(room="lobby", user="sam")}, ack=True)
    expect_equal((joined["roomId"], joined["userId"], joined["peers"]),
                 ("lobby", "sam", [{"userId": "ann", "name": "Ann"}]), "what sam is told")
    ann.expect_peer("sam")
    pia = opened(rooms, "pia", token=rooms.token(room="lobby", user="pia"))
    ann.expect_peer("pia")
    expect_equal(sam.next("new-peer")["userId"], "pia", "the new peer")
    return rooms, ann, sam, pia


@case("members of three dialects hear each other in one room", only="turnpike")
def _(world):
    rooms, ann, sam, pia = mixed_room(world)
    found = {user: member["dialect"] for user, member in rooms.members("lobby").items()}
    expect_equal(found, {"ann": "native", "sam": "socket.io", "pia": "peerjs"}, "the API's members")

    ann.send("signal", data={"type": "OFFER", "payload": offer("dc_1")})
    heard = sam.next("signal")
    expect_equal((heard["from"], heard["data"]["payload"], heard["roomId"]), ("ann", offer("dc_1"), "lobby"), "sam's")
    expect_equal(pia.next("OFFER"), {"type": "OFFER", "src": "ann", "dst": "pia", "payload": offer("dc_1")}, "pia's")

    sam.emit("offer", {"room": "lobby", **DESCRIPTION, "targetUserId": "ann"})
    ann.expect_signal("sam", {"type": "offer", **DESCRIPTION})
    sam.emit("signal", {"roomId": "lobby", "data": {"type": "ANSWER", "payload": {"connectionId": "dc_1"}}})
    ann.expect_signal("sam", {"type": "ANSWER", "payload": {"connectionId": "dc_1"}})
    expect_equal(pia.next("ANSWER")["src"], "sam", "who answers pia")

    pia.send("CANDIDATE", dst="sam", payload={"candidate": "c", "connectionId": "dc_1"})
    heard = sam.next("signal")
    expect_equal((heard["from"], heard["data"]), (
        "pia", {"type": "CANDIDATE", "payload": {"candidate": "c", "connectionId": "dc_1"}}), "what sam hears from pia")
    pia.send("ANSWER", dst="ann", payload=offer("dc_2"))
    ann.expect_signal("pia", {"type": "ANSWER", "payload": offer("dc_2")})


@case("all members hear one order, whoever speaks", only="turnpike")
def _(world):
    rooms = Rooms(world)
    natives = [rooms.enter("lobby", f"native {i}") for i in range(3)]
    sam = rooms.socketio()
    sam.emit("join-room", "lobby", "sam", ack=True)
    for turn in range(40):
        for client in natives:
            client.send("chat", text=str(turn))
        sam.emit("chat", str(turn))
    heard = []
    for hear in [client.until for client in natives] + [sam.next]:
        chats = [hear("chat") for _ in range(160)]
        heard.append([(message["id"], message["from"], message["text"]) for message in chats])
    expect_equal([[int(number) for number, _, _ in each] for each in heard], [list(range(1, 161))] * 4, "the numbers")
    for each in heard[1:]:
        expect_equal(each, heard[0], "what another has heard")
    for name in {sender for _, sender, _ in heard[0]}:
        said = [int(text) for _, sender, text in heard[0] if sender == name]
        expect_equal(said, list(range(40)), f"what {name} has said")


@case("what a dialect cannot say it leaves out, and the rest still hear it", only="turnpike")
def _(world):
    rooms, ann, sam, pia = mixed_room(world)
    ann.send("chat", text="hello all")
    expect_equal(ann.next("chat")["text"], "hello all", "ann's own chat")
    expect_equal((lambda m: (m["from"], m["name"], m["text"]))(sam.next("chat")), ("ann", "Ann", "hello all"), "sam's")
    sam.emit("chat", "hello yourself")
    for hears in (ann, sam):
        expect_equal(hears.next("chat")["text"], "hello yourself", "the chat")
    ann.send("signal", data="a word that PeerJS has not")
    expect_equal(sam.next("signal")["data"], "a word that PeerJS has not", "sam's")
    pia.expect_silence()
    pia.socket.reset()
    ann.expect_left("pia", "disconnected")
    expect_equal(sam.next("peer-left")["userId"], "pia", "who has left")
    sam.socket.reset()
    ann.expect_left("sam", "disconnected")
    rooms.close_room("lobby")
    expect_equal(ann.close_code(), 4003, "the close code")


@case("without tokens PeerJS clients are hidden from a room of their key's name, and may be written to",
      only="turnpike")
def _(world):
    hidden = Rooms(world)
    one = opened(hidden, "one")
    ann = hidden.enter("peerjs", "ann")
    expect_equal(ann.joined["peers"], [], "the peers that ann sees")
    opened(hidden, "two")
    ann.send("signal", data={"type": "OFFER", "payload": {}})
    one.expect_silence()
    ann.expect_silence()
    one.send("OFFER", dst="ann", payload=offer("dc_1"))
    expect_equal(ann.next("signal")["data"]["type"], "OFFER", "what ann gets")
    ann.send("signal", data={"type": "ANSWER", "payload": offer("dc_1")}, targetUserId="one")
    expect_equal(one.next("ANSWER")["src"], "ann", "who answers")
