"""`turnpike rooms` and `sessions --room` by the admin socket."""

import json

from cases.rooms_credentials import caller
from harness.cases import case, expect, expect_equal
from harness.rooms import Rooms


def say(rooms, *words, code=0):
    outcome = rooms.tell(*words)
    expect_equal(outcome.code, code, f"exit code of {' '.join(words)}, which said:\n{outcome.text}\n")
    return outcome.text


@case("turnpike rooms lists and shows rooms, puts members out and closes", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben, other = (rooms.enter(*place) for place in (("lobby", "ann"), ("lobby", "ben"), ("attic", "ann")))
    listed = say(rooms, "rooms")
    expect("lobby" in listed and "attic" in listed, f"the list:\n{listed}")
    shown = json.loads(say(rooms, "rooms", "list", "--json"))["rooms"]
    expect_equal([room["id"] for room in shown], ["attic", "lobby"], "the list as JSON")
    shown = say(rooms, "rooms", "show", "lobby")
    expect("ann" in shown and "ben" in shown and "native" in shown, f"the room:\n{shown}")
    say(rooms, "rooms", "kick", "lobby", "ann")
    expect_equal(ann.close_code(), 4002, "the close code of who was kicked")
    say(rooms, "rooms", "close", "lobby")
    expect_equal(ben.close_code(), 4003, "the close code in a closed room")
    expect(other.socket.is_open(), "another room is closed as well")
    for words in (("close", "lobby"), ("show", "lobby"), ("kick", "attic", "nobody")):
        expect(say(rooms, "rooms", *words, code=1).strip(), f"{words} says nothing")
    for words in (("fly",), ("kick", "attic"), ("close",), ("token", "--allow", "fly"), ("token", "--ttl", "soon")):
        say(rooms, "rooms", *words, code=2)


@case("turnpike rooms token makes a token that lets in, for just that", only="turnpike")
def _(world):
    rooms = Rooms(world, "")
    words = ("--room", "lobby", "--user", "ann", "--name", "Ann B.", "--ttl", "10m", "--allow", "join")
    token = next(line for line in say(rooms, "rooms", "token", *words).splitlines() if line.count(".") == 2)
    ann = rooms.enter(None, None, token=token)
    expect_equal([ann.joined[k] for k in ("roomId", "userId", "name")], ["lobby", "ann", "Ann B."], "who joined where")
    expect_equal(ann.refusal("chat", text="hi"), "unauthorized", "a chat by who may only join")
    drawn = json.loads(say(rooms, "rooms", "token", "--json"))
    expect_equal(rooms.enter(None, "ben", token=drawn["token"]).joined["roomId"], drawn["room"], "the room joined")


@case("turnpike sessions shows the relays of one room", only="turnpike")
def _(world):
    rooms = Rooms(world)
    for place in (("lobby", "ann"), ("lobby", "ben"), ("attic", "cleo")):
        caller(rooms, rooms.enter(*place)).allocate()
    shown = say(rooms, "sessions", "--room", "lobby")
    expect("ann" in shown and "ben" in shown and "cleo" not in shown, f"the sessions:\n{shown}")
    listed = json.loads(say(rooms, "sessions", "--room", "lobby", "--json"))
    expect_equal({session["roomUser"] for session in listed["allocations"]}, {"ann", "ben"}, "the sessions as JSON")
