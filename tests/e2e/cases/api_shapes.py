"""Credentials in the shapes that other software speaks. Each is used as its consumer does, and then allocates."""

import json
import re
import urllib.parse

from harness.api import WEB_KEY, Api, basic, eventually, expect_problem
from harness.cases import case, expect, expect_equal

DATE = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d (\+0000|GMT)")  # RFC 2822
URI = re.compile(r"(stuns?|turns?):(127\.0\.0\.1):(\d+)(?:\?transport=(udp|tcp))?")


def expect_allocates(api, username, password):
    expect_equal(api.may_allocate(username, password), 0, f"Allocate of {username}")


def expect_uris(api, uris, schemes):
    """Each names a place where the server listens, and they come in the order UDP, TCP, TLS."""
    expect(isinstance(uris, list) and uris, f"no URIs: {uris!r}")
    places = []
    for uri in uris:
        found = URI.fullmatch(uri)
        expect(found, f"a URI in bad form: {uri!r}")
        scheme, _, port, transport = found.groups()
        expect(scheme in schemes, f"{uri} is none of {schemes}")
        places.append(("tls" if scheme.endswith("s") else transport or "udp", int(port)))
    known = [("udp", api.server.port), ("tcp", api.server.port), ("tls", api.server.tls_port)]
    expect(places[0] == known[0] and [each for each in known if each in places] == places, f"the order of {uris}")


def expect_draft(api, answer, user):
    expect_equal(answer.status, 200, f"status, which said {answer.body!r}")
    told = answer.json()
    expect_equal(set(told), {"username", "password", "ttl", "uris"}, "the fields")
    expect(type(told["ttl"]) is int and told["ttl"] > 0, f"ttl is {told['ttl']!r}")
    expect(re.fullmatch(r"\d{10}:" + re.escape(user), told["username"]), f"username is {told['username']}")
    expect_uris(api, told["uris"], ("turn", "turns"))
    expect_equal(answer.fields.get("cache-control"), "no-store", "Cache-Control")
    expect_allocates(api, told["username"], told["password"])


def expect_ice_servers(api, servers):
    """The browser's shape: one object for STUN without, one for TURN with credentials."""
    stun, turn = servers
    expect_equal(set(stun), {"urls"}, "the fields of the first object")
    expect_uris(api, [url for url in stun["urls"] if not url.startswith("stuns")], ("stun",))
    expect_equal(set(turn), {"urls", "username", "credential"}, "the fields of the second object")
    expect_uris(api, turn["urls"], ("turn", "turns"))
    expect_allocates(api, turn["username"], turn["credential"])


@case("turnpike's own shape is what RTCPeerConnection takes, by POST and by GET", only="turnpike")
def _(world):
    api = Api(world)
    for answer in (api.call("POST", "/api/v1/credentials", WEB_KEY, body={"user": "a:b@c", "ttl": 3600, "room": 7}),
                   api.call("GET", "/api/v1/ice-servers?user=a:b%40c&ttl=3600", WEB_KEY)):
        expect_equal(answer.status, 200, f"status, which said {answer.body!r}")
        told = answer.json()
        expect_ice_servers(api, told["iceServers"])
        turn = told["iceServers"][1]
        expect_equal((told["username"], told["password"]), (turn["username"], turn["credential"]), "credentials")
        expect_equal(told["ttl"], 3600, "ttl")
        expect(told["username"].endswith(":a:b@c"), f"username is {told['username']}")
        expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["expiresAt"]), f"expiresAt: {told['expiresAt']}")
        expect_equal(answer.fields.get("cache-control"), "no-store", "Cache-Control")


@case("the draft's shape, as Janus and the Nextcloud signaling server ask for it", only="turnpike")
def _(world):
    api = Api(world)
    plain = urllib.parse.urlencode({"service": "turn", "username": "@alice:example.org", "key": WEB_KEY})
    nextcloud = urllib.parse.urlencode({"service": "turn", "username": "@alice:example.org", "api": WEB_KEY})
    janus = plain + "&" + urllib.parse.urlencode({"api": WEB_KEY})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path, query in (("/turn", plain), ("/turn/credentials", nextcloud), ("/api/turn", janus)):
        expect_draft(api, api.call("GET", f"{path}?{query}"), "@alice:example.org")
    expect_draft(api, api.call("POST", f"/turn?{janus}", body=janus.encode(), fields=form), "@alice:example.org")
    expect_draft(api, api.call("POST", "/turn", body=plain.encode(), fields=form), "@alice:example.org")
    expect_draft(api, api.call("GET", "/turn?service=turn&username=alice", WEB_KEY), "alice")
    for query, status in (("service=stun&key=" + WEB_KEY, 400), ("key=" + WEB_KEY, 400), ("service=turn", 403),
                          ("service=turn&key=wrong", 403)):
        expect_equal(api.call("GET", f"/turn?{query}").status, status, f"status of {query}")


@case("Cloudflare's shape, and its revocation", only="turnpike")
def _(world):
    api = Api(world)
    base = "/v1/turn/keys/web/credentials"
    answer = api.call("POST", f"{base}/generate-ice-servers", WEB_KEY, body={"ttl": 600, "customIdentifier": "c 7"})
    expect_equal(answer.status, 201, f"status, which said {answer.body!r}")
    expect_equal(set(answer.json()), {"iceServers"}, "the fields")
    expect_ice_servers(api, answer.json()["iceServers"])
    single = api.call("POST", f"{base}/generate", WEB_KEY, body={"ttl": 700}).json()["iceServers"]
    expect_allocates(api, single["username"], single["credential"])
    client = api.client(single["username"], single["credential"])
    client.allocate()
    revoked = api.call("POST", f"{base}/{urllib.parse.quote(single['username'], safe='')}/revoke", WEB_KEY)
    expect_equal(revoked.status, 204, f"status of revoke, which said {revoked.body!r}")
    eventually(world, lambda: not api.allocations(), "the end of the revoked allocation", 1.0)
    expect_equal(api.may_allocate(single["username"], single["credential"]), 401, "Allocate after it")
    for place, key in (("web", "wrong"), ("other", WEB_KEY), ("web", None)):
        answer = api.call("POST", f"/v1/turn/keys/{place}/credentials/generate-ice-servers", key, body={"ttl": 600})
        expect(answer.status in (401, 403, 404), f"{place} with {key} gave {answer.status}")


@case("Twilio's shape", only="turnpike")
def _(world):
    api = Api(world)
    path = "/2010-04-01/Accounts/web/Tokens.json"
    answer = api.call("POST", path, fields=basic("web", WEB_KEY), form={"Ttl": "600"})
    expect_equal(answer.status, 201, f"status, which said {answer.body!r}")
    told = answer.json()
    expect_equal((told["account_sid"], told["ttl"]), ("web", "600"), "account_sid and ttl")
    for name in ("date_created", "date_updated"):
        expect(DATE.fullmatch(told[name]), f"{name}: {told[name]}")
    for each in told["ice_servers"]:
        expect(isinstance(each["urls"], str) and each.get("url", each["urls"]) == each["urls"], f"urls of {each}")
        if each["urls"].startswith("turn"):
            expect_equal((each["username"], each["credential"]), (told["username"], told["password"]), "credentials")
    expect_uris(api, [each["urls"] for each in told["ice_servers"] if each["urls"].startswith("turn")],
                ("turn", "turns"))
    expect_allocates(api, told["username"], told["password"])
    default = api.call("POST", path, fields=basic("web", WEB_KEY), form={})
    expect_equal(default.json()["ttl"], "86400", "ttl without Ttl")
    for ttl in ("0", "86401", "-1", "soon"):
        refused = api.call("POST", path, fields=basic("web", WEB_KEY), form={"Ttl": ttl})
        expect_equal((refused.status, refused.json()["status"]), (400, 400), f"status with Ttl={ttl}")
        expect("code" in refused.json() and "message" in refused.json(), f"Twilio's error: {refused.body!r}")
    for sid, user, key in (("web", "web", "wrong"), ("other", "web", WEB_KEY), ("web", "other", WEB_KEY)):
        refused = api.call("POST", f"/2010-04-01/Accounts/{sid}/Tokens.json", fields=basic(user, key), form={})
        expect(refused.status in (401, 403, 404), f"{sid} as {user} gave {refused.status}")


@case("Metered's shape: made with the secret key, fetched by browsers", only="turnpike")
def _(world):
    api = Api(world)
    key = urllib.parse.quote(WEB_KEY)
    answer = api.call("POST", f"/api/v1/turn/credential?secretKey={key}",
                      body={"expiryInSeconds": 600, "label": "room 1"})
    expect_equal(answer.status, 200, f"status, which said {answer.body!r}")
    told = answer.json()
    expect_equal(set(told), {"username", "password", "expiryInSeconds", "label", "apiKey"}, "the fields")
    expect_equal((told["expiryInSeconds"], told["label"]), (600, "room 1"), "what was asked for")
    expect_allocates(api, told["username"], told["password"])
    for fetching in (key, urllib.parse.quote(told["apiKey"])):
        servers = api.call("GET", f"/api/v1/turn/credentials?apiKey={fetching}&region=global").json()
        expect(isinstance(servers, list) and all(isinstance(each["urls"], str) for each in servers), f"got {servers}")
        turn = [each for each in servers if each["urls"].startswith("turn")]
        expect_uris(api, [each["urls"] for each in turn], ("turn", "turns"))
        expect_allocates(api, turn[0]["username"], turn[0]["credential"])
    expect_equal(turn[0]["username"], told["username"], "the username that the created apiKey fetches")
    expect_equal(api.call("POST", "/api/v1/credentials", told["apiKey"], body={}).status, 401, "status of the apiKey")
    for answer, name in ((api.call("GET", "/api/v1/turn/credentials?apiKey=wrong"), "error"),
                         (api.call("POST", "/api/v1/turn/credential?secretKey=wrong", body={}), "message")):
        expect(answer.status in (400, 401) and name in json.loads(answer.body), f"{answer.status}: {answer.body!r}")


@case("Matrix's shape", only="turnpike")
def _(world):
    api = Api(world)
    for version in ("v3", "r0"):
        path = f"/_matrix/client/{version}/voip/turnServer"
        expect_draft(api, api.call("GET", path + "?user_id=%40alice%3Aexample.org", WEB_KEY), "@alice:example.org")
    expect_equal(api.call("GET", path, WEB_KEY).status, 200, "status without user_id")
    expect_equal(api.call("GET", path).status, 401, "status without a key")


@case("each shape is refused to a key of another scope and without a secret", only="turnpike")
def _(world):
    keys = [{"name": "rooms", "key": WEB_KEY, "scopes": ["rooms"]}]
    api = Api(world, keys=keys)
    form = {"Content-Type": "application/x-www-form-urlencoded", **basic("rooms", WEB_KEY)}
    calls = [("POST", "/api/v1/credentials", {}), ("GET", "/api/v1/ice-servers", {}),
             ("GET", "/turn?service=turn&key=" + WEB_KEY, {}),
             ("POST", "/v1/turn/keys/rooms/credentials/generate-ice-servers", {}),
             ("POST", "/2010-04-01/Accounts/rooms/Tokens.json", form),
             ("POST", "/api/v1/turn/credential?secretKey=" + WEB_KEY, {}),
             ("GET", "/api/v1/turn/credentials?apiKey=" + WEB_KEY, {}),
             ("GET", "/_matrix/client/v3/voip/turnServer", {})]
    for method, target, fields in calls:
        answer = api.call(method, target, None if fields else WEB_KEY, fields=fields)
        expect(answer.status in (401, 403), f"{method} {target} gave {answer.status}: {answer.body!r}")
    keys[0]["scopes"] = ["credentials"]
    bare = Api(world, keys=keys, database=False, secrets=[], authority=api.authority)
    expect_problem(bare.call("POST", "/api/v1/credentials", WEB_KEY), 503, "a call without a secret")
