"""What the logs of a busy control plane must not say."""

import json
import time

from cases.privacy import addresses_in, expect_private
from harness.api import ADMIN_KEY, WEB_KEY, Api, basic
from harness.cases import case, expect

PASSWORD = "bobs-password-1"


def log_of_everything(world, level, log_format):
    """Uses every corner of the API, right and wrong; gives the log and the secrets that were about."""
    api = Api(world, log_level=level, log_format=log_format)
    made = api.add_key("site", "--scope", "credentials")
    api.add_user("bob", PASSWORD)
    got = api.credentials(user="alice")
    client = api.client_of(got)
    client.allocate()
    api.call("GET", f"/turn?service=turn&username=carol&key={WEB_KEY}")
    api.call("POST", "/2010-04-01/Accounts/web/Tokens.json", fields=basic("web", WEB_KEY), form={"Ttl": "600"})
    api.call("POST", f"/api/v1/turn/credential?secretKey={WEB_KEY}", body={})
    wrong = "a-key-that-somebody-mistyped-0123"
    for target in ("/api/v1/status", f"/turn?service=turn&key={wrong}", f"/nowhere?key={wrong}"):
        api.call("GET", target, wrong, fields={"X-Forwarded-For": "198.51.100.77"})
    api.call("POST", "/api/v1/credentials", WEB_KEY, body=b"\xff" * 100)
    for target in ("/metrics", "/readyz", "/api/v1/allocations"):
        api.admin("GET", target)
    api.revoke(got["username"])
    api.command("user", "passwd", "bob", typed="bobs-password-2\n")
    api.admin("POST", "/api/v1/reload")
    time.sleep(2.1)  # the database is looked at
    api.command("key", "revoke", "site")
    api.server.child.stop()
    secrets = [ADMIN_KEY, WEB_KEY, made, made.split("_")[2], wrong, PASSWORD, "bobs-password-2", got["password"],
               world.secret, "s3cret-password"]
    return api.server.log(), secrets


def expect_no_secret(log, secrets):
    for secret in secrets:
        expect(secret not in log, f"{secret} is in the log:\n" + "\n".join(
            line for line in log.splitlines() if secret in line))


@case("no address, key or password is in the log of a busy control plane", only="turnpike")
def _(world):
    log, secrets = log_of_everything(world, "info", "json")
    expect_private(log)
    expect_no_secret(log, secrets)
    expect("198.51.100.77" not in log, "what a proxy says is in the log")
    for line in log.splitlines():
        expect(isinstance(json.loads(line), dict), f"no object: {line}")


@case("no key and no password is in the log at any level", only="turnpike")
def _(world):
    log, secrets = log_of_everything(world, "trace", "text")
    expect_no_secret(log, secrets)
    expect(any(addresses_in(line) for line in log.splitlines()), "this log should name addresses, to mean something")
