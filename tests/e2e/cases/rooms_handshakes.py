"""The WebSocket handshake: its form, the pages that may, what comes before and behind it."""

import time

from cases.rooms_frames import PROTOCOL, Beside
from harness.cases import case, expect, expect_equal
from harness.clients import open_stream
from harness.rooms import Rooms
from harness.websocket import WebSocket, told
from turnclient import readable


@case("a handshake that is none gets its 4xx, and no extension or subprotocol is accepted", only="turnpike")
def _(world):
    rooms = Rooms(world)
    accepted = rooms.dial(fields={"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
                                    "Sec-WebSocket-Protocol": "chat, superchat", "User-Agent": "x"})
    for name in ("sec-websocket-extensions", "sec-websocket-protocol", "set-cookie"):
        expect(name not in accepted.fields, f"{name} is answered: {accepted.fields}")
    for what, fields, statuses in (
            ("version 8", {"Sec-WebSocket-Version": "8"}, (426,)),
            ("no version", {"Sec-WebSocket-Version": None}, (400, 426)),
            ("no key", {"Sec-WebSocket-Key": None}, (400,)), ("an empty key", {"Sec-WebSocket-Key": ""}, (400,)),
            ("a short key", {"Sec-WebSocket-Key": "AAAA"}, (400,)),
            ("no Upgrade", {"Upgrade": None}, (400, 426)), ("no Connection", {"Connection": None}, (400, 426)),
            ("another Upgrade", {"Upgrade": "h2c"}, (400, 426))):
        answer = rooms.refused(fields=fields)
        expect(answer is not None and answer.status in statuses, f"{what}: {answer}")
        if answer.status == 426:
            expect_equal(answer.fields.get("sec-websocket-version"), "13", f"Sec-WebSocket-Version with {what}")
    expect_equal(rooms.call("POST", "/signal", body={}).status, 405, "status of POST")
    expect_equal(rooms.call("GET", "/signal").status, 426, "status of GET without Upgrade")
    told(rooms.dial(fields={"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket"}).receive())


@case("a WebSocket may follow other requests on its connection, and nothing may follow it but frames", only="turnpike")
def _(world):
    rooms = Rooms(world)
    sock = world.own(open_stream(rooms.server))
    sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    got = b""
    while not got.endswith(b'{"status":"ok"}'):
        expect(readable(sock, 5.0), f"no answer but {got}")
        got += sock.recv(4096)
    later = WebSocket(sock, rooms.host())
    told(later.receive())
    later.send_raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    expect_equal(later.close_code(), PROTOCOL, "the close code of a request behind the handshake")


@case("handshakes of a foreign origin get 403, those of none, of the own and of allowed origins do not",
      only="turnpike")
def _(world):
    allowed, of_key = "https://app.example.org", "https://shop.example.org"
    key = {"name": "shop", "key": "a-key-of-a-shop-in-the-north-11aa22bb33", "scopes": ["credentials"],
           "origins": [of_key]}
    rooms = Rooms(world, http_table=f'allowed_origins = ["{allowed}"]', keys=[key])
    targets = ("/signal", "/peerjs?key=peerjs&id=a&token=b", "/socket.io/?EIO=4&transport=websocket")
    polling = "/socket.io/?EIO=4&transport=polling"
    for origin in ("http://elsewhere.example", "null", f"{allowed}.evil.example", f"https://{rooms.host()}1", "http://",
                   f"{allowed}:444", "file://", f"http://{rooms.host()}@elsewhere.example", "x"):
        for target in targets:
            answer = rooms.refused(target, fields={"Origin": origin})
            expect_equal(answer.status, 403, f"status of {target} from {origin}")
            expect_equal(answer.fields.get("content-type"), "application/problem+json", "the type of the answer")
        polled = rooms.call("GET", polling, fields={"Origin": origin})
        expect_equal(polled.status, 403, f"status of polling from {origin}")
    for origin in (None, f"http://{rooms.host()}", allowed, of_key):
        for target in targets:
            rooms.dial(target, fields={"Origin": origin, "Cookie": "session=1"})
        answer = rooms.call("GET", polling, fields={"Origin": origin} if origin else {})
        expect_equal(answer.status, 200, f"status of polling from {origin}")
        expect("set-cookie" not in answer.fields, f"a cookie: {answer.fields}")
    rooms.dial(tls=True, fields={"Origin": f"https://{rooms.host(tls=True)}"})


@case("a handshake that comes drop by drop ends in about ten seconds", only="turnpike", seconds=40)
def _(world):
    rooms = Rooms(world)
    beside = Beside(rooms)
    sock = world.own(open_stream(rooms.server))
    began = time.monotonic()
    try:
        for octet in b"GET /signal HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nX-Long: " + b"y" * 100:
            sock.sendall(bytes([octet]))
            if readable(sock, 0.2):
                break
    except ConnectionError:
        pass
    took = time.monotonic() - began
    expect(5 < took < 16, f"it took {took:.1f} s")
    beside.go_on()
