"""ICE servers from rooms: they relay, they show whose they are, and they end with the room."""

import os
import re
import signal
import time

from harness.api import WEB_KEY, eventually, expect_problem
from harness.cases import case, expect, expect_equal
from harness.clients import connect, refusal
from harness.relaying import expect_relayed
from harness.rooms import ROOMS_KEY, Rooms

URL = re.compile(r"(stuns?:[^?]+|turns?:[^?]+\?transport=(udp|tcp))")
UNAUTHORIZED = 401


def turn_of(ice_servers):
    """(username, credential) of what `new RTCPeerConnection` would take."""
    urls = [url for server in ice_servers for url in ([server["urls"]] if isinstance(server["urls"], str)
                                                      else server["urls"])]
    expect(urls and all(URL.fullmatch(url) for url in urls), f"URLs: {urls}")
    turn = [server for server in ice_servers if "username" in server]
    expect_equal(len(turn), 1, f"entries with a username in {ice_servers}")
    return turn[0]["username"], turn[0]["credential"]


def caller(rooms, client):
    """A TURN client with the credentials that a member got when it joined."""
    return rooms.client(*turn_of(client.joined["iceServers"]))


def of_room(rooms, room):
    return {session["roomUser"]: session for session in rooms.allocations(room=room)}


@case("the ICE servers of joined relay, and the list of allocations shows whose room it is", only="turnpike")
def _(world):
    rooms = Rooms(world, users={})
    ann, ben = rooms.enter("a room/ä", "ann@home"), rooms.enter("a room/ä", "ben/%2F")
    other = rooms.enter("a room", "ann@home")
    relays = [caller(rooms, client) for client in (ann, ben, other)]
    for relay in relays:
        expect_relayed(relay, 4)
    found = of_room(rooms, "a room/ä")
    expect_equal(set(found), {"ann@home", "ben/%2F"}, "users of the room's allocations")
    expect_equal({session["room"] for session in found.values()}, {"a room/ä"}, "their rooms")
    expect_equal(set(of_room(rooms, "a room")), {"ann@home"}, "users of the other room's allocations")
    expect_equal(rooms.allocations(room="a roo"), [], "allocations of a room that is none")
    expect_equal(len(rooms.allocations()), 3, "allocations in all")
    rooms.client_of(rooms.credentials(user="alice")).allocate()
    plain = next(session for session in rooms.allocations() if session["user"] == "alice")
    expect(plain.get("room") is None and plain.get("roomUser") is None, f"alice is in no room: {plain}")


@case("closing a room ends its sockets with 4003 and its relays, and nothing of it is let in again", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben, other = (rooms.enter(*place) for place in (("lobby", "ann"), ("lobby", "ben"), ("lobby2", "ann")))
    relay, fresh, kept = caller(rooms, ann), caller(rooms, ben), caller(rooms, other)
    for each in (relay, kept):
        each.allocate()
        each.permit("127.0.0.1")
    expect_equal(rooms.close_room("lobby").status, 204, "status of DELETE")
    expect_equal([client.close_code() for client in (ann, ben)], [4003, 4003], "close codes")
    eventually(world, lambda: not of_room(rooms, "lobby"), "the end of the room's relays")
    expect(refusal(relay.refresh) != 0, "the relay can be refreshed")
    expect_equal(refusal(fresh.allocate), UNAUTHORIZED, "an Allocate with credentials of the closed room")
    expect_equal(kept.refresh().error(), 0, "the refresh of another room's relay")
    late = rooms.connect()
    expect_equal(late.refusal("join-room", roomId="lobby", userId="ann"), "unauthorized", "joining the closed room")
    rooms.enter("lobby3", "ann")
    expect_equal(other.socket.is_open(), True, "whether the other room goes on")


@case("kicking a member ends its relays and leaves the others' alone", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ann/2")
    relays = [caller(rooms, client) for client in (ann, ben)]
    for relay in relays:
        relay.allocate()
    expect_equal(rooms.kick("lobby", "ann").status, 204, "status of kicking")
    expect_equal(ann.close_code(), 4002, "the close code")
    ben.expect_left("ann", "kicked")
    eventually(world, lambda: set(of_room(rooms, "lobby")) == {"ann/2"}, "the end of ann's relay")
    expect_equal(refusal(caller(rooms, ann).allocate), UNAUTHORIZED, "an Allocate of who was kicked")
    expect_equal(relays[1].refresh().error(), 0, "the refresh of who was not")


@case("a closed room's credentials are refused after kill -9 as well", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, other = rooms.enter("lobby", "ann"), rooms.enter("lobby2", "ann")
    gone, good = turn_of(ann.joined["iceServers"]), turn_of(other.joined["iceServers"])
    expect_equal(rooms.close_room("lobby").status, 204, "status of DELETE")
    expect_equal(rooms.may_allocate(*gone), UNAUTHORIZED, "an Allocate before the kill")
    os.kill(rooms.server.pid, signal.SIGKILL)
    rooms.server.child.wait(5.0)
    rooms.server.start()
    rooms.server.wait_until_ready()
    expect_equal(rooms.may_allocate(*gone), UNAUTHORIZED, "an Allocate after the restart")
    expect_equal(rooms.may_allocate(*good), 0, "an Allocate of another room's member")


@case("credentials are pushed again before they run out, and those allocate when the first are over", only="turnpike")
def _(world):
    rooms = Rooms(world, 'auth = "open"\ncredential_ttl = "10s"\nheartbeat = "1s"\n')
    ann = rooms.enter("lobby", "ann")
    began = time.time()
    first = turn_of(ann.joined["iceServers"])
    expect(0 < int(first[0].split(":")[0]) - began <= 11, f"the username {first[0]} at {began}")
    last, pushed = first, 0
    while time.time() < began + 11.5:
        message = ann.get(0.5)
        if message is None:
            continue
        expect_equal(message["type"], "ice-servers", f"the kind of {message}")
        expect(time.time() < int(last[0].split(":")[0]), "the last credentials have run out")
        last, pushed = turn_of(message["iceServers"]), pushed + 1
    expect(2 <= pushed <= 4, f"credentials came {pushed} times")
    expect_equal(rooms.may_allocate(*last), 0, "an Allocate with the new ones")
    expect_equal(rooms.may_allocate(*first), UNAUTHORIZED, "an Allocate with the old ones")
    expect(ann.socket.pings >= 8, f"{ann.socket.pings} heartbeats in 11.5 s")


@case("credentials of rooms are no longer than max_ttl, and STUN alone where there is no secret", only="turnpike")
def _(world):
    rooms = Rooms(world, auth='max_ttl = "10m"\ndefault_ttl = "5m"\ndatabase = ""')
    username, _ = turn_of(rooms.enter("lobby", "ann").joined["iceServers"])
    expect(590 <= int(username.split(":")[0]) - time.time() <= 601, f"the username {username}")
    bare = Rooms(world, secrets=[], authority=rooms.authority)
    joined = bare.enter("lobby", "ann").joined
    expect(all("username" not in server for server in joined["iceServers"]), f"ICE servers: {joined}")
    # A static user's call goes on as ever.
    connect(world, bare.server).allocate()


@case("a key for rooms alone gives no credentials, and one for credentials alone no tokens", only="turnpike")
def _(world):
    rooms = Rooms(world)
    expect_problem(rooms.call("POST", "/api/v1/credentials", ROOMS_KEY, body={}), 403, "credentials by a rooms key")
    expect_problem(rooms.call("POST", "/api/v1/room-tokens", WEB_KEY, body={}), 403, "a token by a web key")
