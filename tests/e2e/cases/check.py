"""`turnpike check` against turnpike and coturn: content where nothing is wrong, and else it names the one thing that is."""

import json
import types

from harness import servers
from harness.api import WEB_KEY, Api
from harness.cases import case, expect, expect_equal, need_program
from harness.certificates import Authority
from harness.clients import connect
from harness.hosts import PeerNetwork
from harness.servers import Listener, Settings
from turnclient import ephemeral_credentials

HOST = PeerNetwork.server_address
OTHER_SECRET = "another-secret-than-the-servers-77"
SECONDS = 60.0


class Place:
    """A server with a public address, and a client elsewhere that checks it."""

    def __init__(self, world, kind="turnpike", **settings):
        self.world = world
        self.network = PeerNetwork(world)
        self.authority = Authority(world.folder)
        settings.setdefault("listen", [HOST])
        settings.setdefault("certificates", [self.authority.issue("server")])
        settings.setdefault("more", [Listener("tcp"), Listener("tls"), Listener("dtls")])
        options = types.SimpleNamespace(server=kind, binary=world.options.binary)
        self.server = world.own(servers.start(options, Settings(**settings), world.folder, self.network.server))
        self.server.wait_until_ready()
        self.port = self.server.port
        self.file = self.server.argv[-1]

    def uri(self, scheme="turn", port=None, query=""):
        return f"{scheme}:{HOST}:{port or self.port}{query}"

    def firewall(self, *rules):
        """Drops what arrives at the server by these rules."""
        need_program("nft")
        self.network.server.shell("nft", "table ip firewall { chain arriving { type filter hook input priority filter; "
                                         + " ".join(f"{rule} drop;" for rule in rules) + " }; }")

    def check(self, *words, where=None):
        """Runs it to its end; gives its outcome, in which no secret may be."""
        argv = [self.world.options.binary, "check", *words, "--timeout", "1s"]
        outcome = self.world.run(argv, SECONDS, network=where or self.network.client)
        for secret in (self.world.secret, self.world.password, OTHER_SECRET):
            expect(secret not in outcome.text, f"a secret in what it says:\n{outcome.text}")
        return outcome

    def report(self, *words, **more):
        outcome = self.check(*words, "--json", **more)
        expect(outcome.code in (0, 1), f"exit code {outcome.code}, it said:\n{outcome.text}")
        return outcome.code, json.loads(outcome.text)["servers"]

    def expect_fault(self, fault, *words, **more):
        """One URI, this fault, and words about it; gives its report."""
        code, reports = self.report(*words, **more)
        told = json.dumps(reports, indent=1)
        expect_equal([one["fault"] for one in reports], [fault], f"the fault named, with {told}\n")
        expect_equal(code, 0 if fault == "none" else 1, f"exit code, with {told}\n")
        expect(len(reports[0]["verdict"].split()) > 3, f"no sentence: {told}")
        expect(fault == "none" or reports[0]["advice"], f"no advice: {told}")
        return reports[0]

    def login(self):
        return "--user", "alice", "--password", self.world.password

    def secret(self, secret=None):
        return "--secret", secret or self.world.secret


def results(path):
    return {step["name"]: step["result"] for step in path["steps"]}


def expect_whole(report, transports):
    """Each transport went all the way, and lost nothing."""
    told = json.dumps(report, indent=1)
    expect_equal([path["transport"] for path in report["paths"]], transports, f"transports, with {told}\n")
    for path in report["paths"]:
        found = results(path)
        for name in ("binding", "challenge", "allocate", "relayed-address", "permission", "outside", "relay",
                     "many-packets", "release"):
            expect_equal(found.get(name), "ok", f"the result of {name}, with {told}\n")
        expect(path["packets"]["64"]["returned"] >= 18 and path["packets"]["1200"]["returned"] >= 18, f"lost: {told}")


@case("check relays over UDP, TCP, TLS and DTLS of a turnpike in order", only="turnpike")
def _(world):
    place = Place(world)
    ca = ("--ca", place.authority.file)
    tls, dtls = (place.server.settings.port_of(scheme) for scheme in ("tls", "dtls"))
    uris = [place.uri(), place.uri("turns", tls), place.uri("turns", dtls, "?transport=udp"), place.uri("stun")]
    code, reports = place.report(*uris, *place.login(), *ca)
    expect_equal([one["fault"] for one in reports], ["none"] * 4, f"faults, with {json.dumps(reports, indent=1)}\n")
    expect_equal(code, 0, "exit code")
    for report, transports in zip(reports, (["UDP", "TCP"], ["TLS"], ["DTLS"])):
        expect_whole(report, transports)
    expect(reports[1]["paths"][0]["certificate"]["trusted"], "the certificate is not trusted")
    lines = place.check(place.uri(), *place.login())
    expect(lines.code == 0 and "relayed-address" in lines.text and "\x1b" not in lines.text, lines.text)


@case("check relays over UDP, TCP and TLS of a coturn in order", only="turnpike")
def _(world):
    need_program("turnserver")
    place = Place(world, "coturn", more=[Listener("tcp"), Listener("tls")])
    expect_whole(place.expect_fault("none", place.uri(), *place.login()), ["UDP", "TCP"])
    uri = place.uri("turns", place.server.tls_port)
    expect_whole(place.expect_fault("none", uri, *place.login(), "--ca", place.authority.file), ["TLS"])


def expect_credentials_judged(world, kind):
    place = Place(world, kind, users={}, more=[Listener("tcp")], certificates=[])
    place.expect_fault("none", place.uri(), *place.secret())
    seen = place.expect_fault("wrong-credentials", place.uri(), *place.secret(OTHER_SECRET))
    expect("secret" in seen["verdict"] + seen["advice"][0], f"no word on the secret: {seen}")
    name, password = ephemeral_credentials(world.secret, seconds=-7200)
    seen = place.expect_fault("expired-credentials", place.uri(), "--user", name, "--password", password)
    expect("2 hours" in seen["verdict"], f"not said for how long: {seen['verdict']}")
    asked = place.expect_fault("none", place.uri())
    expect(asked["advice"], "not said what is missing")


@case("check names wrong, expired and missing credentials of a turnpike", only="turnpike")
def _(world):
    expect_credentials_judged(world, "turnpike")


@case("check names wrong, expired and missing credentials of a coturn", only="turnpike")
def _(world):
    need_program("turnserver")
    expect_credentials_judged(world, "coturn")


@case("check names UDP that is blocked, and TCP that is", only="turnpike")
def _(world):
    place = Place(world)
    place.firewall(f"udp dport {place.port}")
    place.expect_fault("udp-blocked", place.uri(), *place.login())
    # Of UDP alone nothing tells a firewall from a machine that is off.
    place.expect_fault("server-away", place.uri(query="?transport=udp"), *place.login())
    place.network.server.shell("nft", "flush ruleset")
    place.firewall(f"tcp dport {place.port}")
    place.expect_fault("tcp-blocked", place.uri(), *place.login())


@case("check names a server that is not there, in each of the ways", only="turnpike")
def _(world):
    place = Place(world)
    silent = place.expect_fault("server-away", f"turn:{PeerNetwork.server_address[:-1]}99", *place.login())
    place.server.stop_at_once()
    closed = place.expect_fault("server-away", place.uri(), *place.login())
    expect("listen" in closed["verdict"] and "listen" not in silent["verdict"],
           f"the same of a closed port and of an address without a machine: {closed['verdict']}, {silent['verdict']}")
    place.expect_fault("name-unknown", "turn:no-such-host.invalid", *place.login())


@case("check names relayed ports that a firewall blocks", only="turnpike")
def _(world):
    place = Place(world)
    place.firewall("iif != lo udp dport 20000-20999")
    seen = place.expect_fault("relay-blocked", place.uri(query="?transport=udp"), *place.login())
    expect_equal(results(seen["paths"][0])["relay"], "ok", "from one relayed address to another")
    place.network.server.shell("nft", "flush ruleset")
    place.firewall("udp dport 20000-20999")
    seen = place.expect_fault("relay-blocked", place.uri(), *place.login())
    expect_equal(results(seen["paths"][0])["relay"], "failed", "from one relayed address to another")


@case("check names a relay that gives out a private address", only="turnpike")
def _(world):
    place = Place(world, relay=["10.210.2.1"])
    place.expect_fault("relay-address-private", place.uri(), *place.login())


@case("check names a certificate that is expired, for another name, or of an unknown issuer", only="turnpike")
def _(world):
    place = Place(world)
    uri = place.uri("turns", place.server.tls_port)
    stranger = Authority(world.folder, "stranger")
    place.expect_fault("certificate-unknown-issuer", uri, *place.login(), "--ca", stranger.file)
    seen = place.expect_fault("none", uri, *place.login(), "--ca", stranger.file, "--insecure")
    expect_equal(results(seen["paths"][0])["handshake"], "warning", "the handshake that --insecure lets pass")

    for name, fault in (("other", "certificate-wrong-name"), ("old", "certificate-expired")):
        certificate = (place.authority.issue(name, ["turn.other.test"]) if name == "other"
                       else place.authority.issue_expired(name))
        place.server.settings.certificates[0].install(certificate)
        place.server.stop_at_once()
        place.server.start()
        place.server.wait_until_ready()
        place.expect_fault(fault, uri, *place.login(), "--ca", place.authority.file)


@case("check names a quota that is full, and says when it leaves room for one allocation only", only="turnpike")
def _(world):
    place = Place(world, extra="[quota]\nper_user = 1\n", certificates=[], more=[Listener("tcp")])
    seen = place.expect_fault("none", place.uri(query="?transport=udp"), *place.login())
    expect_equal(results(seen["paths"][0])["permission"], "warning", "a second allocation under a quota of one")
    expect(seen["advice"], "not said that not all could be tested")
    connect(world, place.server, place.network.client).allocate()
    place.expect_fault("quota-reached", place.uri(), *place.login())


@case("check names a port without TLS", only="turnpike")
def _(world):
    place = Place(world, certificates=[], more=[Listener("tcp")])
    place.expect_fault("tls-failed", place.uri("turns"), *place.login())


@case("check takes its servers and its secrets from files", only="turnpike")
def _(world):
    place = Place(world)
    reports = place.report("-c", place.file, "--ca", place.authority.file)[1]
    expect(len(reports) >= 4, f"not every listener: {reports}")
    expect_equal({one["fault"] for one in reports}, {"none"}, f"faults, with {json.dumps(reports, indent=1)}\n")
    hidden = world.folder / "hidden"
    hidden.write_text(world.password + "\n")
    place.expect_fault("none", place.uri(), "--user", "alice", "--password-file", hidden)
    hidden.write_text(world.secret + "\n")
    place.expect_fault("none", place.uri(), "--secret-file", hidden)


@case("check takes its servers from the API, and tells a key that is refused", only="turnpike")
def _(world):
    api = Api(world, database=False)
    key = world.folder / "key"
    key.write_text(WEB_KEY + "\n")
    for url in (f"http://127.0.0.1:{api.server.port}", f"https://127.0.0.1:{api.server.tls_port}"):
        argv = [world.options.binary, "check", "--api", url, "--ca", api.authority.file, "--json", "--key-file"]
        outcome = world.run([*argv, key], SECONDS)
        reports = json.loads(outcome.text)["servers"]
        expect_equal({one["fault"] for one in reports}, {"none"}, f"faults, with {json.dumps(reports, indent=1)}\n")
        expect(any(one["uri"].startswith("turns:") for one in reports), f"no TLS among {reports}")
        expect(WEB_KEY not in outcome.text, "the key in what it says")
    key.write_text("another-key-that-nobody-knows-here-12345678")
    refused = world.run([*argv, key], SECONDS)
    expect(refused.code == 1 and "401" in refused.text, f"a wrong key: {refused.code}\n{refused.text}")


@case("check refuses wrong calls", only="turnpike")
def _(world):
    for words in ([], ["turn.example.org"], ["turn:h", "--user", "alice"], ["turn:h", "--password", "x"],
                  ["turn:h", "--timeout", "0s"], ["turn:h", "--secret", "a", "--user", "b"], ["turn:h", "--key", "k"],
                  ["--api", "ftp://h"], ["turn:h", "--ca", "/dev/null"]):
        outcome = world.run([world.options.binary, "check", *words], 10)
        expect_equal(outcome.code, 2, f"exit code of check {words}, which said:\n{outcome.text}\n")
