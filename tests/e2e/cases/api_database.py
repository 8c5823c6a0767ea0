"""A database that is locked, gone, garbage or unwritable: ephemeral users go on allocating, and the server starts."""

import contextlib
import os
import shutil
import signal
import sqlite3

from harness.api import Api, eventually
from harness.cases import Skip, case, expect, expect_equal


def expect_serving(api, user="alice"):
    """Credentials are made, and those of them allocate."""
    got = api.credentials(user=user)
    expect_equal(api.may_allocate(got["username"], got["password"]), 0, "Allocate")


def expect_revoked_in_memory(api, world):
    """A revocation that cannot be written down holds all the same, and the answer says so. Gives what was revoked."""
    got = api.credentials(user="mallory")
    client = api.client_of(got)
    client.allocate()
    answer = api.revoke(got["username"])
    expect_equal((answer.status, answer.json()), (202, {"revoked": True, "stored": False}), "the answer")
    eventually(world, lambda: not api.allocations(user="mallory"), "the end of the allocation", 1.0)
    expect_equal(api.may_allocate(got["username"], got["password"]), 401, "Allocate")
    return got


def restart(api):
    expect_equal(api.server.child.stop(), 0, "the exit code")
    api.server.start()
    api.server.wait_until_ready()


@contextlib.contextmanager
def held(database, exclusive=False):
    """Another process's lock: nobody else writes, or nobody else reads either."""
    connection = sqlite3.connect(database, timeout=5.0, isolation_level=None)
    try:
        if exclusive:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.rollback()
        connection.close()


@case("a locked database keeps no ephemeral user out", only="turnpike")
def _(world):
    api = Api(world)
    api.add_user("bob", "bobs-password-1")
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-1") == 0, "the new user")
    with held(api.database):
        expect_serving(api)
        expect_equal(api.may_allocate("bob", "bobs-password-1"), 0, "Allocate of a user who is known already")
        revoked = expect_revoked_in_memory(api, world)
    other = api.credentials(user="mallory", ttl=1800)
    eventually(world, lambda: api.revoke(other["username"]).status == 204, "a revocation when the lock is gone")
    os.kill(api.server.pid, signal.SIGKILL)
    api.server.child.wait(5.0)
    api.server.start()
    api.server.wait_until_ready()
    expect_equal(api.may_allocate(revoked["username"], revoked["password"]), 401, "Allocate after a restart")


@case("the server starts while another process holds the database, and takes it up later", only="turnpike")
def _(world):
    api = Api(world)
    api.add_user("bob", "bobs-password-1")
    expect_equal(api.server.child.stop(), 0, "the exit code")
    with held(api.database, exclusive=True):
        api.server.start()
        api.server.wait_until_ready()
        expect_serving(api)
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-1") == 0, "the user", 5.0)


@case("a revocation holds at a start while another process writes to the database", only="turnpike")
def _(world):
    api = Api(world)
    got = api.credentials(user="mallory")
    expect_equal(api.revoke(got["username"]).status, 204, "status of the revocation")
    expect_equal(api.server.child.stop(), 0, "the exit code")
    with held(api.database):
        api.server.start()
        api.server.wait_until_ready()
        expect_equal(api.may_allocate(got["username"], got["password"]), 401, "Allocate")


@case("a database that vanishes keeps no ephemeral user out, and is made anew", only="turnpike")
def _(world):
    api = Api(world)
    api.add_user("bob", "bobs-password-1")
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-1") == 0, "the new user")
    remove(api.database)
    expect_serving(api)
    api.add_user("carol", "carols-password-1")
    eventually(world, lambda: api.may_allocate("carol", "carols-password-1") == 0, "a user of the new one", 5.0)
    expect_serving(api)
    remove(api.database)
    restart(api)
    expect_serving(api)


def remove(database):
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{database}{end}")


@case("a database of garbage keeps no ephemeral user out, nor the server from starting", only="turnpike")
def _(world):
    api = Api(world)
    api.add_user("bob", "bobs-password-1")
    eventually(world, lambda: api.may_allocate("bob", "bobs-password-1") == 0, "the new user")
    remove(api.database)
    api.database.write_bytes(os.urandom(100_000))
    expect_serving(api)
    eventually(world, lambda: "database" in api.server.log(), "a word about it in the log")
    expect_revoked_in_memory(api, world)
    restart(api)
    expect_serving(api, "carol")
    eventually(world, lambda: "turnpike.db" in api.server.log(), "a word about it in the new log")
    outcome = api.command("user", "list")
    expect(outcome.code == 1 and outcome.text.strip(), f"user list gave {outcome.code}: {outcome.text}")


@case("a folder that cannot be written to keeps no ephemeral user out", only="turnpike")
def _(world):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skip("taking root's privileges away needs root and setpriv")
    folder = world.folder / "unwritable"
    folder.mkdir()
    folder.chmod(0o555)
    rights = "-dac_override,-dac_read_search,-fowner"
    api = Api(world, auth=f'database = "{folder}/turnpike.db"', prefix=["setpriv", "--bounding-set", rights])
    expect_serving(api)
    expect_revoked_in_memory(api, world)
    expect_equal(list(folder.iterdir()), [], "what is in the folder")
    restart(api)
    expect_serving(api, "carol")


@case("without a database the server makes none", only="turnpike")
def _(world):
    api = Api(world, database=False)
    expect_serving(api)
    expect_revoked_in_memory(api, world)
    expect_equal(list(world.folder.glob("**/*.db*")), [], "databases")
