"""What the log and the metrics of busy rooms must not say, in all dialects."""

import json
import time

from cases.api_privacy import expect_no_secret
from cases.privacy import addresses_in, expect_private
from cases.rooms_credentials import turn_of
from cases.rooms_peerjs import offer
from harness.api import expect_problem
from harness.cases import case, expect
from harness.rooms import Rooms, sign

SECRET = "a-token-secret-of-the-north-4471"
ROOM, NAME = "doctor-4711", "Ann of Elsewhere"
CANDIDATE = "candidate:1 1 udp 2130706431 198.51.100.77 5000 typ host"
SIGNALING = f'token_secrets = ["{SECRET}"]\ngrace = "1s"\npeerjs_discovery = true\n'


def token_of(user, **more):
    return sign({"room": ROOM, "sub": user, "exp": int(time.time()) + 60, **more}, SECRET)


def busy_room(world, level, log_format):
    """A session of every dialect with everything that can go wrong in it; gives the log, the metrics and what neither
    may hold."""
    rooms = Rooms(world, SIGNALING, log_level=level, log_format=log_format)
    tokens = {user: token_of(user) for user in ("ann-user", "pia-user", "sam-user")}
    ann = rooms.enter(ROOM, "ann-user", token=tokens["ann-user"], name=NAME)
    pia = rooms.peerjs("pia-user", token=tokens["pia-user"])
    pia.next("OPEN")
    sam = rooms.socketio(tokens["sam-user"])
    sam.emit("join-room", {"roomId": ROOM, "userId": "sam-user", "token": tokens["sam-user"]}, ack=True)
    ann.send("signal", data={"candidate": CANDIDATE}, targetUserId="sam-user")
    ann.send("chat", text=f"my address is {CANDIDATE}")
    sam.emit("candidate", {"room": ROOM, "candidate": CANDIDATE})
    pia.send("CANDIDATE", dst="ann-user", payload={"candidate": CANDIDATE})
    pia.send("OFFER", dst="nobody-there", payload=offer("dc_1"))
    ann.send("signal", data=CANDIDATE, targetUserId="nobody-there")
    ann.socket.send("{" + CANDIDATE)
    forged = token_of("ann-user") + "x"
    rooms.connect().refusal("join-room", roomId=ROOM, token=forged)
    rooms.refused(fields={"Origin": "http://elsewhere.example", "X-Forwarded-For": "198.51.100.77"})
    rooms.refused(fields={"Sec-WebSocket-Version": "8"})
    relay = rooms.client(*turn_of(ann.joined["iceServers"]))
    relay.allocate()
    ann.socket.reset()
    rooms.kick(ROOM, "sam-user")
    time.sleep(1.3)  # ann's place is lost
    metrics = rooms.call("GET", "/metrics").body.decode()
    rooms.close_room(ROOM)
    expect_problem(rooms.room(ROOM), 404, "the closed room")
    rooms.server.child.stop()
    secrets = [*tokens.values(), forged, ann.joined["resume"], turn_of(ann.joined["iceServers"])[1], SECRET, CANDIDATE,
               "candidate:1", "my address"]
    return rooms.server.log(), metrics, secrets


@case("no address, candidate, token, name or message is in the log of busy rooms", only="turnpike")
def _(world):
    log, metrics, secrets = busy_room(world, "info", "json")
    expect_private(log)
    expect_no_secret(log, [*secrets, NAME, "198.51.100.77", "elsewhere.example"])
    for line in log.splitlines():
        expect(isinstance(json.loads(line), dict), f"no object: {line}")
    for word in (ROOM, "ann-user", "pia-user", "sam-user", NAME, *secrets):
        expect(word not in metrics, f"{word} is in the metrics")
    expect(not [a for a in addresses_in(metrics) if str(a) != "127.0.0.1"], "addresses in the metrics")


@case("no message, token or candidate of a room is in the log at any level", only="turnpike")
def _(world):
    log, _metrics, secrets = busy_room(world, "trace", "text")
    expect_no_secret(log, secrets)
