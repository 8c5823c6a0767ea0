"""HTTP from people who mean no good: each gets its 4xx, and a call beside it goes on."""

import contextlib
import json
import time

from cases.rude_streams import Call, talk
from harness.api import ADMIN_KEY, WEB_KEY, Api, expect_problem
from harness.cases import case, expect, expect_equal
from harness.clients import connect_stream, open_stream

CREDENTIALS = "/api/v1/credentials"
HEAD = f"POST {CREDENTIALS} HTTP/1.1\r\nHost: turn.test\r\nAuthorization: Bearer {WEB_KEY}\r\n"
HIDDEN = "GET /healthz HTTP/1.1\r\nHost: turn.test\r\n\r\n"
KEY_RATE = 5
FREE_WRONG_KEYS = 10


def statuses(octets):
    """Those of all answers in what a stream gave."""
    return [int(line.split(b" ")[1]) for line in octets.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


SMUGGLED = {
    "Content-Length and Transfer-Encoding":
        f"Content-Length: {len(HIDDEN) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{HIDDEN}",
    "Transfer-Encoding and Content-Length":
        f"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{HIDDEN}",
    "two lengths": f"Content-Length: 2\r\nContent-Length: {len(HIDDEN) + 2}\r\n\r\n{{}}{HIDDEN}",
    "a list of lengths": f"Content-Length: 2, {len(HIDDEN) + 2}\r\n\r\n{{}}{HIDDEN}",
    "a length with a sign": f"Content-Length: +2\r\n\r\n{{}}{HIDDEN}",
    "a negative length": f"Content-Length: -2\r\n\r\n{{}}{HIDDEN}",
    "a length in hexadecimal": f"Content-Length: 0x2\r\n\r\n{{}}{HIDDEN}",
    "a length beyond 64 bits": f"Content-Length: 18446744073709551618\r\n\r\n{{}}{HIDDEN}",
    "an unknown coding": f"Transfer-Encoding: cow\r\n\r\n{{}}{HIDDEN}",
    "a coding after chunked": f"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{HIDDEN}",
    "a space before the colon": f"Content-Length : 2\r\n\r\n{{}}{HIDDEN}",
    "a folded field": f"X-A: b\r\n Content-Length: 2\r\n\r\n{{}}{HIDDEN}",
    "a chunk of a size that is none": f"Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
    "a chunk beyond 64 bits": f"Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
}


@case("a request whose length can be read in two ways is refused, and nothing behind it is served", only="turnpike")
def _(world):
    api = Api(world)
    call = Call(world, api.server)
    for what, rest in SMUGGLED.items():
        got, closed = talk(api.server, (HEAD + rest).encode())
        found = statuses(got)
        expect(len(found) <= 1 and all(400 <= status <= 501 for status in found), f"{what}: statuses {found}")
        expect(closed, f"{what}: the stream stays open after {found}")
    call.goes_on()


@case("too much of everything: 431, 414 and 413", only="turnpike")
def _(world):
    api = Api(world)
    call = Call(world, api.server)
    for what, request, wanted in (
            ("one long field", HEAD + f"X-Long: {'x' * 20_000}\r\n\r\n", (431,)),
            ("many fields", HEAD + "X-Many: y\r\n" * 3000 + "\r\n", (431,)),
            ("a long target", f"GET /{'x' * 20_000} HTTP/1.1\r\nHost: a\r\n\r\n", (414, 431)),
            ("a long body", HEAD + f"Content-Length: 1000000\r\n\r\n{'x' * 1_000_000}", (413,)),
            ("a promise of a long body", HEAD + "Content-Length: 1000000000000\r\n\r\n", (413,)),
            ("a long body in chunks",
             HEAD + "Transfer-Encoding: chunked\r\n\r\n" + ("1000\r\n" + "x" * 4096 + "\r\n") * 100, (413,))):
        got, closed = talk(api.server, request.encode())
        # Who is refused while still sending may see the stream end before the answer.
        expect(closed and (not got or statuses(got)[0] in wanted), f"{what}: {statuses(got)}, closed: {closed}")
    for what, request, wanted in (("one long field", HEAD + f"X-Long: {'x' * 9_000}\r\n\r\n", 431),
                                  ("a promise of a long body", HEAD + "Content-Length: 70000\r\n\r\n", 413)):
        expect_equal(statuses(talk(api.server, request.encode())[0]), [wanted], f"statuses of {what}")
    call.goes_on()


@case("strangers who hold all HTTP sessions keep neither clients nor the administrator out", only="turnpike")
def _(world):
    api = Api(world, limits="http_sessions = 64\n")
    held = [world.own(open_stream(api.server)) for _ in range(200)]
    for sock in held:
        with contextlib.suppress(ConnectionError):
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")  # and never the end of it
    outcome = api.tell("status")
    expect_equal(outcome.code, 0, f"exit code of status, which said:\n{outcome.text}\n")
    expect_equal(api.may_allocate("alice", world.password), 0, "Allocate")


@case("a body that comes too slowly ends in about ten seconds", seconds=40, only="turnpike")
def _(world):
    api = Api(world)
    client = connect_stream(world, api.server, preface=(HEAD + "Content-Length: 100\r\n\r\n").encode())
    started = time.monotonic()
    while not client.ended and time.monotonic() - started < 20:
        client.send_raw(b" ")
        client.seconds_until_closed(0.5)
    took = time.monotonic() - started
    expect(7 < took < 15, f"closed after {took:.1f} s")


BODIES = {
    "10,000 arrays": b'{"user":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "10,000 objects that do not end": b'{"a":' * 10_000,
    "10,000 arrays under a name that nobody knows": b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "a lone high surrogate": rb'{"user":"\ud800"}',
    "a lone low surrogate": rb'{"user":"\udc00x"}',
    "surrogates the wrong way round": rb'{"user":"\udc00\ud800"}',
    "a number beyond all": b'{"ttl":1e400}',
    "a negative number beyond all": b'{"ttl":-1e400}',
    "a ttl of 30,000 years": b'{"ttl":1000000000000}',
    "a ttl beyond 64 bits": b'{"ttl":18446744073709551617}',
    "a fraction": b'{"ttl":1.5}',
    "a ttl of 0": b'{"ttl":0}',
    "a negative ttl": b'{"ttl":-1}',
    "a ttl of true": b'{"ttl":true}',
    "a ttl of null in a list": b'{"ttl":[null]}',
    "a ttl that is a text": b'{"ttl":"3600"}',
    "a ttl with a unit": b'{"ttl":"1h"}',
    "an empty ttl": b'{"ttl":""}',
    "a name twice": b'{"user":"alice","user":"bob"}',
    "a ttl twice": b'{"ttl":60,"ttl":60}',
    "an empty user": b'{"user":""}',
    "a user with a line feed": rb'{"user":"a\nb"}',
    "a user with a null": rb'{"user":"a\u0000b"}',
    "a user with DEL": b'{"user":"a\x7fb"}',
    "a user with a raw control byte": b'{"user":"a\x01b"}',
    "a user of 10 KB": json.dumps({"user": "x" * 10_240}).encode(),
    "a user of 491 bytes": json.dumps({"user": "x" * 491}).encode(),
    "a user that is a number": b'{"user":7}',
    "a user that is no UTF-8": b'{"user":"a\xff\xfeb"}',
    "a user in overlong UTF-8": b'{"user":"a\xc0\xafb"}',
    "an array": b"[]", "a text": b'"alice"', "a number": b"7", "null": b"null",
    "half an object": b'{"user":', "something after the object": b"{}{}", "a comment": b"{}/* */",
    "no JSON": b"user=alice", "a comma too many": b'{"user":"alice",}', "single quotes": b"{'user':'alice'}",
    "NaN": b'{"ttl":NaN}', "a byte order mark": b'\xef\xbb\xbf{"user":"alice"}',
}


@case("credentials are refused to every broken body with 400", only="turnpike")
def _(world):
    api = Api(world, api="rate = 0")
    call = Call(world, api.server)
    for what, body in BODIES.items():
        expect_problem(api.call("POST", CREDENTIALS, WEB_KEY, body=body), 400, what)
    call.goes_on()
    got = api.credentials(user="a:b@c:" + "x" * 484, ttl=600)
    expect_equal(api.may_allocate(got["username"], got["password"]), 0, "Allocate of the longest user")


@case("a query with a bad user or ttl gets 400, too long a ttl is cut", only="turnpike")
def _(world):
    api = Api(world, api="rate = 0", auth='max_ttl = "24h"\ndatabase = ""')
    for query in ("ttl=0", "ttl=-1", "ttl=1e400", "ttl=soon", "ttl=1.5", "ttl=", "ttl=1000000000000",
                  "ttl=" + "9" * 30, "user=", "user=a%0Ab", "user=a%00b",
                  "user=%ff%fe", "user=" + "x" * 491, "user=%ed%a0%80", "ttl=%31%", "user=%zz"):
        expect_problem(api.call("GET", f"/api/v1/ice-servers?{query}", WEB_KEY), 400, query[:40])
    for ttl in (86401, 10**8):
        expect_equal(api.credentials(ttl=ttl)["ttl"], 86400, f"the ttl given for {ttl}")
        expect_equal(api.call("GET", f"/api/v1/ice-servers?ttl={ttl}", WEB_KEY).json()["ttl"], 86400, f"for {ttl}")


@case("bodies and queries of the foreign shapes are looked at as closely", only="turnpike")
def _(world):
    api = Api(world, api="rate = 0")
    for what, body in BODIES.items():
        if b'"ttl"' in body or body[:1] != b"{" or b"10,000" in what.encode():
            answer = api.call("POST", "/v1/turn/keys/web/credentials/generate-ice-servers", WEB_KEY, body=body)
            expect(answer.status == 400, f"Cloudflare's shape, {what}: {answer.status} {answer.body!r}")
    for query in ("username=a%0Ab", "username=" + "x" * 491, "username=%ff"):
        answer = api.call("GET", f"/turn?service=turn&key={WEB_KEY}&{query}")
        expect_equal(answer.status, 400, f"status of the draft's shape with {query[:30]}")
    for body in (b'{"expiryInSeconds":0}', b'{"expiryInSeconds":1e400}', b'{"expiryInSeconds":"x"}', b"[" * 10_000):
        answer = api.call("POST", f"/api/v1/turn/credential?secretKey={WEB_KEY}", body=body)
        expect_equal(answer.status, 400, f"status of Metered's shape with {body[:30]!r}")


@case("wrong methods get 405 with Allow, unknown paths 404, and odd targets nothing else", only="turnpike")
def _(world):
    api = Api(world, api="rate = 0")
    for method, path in (("PUT", CREDENTIALS), ("DELETE", "/api/v1/ice-servers"), ("POST", "/healthz"),
                         ("POST", "/metrics"), ("PATCH", "/api/v1/status"), ("GET", "/api/v1/drain")):
        answer = api.admin(method, path)
        expect_problem(answer, 405, f"{method} {path}")
        expect(answer.fields.get("allow"), f"{method} {path}: there is no Allow in {answer.fields}")
    for target in ("/nowhere", "/api/v1/../status", "/api/v1//status", "/api/v1/status/", "/%2e%2e/etc/passwd",
                   "/api/v1/allocations/0-0-0-0", "/api/v1/allocations/%00", "/api/v1/%73tatus%00"):
        answer = api.admin("GET", target)
        expect(answer.status in (400, 404), f"{target} gave {answer.status}: {answer.body!r}")
    expect_equal(api.call("HEAD", "/healthz").body, b"", "the body of HEAD")
    for line in ("GET /healthz HTTP/2.0", "GET /healthz HTTP/1.2", "GET  /healthz HTTP/1.1", "GET /healthz",
                 "G@T /healthz HTTP/1.1", "GET /hea\x01lthz HTTP/1.1", "GET healthz HTTP/1.1"):
        got, _closed = talk(api.server, f"{line}\r\nHost: a\r\n\r\n".encode())
        expect(all(400 <= status <= 505 for status in statuses(got)), f"{line!r}: {statuses(got)}")
    got, _closed = talk(api.server, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
    expect_equal(statuses(got), [400], "statuses of a request without Host")


@case("who tries keys is slowed down, and nobody else is", only="turnpike")
def _(world):
    api = Api(world)
    wrong = [api.call("GET", "/api/v1/status", f"guess-{i}-of-a-key-that-is-none-0123456789") for i in range(30)]
    found = [answer.status for answer in wrong]
    expect_equal(found[:FREE_WRONG_KEYS], [401] * FREE_WRONG_KEYS, "the first statuses")
    expect(set(found[FREE_WRONG_KEYS + 2:]) == {429}, f"the statuses: {found}")
    expect_problem(wrong[-1], 429, "the last guess")
    expect(int(wrong[-1].fields["retry-after"]) >= 1, f"Retry-After in {wrong[-1].fields}")
    expect_equal(api.admin("GET", "/api/v1/status").status, 429, "status of the right key from there")
    expect_equal(api.admin("GET", "/api/v1/status", address="127.0.0.2").status, 200, "status from elsewhere")
    expect_equal(api.call("GET", "/healthz").status, 200, "status of a call that needs no key")
    answer = api.call("GET", f"/turn?service=turn&key={WEB_KEY}")
    expect(answer.status in (403, 429), f"the foreign shapes are a way around it: {answer.status}")


@case("a key that asks too often gets 429, and the others none", only="turnpike")
def _(world):
    api = Api(world, api=f"rate = {KEY_RATE}")
    answers = [api.call("GET", "/api/v1/ice-servers", WEB_KEY) for _ in range(60)]
    found = [answer.status for answer in answers]
    expect(found[0] == 200 and set(found) == {200, 429}, f"the statuses: {found}")
    limited = next(answer for answer in answers if answer.status == 429)
    expect_problem(limited, 429, "one too many")
    expect(int(limited.fields["retry-after"]) >= 1, f"Retry-After in {limited.fields}")
    expect_equal(api.call("GET", "/api/v1/status", ADMIN_KEY).status, 200, "status of another key")
    time.sleep(1.1)
    expect_equal(api.call("GET", "/api/v1/ice-servers", WEB_KEY).status, 200, "status a second later")
