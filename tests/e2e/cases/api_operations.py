"""Health, readiness, metrics: what a load balancer and Prometheus see."""

import gzip
import re
from pathlib import Path

from harness import network as networks
from harness.api import ADMIN_KEY, WEB_KEY, Api, eventually
from harness.cases import Skip, case, expect, expect_equal
from harness.clients import refusal
from harness.hosts import ClientNetwork
from harness.relaying import CHANNEL, expect_round_trips
from harness.scrape import parse, total

METRICS_PAGE = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"
DOCUMENTED = re.compile(r"`(turnpike_[a-z0-9_]+)(?:\{[^`]*\})?`")


def scrape(api):
    answer = api.call("GET", "/metrics")
    expect_equal(answer.status, 200, f"status of /metrics, which said {answer.body[:300]!r}")
    expect(answer.fields["content-type"].startswith("text/plain; version=0.0.4"), f"it is {answer.fields}")
    return parse(answer.body.decode())


def readiness(api):
    answer = api.call("GET", "/readyz")
    return answer.status, answer.json()


@case("healthz and readyz, and what readyz says while the server drains", only="turnpike")
def _(world):
    api = Api(world)
    expect_equal(api.call("GET", "/healthz").json(), {"status": "ok"}, "/healthz")
    expect_equal(readiness(api), (200, {"status": "ready"}), "/readyz")
    got = api.credentials(user="alice")
    client = api.client_of(got)
    client.allocate()
    answer = api.admin("POST", "/api/v1/drain")
    expect_equal((answer.status, answer.json()["state"]), (202, "draining"), "the answer to drain")
    status, told = readiness(api)
    expect_equal((status, told["status"]), (503, "not ready"), "/readyz")
    expect(any("drain" in reason for reason in told["reasons"]), f"the reasons: {told}")
    expect_equal(api.call("GET", "/healthz").status, 200, "status of /healthz")
    expect_equal(api.admin("GET", "/api/v1/status").json()["state"], "draining", "the state")
    expect_equal(api.may_allocate(got["username"], got["password"]), 508, "a new Allocate")
    expect_equal(client.refresh().error(), 0, "the refresh of an old one")
    client.refresh(0)
    expect_equal(api.server.child.wait(5.0), 0, "the exit code")


@case("a second server on the same file does not start", only="turnpike")
def _(world):
    api = Api(world, workers=2)  # which share their ports, and would with a second server
    second = world.start(api.server.argv, "second")
    expect_equal(second.wait(10.0), 1, "the exit code of the second server")
    expect("admin socket" in second.text(), f"it said {second.text()!r}")
    expect_equal(api.call("GET", "/healthz").status, 200, "status of /healthz of the first")
    expect_equal(api.local("GET", "/api/v1/status").status, 200, "status by the admin socket")


@case("status says what runs", only="turnpike")
def _(world):
    api = Api(world)
    api.client("alice", world.password).allocate()
    told = api.admin("GET", "/api/v1/status").json()
    expect_equal((told["state"], told["allocations"], told["workers"]), ("serving", 1, 1),
                 "state, allocations, workers")
    expect_equal(told["realm"], "test.example", "the realm")
    for url in (f"udp://127.0.0.1:{api.server.port}", f"tls://127.0.0.1:{api.server.tls_port}"):
        expect(url in told["listeners"], f"{url} is not in {told['listeners']}")
    for secret in (world.secret, ADMIN_KEY, WEB_KEY, "s3cret-password"):
        expect(secret not in str(told), f"a secret in {told}")


@case("a scrape is in good form: names with units, bounded labels, nothing of anybody", only="turnpike")
def _(world):
    api = Api(world)
    client = api.client_of(api.credentials(user="mallory@example.org"))
    client.allocate()
    families = scrape(api)
    expect(len(families) >= 20, f"only {sorted(families)}")
    for name, family in families.items():
        expect(name.startswith("turnpike_") or name.startswith("process_"), f"a foreign name: {name}")
        expect(family.help, f"{name} has no HELP")
        expect(family.kind != "counter" or name.endswith("_total"), f"the counter {name} does not end in _total")
        expect(family.kind == "counter" or not name.endswith("_total"), f"{name} is a {family.kind}")
        expect(len(family.samples) <= 200, f"{name} has {len(family.samples)} series")
    labels = {value for family in families.values() for _, pairs in family.samples for _, value in pairs}
    for value in labels:
        expect("mallory" not in value and "127.0.0.1" not in value and "::" not in value, f"a label says {value}")


@case("the scrape and its page in the documentation name the same metrics", only="turnpike")
def _(world):
    if not METRICS_PAGE.exists():
        raise Skip("there is no docs/metrics.md")
    api = Api(world)
    api.client("alice", world.password).allocate()
    found = {name for name in scrape(api) if name.startswith("turnpike_")}
    documented = set(DOCUMENTED.findall(METRICS_PAGE.read_text(encoding="utf-8")))
    expect_equal((sorted(found - documented), sorted(documented - found)), ([], []), "scraped only, documented only")


def traffic_of(families):
    """All samples whose name speaks of relayed bytes or packets."""
    return {name: total(families, name) for name in families
            if name.endswith("_total") and re.search("bytes|packets", name) and total(families, name)}


@case("counters move while a session lives, not at its end", only="turnpike")
def _(world):
    api = Api(world)
    before = scrape(api)
    client = api.client("alice", world.password)
    client.allocate()
    client.permit("127.0.0.1")
    with networks.udp_socket(None, "127.0.0.1") as peer:
        client.bind_channel(CHANNEL, peer.getsockname())
        expect_round_trips(client, peer, 10)
        during = scrape(api)
        expect_round_trips(client, peer, 10)
        after = scrape(api)
    live = [name for name, family in during.items() if family.kind == "gauge" and "allocations" in name
            and total(during, name) == total(before, name) + 1]
    expect(live, "no gauge counts the live allocation")
    grown = [name for name in traffic_of(during) if total(before, name) < total(during, name) < total(after, name)]
    for what in ("bytes", "packets"):
        expect(any(what in name for name in grown), f"no counter of {what} moves with the session: {grown}")
    refusal(api.client("alice", "wrong").allocate)
    client.refresh(0)
    gone = scrape(api)
    expect(any(total(gone, name) == total(before, name) for name in live), f"{live} stay up after the end")
    errors = [name for name, family in gone.items() if family.kind == "counter"
              and any(("code", "401") in pairs and value for (_, pairs), value in family.samples.items())]
    expect(errors, "no counter knows of a 401")


@case("metrics come compressed to who asks for it, credentials never do", only="turnpike")
def _(world):
    api = Api(world)
    accepting = {"Accept-Encoding": "gzip"}
    answer = api.call("GET", "/metrics", fields=accepting)
    expect_equal(answer.fields.get("content-encoding"), "gzip", "the coding of the metrics")
    expect(len(parse(gzip.decompress(answer.body).decode())) >= 20, "there are few metrics in it")
    got = api.call("GET", "/api/v1/ice-servers", WEB_KEY, fields=accepting)
    expect(got.status == 200 and "content-encoding" not in got.fields and got.json(), f"fields: {got.fields}")


@case("metrics are for those whom metrics.allow names, and for admin keys", only="turnpike")
def _(world):
    hosts = ClientNetwork(world)
    api = Api(world, hosts.server, listen=[hosts.server_address])
    there = {"network": hosts.client, "tls": True}
    for key in (None, WEB_KEY):
        answer = api.call("GET", "/metrics", key, **there)
        expect(answer.status in (401, 403) and b"turnpike_" not in answer.body, f"{key}: {answer.status}")
    expect_equal(api.call("GET", "/metrics", ADMIN_KEY, **there).status, 200, "status with an admin key")
    opened = Api(world, hosts.server, listen=[hosts.server_address], authority=api.authority, database=False,
                 extra='[metrics]\nallow = ["10.210.1.2/32"]\n')
    expect_equal(opened.call("GET", "/metrics", **there).status, 200, "status for an address that may")
    hidden = opened.call("GET", "/metrics", fields={"X-Forwarded-For": "10.210.1.2"}, **there)
    expect(hidden.status in (401, 403), f"what a proxy passes on gets {hidden.status}")


@case("loopback reads metrics without a key, unless a proxy stands between", only="turnpike")
def _(world):
    api = Api(world)
    expect_equal(api.call("GET", "/metrics").status, 200, "status")
    for name in ("Forwarded", "X-Forwarded-For"):
        answer = api.call("GET", "/metrics", fields={name: "for=127.0.0.1"})
        expect(answer.status in (401, 403), f"with {name}: {answer.status}")
    eventually(world, lambda: api.admin("GET", "/metrics").status == 200, "metrics with an admin key")


@case("the history begins at the start, has a row each ten seconds, and is for administrators", only="turnpike")
def _(world):
    api = Api(world)
    told = api.admin("GET", "/api/v1/history").json()
    expect_equal((told["interval"], told["series"]),
                 (10, ["allocations", "bytesToPeers", "bytesToClients", "packets", "rooms", "members"]), "the history")
    client = api.client_of(api.credentials(user="alice"))
    client.allocate()

    def seen():
        rows = api.admin("GET", "/api/v1/history").json()["samples"]
        return rows if len(rows) == 2 else None

    first, second = eventually(world, seen, "a second row", 12.0, pause=0.5)
    expect(9 <= second[0] - first[0] <= 11, f"rows at {first[0]} and {second[0]}")
    expect_equal((len(first), first[1], second[1]), (7, 0, 1), "columns, and allocations before and after")
    expect_equal(api.call("GET", "/api/v1/history", WEB_KEY).status, 403, "status for a key without the scope")
