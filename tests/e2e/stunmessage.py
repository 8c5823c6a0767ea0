"""STUN and TURN messages (RFC 8489, RFC 8656) in the standard library only, written from the RFCs and sharing nothing
with the server under test."""

import dataclasses
import hashlib
import hmac
import ipaddress
import os
import struct
import zlib

COOKIE = 0x2112A442
REQUEST, INDICATION, SUCCESS, ERROR = range(4)
BINDING, ALLOCATE, REFRESH, SEND, DATA, CREATE_PERMISSION, CHANNEL_BIND = 1, 3, 4, 6, 7, 8, 9

USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES = 0x0006, 0x0008, 0x0009, 0x000A
CHANNEL_NUMBER, LIFETIME, XOR_PEER_ADDRESS, DATA_ATTRIBUTE = 0x000C, 0x000D, 0x0012, 0x0013
REALM, NONCE, XOR_RELAYED_ADDRESS, REQUESTED_ADDRESS_FAMILY = 0x0014, 0x0015, 0x0016, 0x0017
EVEN_PORT, REQUESTED_TRANSPORT, DONT_FRAGMENT = 0x0018, 0x0019, 0x001A
MESSAGE_INTEGRITY_SHA256, PASSWORD_ALGORITHM = 0x001C, 0x001D
XOR_MAPPED_ADDRESS, RESERVATION_TOKEN = 0x0020, 0x0022
ADDITIONAL_ADDRESS_FAMILY, ADDRESS_ERROR_CODE, PASSWORD_ALGORITHMS, FINGERPRINT = 0x8000, 0x8001, 0x8002, 0x8028
ALTERNATE_DOMAIN, ALTERNATE_SERVER = 0x8003, 0x8023


class Malformed(Exception):
    """The bytes are no STUN message."""


def message_type(method, message_class):
    """RFC 8489 section 5: the class bits sit between the bits of the method."""
    spread = (method & 0xF) | (method & 0x70) << 1 | (method & 0xF80) << 2
    return spread | (message_class & 1) << 4 | (message_class & 2) << 7


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def xor_address(endpoint, transaction):
    """The value of XOR-MAPPED-ADDRESS and its kin (RFC 8489 section 14.2)."""
    host = ipaddress.ip_address(endpoint[0])
    mask = struct.pack("!I", COOKIE) + transaction
    packed = bytes(a ^ b for a, b in zip(host.packed, mask))
    return struct.pack("!BBH", 0, 1 if host.version == 4 else 2, endpoint[1] ^ COOKIE >> 16) + packed


def read_xor_address(value, transaction):
    family, port = struct.unpack("!xBH", value[:4])
    packed = bytes(a ^ b for a, b in zip(value[4:], struct.pack("!I", COOKIE) + transaction))
    if len(packed) != {1: 4, 2: 16}.get(family):
        raise Malformed("address")
    return str(ipaddress.ip_address(packed)), port ^ COOKIE >> 16


def read_address(value):
    """MAPPED-ADDRESS and its kin, such as ALTERNATE-SERVER (RFC 8489 section 14.1)."""
    family, port = struct.unpack("!xBH", value[:4])
    if len(value) != {1: 8, 2: 20}.get(family):
        raise Malformed("address")
    return str(ipaddress.ip_address(value[4:])), port


def long_term_key(user, realm, password):
    return hashlib.md5(f"{user}:{realm}:{password}".encode()).digest()


def _with_length(message, length):
    return message[:2] + struct.pack("!H", length) + message[4:]


def build(method, message_class, attributes=(), transaction=None, key=None, sha256=False, fingerprint=False):
    """A whole message. `attributes` are (type, value) pairs; a key adds MESSAGE-INTEGRITY (or -SHA256)."""
    transaction = transaction or os.urandom(12)
    body = b"".join(attribute(kind, value) for kind, value in attributes)
    message = struct.pack("!HHI", message_type(method, message_class), len(body), COOKIE) + transaction + body
    if key is not None:
        digest, size, kind = ("sha256", 32, MESSAGE_INTEGRITY_SHA256) if sha256 else ("sha1", 20, MESSAGE_INTEGRITY)
        message = _with_length(message, len(message) - 20 + 4 + size)
        message += attribute(kind, hmac.new(key, message, digest).digest())
    if fingerprint:
        message = _with_length(message, len(message) - 20 + 8)
        message += attribute(FINGERPRINT, struct.pack("!I", zlib.crc32(message) ^ 0x5354554E))
    return message


@dataclasses.dataclass
class Message:
    method: int
    message_class: int
    transaction: bytes
    attributes: list  # of (type, value), in wire order
    raw: bytes

    def get(self, kind):
        return next((value for found, value in self.attributes if found == kind), None)

    def kinds(self):
        return [kind for kind, _ in self.attributes]

    def address(self, kind):
        value = self.get(kind)
        return None if value is None else read_xor_address(value, self.transaction)

    def error(self):
        """The error code, or 0."""
        value = self.get(ERROR_CODE)
        return 0 if value is None else value[2] * 100 + value[3]

    def integrity_holds(self, key):
        """Whether MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 is there and right under `key`."""
        offset = 20
        for kind, value in self.attributes:
            if kind in (MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256):
                covered = _with_length(self.raw[:offset], offset - 20 + 4 + len(value))
                digest = hmac.new(key, covered, "sha1" if kind == MESSAGE_INTEGRITY else "sha256").digest()
                return hmac.compare_digest(digest[:len(value)], value)
            offset += 4 + len(value) + -len(value) % 4
        return False


def parse(data):
    if len(data) < 20:
        raise Malformed("shorter than a header")
    kind, length, cookie = struct.unpack("!HHI", data[:8])
    if kind >> 14 or cookie != COOKIE or length != len(data) - 20 or length % 4:
        raise Malformed("header")
    attributes, offset = [], 20
    while offset < len(data):
        found, size = struct.unpack("!HH", data[offset:offset + 4])
        end = offset + 4 + size
        if end > len(data):
            raise Malformed("attribute reaches past the end")
        attributes.append((found, data[offset + 4:end]))
        offset = end + -size % 4
    method = (kind & 0xF) | (kind & 0xE0) >> 1 | (kind & 0x3E00) >> 2
    return Message(method, (kind >> 4 & 1) | (kind >> 7 & 2), data[8:20], attributes, data)
