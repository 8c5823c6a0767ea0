"""API keys and static users from the command line, while the server runs; what a key may and may not."""

from cases.uclient import expect_all_relayed, uclient
from harness.api import ADMIN_KEY, TRYING, WEB_KEY, Api, eventually, expect_problem
from harness.cases import case, expect, expect_equal
from harness.clients import refusal
from harness.hosts import ClientNetwork

CREDENTIALS = "/api/v1/credentials"


def status_of(api, key, **more):
    return api.call("POST", CREDENTIALS, key, **more).status


@case("a key is shown once, listed without its secret, and ends when it is revoked", only="turnpike")
def _(world):
    api = Api(world)
    key = api.add_key("site", "--scope", "credentials")
    eventually(world, lambda: status_of(api, key) == 200, "the new key", pause=TRYING)
    expect_problem(api.call("GET", "/api/v1/allocations", key), 403, "a call beyond the key's scope")
    listed = api.command("key", "list")
    expect(listed.code == 0 and "site" in listed.text, listed.text)
    _, identity, secret = key.split("_", 2)
    expect(identity in listed.text and secret not in listed.text, listed.text)
    files = b"".join(file.read_bytes() for file in world.folder.glob("turnpike.db*"))
    expect(identity.encode() in files and secret.encode() not in files, "the key is in the database as it is")
    expect(api.command("key", "add", "site", "--scope", "admin").code == 1, "a second key of that name was made")
    expect_equal(api.command("key", "revoke", "site").code, 0, "exit code of key revoke")
    eventually(world, lambda: status_of(api, key) == 401, "the revocation")
    expect_equal(api.command("key", "revoke", "site").code, 1, "exit code of revoking it again")
    expect_equal(status_of(api, WEB_KEY), 200, "status with another key")


@case("a key of scope admin sees sessions, and one without a scope is not made", only="turnpike")
def _(world):
    api = Api(world, keys=[])
    key = api.add_key("root", "--scope", "admin")
    eventually(world, lambda: api.call("GET", "/api/v1/allocations", key).status == 200, "the new key", pause=TRYING)
    for words in (["nobody"], ["nobody", "--scope", "everything"], ["--scope", "admin"],
                  ["nobody", "--scope", "admin", "--ttl-cap", "soon"]):
        outcome = api.command("key", "add", *words)
        expect(outcome.code in (1, 2) and "tpk_" not in outcome.text, f"{words} gave {outcome.code}: {outcome.text}")


@case("no key, a wrong key, a key of another scope: 401, 401, 403", only="turnpike")
def _(world):
    api = Api(world)
    answer = api.call("GET", "/api/v1/status")
    expect_problem(answer, 401, "a call without a key")
    expect("bearer" in answer.fields.get("www-authenticate", "").lower(), f"fields: {answer.fields}")
    expect_problem(api.call("GET", "/api/v1/status", "x" * 40), 401, "a wrong key")
    expect_problem(api.call("GET", "/api/v1/status", WEB_KEY), 403, "a key of another scope")
    expect_equal(api.call("GET", "/api/v1/status", ADMIN_KEY).status, 200, "status with the right one")
    expect_equal(api.call("POST", CREDENTIALS, ADMIN_KEY).status, 200, "credentials with an admin key")


@case("a key in the clear from another host is refused, over TLS it is taken", only="turnpike")
def _(world):
    hosts = ClientNetwork(world)
    api = Api(world, hosts.server, listen=[hosts.server_address])
    expect_problem(api.call("POST", CREDENTIALS, WEB_KEY, network=hosts.client), 403, "a key in the clear")
    answer = api.call("POST", CREDENTIALS, WEB_KEY, network=hosts.client, tls=True)
    expect_equal(answer.status, 200, f"status over TLS, which said {answer.body!r}")
    expect_equal(answer.fields.get("cache-control"), "no-store", "Cache-Control")


@case("uclient relays as a user whom the command line has just added", only="turnpike")
def _(world):
    api = Api(world, users={})
    api.add_user("bob", "bobs-password-1")
    right = ["-u", "bob", "-w", world.options.sabotage or "bobs-password-1"]
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-1") == 0, "the new user")
    expect_all_relayed(uclient(world, api.server, "-y", "-c", credentials=right))
    listed = api.command("user", "list")
    expect(listed.code == 0 and "bob" in listed.text and "bobs-password" not in listed.text, listed.text)


@case("a user's password is changed and the user deleted while the server runs", only="turnpike")
def _(world):
    api = Api(world, users={})
    api.add_user("bob", "bobs-password-1")
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-1") == 0, "the new user")
    expect_equal(api.command("user", "add", "bob", typed="another-1\n").code, 1, "exit code of adding bob again")
    client = api.client("bob", "bobs-password-1")
    client.allocate()
    file = world.folder / "password"
    file.write_text("bobs-password-2\n")
    changed = api.command("user", "passwd", "bob", "--password-file", file)
    expect_equal(changed.code, 0, f"exit code of user passwd, which said:\n{changed.text}\n")
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-2") == 0, "the new password")
    expect_equal(api.may_allocate("bob", "bobs-password-1"), 401, "Allocate with the old password")
    expect(refusal(client.refresh), "an allocation outlives its password")
    expect_equal(api.command("user", "del", "bob").code, 0, "exit code of user del")
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-2") == 401, "the end of bob")
    for words in (["del", "bob"], ["passwd", "bob"]):
        expect_equal(api.command("user", *words, typed="bobs-password-3\n").code, 1, f"exit code of user {words}")


@case("keys and users are kept without a configuration file too, and need a place", only="turnpike")
def _(world):
    place = ["--database", world.folder / "other.db"]
    for words in (["key", "add", "site", "--scope", "credentials"], ["key", "list"], ["key", "revoke", "site"],
                  ["user", "add", "bob", "--realm", "test.example"], ["user", "list", "--realm", "test.example"]):
        outcome = world.run([world.options.binary, *words, *place], 10, typed="bobs-password-1\n")
        expect_equal(outcome.code, 0, f"exit code of {words}, which said:\n{outcome.text}\n")
    expect_equal((world.folder / "other.db").stat().st_mode & 0o777, 0o600, "the mode of the database")
    for words in (["key", "list"], ["user", "list"], ["key"], ["user", "add"], ["key", "destroy", "site"]):
        outcome = world.run([world.options.binary, *words], 10, typed="")
        expect(outcome.code in (1, 2) and outcome.text.strip(), f"{words} gave {outcome.code}: {outcome.text}")


@case("without keys in the configuration nobody gets anything over HTTP", only="turnpike")
def _(world):
    api = Api(world, keys=[], database=False)
    for key in (None, "admin", "changeme", ADMIN_KEY):
        for method, path in (("POST", CREDENTIALS), ("GET", "/api/v1/allocations"), ("POST", "/api/v1/drain")):
            answer = api.call(method, path, key)
            expect(answer.status in (401, 429), f"{method} {path} with {key}: {answer.status}")
    expect_equal(api.call("GET", "/readyz").status, 200, "status of /readyz")
