"""Reloads that change nothing: dry runs, listeners that cannot be bound, what needs a restart, 500 broken files."""

import random
import re

from harness import network as networks
from harness.api import Api, expect_problem
from harness.cases import case, expect, expect_equal
from harness.clients import connect, refusal
from harness.flow import Flow
from harness.servers import Listener

LOOPBACK = "127.0.0.1"
SECRET = "another-secret-of-the-south-4567"
BROKEN_FILES = 500


def status(api):
    """What does not move by itself."""
    found = api.local("GET", "/api/v1/status").json()
    return {name: found[name] for name in ("listeners", "configuredAt", "secrets", "staticUsers", "pending", "realm",
                                           "allocations", "certificates")}


@case("a dry run says what would change and changes nothing", only="turnpike")
def _(world):
    api = Api(world, database=False, schemes=("tcp",))
    before, port = status(api), networks.free_port()
    api.rewrite(secrets=[SECRET], realm="other.example", more=[*api.server.settings.more, Listener("udp", port)])
    outcome = api.tell("reload", "--dry-run")
    expect_equal(outcome.code, 0, f"exit code, which said:\n{outcome.text}\n")
    for words in ('server.realm: "test.example" -> "other.example" (needs a restart)', f"added udp://{LOOPBACK}:{port}",
                  "auth.secrets: 1 added, 1 removed", "not tried", "dry run"):
        expect(words in outcome.text, f"{words!r} is not in:\n{outcome.text}")
    expect(SECRET not in outcome.text + api.server.log(), "a secret is shown")
    expect_equal(status(api), before, "the status after the dry run")
    api.rewrite(secrets=["short"])
    expect_equal(api.tell("reload", "--dry-run").code, 1, "exit code for a broken file")


@case("a listener that cannot be bound refuses the whole reload", only="turnpike")
def _(world):
    api = Api(world, database=False, schemes=("tcp",), workers=2)
    flow, before, free = Flow(world, api.server, 2), status(api), networks.free_port()
    for kind in ("udp", "tcp"):
        with (networks.udp_socket if kind == "udp" else networks.tcp_socket)(None, LOOPBACK) as taken, flow:
            if kind == "tcp":
                taken.listen()
            url = f"{kind}://{LOOPBACK}:{taken.getsockname()[1]}"
            more = list(api.server.settings.more)
            api.rewrite(secrets=[SECRET], more=[*more, Listener("udp", free), Listener(kind, taken.getsockname()[1])])
            answer = api.local("POST", "/api/v1/reload")
            expect_problem(answer, 422, "reload")
            expect(url in answer.json()["messages"][0] and "in use" in answer.json()["messages"][0], answer.json())
            api.rewrite(secrets=["a-secret-of-the-north-0123"], more=more)
            expect_equal(status(api), before, "the status after the refused reload")
    with networks.udp_socket(None, LOOPBACK, free):  # nobody has kept it
        pass


@case("what needs a restart is named in the answer, the log and the status", only="turnpike")
def _(world):
    api = Api(world, database=False, schemes=("tcp",))
    api.rewrite(realm="other.example", ports="21000-21999", log_level="debug")
    outcome = api.tell("reload")
    expect_equal(outcome.code, 0, f"exit code, which said:\n{outcome.text}\n")
    for text in (outcome.text, api.server.log()):
        expect("server.realm: " in text and "relay.ports: " in text and "needs a restart" in text, text)
    expect("log.level" in outcome.text, outcome.text)
    expect_equal(status(api)["pending"], ["server.realm", "relay.ports"], "pending keys")
    shown = api.tell("status").text
    expect("needs restart" in shown and "relay.ports" in shown, shown)
    expect(refusal(connect(world, api.server).allocate) == 0, "the running realm does not work any more")
    api.rewrite(realm="test.example", ports="20000-20999")
    expect_equal(api.tell("reload").code, 0, "exit code of the way back")
    expect_equal(status(api)["pending"], [], "pending keys")


# Broken files -------------------------------------------------------------------------------------------------------

WRONG_TYPES = {r'level = "\w+"': ("level = 7", "level = [1]"), r"workers = \d+": ('workers = "many"', "workers = -1"),
               r"errors_per_second = \d+": ("errors_per_second = 1.5", "errors_per_second = true"),
               r"allow = \[.*?\]": ("allow = 5", 'allow = "all"', "allow = [7]"),
               r"secrets = \[.*?\]": ("secrets = 1", "secrets = [[1]]"), r'ports = "[^"]*"': ("ports = 4000",)}
BAD_VALUES = {r'level = "\w+"': ('level = "loud"',), r'ports = "[^"]*"': ('ports = "9-3"', 'ports = "1-70000"'),
              r'url = "udp://': ('url = "quic://', 'url = "udp://localhost:', 'url = "udp:/'),
              r"allow = \[.*?\]": ('allow = ["300.1.2.3/8"]', 'allow = ["10.0.0.0/99"]'),
              r"secrets = \[.*?\]": ('secrets = ["short"]', 'secrets = ["example", "example"]'),
              r'format = "\w+"': ('format = "xml"',), r"workers = \d+": ("workers = 4711",)}
TABLES = ("[server]", "[relay]", "[relay.peers]", "[auth]", "[api]", "[limits]", "[log]")


def replace_one(text, replacements, chance):
    pattern = chance.choice(sorted(replacements))
    return re.sub(pattern, lambda _: chance.choice(replacements[pattern]), text, count=1)


def unknown_key(text, chance, _):
    table = chance.choice(TABLES)
    return text.replace(table + "\n", f"{table}\nnonsense_{chance.randrange(1000)} = {chance.randrange(9)}\n", 1)


def cut_off(text, chance, _):
    """In the middle of a text, so that what is left is no TOML."""
    found = chance.choice([match for match in re.finditer(r'"[^"\n]{2,}"', text)])
    return text[:chance.randrange(found.start() + 1, found.end())]


def garbage(text, chance, _):
    noise = "".join(chr(chance.randrange(1, 0x250)) for _ in range(chance.randrange(20, 200)))
    position = chance.randrange(len(text))
    return text[:position] + "\n]=" + noise + text[position:]


def missing_file(text, chance, _):
    name = f"absent-{chance.randrange(1000)}"
    if chance.random() < 0.5:
        return re.sub(r"secrets = \[.*?\]", f'secrets = [{{ file = "{name}" }}]', text, count=1)
    return re.sub(r"certificates = \[.*\]", f'certificates = [{{ chain = "{name}", key = "{name}" }}]', text, count=1)


def port_conflict(text, chance, taken):
    port = chance.choice(taken)
    scheme = chance.choice(("udp", "dtls"))
    return text.replace("[relay]\n", f'[[listen]]\nurl = "{scheme}://{LOOPBACK}:{port}"\n\n[relay]\n', 1)


MUTATIONS = (lambda text, chance, _: replace_one(text, WRONG_TYPES, chance),
             lambda text, chance, _: replace_one(text, BAD_VALUES, chance),
             unknown_key, cut_off, garbage, missing_file, port_conflict)


@case("five hundred broken files are refused and twenty-four allocations lose no packet", only="turnpike", seconds=120)
def _(world):
    api = Api(world, database=False, workers=2)
    good = open(api.file, encoding="utf-8").read()
    flow = Flow(world, api.server, 24, pause=0.03)
    before = status(api)
    chance = random.Random(20_261_121)
    with networks.udp_socket(None, LOOPBACK) as busy, flow:
        taken = [busy.getsockname()[1], api.server.port]  # of somebody else, and there twice
        for number in range(BROKEN_FILES):
            broken = MUTATIONS[number % len(MUTATIONS)](good, chance, taken)
            expect(broken != good, f"file {number} is not broken at all")
            with open(api.file, "w", encoding="utf-8") as file:
                file.write(broken)
            answer = api.local("POST", "/api/v1/reload")
            expect_equal(answer.status, 422, f"status for file {number}:\n{broken}\n{answer.body!r}\n")
            expect(all(answer.json()["messages"]) and answer.json()["messages"], f"file {number}: no reason")
        expect_equal(status(api), before, "the status after all of them")
        with open(api.file, "w", encoding="utf-8") as file:
            file.write(good.replace('level = "info"', 'level = "warn"'))
        accepted = api.local("POST", "/api/v1/reload")
        expect_equal(accepted.status, 200, "status for the good file")
        expect_equal(accepted.json()["messages"], ['log.level: "info" -> "warn"'], "the answer to the good file")
    expect_equal(status(api)["allocations"], 24, "allocations that live")
    for client in flow.clients:
        expect_equal(client.refresh().error(), 0, "Refresh at the end")
