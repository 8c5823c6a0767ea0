"""Room tokens: who may join which room as whom, and what they may do there."""

import base64
import json
import time

from cases.rooms_credentials import turn_of
from harness.api import expect_problem
from harness.cases import case, expect, expect_equal
from harness.rooms import ROOMS_KEY, Rooms, sign

SECRET = "a-token-secret-of-the-north-4471"
OTHER_SECRET = "an-older-token-secret-of-the-north-0098"
SIGNED = f'token_secrets = ["{SECRET}", "{OTHER_SECRET}"]\n'


def claims(**more):
    return {"room": "lobby", "sub": "ann", "exp": int(time.time()) + 600, **more}


def without(name):
    found = claims()
    del found[name]
    return found


def refusal(rooms, **fields):
    """The error that join-room gets, and that the socket stays open."""
    client = rooms.connect()
    code = client.refusal("join-room", **fields)
    expect(client.socket.is_open(), f"the socket has closed after {fields}")
    client.socket.close()
    return code


@case("a room token that the API made lets in, by its name, and only where it says", only="turnpike")
def _(world):
    rooms = Rooms(world, "")
    answer = rooms.call("POST", "/api/v1/room-tokens", ROOMS_KEY, body={"room": "lobby", "user": "ann", "name": "Ann"})
    expect_equal(answer.status, 200, f"status: {answer.body!r}")
    made = answer.json()
    expect_equal([made[k] for k in ("room", "user", "name")], ["lobby", "ann", "Ann"], "whose and where it is")
    expect_equal(sorted(made["allow"]), ["join", "publish"], "what it allows")
    token = made["token"]
    ann = rooms.connect()
    joined = ann.join(token=token)
    expect_equal([joined[k] for k in ("roomId", "userId", "name")], ["lobby", "ann", "Ann"], "who and where it is")
    expect_equal(rooms.enter("lobby", "ann", token=token, name="Not Ann").joined["name"], "Ann", "the name")
    for wrong in ({}, {"token": ""}, {"token": token, "roomId": "attic"}, {"token": token, "userId": "ben"},
                  {"token": token[:-2]}, {"token": token + "x"}, {"token": ROOMS_KEY}, {"roomId": "lobby"}):
        expect_equal(refusal(rooms, **wrong), "unauthorized", f"join-room with {list(wrong)}")
    drawn = rooms.call("POST", "/api/v1/room-tokens", ROOMS_KEY, body={}).json()
    expect(len(drawn["room"]) >= 16, f"the room that was drawn: {drawn}")
    expect_equal(rooms.enter(None, "anybody", token=drawn["token"]).joined["roomId"], drawn["room"], "the room joined")


def header(**fields):
    return {"typ": "JWT", **fields}


def unsigned(algorithm):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
             for part in (header(alg=algorithm), claims())]
    return ".".join(parts) + "."


def forgeries():
    now = int(time.time())
    good = sign(claims(), SECRET)
    head, body, signature = good.split(".")
    return {
        "another secret": sign(claims(), "a-secret-of-the-north-0123"), "an empty secret": sign(claims(), ""),
        "alg none": unsigned("none"), "alg None": unsigned("None"), "no alg": sign(claims(), SECRET, {"typ": "JWT"}),
        "alg HS512": sign(claims(), SECRET, header(alg="HS512")),
        "alg RS256": sign(claims(), SECRET, header(alg="RS256")),
        "alg none, but signed": sign(claims(), SECRET, header(alg="none")),
        "expired": sign(claims(exp=now - 60), SECRET), "not yet": sign(claims(nbf=now + 120), SECRET),
        "no exp": sign(without("exp"), SECRET), "exp as text": sign(claims(exp=str(now + 600)), SECRET),
        "no room": sign(without("room"), SECRET), "room as number": sign(claims(room=7), SECRET),
        "may not join": sign(claims(allow=["publish"]), SECRET), "may nothing": sign(claims(allow=[]), SECRET),
        "allow as text": sign(claims(allow="join"), SECRET), "no claims": sign([], SECRET),
        "no JSON": sign(b"{", SECRET),
        "another body": f"{head}.{sign(claims(sub='ben'), SECRET).split('.')[1]}.{signature}",
        "no signature": f"{head}.{body}.", "two parts": f"{head}.{body}", "four parts": good + ".x",
        "padding": good + "=", "a line feed": good + "\n", "too long": sign(claims(x="x" * 8000), SECRET), "dots": "..",
    }


@case("tokens that are forged, expired, of another algorithm or for something else let nobody in", only="turnpike")
def _(world):
    rooms = Rooms(world, SIGNED)
    for what, token in forgeries().items():
        expect_equal(refusal(rooms, roomId="lobby", userId="ann", token=token), "unauthorized", what)
    # Also where no token is asked for, one that is shown must be right.
    lenient = Rooms(world, 'auth = "open"\n' + SIGNED, authority=rooms.authority)
    expect_equal(refusal(lenient, roomId="lobby", token=sign(claims(), "x" * 30)), "unauthorized", "in the open mode")
    expect_equal(lenient.enter(None, None, token=sign(claims(), SECRET)).joined["userId"], "ann", "who joined there")


@case("tokens signed elsewhere with one of the secrets let in, with clocks half a minute apart", only="turnpike")
def _(world):
    rooms = Rooms(world, SIGNED)
    now = int(time.time())
    for what, token in {"the first secret": sign(claims(), SECRET), "the second": sign(claims(), OTHER_SECRET),
                        "a clock behind": sign(claims(exp=now - 15), SECRET),
                        "a clock ahead": sign(claims(nbf=now + 15, iat=now + 15), SECRET),
                        "more claims and fields": sign(claims(aud=["x"], jti="y", z={"a": [1]}), SECRET,
                                                       {"kid": "1", "alg": "HS256", "typ": "JWT"})}.items():
        joined = rooms.enter("lobby", "ann", token=token).joined
        expect_equal((joined["roomId"], joined["userId"]), ("lobby", "ann"), f"where and who, by {what}")
    anybody = rooms.enter("lobby", "zoe", token=sign(without("sub"), SECRET), name="Zoe")
    expect_equal([anybody.joined[k] for k in ("userId", "name")], ["zoe", "Zoe"], "who joined without sub")


@case("who may not publish hears all and says nothing, and who may close ends the room", only="turnpike")
def _(world):
    rooms = Rooms(world, SIGNED)
    ann = rooms.enter("lobby", "ann", token=sign(claims(), SECRET))
    ben = rooms.enter("lobby", "ben", token=sign(claims(sub="ben", allow=["join"]), SECRET))
    ann.expect_peer("ben")
    expect_equal(ben.refusal("signal", data=1, targetUserId="ann"), "unauthorized", "a signal")
    expect_equal(ben.refusal("chat", text="hi"), "unauthorized", "a chat")
    ann.expect_silence()
    ann.send("signal", data="listen")
    ben.expect_signal("ann", "listen")
    for what, token, status in (
            ("no key", None, 401), ("a token that may not close", sign(claims(), SECRET), 403),
            ("a token for another room", sign(claims(room="attic", allow=["join", "close"]), SECRET), 403),
            ("a forged one", sign(claims(allow=["close"]), "x" * 30), 401),
            ("one that may close", sign(claims(allow=["close"]), SECRET), 204)):
        answer = rooms.close_room("lobby", token)
        allowed = (401, 403) if status in (401, 403) else (status,)
        expect(answer.status in allowed, f"status of DELETE with {what}: {answer.status}")
    expect_equal([client.close_code() for client in (ann, ben)], [4003, 4003], "close codes")


@case("a room token fetches ICE servers for its room, and only that", only="turnpike")
def _(world):
    rooms = Rooms(world, SIGNED + 'credential_ttl = "10m"\n')
    token = sign(claims(room="a/room"), SECRET)
    expect_problem(rooms.call("GET", "/api/v1/ice-servers?user=mallory", token), 403, "another user's ICE servers")
    answer = rooms.call("GET", "/api/v1/ice-servers?ttl=86400", token)
    expect_equal(answer.status, 200, f"status of ice-servers: {answer.body!r}")
    relay = rooms.client(*turn_of(answer.json()["iceServers"]))
    relay.allocate()
    (session,) = rooms.allocations(room="a/room")
    expect_equal(session["roomUser"], "ann", "whose it is")
    expect(answer.json()["ttl"] <= 600, f"the ttl is {answer.json()['ttl']}")
    expect_problem(rooms.call("GET", "/api/v1/ice-servers", sign(claims(), "x" * 30)), 401, "a forged token")
    for method, target in (("POST", "/api/v1/credentials"), ("GET", "/api/v1/allocations"), ("GET", "/api/v1/rooms"),
                           ("POST", "/api/v1/room-tokens"), ("GET", "/api/v1/status"), ("POST", "/api/v1/drain")):
        answer = rooms.call(method, target, token, body={} if method == "POST" else None)
        expect(answer.status in (401, 403), f"{method} {target} with a room token: {answer.status}")


@case("a room token opens no relay for a room that was closed, or for who was kicked", only="turnpike")
def _(world):
    rooms = Rooms(world, SIGNED)
    tokens = {place: sign(claims(room=place[0], sub=place[1]), SECRET)
              for place in (("lobby", "ann"), ("attic", "ann"), ("attic", "ben"))}
    tokens["attic", "anybody"] = sign({**without("sub"), "room": "attic"}, SECRET)

    def relays(room, user, query=""):
        answer = rooms.call("GET", f"/api/v1/ice-servers{query}", tokens[room, user])
        expect_equal(answer.status, 200, f"status for {user} in {room}: {answer.body!r}")
        return rooms.may_allocate(*turn_of(answer.json()["iceServers"])) == 0

    for place in (("lobby", "ann"), ("attic", "ann"), ("attic", "ben")):
        rooms.enter(*place, token=tokens[place])
        expect(relays(*place), f"{place} opens no relay")
    expect_equal((rooms.close_room("lobby").status, rooms.kick("attic", "ann").status), (204, 204), "statuses")
    for _ in range(2):
        expect(not relays("lobby", "ann"), "a relay opens for the closed room")
        expect(not relays("attic", "ann"), "a relay opens for who was kicked")
        expect(not relays("attic", "anybody", "?user=ann"), "a relay opens under the name of who was kicked")
        expect(relays("attic", "ben"), "none opens for who was not kicked")
        time.sleep(1.1)  # what is made now expires later than what was made before


@case("broken wishes for room tokens get 400", only="turnpike")
def _(world):
    rooms = Rooms(world, "")
    for body in (b"[]", b"{", {"room": 7}, {"room": "x" * 65}, {"room": "a\nb"}, {"user": "x" * 65}, {"user": ""},
                 {"name": "x" * 129}, {"ttl": 0}, {"ttl": -1}, {"ttl": 1.5}, {"ttl": "60"}, {"allow": "join"},
                 {"allow": ["fly"]}, {"allow": [1]}, {"allow": [["join"]]}, b'{"room":"a","room":"b"}',
                 b'{"room":"\xff"}', b"[" * 10_000):
        expect_problem(rooms.call("POST", "/api/v1/room-tokens", ROOMS_KEY, body=body), 400, f"{body!r:.60}")
    told = rooms.call("POST", "/api/v1/room-tokens", ROOMS_KEY, body={"ttl": 60, "room": "ä" * 32, "user": "b"}).json()
    expect_equal((told["room"], told["user"]), ("ä" * 32, "b"), "the token's room and user")
