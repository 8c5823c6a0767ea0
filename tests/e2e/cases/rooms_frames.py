"""WebSocket frames against the rules of RFC 6455, beside a room that goes on whatever they do."""

import json
import random
import socket
import time

from harness.browser import HERE, need_libraries
from harness.cases import case, expect, expect_equal
from harness.rooms import Rooms
from harness.websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_payload, frame

PROTOCOL, UNSUPPORTED, BAD_PAYLOAD, POLICY, TOO_BIG = 1002, 1003, 1007, 1008, 1009
PING_TEXT = b'{"type":"ping"}'


class Beside:
    """Two members who must go on hearing each other."""

    def __init__(self, rooms):
        self.ann, self.ben = rooms.enter("beside", "ann"), rooms.enter("beside", "ben")
        self.ann.expect_peer("ben")
        self.turns = 0

    def go_on(self):
        self.turns += 1
        for sender, receiver, name in ((self.ann, self.ben, "ann"), (self.ben, self.ann, "ben")):
            sender.send("signal", data=self.turns)
            receiver.expect_signal(name, self.turns)


def expect_codes(world, broken, **how):
    """Sends each of `broken` {what: (octets, code or codes)} on a socket of its own and sees what it is closed with."""
    rooms = Rooms(world, **how)
    beside = Beside(rooms)
    for what, (octets, wanted) in broken.items():
        client = rooms.connect()
        client.socket.answers = False
        client.socket.send_raw(octets)
        found = client.close_code()
        expect(found in (wanted if isinstance(wanted, tuple) else (wanted,)), f"{what}: closed with {found}")
        expect_end(client.socket, what)
        beside.go_on()
    return rooms


def expect_end(web_socket, what):
    """After the close frames the server ends the TCP connection (section 7.1.1)."""
    deadline = time.monotonic() + 3.0
    while not web_socket.ended and time.monotonic() < deadline:
        web_socket.receive_frame(0.2)
    expect(web_socket.ended, f"{what}: TCP stays open")


BAD_UTF8 = {"a byte that is none": b"\xff", "half a character": b"ab\xc3", "a lone continuation": b"\x80",
            "an overlong slash": b"\xc0\xaf", "an overlong of three": b"\xe0\x80\xaf", "a surrogate": b"\xed\xa0\x80",
            "beyond Unicode": b"\xf4\x90\x80\x80", "five bytes": b"\xf8\x88\x80\x80\x80"}


@case("text that is no UTF-8 is closed with 1007, whole and in pieces", only="turnpike")
def _(world):
    broken = {what: (frame(TEXT, b'{"a":"' + octets + b'"}'), BAD_PAYLOAD) for what, octets in BAD_UTF8.items()}
    broken["a character that a second piece breaks"] = (
        frame(TEXT, b'"\xc3', final=False) + frame(CONTINUATION, b'("'), BAD_PAYLOAD)
    broken["a close whose reason is none"] = (frame(CLOSE, close_payload(1000, b"\xff")), BAD_PAYLOAD)
    expect_codes(world, broken)


@case("frames that are not masked, with reserved bits or opcodes, are closed with 1002", only="turnpike")
def _(world):
    broken = {f"opcode {code} with mask {mask}": (frame(code, PING_TEXT, mask=mask), PROTOCOL)
              for code, mask in ((TEXT, False), (PING, False), (CLOSE, False), *((c, True) for c in (3, 4, 5, 6, 7)),
                                 *((c, True) for c in (11, 12, 13, 14, 15)))}
    broken |= {f"reserved bits {bits}": (frame(TEXT, PING_TEXT, reserved=bits), PROTOCOL) for bits in range(1, 8)}
    broken["reserved bits of a ping"] = (frame(PING, reserved=4), PROTOCOL)
    expect_codes(world, broken)


@case("control frames that are long or in pieces are closed with 1002", only="turnpike")
def _(world):
    expect_codes(world, {
        "a ping of 126 bytes": (frame(PING, bytes(126)), PROTOCOL),
        "a pong of 126 bytes": (frame(PONG, bytes(126)), PROTOCOL),
        "a close of 126 bytes": (frame(CLOSE, close_payload(1000, b"x" * 124)), PROTOCOL),
        "a ping that says 64 KiB": (frame(PING, length=65_536), PROTOCOL),
        "the first piece of a ping": (frame(PING, b"x", final=False), PROTOCOL),
        "the first piece of a close": (frame(CLOSE, close_payload(1000), final=False), PROTOCOL),
        "a close of one byte": (frame(CLOSE, b"\x03"), PROTOCOL),
        **{f"a close with {code}": (frame(CLOSE, close_payload(code)), PROTOCOL)
           for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535)}})


@case("lengths in a longer form than needed, and those with the highest bit, are closed with 1002", only="turnpike")
def _(world):
    expect_codes(world, {
        "15 bytes in 16 bits": (frame(TEXT, PING_TEXT, form=16), PROTOCOL),
        "15 bytes in 64 bits": (frame(TEXT, PING_TEXT, form=64), PROTOCOL),
        "200 bytes in 64 bits": (frame(TEXT, bytes(200), form=64), PROTOCOL),
        "2^63": (frame(TEXT, length=1 << 63, form=64), (PROTOCOL, TOO_BIG)),
        "2^64 - 1": (frame(TEXT, length=(1 << 64) - 1, form=64), (PROTOCOL, TOO_BIG))})


@case("pieces that do not belong together are closed with 1002, pieces without end with 1008 or 1009", only="turnpike")
def _(world):
    begin = frame(TEXT, b'"', final=False)
    expect_codes(world, {
        "a continuation of nothing": (frame(CONTINUATION, PING_TEXT), PROTOCOL),
        "a text within a text": (begin + frame(TEXT, PING_TEXT), PROTOCOL),
        "a continuation after the end": (begin + frame(CONTINUATION, b'"') + frame(CONTINUATION, b""), PROTOCOL),
        "empty pieces": (begin + frame(CONTINUATION, final=False) * 3000, POLICY),
        "pieces of a byte": (begin + frame(CONTINUATION, b"x", final=False) * 3000, POLICY),
        "pieces of 10 KB": (begin + frame(CONTINUATION, bytes(10_000), final=False) * 30, (TOO_BIG, None)),
        "a last piece that is too much": (begin + frame(CONTINUATION, length=200_000), TOO_BIG)})


@case("binary is closed with 1003, oversize with 1009 as soon as it is announced", only="turnpike")
def _(world):
    rooms = expect_codes(world, {
        "binary": (frame(BINARY, b"\0"), UNSUPPORTED),
        "the first piece of binary": (frame(BINARY, b"\0", final=False), UNSUPPORTED),
        "200 KB announced": (frame(TEXT, length=200_000), TOO_BIG),
        "1 GB announced": (frame(TEXT, length=1 << 30), TOO_BIG),
        "2^62 bytes announced": (frame(TEXT, length=1 << 62), TOO_BIG),
        # What is sent behind may be answered with RST, which overtakes the close.
        "1 MB": (frame(TEXT, bytes(1_000_000)), (TOO_BIG, None))})
    ann = rooms.enter("lobby", "ann")
    ann.socket.send_raw(frame(TEXT, b'{"type":"signal","data":"' + b"x" * 66_000 + b'"}'))
    expect_equal(ann.next("error")["code"], "too-large", "the error of a message over max_message")
    ann.send("ping")
    ann.next("pong")


@case("pings and pongs without end are closed with 1008, and a few are answered", only="turnpike")
def _(world):
    rooms = Rooms(world)
    beside = Beside(rooms)
    for opcode in (PING, PONG):
        client = rooms.connect()
        client.socket.send_raw(frame(opcode, b"x") * 500)
        expect_equal(client.close_code(), POLICY, f"the close code of 500 frames of opcode {opcode}")
        beside.go_on()
    client = rooms.connect()
    for payload in (b"", b"x" * 125, b"\xff\x00"):
        client.socket.send_raw(frame(PING, payload))
        expect_equal(client.socket.receive_frame(5.0), (PONG, payload), "the pong")
    client.socket.send_raw(frame(PONG, b"that nobody asked for"))
    client.send("ping")
    client.next("pong")


@case("a close is answered with its own code, and nothing is heard after it", only="turnpike")
def _(world):
    rooms = Rooms(world)
    beside = Beside(rooms)
    for payload in (b"", close_payload(1000), close_payload(1001, b"bye"), close_payload(3000), close_payload(4999)):
        client = rooms.enter("beside", "cleo")
        for each in (beside.ann, beside.ben):
            each.expect_peer("cleo")
        client.socket.send_raw(frame(CLOSE, payload) + frame(TEXT, b'{"type":"signal","data":"late"}'))
        opcode, answer = client.socket.receive_frame(5.0)
        expect_equal((opcode, answer[:2]), (CLOSE, payload[:2]), "the server's close")
        expect_end(client.socket, f"a close with {payload}")
        back = rooms.enter("beside", "cleo", resume=client.joined["resume"], lastSeq=client.joined["seq"])
        back.send("leave-room")
        for each in (beside.ann, beside.ben):
            each.expect_left("cleo", "left")
        beside.go_on()


@case("good messages arrive in pieces, byte by byte, many at once, and behind the handshake", only="turnpike")
def _(world):
    rooms = Rooms(world)
    client = rooms.connect(behind=frame(TEXT, PING_TEXT) * 2)
    for _ in range(2):
        client.next("pong")
    text = '{"type":"join-room","roomId":"lobby","userId":"ä€𝄞"}'.encode()
    pieces = [text[i:i + 1] for i in range(len(text))]  # a piece may end within a character
    client.socket.send_raw(b"".join(
        frame(CONTINUATION if i else TEXT, piece, final=i == len(pieces) - 1) + (frame(PING, b"!") if i == 7 else b"")
        for i, piece in enumerate(pieces)))
    expect_equal(client.socket.receive_frame(5.0), (PONG, b"!"), "the pong between the pieces")
    expect_equal(client.next("joined")["userId"], "ä€𝄞", "the user id")
    client.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in frame(TEXT, PING_TEXT):
        client.socket.send_raw(bytes([octet]))
    client.next("pong")
    client.socket.send_raw(frame(TEXT, PING_TEXT) * 100)
    for _ in range(100):
        client.next("pong")
    client.socket.send_raw(frame(TEXT, PING_TEXT, form=7) + frame(TEXT, b"")[:2])
    client.next("pong")


@case("the ws client is served without compression, and its broken frames get their close codes", only="turnpike",
      browser=True)
def _(world):
    need_libraries()
    outcome = world.run(["node", HERE / "rooms_ws.mjs", json.dumps({"url": f"ws://{Rooms(world).host()}/signal"})], 40,
                        cwd=HERE)
    expect_equal(outcome.code, 0, f"node's exit code, which said:\n{outcome.text}\n")
    found = json.loads(outcome.text.splitlines()[-1])
    expect_equal(found.pop("inOrder"), {"pong": "are you there?", "extensions": "", "seen": ["hello", "joined", "pong"],
                                        "code": 3001}, "what it got in order")
    expect_equal(found, {"compressed": PROTOCOL, "unmasked": PROTOCOL, "binary": UNSUPPORTED, "reserved": PROTOCOL,
                         "longPing": PROTOCOL, "tornPing": PROTOCOL, "badText": BAD_PAYLOAD, "nested": PROTOCOL},
                 "the close codes")


@case("five thousand random frames harm nobody", only="turnpike", seconds=90)
def _(world):
    rooms = Rooms(world)
    beside = Beside(rooms)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    begin = rooms.server.resident_bytes()
    words = [b'{"type":"join-room","roomId":"beside","userId":"ann2"}', b'{"type":"signal","data":1}', PING_TEXT,
             b"[" * 999]
    for turn in range(250):
        with rooms.dial().socket as raw:
            octets = bytearray()
            for _ in range(20):
                payload = rng.choice([rng.randbytes(rng.randrange(300)), rng.choice(words)[:rng.randrange(60)]])
                octets += frame(rng.choice([TEXT, TEXT, rng.randrange(16)]), payload, rng.random() < 0.8,
                                rng.random() < 0.95, rng.choice([0] * 9 + [rng.randrange(8)]))
            for _ in range(rng.randrange(4)):
                octets[rng.randrange(len(octets))] = rng.randrange(256)
            raw.settimeout(5.0)
            try:
                raw.sendall(octets)
            except OSError:
                pass
        if turn % 50 == 0:
            for each in (beside.ann, beside.ben):
                while each.get(0.05):
                    pass
            beside.go_on()
    grown = rooms.server.resident_bytes() - begin
    expect(grown < (200 if world.sanitized else 16) << 20, f"it has grown by {grown >> 20} MiB")
