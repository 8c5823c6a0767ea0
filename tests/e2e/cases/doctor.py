"""`turnpike doctor` on machines that each lack one thing."""

import json
import os
import resource

from harness import hosts, network as networks
from harness.cases import Skip, case, expect, expect_equal, need_program
from harness.certificates import Authority
from harness.servers import Settings

SECRET = "kD8xqPz2vLw9TnB4yRgH7sJm"
PUBLIC, NEIGHBOUR = "11.22.33.1", "11.22.33.2"
SETTINGS = """[server]
host = "{host}"
external = {external}
[[listen]]
url = "udp://{address}:3478"
{tls}
[relay]
addresses = ["{address}"]
families = ["ipv4"]
[auth]
secrets = ["{secret}"]
database = ""
[quota]
total = 1000
[limits]
connections = 1000
handshakes = 1000
[api]
admin_socket = ""
"""


class Patient:
    """A host with one public address and a neighbour, and a file that is right for it until a case changes it."""

    def __init__(self, world, address=PUBLIC):
        made = hosts.topology(world)
        self.world = world
        self.host, self.neighbour = made.host("srv"), made.host("cli")
        made.link(self.neighbour, [f"{NEIGHBOUR}/24"], self.host, [f"{PUBLIC}/24"])
        self.file = world.folder / "patient.toml"
        self.fields = {"host": address, "address": address, "external": "[]", "secret": SECRET, "tls": ""}

    def ask(self, *words, mode=0o600, prefix=(), **fields):
        """Exit code and findings."""
        self.file.write_text(SETTINGS.format(**{**self.fields, **fields}))
        self.file.chmod(mode)
        argv = [*prefix, self.world.options.binary, "doctor", "-c", self.file, "--json", *words]
        outcome = self.world.run(argv, 30, network=self.host)
        expect(outcome.code in (0, 1), f"doctor gave {outcome.code}:\n{outcome.text}")
        return outcome.code, json.loads(outcome.text)["findings"]

    def expect_problem(self, area, words, *arguments, **fields):
        code, findings = self.ask(*arguments, **fields)
        problems = [one for one in findings if one["mark"] == "problem"]
        expect_equal(code, 1, f"exit code with {problems}")
        expect(all(one["area"] == area for one in problems), f"problems elsewhere than in {area}: {problems}")
        expect(any(words in one["text"] and one["advice"] for one in problems), f"nothing about {words!r}: {problems}")
        return problems


def expect_clean(patient, *words, **fields):
    code, findings = patient.ask(*words, **fields)
    expect_equal(code, 0, f"exit code with {[one for one in findings if one['mark'] == 'problem']}")
    return findings


@case("doctor finds no problem where there is none, and prints it for people too", only="turnpike")
def _(world):
    patient = Patient(world)
    findings = expect_clean(patient)
    expect({"addresses", "listeners", "firewall", "limits", "secrets", "clock"} <= {one["area"] for one in findings},
           f"areas: {findings}")
    plain = world.run([world.options.binary, "doctor", "-c", patient.file], 30, network=patient.host)
    expect(plain.code == 0 and "problems: 0" in plain.text, plain.text)
    broken = world.folder / "broken.toml"
    broken.write_text("[server]\nnonsense = 1\n")
    outcome = world.run([world.options.binary, "doctor", "-c", broken], 30, network=patient.host)
    expect(outcome.code == 1 and "broken.toml:2:1" in outcome.text, f"{outcome.code}: {outcome.text}")


@case("doctor names a secret that is an example, and one that everybody can read", only="turnpike")
def _(world):
    patient = Patient(world)
    patient.expect_problem("secrets", "auth.secrets[0] is an example", secret="a secret in this file")
    for found in patient.expect_problem("secrets", "can read", mode=0o644):
        expect(f"chmod o-rwx {patient.file}" in found["advice"], f"advice: {found}")


@case("doctor compares the external address with what a STUN server sees", only="turnpike")
def _(world):
    patient = Patient(world)
    stun = world.server(Settings(listen=[NEIGHBOUR], port=3478), network=patient.neighbour)
    named = ("--stun", f"{NEIGHBOUR}:{stun.port}")
    found = expect_clean(patient, *named)
    expect(any("sees the relay address" in one["text"] for one in found), f"no word of the answer: {found}")
    patient.expect_problem("addresses", "server.external says 11.22.99.9", *named, external='["11.22.99.9"]')


@case("doctor calls a private address without external a problem", only="turnpike")
def _(world):
    patient = Patient(world, address="10.210.5.1")
    patient.host.command("addr", "add", "10.210.5.1/24", "dev", "lo")
    patient.expect_problem("addresses", "10.210.5.1 is private")


@case("doctor reads the rules of nftables", only="turnpike")
def _(world):
    need_program("nft")
    patient = Patient(world)
    rules = ("add table inet filter; add chain inet filter input { type filter hook input priority 0; policy drop; };"
             "add rule inet filter input ct state established,related accept; add rule inet filter input iif lo accept;"
             "add rule inet filter input udp dport { 3478, 5349 } accept")
    patient.host.shell("nft", rules)
    found = patient.expect_problem("firewall", "UDP over IPv4 to port 49152, of relay.ports")
    patient.host.shell("nft", *found[0]["advice"].split()[1:])  # what it says to do is what helps
    expect_clean(patient)


@case("doctor reads certificates: expired, for another name, another's key", only="turnpike")
def _(world):
    patient = Patient(world)
    authority = Authority(world.folder)

    def tls(chain, key):
        os.chmod(key, 0o600)
        return f"[tls]\ncertificates = [{{ chain = {json.dumps(str(chain))}, key = {json.dumps(str(key))} }}]\n"

    good, other = authority.issue("good", [PUBLIC]), authority.issue("other", ["www.test"])
    expect_clean(patient, tls=tls(good.chain, good.key))
    patient.expect_problem("certificates", f"No certificate is for {PUBLIC}", tls=tls(other.chain, other.key))
    patient.expect_problem("certificates", "does not belong", tls=tls(good.chain, other.key))
    expired = authority.issue_expired("expired", [PUBLIC])
    patient.expect_problem("certificates", "has expired", tls=tls(expired.chain, expired.key))


@case("doctor measures the limit of descriptors", only="turnpike")
def _(world):
    need_program("prlimit")
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2300:
        raise Skip("the limit here is small already")
    patient = Patient(world)
    expect_clean(patient)
    patient.expect_problem("limits", "256 files and sockets", prefix=["prlimit", "--nofile=256:256"])


@case("doctor tells a port that others have from one that the server has", only="turnpike")
def _(world):
    patient = Patient(world)
    with networks.udp_socket(patient.host, PUBLIC, 3478):
        patient.expect_problem("listeners", "is taken by another program")
    expect_clean(patient)
    socket = world.folder / "own.sock"
    settings = Settings(listen=[PUBLIC], port=3478, api=f'admin_socket = "{socket}"', secrets=[SECRET])
    server = world.server(settings, network=patient.host)
    file = world.folder / f"turnpike-{server.port}.toml"
    outcome = world.run([world.options.binary, "doctor", "-c", file, "--json"], 30, network=patient.host)
    listeners = [one for one in json.loads(outcome.text)["findings"] if one["area"] == "listeners"]
    expect(all(one["mark"] == "ok" and "running turnpike" in one["text"] for one in listeners), f"{listeners}")
