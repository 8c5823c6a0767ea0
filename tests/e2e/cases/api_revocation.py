"""Credentials that end before their time: revoked ones, and those of a secret that was removed."""

import base64
import hmac
import os
import signal
import time

from harness.api import WEB_KEY, Api, eventually, expect_problem
from harness.cases import case, expect, expect_equal
from harness.clients import refusal
from turnclient import ephemeral_credentials

UNAUTHORIZED = 401
NORTH = "a-secret-of-the-north-0123"
SOUTH = "a-secret-of-the-south-4567"


def allocated(api, got):
    client = api.client_of(got)
    client.allocate()
    return client


@case("a revoked username is refused, and its allocations end within a second", only="turnpike")
def _(world):
    api = Api(world, workers=2)
    got = api.credentials(user="mallory@example.org:8448")
    clients = [allocated(api, got) for _ in range(4)]
    innocent = allocated(api, api.credentials(user="alice"))
    expect_equal(api.revoke(got["username"]).status, 204, "status of DELETE")
    eventually(world, lambda: not api.allocations(user=got["username"]), "the end of the allocations", 1.0)
    for client in clients:
        expect(refusal(client.refresh), "a refresh was granted")
    expect_equal(api.may_allocate(got["username"], got["password"]), UNAUTHORIZED, "a new Allocate")
    expect_equal(innocent.refresh().error(), 0, "somebody else's refresh")
    again = api.credentials(user="mallory@example.org:8448", ttl=1800)
    expect_equal(api.may_allocate(again["username"], again["password"]), 0, "a new credential of the same user")


@case("a revocation survives kill -9", only="turnpike")
def _(world):
    api = Api(world)
    got, other = api.credentials(user="mallory"), api.credentials(user="alice")
    expect_equal(api.revoke(got["username"], WEB_KEY).status, 204, "status of DELETE")
    os.kill(api.server.pid, signal.SIGKILL)
    api.server.child.wait(5.0)
    api.server.start()
    api.server.wait_until_ready()
    expect_equal(api.may_allocate(got["username"], got["password"]), UNAUTHORIZED, "an Allocate after the restart")
    expect_equal(api.may_allocate(other["username"], other["password"]), 0, "somebody else's")
    expect_equal(api.local("GET", "/healthz").status, 200, "the admin socket after kill -9")


@case("what cannot be revoked is said so", only="turnpike")
def _(world):
    api = Api(world)
    for username in ("alice", "x:alice", ":"):
        expect_problem(api.revoke(username), 422, f"DELETE of {username}")
    expect_equal(api.revoke(f"{int(time.time()) - 100}:alice").status, 204, "of one that has expired")
    expect_equal(api.revoke(str(int(time.time()) + 100)).status, 204, "of a bare timestamp")


def rotating(world):
    """A server under one secret, a credential of it, and its live allocation."""
    api = Api(world)
    got = api.credentials(user="alice", ttl=3600)
    return api, got, allocated(api, got)


def expect_rotated(world, api, got, client):
    eventually(world, lambda: not api.allocations(), "the end of the live allocation", 1.0)
    expect(refusal(client.refresh), "the old allocation was refreshed")
    new = api.credentials(user="alice", ttl=1800)
    expect_equal(api.may_allocate(new["username"], new["password"]), 0, "Allocate under the new secret")
    wanted = base64.b64encode(hmac.digest(SOUTH.encode(), new["username"].encode(), "sha1")).decode()
    expect_equal(new["password"], wanted, "the password")
    expect_equal(api.may_allocate(got["username"], got["password"]), UNAUTHORIZED, "Allocate under the old secret")


@case("SIGHUP takes up a removed secret: its credentials and allocations end", only="turnpike")
def _(world):
    api, got, client = rotating(world)
    api.rewrite(secrets=[SOUTH])
    os.kill(api.server.pid, signal.SIGHUP)
    eventually(world, lambda: api.may_allocate(got["username"], got["password"]) == UNAUTHORIZED, "the refusal", 1.0)
    expect_rotated(world, api, got, client)


@case("a reload over HTTP has removed a secret when it answers", only="turnpike")
def _(world):
    api, got, client = rotating(world)
    api.rewrite(secrets=[SOUTH])
    answer = api.admin("POST", "/api/v1/reload")
    expect_equal((answer.status, answer.json()["applied"]), (200, True), f"the answer {answer.body!r}")
    expect_equal(api.may_allocate(got["username"], got["password"]), UNAUTHORIZED, "Allocate under the old secret")
    expect_rotated(world, api, got, client)


@case("a reload that only adds a secret in front costs nobody a call", only="turnpike")
def _(world):
    api, got, client = rotating(world)
    api.rewrite(secrets=[SOUTH, NORTH])
    expect_equal(api.admin("POST", "/api/v1/reload").status, 200, "status of reload")
    expect_equal(client.refresh().error(), 0, "the refresh")
    expect_equal(api.may_allocate(got["username"], got["password"]), 0, "Allocate under the second secret")
    expect_equal(api.may_allocate(*ephemeral_credentials(NORTH, "bob")), 0, "one that somebody else has signed")
    new = api.credentials(user="alice", ttl=1800)
    expect_equal(new["password"], base64.b64encode(
        hmac.digest(SOUTH.encode(), new["username"].encode(), "sha1")).decode(), "a new password")
    expect_equal(api.may_allocate(new["username"], new["password"]), 0, "Allocate under the first secret")


@case("a reload of a broken file changes nothing and names the mistake", only="turnpike")
def _(world):
    api, got, client = rotating(world)
    api.rewrite(secrets=[SOUTH], extra="nonsense = 7\n" + api.server.settings.extra)
    answer = api.admin("POST", "/api/v1/reload")
    expect_problem(answer, 422, "reload")
    expect(any("nonsense" in message for message in answer.json()["messages"]), f"it says {answer.body!r}")
    expect_equal(client.refresh().error(), 0, "the refresh")
    expect_equal(api.may_allocate(got["username"], got["password"]), 0, "Allocate")
