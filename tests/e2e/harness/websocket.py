"""A WebSocket client (RFC 6455), standard library only. It reads strictly, and can break every rule when it writes."""

import base64
import hashlib
import json
import os
import socket
import ssl
import struct
import time

from harness.cases import Failed, expect
from turnclient import readable

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LIMIT = 4 << 20  # bytes of one frame that this client takes


def masked(payload, key):
    size = len(payload)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def frame(opcode, payload=b"", final=True, mask=True, reserved=0, length=None, form=None):
    """One frame. `length`: what it says of its payload instead of the truth; `form`: 7, 16 or 64 bits for that."""
    size = len(payload) if length is None else length
    form = form or (7 if size < 126 else 16 if size < 65536 else 64)
    begin = bytes([final << 7 | reserved << 4 | opcode])
    bit = mask << 7
    begin += {7: lambda: bytes([bit | size]), 16: lambda: struct.pack("!BH", bit | 126, size),
              64: lambda: struct.pack("!BQ", bit | 127, size)}[form]()
    if not mask:
        return begin + payload
    key = os.urandom(4)
    return begin + key + masked(payload, key)


def close_payload(code, reason=b""):
    return struct.pack("!H", code) + reason


class NotUpgraded(Exception):
    """The handshake was answered with something else than 101."""

    def __init__(self, status, fields, body):
        super().__init__(f"status {status}: {body[:300]!r}")
        self.status, self.fields, self.body = status, fields, body


class WebSocket:
    """Over a connected socket, TCP or TLS. Answers pings by itself while `answers` is true."""

    def __init__(self, sock, host, target="/signal", fields=(), behind=b"", seconds=5.0):
        self.socket = sock
        self.buffer = b""
        self.ended = False  # no more bytes will come
        self.closed_with = None  # the server's close: (code or None, reason)
        self.answers = True
        self.pings = 0
        key = base64.b64encode(os.urandom(16)).decode()
        wanted = {"Host": host, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                  "Sec-WebSocket-Key": key, **dict(fields)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in wanted.items() if value is not None)
        self.send_raw(f"GET {target} HTTP/1.1\r\n{lines}\r\n".encode() + behind)
        self._read_answer(key, seconds)

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # Sending -------------------------------------------------------------------------------------------------------

    def send_raw(self, octets):
        try:
            self.socket.sendall(octets)
            return True
        except (ConnectionError, ssl.SSLError, TimeoutError):
            return False

    def send(self, text):
        return self.send_raw(frame(TEXT, text.encode()))

    # Receiving -----------------------------------------------------------------------------------------------------

    def receive(self, seconds=5.0):
        """The next text, as str, or None when there is none in time or the server has closed."""
        deadline = time.monotonic() + seconds
        while (found := self.receive_frame(deadline - time.monotonic())) is not None:
            opcode, payload = found
            if opcode == TEXT:
                return payload.decode()
            if opcode == PING:
                self.pings += 1
                if self.answers:
                    self.send_raw(frame(PONG, payload))
            elif opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if payload else None
                self.closed_with = (code, payload[2:].decode())
                self.send_raw(frame(CLOSE, payload[:2]))
                return None
            else:
                expect(opcode == PONG, f"the server sent a frame of opcode {opcode}")
        return None

    def receive_frame(self, seconds):
        """The next frame as it came, or None."""
        deadline = time.monotonic() + seconds
        while (found := self._take()) is None:
            if not self._read_more(deadline):
                return None
        return found

    def close_code(self, seconds=5.0):
        """What the server closes with, whatever it says before; None when it closes without a word. Fails when it does
        not close."""
        deadline = time.monotonic() + seconds
        while not self.ended and self.closed_with is None and time.monotonic() < deadline:
            self.receive(deadline - time.monotonic())
        expect(self.ended or self.closed_with is not None, f"the server has not closed within {seconds} s")
        return self.closed_with and self.closed_with[0]

    def is_open(self):
        """Whether it answers a ping."""
        if not self.send_raw(frame(PING, b"still there?")):
            return False
        deadline = time.monotonic() + 5.0
        while (found := self.receive_frame(deadline - time.monotonic())) is not None:
            if found == (PONG, b"still there?"):
                return True
        return False

    def _take(self):
        """A whole frame out of the buffer. What the server may not send fails the case (RFC 6455 section 5.1)."""
        if len(self.buffer) < 2:
            return None
        first, second = self.buffer[0], self.buffer[1]
        expect(first & 0x80 and not first & 0x70, f"a frame begins with {first:#x}: a fragment or reserved bits")
        expect(not second & 0x80, "the server masks")
        form = {126: ("!H", 2), 127: ("!Q", 8)}.get(second)
        begin = 2 + (form[1] if form else 0)
        if len(self.buffer) < begin:
            return None
        size = struct.unpack(form[0], self.buffer[2:begin])[0] if form else second
        expect(size <= LIMIT, f"a frame of {size} bytes")
        if len(self.buffer) < begin + size:
            return None
        payload, self.buffer = self.buffer[begin:begin + size], self.buffer[begin + size:]
        return first & 0x0F, payload

    def _read_more(self, deadline):
        pending = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()
        left = deadline - time.monotonic()
        if self.ended or left <= 0 or (not pending and not readable(self.socket, left)):
            return False
        try:
            self.socket.settimeout(max(left, 0.01))
            octets = self.socket.recv(1 << 18)
        except (ssl.SSLError, ConnectionError):
            octets = b""
        except TimeoutError:
            return False
        self.ended = not octets
        self.buffer += octets
        return bool(octets)

    def _read_answer(self, key, seconds):
        deadline = time.monotonic() + seconds
        while b"\r\n\r\n" not in self.buffer:
            if not self._read_more(deadline):
                raise Failed(f"no answer to the handshake but {self.buffer!r}")
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        status = int(first.split()[1])
        if status != 101:
            while len(self.buffer) < int(self.fields.get("content-length", 0)) and self._read_more(deadline):
                pass
            raise NotUpgraded(status, self.fields, self.buffer)
        wanted = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        expect(self.fields.get("sec-websocket-accept") == wanted, f"Sec-WebSocket-Accept is wrong: {self.fields}")


def told(text):
    """A text that must be a JSON object."""
    found = json.loads(text)
    expect(isinstance(found, dict), f"no object: {text}")
    return found
