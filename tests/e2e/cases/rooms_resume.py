"""Sockets that are lost, places that are kept for them, and who is replaced."""

import time

from harness.cases import case, expect, expect_equal
from harness.rooms import OPEN, Rooms

SHORT = OPEN + 'grace = "1s"\n'


def expect_numbers(messages, first):
    """What came is complete and in order."""
    numbers = [message["seq"] for message in messages]
    expect_equal(numbers, list(range(first, first + len(numbers))), "the sequence numbers")


@case("messages that were sent while a socket was lost come once and in order after resume", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann", name="Ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    for i in range(3):
        ben.send("signal", data=i)
    seen = [ann.next("signal") for _ in range(2)]  # the third one is on its way, and not seen
    ann.socket.reset()
    for i in range(3, 40):
        ben.send("signal", data=i, targetUserId="ann")
    ben.send("chat", text="forty")
    ben.next("chat")
    back = rooms.connect()
    joined = back.join("lobby", "ann", resume=ann.joined["resume"], lastSeq=seen[-1]["seq"])
    expect_equal([joined[k] for k in ("resumed", "userId", "name")], [True, "ann", "Ann"], "joined")
    expect(joined["resume"] != ann.joined["resume"], "the resume is the old one")
    kept = [back.next("signal") for _ in range(2, 40)] + [back.next("chat")]
    expect_equal([message.get("data", message.get("text")) for message in kept], [*range(2, 40), "forty"], "messages")
    expect_numbers(seen + kept, seen[0]["seq"])
    ben.send("signal", data="live")
    expect_equal(back.expect_signal("ben", "live")["seq"], kept[-1]["seq"] + 1, "the next number")
    back.send("signal", data="still me")
    ben.expect_signal("ann", "still me")  # and nothing else: for the others ann was never gone
    ben.expect_silence()


@case("a client that resumes many times in the middle of messages misses none and gets none twice", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "message_rate = 1000\n")
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    seen, resume, last = [], ann.joined["resume"], ann.joined["seq"] + 1
    for turn in range(20):
        for i in range(10):
            ben.send("signal", data=turn * 10 + i)
        for _ in range(turn % 4):
            message = ann.next("signal")
            seen.append(message["data"])
            last = message["seq"]
        if turn % 2:
            ann.socket.reset()  # otherwise the server meets the resume while it takes the old socket for alive
        ann = rooms.connect()
        joined = ann.join("lobby", "ann", resume=resume, lastSeq=last)
        expect(joined["resumed"], f"turn {turn} was not resumed")
        resume = joined["resume"]
    while len(seen) < 200:
        seen.append(ann.next("signal")["data"])
    expect_equal(seen, list(range(200)), "all messages")
    ann.expect_silence()
    ben.expect_silence()


@case("who does not come back in time has left, and its resume is of no use", only="turnpike")
def _(world):
    rooms = Rooms(world, SHORT)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ben_first = ben.joined["seq"]
    ann.expect_peer("ben")
    ann.socket.reset()
    began = time.monotonic()
    ben.expect_silence(0.6)
    expect_equal(rooms.members("lobby")["ann"]["connected"], False, "whether the API shows ann as connected")
    ben.expect_left("ann", "disconnected")
    expect(0.9 < time.monotonic() - began < 3.0, f"after {time.monotonic() - began:.1f} s")
    back = rooms.enter("lobby", "ann", resume=ann.joined["resume"], lastSeq=ann.joined["seq"])
    expect_equal((back.joined["resumed"], back.joined["peers"]), (False, [{"userId": "ben", "name": ""}]), "joined")
    expect_equal(ben.next("new-peer")["seq"], ben_first + 2, "the number of new-peer")


@case("a wrong resume is a join like any other, which replaces; another's resume takes no place", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    thief = rooms.enter("lobby", "thief", resume=ann.joined["resume"], lastSeq=0)
    expect_equal((thief.joined["resumed"], thief.joined["userId"]), (False, "thief"), "joined")
    again = rooms.enter("lobby", "ann", resume="x" * 22)
    expect_equal(again.joined["resumed"], False, "whether it was resumed")
    expect_equal(ann.close_code(), 4001, "the older socket's close code")
    ben.expect_peer("thief")
    ben.expect_left("ann", "replaced")
    ben.expect_peer("ann")


@case("who left or was kicked takes no place back, and a socket that holds its place keeps it", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    again = ann.join("lobby", "ann", resume=ann.joined["resume"])
    expect_equal(again["resumed"], True, "whether a socket takes back its own place")
    ben.expect_silence()
    ann.send("leave-room")
    ben.expect_left("ann", "left")
    back = rooms.enter("lobby", "ann", resume=again["resume"])
    expect_equal(back.joined["resumed"], False, "whether who left was resumed")
    ben.expect_peer("ann")
    back.socket.reset()
    ben.expect_silence()
    expect_equal(rooms.kick("lobby", "ann").status, 204, "status of kicking a lost member")
    ben.expect_left("ann", "kicked")
    fields = {"roomId": "lobby", "userId": "ann", "resume": back.joined["resume"]}
    expect_equal(rooms.connect().refusal("join-room", **fields), "unauthorized", "the error of who was kicked")


@case("joining under a user id that is there closes the older socket with 4001", only="turnpike")
def _(world):
    rooms = Rooms(world)
    older, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    older.expect_peer("ben")
    newer = rooms.enter("lobby", "ann")
    expect_equal(newer.joined["peers"], [{"userId": "ben", "name": ""}], "the peers")
    expect_equal(older.get(), None, "what the older socket is told")
    expect_equal(older.close_code(), 4001, "the older socket's close code")
    ben.expect_left("ann", "replaced")
    ben.expect_peer("ann")
    ben.send("signal", data="to the newer", targetUserId="ann")
    newer.expect_signal("ben", "to the newer")
    expect_equal(len(rooms.members("lobby")), 2, "members")


@case("a resume takes the place over from a socket that still seems alive, and nobody sees it", only="turnpike")
def _(world):
    rooms = Rooms(world)
    older, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    message = older.next("new-peer")
    newer = rooms.enter("lobby", "ann", resume=older.joined["resume"], lastSeq=message["seq"])
    expect_equal(newer.joined["resumed"], True, "whether it was resumed")
    expect_equal(older.close_code(), 4001, "the older socket's close code")
    ben.expect_silence()


@case("more than may be kept for a lost client ends its membership with overflow", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "message_rate = 10000\n")
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.socket.reset()
    for i in range(300):
        ben.send("signal", data=i)
    ben.expect_left("ann", "overflow")
    back = rooms.enter("lobby", "ann", resume=ann.joined["resume"], lastSeq=ann.joined["seq"])
    expect_equal(back.joined["resumed"], False, "whether it was resumed")


@case("a client that answers no ping loses its socket after two and a half heartbeats", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + 'heartbeat = "1s"\n')
    mute, ann = rooms.enter("lobby", "mute"), rooms.enter("lobby", "ann")
    mute.socket.answers = False
    began = time.monotonic()
    while not mute.socket.ended and time.monotonic() - began < 8.0:
        mute.get(0.1)
        ann.get(0.01)  # who answers
    took = time.monotonic() - began
    expect(1.9 <= took <= 4.5, f"it lasted {took:.1f} s")
    expect(ann.socket.is_open(), "who answers is gone as well")
    expect_equal(rooms.members("lobby")["mute"]["connected"], False, "whether the API shows it as connected")
