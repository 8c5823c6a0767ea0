"""What the logs of a whole call say, and what they must not: no address of anybody, and no fuss about the challenge."""

import ipaddress
import json
import re

from cases.uclient import expect_all_relayed, uclient
from harness.cases import case, expect, expect_equal
from harness.clients import connect
from harness.servers import Settings

IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
IPV6 = re.compile(r"(?<![0-9A-Fa-f:.])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")
TROUBLE = re.compile(r"\b(error|warn|warning|critical)\b", re.IGNORECASE)


def addresses_in(text):
    """IP address literals; a time of day such as 12:00:01 is none."""
    found = []
    for candidate in IPV4.findall(text) + IPV6.findall(text):
        try:
            found.append(ipaddress.ip_address(candidate.strip(".")))
        except ValueError:
            continue
    return found


def log_of_a_call(world, log_format, level="info"):
    """Starts, relays by channel and indication, refuses a peer and a password, ends; gives all that was written."""
    server = world.server(Settings(log_format=log_format, log_level=level))
    expect_all_relayed(uclient(world, server, "-y", "-c", "-m", "2"))
    client = connect(world, server)
    client.allocate()
    for attempt in (lambda: client.permit("10.9.8.7"), connect(world, server, password="wrong").allocate):
        try:
            attempt()
        except Exception:  # noqa: BLE001 - it is refused; only the log of it matters here
            pass
    client.refresh(0)
    server.child.stop()
    return server.log()


def expect_private(log):
    expect(log.strip(), "the log is empty: it shows nothing")
    guilty = [line for line in log.splitlines() if addresses_in(line)]
    expect(not guilty, "addresses in the log:\n" + "\n".join(guilty[:5]))


@case("no address is in the text log of a call", only="turnpike")
def _(world):
    expect_private(log_of_a_call(world, "text"))


@case("no address is in the JSON log of a call, and each line is an object", only="turnpike")
def _(world):
    log = log_of_a_call(world, "json")
    expect_private(log)
    for line in log.splitlines():
        expect(isinstance(json.loads(line), dict), f"no object: {line}")


@case("the 401 challenge and a call in order log no error and no warning", only="turnpike")
def _(world):
    server = world.server(Settings())
    client = connect(world, server)
    client.allocate()
    client.refresh(0)
    server.child.stop()
    guilty = [line for line in server.log().splitlines() if TROUBLE.search(line)]
    expect(not guilty, "\n".join(guilty[:5]))


@case("an allocation's life is one line with user, transport, bytes, packets and reason", only="turnpike")
def _(world):
    server = world.server(Settings(log_format="json"))
    client = connect(world, server)
    client.allocate()
    other = connect(world, server)
    other.allocate()
    client.permit("127.0.0.1")
    other.permit("127.0.0.1")
    for _ in range(7):
        client.send_indication(other.relayed[0], bytes(100))
    expect_equal(len([1 for _ in range(7) if other.receive()]), 7, "packets at the other client")
    client.refresh(0)
    other.refresh(0)
    server.child.stop()
    lines = [line for line in server.log().splitlines() if "alice" in line]
    expect_equal(len(lines), 2, f"lines about alice's two allocations:\n{server.log()}\n")
    for line in lines:
        expect(isinstance(json.loads(line), dict), line)
        for word in ("udp", "byte", "packet", "reason", "700", "7"):
            expect(word in line.lower(), f"{word} is missing in {line}")


@case("the debug level names addresses, so that finding none above it means something", only="turnpike")
def _(world):
    log = log_of_a_call(world, "text", "debug")
    expect(any(addresses_in(line) for line in log.splitlines()), f"no address was found in:\n{log[:2000]}")


@case("no secret and no password is in any log", only="turnpike")
def _(world):
    for log_format in ("text", "json"):
        log = log_of_a_call(world, log_format, "debug")
        for secret in ("a-secret-of-the-north-0123", "s3cret-password"):
            expect(secret not in log, f"{secret} is in the {log_format} log")
