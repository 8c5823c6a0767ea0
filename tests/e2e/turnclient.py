"""A TURN client over UDP for the end-to-end cases: blocking, bounded, one socket. streamclient.py is its sibling over
TCP and TLS."""

import base64
import hmac
import os
import select
import socket
import struct
import time

from stunmessage import *  # pylint: disable=unused-wildcard-import,wildcard-import
from stunmessage import Malformed, build, long_term_key, parse, xor_address  # named for the reader

UDP_TRANSPORT = struct.pack("!Bxxx", 17)
IPV4, IPV6 = 1, 2


class Refused(Exception):
    """An error response; `code` says which."""

    def __init__(self, response):
        super().__init__(f"error {response.error()}")
        self.code = response.error()
        self.response = response


class NoAnswer(Exception):
    """All transmissions of a request stayed unanswered."""


def ephemeral_credentials(secret, user="alice", seconds=3600):
    """The TURN REST form: username "EXPIRY:USER", password base64(HMAC-SHA1(secret, username))."""
    name = f"{int(time.time()) + seconds}:{user}"
    return name, base64.b64encode(hmac.new(secret.encode(), name.encode(), "sha1").digest()).decode()


def readable(sock, seconds):
    """Waits for something to read; select() would end at descriptor 1024."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


class TurnClient:
    def __init__(self, sock, server, user="", password="", seconds=3.0):
        self.socket = sock
        self.server = server
        self.user, self.password = user, password
        self.seconds = seconds
        self.realm, self.nonce = "", b""
        self.offered = None  # PASSWORD-ALGORITHMS as the server sent it
        self.inbox = []  # (peer endpoint or channel number, payload)
        self.relayed = []
        self.mapped = None
        self.transmissions = 0

    @property
    def key(self):
        return long_term_key(self.user, self.realm, self.password)

    def close(self):
        self.socket.close()

    # Requests ------------------------------------------------------------------------------------------------------

    def exchange(self, message):
        """Sends one request with retransmissions and gives its response; other traffic goes to the inbox."""
        deadline, interval = time.monotonic() + self.seconds, 0.25
        while time.monotonic() < deadline:
            self.transmissions += 1
            self._transmit(message)
            answer = self._await(message[8:20], min(time.monotonic() + interval, deadline))
            if answer:
                return answer
            interval *= 2
        raise NoAnswer()

    def _await(self, transaction, deadline):
        while (datagram := self._receive(deadline)) is not None:
            answer = self._sort(datagram)
            if answer and answer.transaction == transaction:
                return answer
        return None

    def request(self, method, attributes=(), sha256=False, transaction=None):
        """An authenticated request: answers the 401 challenge and a stale nonce, raises Refused on anything else."""
        for _ in range(3):
            signed = list(attributes)
            if self.nonce:
                signed += [(USERNAME, self.user.encode()), (REALM, self.realm.encode()), (NONCE, self.nonce)]
                # RFC 8489 section 9.2.4: whoever got PASSWORD-ALGORITHMS sends the list back and says its choice.
                if self.offered is not None:
                    signed += [(PASSWORD_ALGORITHMS, self.offered), (PASSWORD_ALGORITHM, struct.pack("!HH", 1, 0))]
            key = self.key if self.nonce else None
            answer = self.exchange(build(method, REQUEST, signed, transaction, key, sha256))
            if answer.message_class == SUCCESS:
                return answer
            challenged = (answer.error() == 401 and not self.nonce) or answer.error() == 438
            if not challenged:
                raise Refused(answer)
            self.realm = (answer.get(REALM) or b"").decode()
            self.nonce = answer.get(NONCE) or b""
            self.offered = answer.get(PASSWORD_ALGORITHMS)
            transaction = None
        raise Refused(answer)

    def allocate(self, *attributes, lifetime=None):
        wanted = [(REQUESTED_TRANSPORT, UDP_TRANSPORT), *attributes]
        if lifetime is not None:
            wanted.append((LIFETIME, struct.pack("!I", lifetime)))
        answer = self.request(ALLOCATE, wanted)
        self.relayed = [read_xor_address(value, answer.transaction) for kind, value in answer.attributes
                        if kind == XOR_RELAYED_ADDRESS]
        self.mapped = answer.address(XOR_MAPPED_ADDRESS)
        return answer

    def allocate_where_sent(self, *attributes):
        """Allocate, and where the server says 300 the same at the server it names (RFC 8489 section 10): with the same
        credentials and over the same transport, and at none twice. Gives the servers that were asked, in order."""
        asked = [self.server]
        while True:
            try:
                self.allocate(*attributes)
                return asked
            except Refused as refused:
                if refused.code != 300:
                    raise
                alternate = read_address(refused.response.get(ALTERNATE_SERVER))
                if alternate in asked:
                    raise
            self.server = alternate
            asked.append(alternate)

    def refresh(self, lifetime=600):
        return self.request(REFRESH, [(LIFETIME, struct.pack("!I", lifetime))])

    def permit(self, *hosts):
        transaction = os.urandom(12)
        peers = [(XOR_PEER_ADDRESS, xor_address((host, 0), transaction)) for host in hosts]
        return self.request(CREATE_PERMISSION, peers, transaction=transaction)

    def bind_channel(self, number, peer):
        transaction = os.urandom(12)
        return self.request(CHANNEL_BIND, [(CHANNEL_NUMBER, struct.pack("!HH", number, 0)),
                                           (XOR_PEER_ADDRESS, xor_address(peer, transaction))], transaction=transaction)

    def binding(self):
        return self.exchange(build(BINDING, REQUEST))

    # Traffic -------------------------------------------------------------------------------------------------------

    def send_indication(self, peer, payload):
        transaction = os.urandom(12)
        attributes = [(XOR_PEER_ADDRESS, xor_address(peer, transaction)), (DATA_ATTRIBUTE, payload)]
        self._transmit(build(SEND, INDICATION, attributes, transaction))

    def send_channel(self, number, payload):
        self._transmit(struct.pack("!HH", number, len(payload)) + payload)

    def receive(self, seconds=2.0):
        """The next payload as (peer endpoint or channel number, bytes), or None."""
        deadline = time.monotonic() + seconds
        while not self.inbox:
            datagram = self._receive(deadline)
            if datagram is None:
                return None
            self._sort(datagram)
        return self.inbox.pop(0)

    def receive_raw(self, seconds):
        """The next datagram as it came, or None."""
        return self._receive(time.monotonic() + seconds)

    def _transmit(self, message):
        self.socket.sendto(message, self.server)

    def _receive(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not readable(self.socket, left):
            return None
        try:
            return self.socket.recv(65536)
        except (BlockingIOError, ConnectionError, socket.timeout):
            return b""

    def _sort(self, datagram):
        if datagram and 0x40 <= datagram[0] < 0x50:
            number, length = struct.unpack("!HH", datagram[:4])
            self.inbox.append((number, datagram[4:4 + length]))
            return None
        try:
            message = parse(datagram)
        except Malformed:
            return None
        if message.message_class == INDICATION:
            self.inbox.append((message.address(XOR_PEER_ADDRESS), message.get(DATA_ATTRIBUTE)))
            return None
        return message
