"""A server with rooms, and clients that speak their three dialects in plain frames."""

import base64
import hmac
import json
import socket
import ssl
import time
import urllib.parse

from harness import network as networks
from harness.api import KEYS, Api
from harness.cases import expect, expect_equal
from harness.websocket import NotUpgraded, WebSocket, told

ROOMS_KEY = "a-rooms-key-of-the-north-93cb1f7a20"
OPEN = 'auth = "open"\n'
QUIET = 0.25  # seconds in which a message that must not come would have come


def sign(claims, secret, header=None):
    """A JSON Web Token by HS256, made by hand (RFC 7515)."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode() if not isinstance(value, bytes) else value
                                        ).rstrip(b"=")
    body = part(header or {"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    return (body + b"." + part(hmac.digest(secret.encode(), body, "sha256"))).decode()


class Rooms(Api):
    """`signaling`: lines of that table."""

    def __init__(self, world, signaling=OPEN, extra="", **how):
        how.setdefault("keys", [*KEYS, {"name": "rooms", "key": ROOMS_KEY, "scopes": ["rooms"]}])
        how.setdefault("api", "rate = 0")
        super().__init__(world, extra=f"[signaling]\n{signaling}\n{extra}", **how)

    def host(self, tls=False):
        return f"{self.server.address}:{self.server.tls_port if tls else self.server.port}"

    def dial(self, target="/signal", tls=False, fields=(), behind=b"", address=None, buffer=0):
        """`buffer`: bytes that the kernel takes for a client that does not read; `address`: the client's own."""
        sock = networks.tcp_socket(None, address or self.server.address)
        self._world.own(sock)
        if buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        sock.settimeout(10.0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((self.server.address, self.server.tls_port if tls else self.server.port))
        if tls:
            context = ssl.create_default_context(cafile=self.authority.file)
            sock = self._world.own(context.wrap_socket(sock, server_hostname=self.server.address))
        return WebSocket(sock, self.host(tls), target, fields, behind)

    def refused(self, *arguments, **how):
        """What the handshake is refused with."""
        try:
            self.dial(*arguments, **how)
        except NotUpgraded as answer:
            return answer
        return None

    def connect(self, **how):
        """A native client that was greeted."""
        return Native(self.dial(**how))

    def enter(self, room, user, connection=None, **wanted):
        """A native client that has joined; what it was told is in `joined`."""
        client = self.connect(**(connection or {}))
        client.join(room, user, **wanted)
        return client

    def peerjs(self, user, token="a-token", key="peerjs", path="/"):
        query = urllib.parse.urlencode({"key": key, "id": user, "token": token, "version": "1.5.5"},
                                       quote_via=urllib.parse.quote)
        return Client(self.dial(f"{path}peerjs?{query}"))

    def socketio(self, token=None):
        client = SocketIo(self.dial("/socket.io/?EIO=4&transport=websocket"))
        client.open(token)
        return client

    # HTTP ----------------------------------------------------------------------------------------------------------

    def room(self, name):
        return self.call("GET", "/api/v1/rooms/" + urllib.parse.quote(name, safe=""), ROOMS_KEY)

    def members(self, name):
        """User id to what the API shows of it."""
        answer = self.room(name)
        expect_equal(answer.status, 200, f"status of the room {name}: {answer.body!r}")
        return {member["userId"]: member for member in answer.json()["members"]}

    def close_room(self, name, key=ROOMS_KEY):
        return self.call("DELETE", "/api/v1/rooms/" + urllib.parse.quote(name, safe=""), key)

    def kick(self, name, user):
        return self.call("DELETE", f"/api/v1/rooms/{urllib.parse.quote(name, safe='')}/members/"
                                   f"{urllib.parse.quote(user, safe='')}", ROOMS_KEY)

    def token(self, **wanted):
        answer = self.call("POST", "/api/v1/room-tokens", ROOMS_KEY, body=wanted)
        expect_equal(answer.status, 200, f"status of POST /api/v1/room-tokens: {answer.body!r}")
        return answer.json()["token"]


class Client:
    """JSON objects, one a text."""

    def __init__(self, web_socket):
        self.socket = web_socket

    def send(self, kind, **fields):
        return self.socket.send(json.dumps({"type": kind, **fields}))

    def get(self, seconds=5.0):
        """The next message, or None."""
        text = self.socket.receive(seconds)
        return None if text is None else told(text)

    def next(self, kind, seconds=5.0):
        """The next message, which must be of that kind."""
        message = self.get(seconds)
        expect(message is not None, f"no {kind} came; closed with {self.socket.closed_with}")
        expect(message["type"] == kind, f"{message} came instead of {kind}")
        return message

    def until(self, kind, seconds=5.0):
        """The next message of that kind; those before it do not matter."""
        deadline = time.monotonic() + seconds
        while (message := self.get(deadline - time.monotonic())) is not None:
            if message["type"] == kind:
                return message
        expect(False, f"no {kind} came; closed with {self.socket.closed_with}")

    def expect_silence(self, seconds=QUIET):
        message = self.get(seconds)
        expect(message is None and self.socket.closed_with is None and not self.socket.ended,
               f"{message} came, closed with {self.socket.closed_with}")

    def close_code(self, seconds=5.0):
        return self.socket.close_code(seconds)


class Native(Client):
    """/signal."""

    def __init__(self, web_socket):
        super().__init__(web_socket)
        self.hello = self.next("hello")
        self.joined = None

    def join(self, room=None, user=None, **wanted):
        fields = {"roomId": room, "userId": user, **wanted}
        self.send("join-room", **{name: value for name, value in fields.items() if value is not None})
        self.joined = self.next("joined")
        return self.joined

    def refusal(self, kind, **fields):
        """The code of the error that such a message gets."""
        self.send(kind, **fields)
        return self.next("error")["code"]

    def expect_peer(self, user):
        expect_equal(self.next("new-peer")["userId"], user, "who has joined")

    def expect_left(self, user, reason, seconds=5.0):
        message = self.next("peer-left", seconds)
        expect_equal((message["userId"], message["reason"]), (user, reason), "who has left, and why")

    def expect_signal(self, user, data):
        message = self.next("signal")
        expect_equal((message["from"], message["data"]), (user, data), "the signal")
        return message


class SocketIo:
    """Socket.IO 5 over Engine.IO 4 over a WebSocket."""

    def __init__(self, web_socket):
        self.socket = web_socket
        self.opened = None
        self.acks = 0

    def open(self, token=None):
        first = self.socket.receive()
        expect(first and first[0] == "0", f"no open packet but {first!r}")
        self.opened = json.loads(first[1:])
        self.socket.send("40" + (json.dumps({"token": token}) if token else ""))
        answer = self.packet()
        expect(answer and answer.startswith("40{"), f"no CONNECT but {answer!r}")

    def packet(self, seconds=5.0):
        """The next one that is no ping of Engine.IO, which is answered."""
        deadline = time.monotonic() + seconds
        while (text := self.socket.receive(deadline - time.monotonic())) == "2":
            self.socket.send("3")
        return text

    def emit(self, event, *arguments, ack=False):
        """With `ack`: gives what is acknowledged. No event may come before that."""
        number = ""
        if ack:
            number, self.acks = str(self.acks), self.acks + 1
        self.socket.send(f"42{number}" + json.dumps([event, *arguments]))
        if not ack:
            return None
        answer = self.packet()
        expect(answer and answer.startswith(f"43{number}["), f"no acknowledgement {number} of {event} but {answer!r}")
        return json.loads(answer[2 + len(number):])

    def next(self, event, seconds=5.0):
        """The argument of the next event, which must be that one."""
        packet = self.packet(seconds)
        expect(packet and packet.startswith("42["), f"no {event} came but {packet!r}")
        name, argument = json.loads(packet[2:])
        expect_equal(name, event, f"the event with {argument}")
        return argument

    def expect_silence(self, seconds=QUIET):
        packet = self.packet(seconds)
        expect(packet is None and not self.socket.ended, f"{packet!r} came")
