"""How the page is served: fields, validators, compression, what is not there, and where it comes from."""

import gzip
import json
import re

from harness.api import expect_problem
from harness.cases import case, expect, expect_equal
from harness.rooms import OPEN, Rooms

PAGES = ("/", "/r/daily", "/check", "/admin")
ASSETS = {"/web/base.css": "text/css", "/web/favicon.svg": "image/svg+xml", "/turnpike-client.js": "text/javascript",
          "/web/call/main.js": "text/javascript"}
POLICY = {"default-src": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"], "base-uri": ["'none'"],
          "frame-ancestors": ["'none'"]}
OUTSIDE = ("/web/../turnpike.db", "/web/%2e%2e/secret.txt", "/web/..%2fsecret.txt", "/web/%2e%2e%2fsecret.txt",
           "/web/..%5csecret.txt", "/web//secret.txt", "/web/./base.css/../../secret.txt",
           "/web/call/../../../secret.txt", "/web/base.css%00", "/web/%00", "/client/../secret.txt",
           "/client/%2e%2e/secret.txt", "/secret.txt", "/web//etc/passwd", "/web/%2fetc/passwd", "/web/link.txt",
           "/web/.hidden.css")
NOWHERE = ("/web/", "/web", "/web/nothing.js", "/r", "/r/", "/r/a/b", "/check/", "/admin/x", "/client/", "/index.html",
           "/web/%", "/web/%zz")


INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>|<style[\s>]|\sstyle=|\son[a-z]+=|javascript:|https?://[^\"' ]+")


def get(site, target, **fields):
    return site.call("GET", target, fields={name.replace("_", "-"): value for name, value in fields.items()})


def policy_of(answer):
    words = [rule.split() for rule in answer.fields.get("content-security-policy", "").split(";") if rule.strip()]
    return {rule[0]: rule[1:] for rule in words}


@case("every page and asset comes with a strict policy, its type and nothing inline", only="turnpike")
def _(world):
    site = Rooms(world)
    for target, kind in [*((page, "text/html") for page in PAGES), *ASSETS.items()]:
        answer = get(site, target)
        expect_equal(answer.status, 200, f"status of {target}")
        found = answer.fields.get("content-type", "")
        expect(found.startswith(kind), f"{target} is {found!r}")
        expect_equal(answer.fields.get("x-content-type-options"), "nosniff", f"X-Content-Type-Options of {target}")
        if kind != "text/html":
            continue
        policy = policy_of(answer)
        expect_equal({name: policy.get(name) for name in POLICY}, POLICY, f"the policy of {target}")
        expect("unsafe" not in answer.fields["content-security-policy"], f"unsafe in the policy of {target}")
        expect(answer.fields.get("referrer-policy") in ("no-referrer", "same-origin"), f"Referrer-Policy of {target}")
        text = answer.body.decode()
        expect_equal(INLINE.findall(text), [], f"inline code or foreign addresses in {target}")


@case("pages are validated by ETag, compressed for who can, and asked for by HEAD", only="turnpike")
def _(world):
    site = Rooms(world)
    for target in (*PAGES, *ASSETS):
        plain = get(site, target)
        tag = plain.fields.get("etag", "")
        expect(re.fullmatch(r'(W/)?"[^"]+"', tag), f"ETag of {target}: {tag!r}")
        expect("content-encoding" not in plain.fields, f"{target} is encoded for who did not ask")
        for tags in (tag, f'"other", {tag}', "*"):
            again = get(site, target, if_none_match=tags)
            expect_equal((again.status, again.body), (304, b""), f"{target} with If-None-Match: {tags}")
        expect_equal(again.fields.get("etag"), tag, f"ETag of the 304 of {target}")
        expect_equal(get(site, target, if_none_match='"other"').status, 200, f"{target} with another's tag")
        kept = plain.fields.get("cache-control", "no-store")
        expect("no-store" not in kept, f"Cache-Control of {target}: {kept}")
        head = site.call("HEAD", target)
        expect_equal((head.status, head.body, head.fields.get("content-length")), (200, b"", str(len(plain.body))),
                     f"HEAD {target}")
        packed = get(site, target, accept_encoding="gzip, br")
        if len(plain.body) > 1024:
            expect("accept-encoding" in packed.fields.get("vary", "").lower(), f"Vary of {target}: {packed.fields}")
            expect_equal(packed.fields.get("content-encoding"), "gzip", f"Content-Encoding of {target}")
            expect(len(packed.body) < len(plain.body), f"{target} has not become smaller")
            expect_equal(gzip.decompress(packed.body), plain.body, f"{target}, unpacked")
            expect_equal(get(site, target, accept_encoding="gzip", if_none_match=packed.fields["etag"]).status, 304,
                         f"{target} packed, with its tag")
        refused = get(site, target, accept_encoding="gzip;q=0")
        expect("content-encoding" not in refused.fields, f"{target} is packed for who refuses it")


@case("what is no page is 404, no path leads out of the page, and pages are only read", only="turnpike")
def _(world):
    for site in (Rooms(world), Rooms(world, port=0, arguments=["--web-root", str(own_root(world))])):
        for target in (*NOWHERE, *OUTSIDE):
            answer = get(site, target)
            expect(answer.status in (400, 404), f"{target} has status {answer.status}: {answer.body[:200]!r}")
            found = answer.body.replace(target.encode(), b"")
            expect(b"secret" not in found, f"{target} leads out: {found[:200]!r}")
        for method in ("POST", "PUT", "DELETE"):
            for target in ("/", "/web/base.css", "/r/daily"):
                answer = site.call(method, target)
                expect_equal(answer.status, 405, f"status of {method} {target}")
                expect("GET" in answer.fields.get("allow", ""), f"Allow of {method} {target}: {answer.fields}")


def own_root(world):
    """A folder to serve, with a secret beside it, a link to that, and a hidden file."""
    root = world.folder / "root"
    (root / "call").mkdir(parents=True)
    (world.folder / "secret.txt").write_text("the secret\n")
    for name, text in (("index.html", "<!doctype html><title>own</title>"), ("base.css", "a { color: red }"),
                       (".hidden.css", "/* secret */"), ("call.html", "<!doctype html><title>call</title>")):
        (root / name).write_text(text)
    (root / "link.txt").symlink_to(world.folder / "secret.txt")
    return root


@case("--web-root serves the page from a folder as it is at that moment", only="turnpike")
def _(world):
    root = own_root(world)
    table = f"[web]\nroot = {json.dumps(str(root))}\n"
    for how in ({"arguments": ["--web-root", str(root)]}, {"extra": table}):
        site = Rooms(world, **how)
        first = get(site, "/")
        expect_equal((first.status, first.body), (200, b"<!doctype html><title>own</title>"), "the page of the folder")
        policy = policy_of(first)
        expect_equal(policy.get("script-src"), ["'self'"], "the policy of a page from a folder")
        (root / "base.css").write_text("a { color: green }")
        green = get(site, "/web/base.css")
        (root / "base.css").write_text("a { color: blue }")
        blue = get(site, "/web/base.css", if_none_match=green.fields["etag"])
        expect_equal((green.body, blue.status, blue.body), (b"a { color: green }", 200, b"a { color: blue }"),
                     "the file before and after it was changed")
        expect_equal(get(site, "/check").status, 404, "status of a page that the folder does not have")


@case("one setting takes the page away and leaves the rest", only="turnpike")
def _(world):
    site = Rooms(world, signaling=OPEN + "[web]\nenabled = false\n")
    for target in (*PAGES, *ASSETS, "/web/settings.json"):
        expect_problem(get(site, target), 404, f"GET {target}")
    expect_problem(site.call("POST", "/api/v1/check-credentials"), 404, "POST /api/v1/check-credentials")
    expect_equal(get(site, "/healthz").status, 200, "status of /healthz")
    site.enter("daily", "ann")


@case("the page's settings say what the server's are", only="turnpike")
def _(world):
    for signaling, wanted in ((OPEN, {"rooms": "open", "check": True}),
                              ("max_members = 5\n[web]\ncheck = false\n",
                               {"rooms": "token", "check": False, "maxMembers": 5}),
                              ("enabled = false\n", {"rooms": "off"})):
        site = Rooms(world, signaling=signaling)
        answer = get(site, "/web/settings.json")
        expect_equal((answer.status, answer.fields.get("cache-control")), (200, "no-store"), "the answer")
        told = answer.json()
        wanted = {"name": site.server.settings.realm, "securePort": site.server.tls_port,
                  "relayPorts": site.server.settings.ports, **wanted}
        expect_equal({name: told.get(name) for name in wanted}, wanted, "the settings")


@case("the client module imports pages of other origins, and stands without the files it is joined of", only="turnpike")
def _(world):
    answer = get(Rooms(world), "/turnpike-client.js", origin="https://elsewhere.example")
    expect_equal(answer.fields.get("access-control-allow-origin"), "*", "Access-Control-Allow-Origin")
    text = answer.body.decode()
    expect_equal(re.findall(r"^\s*import\b.*|\bimport\(.*", text, re.MULTILINE), [], "what the module imports")
    exports = re.findall(r"^export\b[^;]*", text, re.MULTILINE)
    expect(len(exports) == 1 and "Room" in exports[0], f"what it exports: {exports}")
