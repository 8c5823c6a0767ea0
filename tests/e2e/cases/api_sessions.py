"""Credentials over HTTP, and the sessions of their users seen and ended over HTTP while they run."""

import json
import operator
import time

from cases.uclient import expect_all_relayed, need_program, uclient_environment
from harness.api import TRYING, WEB_KEY, Api, bearer, eventually, expect_problem
from harness.cases import case, expect, expect_equal
from harness.children import Outcome
from harness.clients import connect, connect_stream, connect_tls, refusal
from harness.relaying import expect_relayed
from harness import network as networks

ALLOCATION_MISMATCH = 437


def fetch_by_curl(world, api, key=WEB_KEY, tls=True, **wanted):
    """What `POST /api/v1/credentials` gives to curl."""
    need_program("curl")
    place = f"https://{api.server.address}:{api.server.tls_port}" if tls else (
        f"http://{api.server.address}:{api.server.port}")
    outcome = world.run(["curl", "-sS", "--fail-with-body", "--max-time", "10", "--noproxy", "*", "--cacert",
                         api.authority.file, "-H", f"Authorization: {bearer(key)['Authorization']}", "-H",
                         "Content-Type: application/json", "--data", json.dumps(wanted),
                         f"{place}/api/v1/credentials"], 20)
    expect_equal(outcome.code, 0, f"exit code of curl, which said:\n{outcome.text}\n")
    return json.loads(outcome.text)


def start_call(world, api, got, messages=150):
    """uclient in the background: two clients that talk to each other through channels."""
    need_program("turnutils_uclient")
    return world.start(["turnutils_uclient", "-y", "-c", "-n", messages, "-z", "10", "-u", got["username"], "-w",
                        world.options.sabotage or got["password"], "-p", api.server.port, api.server.address],
                       f"call-{got['username'][-8:]}", env=uclient_environment(world))


def counters(session):
    return [session["traffic"][way][what] for way in ("toPeers", "toClient") for what in ("packets", "bytes")]


def moving(api, user):
    """A session of that user which carries traffic."""
    return next((each for each in api.allocations(user=user) if any(counters(each))), None)


def expect_session(session, got, api):
    wanted = {"user": "alice@example.org", "username": got["username"], "transport": "udp", "protocol": "udp",
              "server": f"{api.server.address}:{api.server.port}"}
    expect_equal({name: session.get(name) for name in wanted}, wanted, "the session")
    for place in (session["client"], *session["relayed"]):
        expect(place.startswith("127.0.0.1:"), f"an endpoint is {place}")
    expect(0 <= session["ageSeconds"] < 60 and 0 < session["expiresInSeconds"] <= 3600, f"times of {session}")
    expect(session["permissions"] >= 1 and session["channels"] >= 1, f"it holds nothing: {session}")


@case("uclient uses credentials that curl fetched, and its session is live in the list", only="turnpike")
def _(world):
    api = Api(world)
    got = fetch_by_curl(world, api, user="alice@example.org", ttl=3600)
    call = start_call(world, api, got)
    first = eventually(world, lambda: moving(api, "alice@example.org"), f"a session with traffic\n{call.text()}", 8.0)
    expect_session(first, got, api)
    time.sleep(0.2)
    shown = api.admin("GET", f"/api/v1/allocations/{first['id']}").json()
    # uclient's two ends speak in turn: it may be one direction that moves.
    expect(sum(counters(shown)) > sum(counters(first)) and all(map(operator.ge, counters(shown), counters(first))),
           f"the counters do not move: {first['traffic']}, then {shown['traffic']}")
    expect(shown["permissions"] and shown["permissions"][0]["address"] == "127.0.0.1", f"permissions: {shown}")
    expect(0 < shown["permissions"][0]["expiresInSeconds"] <= 300, f"permissions: {shown}")
    channel = shown["channels"][0]
    expect(0x4000 <= int(channel["number"], 16) <= 0x4FFF and channel["peer"].startswith("127.0.0.1:"),
           f"channels: {shown}")
    expect_all_relayed(Outcome(call.wait(30), call.text()), 150)
    # uclient leaves behind an allocation that it has used for nothing.
    eventually(world, lambda: not moving(api, "alice@example.org"), "the end of uclient's sessions", 1.0)


@case("uclient uses credentials of a key that the command line has just made", only="turnpike")
def _(world):
    api = Api(world)
    key = api.add_key("site", "--scope", "credentials", "--ttl-cap", "10m")
    answer = eventually(world, lambda: (a := api.call("POST", "/api/v1/credentials", key)).status == 200 and a,
                        "the new key", pause=TRYING)
    expect_equal(answer.json()["ttl"], 600, "the ttl under a cap of ten minutes")
    call = start_call(world, api, answer.json(), 50)
    expect_all_relayed(Outcome(call.wait(30), call.text()), 50)


@case("a session that DELETE ends is gone for its client", only="turnpike")
def _(world):
    api = Api(world)
    client, other = (api.client_of(api.credentials(user=name)) for name in ("alice", "bob"))
    for each in (client, other):
        each.allocate()
    client.permit("127.0.0.1")
    (session,) = api.allocations(user="alice")
    expect_equal(api.admin("DELETE", f"/api/v1/allocations/{session['id']}").status, 204, "status of DELETE")
    expect_equal(refusal(client.refresh), ALLOCATION_MISMATCH, "the refresh of an ended allocation")
    expect_equal(api.allocations(user="alice"), [], "alice's sessions")
    for method in ("GET", "DELETE"):
        expect_problem(api.admin(method, f"/api/v1/allocations/{session['id']}"), 404, f"{method} of an ended one")
    expect_equal(other.refresh().error(), 0, "bob's refresh")
    with networks.udp_socket(None, "127.0.0.1") as peer:
        other.permit("127.0.0.1")
        other.send_indication(peer.getsockname(), b"still here")
        peer.settimeout(5.0)
        expect_equal(peer.recv(100), b"still here", "what bob relays")


@case("the list of sessions is filtered by user and client, and comes in pages", only="turnpike")
def _(world):
    api = Api(world, workers=2)
    users = [f"user {i}" for i in range(7)]
    clients = [api.client_of(api.credentials(user=user)) for user in users]
    for client in clients:
        client.allocate()
    seen, cursor, pages = [], "", 0
    while cursor is not None and pages < 20:
        page = api.admin("GET", "/api/v1/allocations?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        expect(len(page["allocations"]) <= 2, f"a page of {len(page['allocations'])}")
        seen += [session["user"] for session in page["allocations"]]
        cursor, pages = page["next"], pages + 1
    expect_equal(sorted(seen), users, "users on all pages")
    expect_equal([s["user"] for s in api.allocations(user="user 3")], ["user 3"], "sessions of one user")
    expect_equal(len(api.allocations(client="127.0.0.1")), 7, "sessions of this address")
    expect_equal(api.allocations(client="127.0.0.9"), [], "sessions of another address")
    for query in ("limit=0", "limit=1001", "limit=many", "limit=-1", "cursor=nowhere", "client=nobody"):
        expect_problem(api.admin("GET", f"/api/v1/allocations?{query}"), 400, query)


@case("sessions over UDP, TCP and TLS say so in the list, with what they have carried so far", only="turnpike")
def _(world):
    api = Api(world)
    for client in (connect(world, api.server), connect_stream(world, api.server),
                   connect_tls(world, api.server, api.authority.file)):
        expect_relayed(client, 10)
    found = {session["transport"]: session["traffic"] for session in api.allocations(user="alice")}
    expect_equal(set(found), {"udp", "tcp", "tls"}, "the transports")
    carried = {"packets": 10, "bytes": sum(100 + i % 7 for i in range(10))}
    for transport, traffic in found.items():
        expect_equal(traffic, {"toPeers": carried, "toClient": carried}, f"the traffic over {transport}")
