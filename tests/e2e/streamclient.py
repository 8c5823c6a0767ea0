"""The TURN client of turnclient.py over TCP and TLS: framing per RFC 8656 section 12.5, no retransmission."""

import contextlib
import socket
import ssl
import struct
import time

from turnclient import NoAnswer, TurnClient, readable


def frame_size(head):
    """The size on the wire of the frame that begins with these four bytes; ChannelData is padded."""
    length = struct.unpack("!H", head[2:4])[0]
    return 4 + length + -length % 4 if head[0] & 0xC0 == 0x40 else 20 + length


def tls_context(ca=None, protocols=()):
    """Verifies the server under `ca`, or not at all without one."""
    context = ssl.create_default_context(cafile=ca) if ca else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not ca:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


class StreamClient(TurnClient):
    def __init__(self, sock, server, user="", password="", seconds=5.0):
        super().__init__(sock, server, user, password, seconds)
        self.buffer = b""
        self.ended = False  # the server has closed or reset
        self.piece = 0  # send so many bytes at a time; 0: all at once

    def exchange(self, message):
        self.transmissions += 1
        self._transmit(message)
        answer = self._await(message[8:20], time.monotonic() + self.seconds)
        if answer is None:
            raise NoAnswer("the server closed the stream" if self.ended else "nothing came")
        return answer

    def send_raw(self, octets):
        try:
            for begin in range(0, len(octets), self.piece or len(octets)):
                self.socket.sendall(octets[begin:begin + (self.piece or len(octets))])
        except (ConnectionError, ssl.SSLError, socket.timeout):
            self.ended = True

    def _transmit(self, message):
        self.send_raw(message + bytes(-len(message) % 4))

    def _receive(self, deadline):
        """The next whole frame, or None; ChannelData comes with its padding."""
        while len(self.buffer) < 4 or len(self.buffer) < frame_size(self.buffer):
            if not self._read_more(deadline):
                return None
        size = frame_size(self.buffer)
        frame, self.buffer = self.buffer[:size], self.buffer[size:]
        return frame

    def _read_more(self, deadline):
        pending = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()
        left = deadline - time.monotonic()
        if self.ended or left <= 0 or (not pending and not readable(self.socket, left)):
            return False
        try:
            self.socket.settimeout(max(left, 0.01))
            octets = self.socket.recv(65536)
        except (ssl.SSLError, ConnectionError):
            octets = b""
        except (TimeoutError, socket.timeout):
            return False
        self.ended = self.ended or not octets
        self.buffer += octets
        return bool(octets)

    def seconds_until_closed(self, limit):
        """How long the server took to close, whatever it said until then; None: longer than `limit`."""
        started = time.monotonic()
        while not self.ended and time.monotonic() - started < limit:
            self._read_more(started + limit)
            self.buffer = b""
        return time.monotonic() - started if self.ended else None

    def half_close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Closes with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
