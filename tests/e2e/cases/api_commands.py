"""The commands that talk to the running server by its admin socket, and who may."""

import os
import shutil
import stat

from harness.api import Api, eventually
from harness.cases import Skip, case, expect, expect_equal
from harness.clients import refusal

NOBODY = 65534
ASK_AS_SOMEBODY_ELSE = """
import socket, sys
sock = socket.socket(socket.AF_UNIX)
sock.settimeout(5)
try:
    sock.connect(sys.argv[1])
    sock.sendall(b"GET /api/v1/status HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
    print("answer:", sock.recv(65536))
except OSError as error:
    print("refused:", error)
"""


def expect_done(outcome, words):
    expect_equal(outcome.code, 0, f"exit code of {words}, which said:\n{outcome.text}\n")
    return outcome.text


@case("sessions, kill, revoke, status and reload by the admin socket", only="turnpike")
def _(world):
    api = Api(world)
    alice, bob = api.credentials(user="alice"), api.credentials(user="bob")
    first, second = api.client_of(alice), api.client_of(bob)
    for client in (first, second):
        client.allocate()
    ids = {session["user"]: session["id"] for session in api.allocations()}
    listed = expect_done(api.tell("sessions"), "sessions")
    expect(all(name in listed and identity in listed for name, identity in ids.items()), listed)
    expect_done(api.tell("kill", ids["alice"]), "kill")
    expect(refusal(first.refresh), "alice's allocation lives on")
    expect_equal(api.tell("kill", ids["alice"]).code, 1, "exit code of killing it again")
    expect_done(api.tell("revoke", bob["username"]), "revoke")
    eventually(world, lambda: not api.allocations(), "the end of bob's allocation", 1.0)
    expect("serving" in expect_done(api.tell("status"), "status"), "status does not say that it serves")
    api.rewrite(secrets=["a-secret-of-the-south-4567"])
    expect_done(api.tell("reload"), "reload")
    expect_equal(api.may_allocate(alice["username"], alice["password"]), 401, "Allocate under the removed secret")
    api.rewrite(extra="nonsense = 7\n" + api.server.settings.extra)
    broken = api.tell("reload")
    expect(broken.code == 1 and "nonsense" in broken.text, f"reload of a broken file: {broken.code}\n{broken.text}")


@case("drain by the admin socket ends the server with its last session", only="turnpike")
def _(world):
    api = Api(world)
    client = api.client("alice", world.password)
    client.allocate()
    expect_done(api.tell("drain"), "drain")
    expect("draining" in expect_done(api.tell("status"), "status"), "status does not say that it drains")
    expect(api.server.child.running(), "it ended in spite of a live session")
    client.refresh(0)
    expect_equal(api.server.child.wait(5.0), 0, "the exit code")
    expect(not os.path.exists(api.socket), "the admin socket is still there")


@case("commands find the admin socket by the configuration, and say when nobody is there", only="turnpike")
def _(world):
    api = Api(world)
    expect_done(api.command("status"), "status -c FILE")
    for words in (["sessions"], ["status"], ["drain"], ["reload"], ["kill", "0-0-1"], ["revoke", "1:x"]):
        outcome = world.run([world.options.binary, *words, "--socket", world.folder / "absent.sock"], 10)
        expect(outcome.code == 1 and "absent.sock" in outcome.text, f"{words} gave {outcome.code}: {outcome.text}")
    for words in (["kill"], ["revoke"], ["sessions", "--no-such-option"]):
        expect_equal(api.tell(*words).code, 2, f"exit code of {words}")


@case("another user of the machine gets nothing from the admin socket", only="turnpike")
def _(world):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skip("becoming somebody else needs root and setpriv")
    api = Api(world)
    mode = os.stat(api.socket)
    expect(stat.S_ISSOCK(mode.st_mode) and mode.st_mode & 0o007 == 0, f"the socket's mode is {mode.st_mode:o}")
    world.folder.chmod(0o755)
    asking = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "/usr/bin/python3", "-c",
              ASK_AS_SOMEBODY_ELSE, api.socket]
    for mode in (None, 0o666):  # by the file's mode, and by who they are
        if mode:
            os.chmod(api.socket, mode)
        outcome = world.run(asking, 10)
        expect("status" not in outcome.text and ("refused:" in outcome.text or "answer: b''" in outcome.text),
               f"with mode {mode}: {outcome.text}")
    expect_equal(api.local("GET", "/api/v1/status").status, 200, "status for root")


@case("a second server does not take the admin socket of the first", only="turnpike")
def _(world):
    api = Api(world)
    file = world.folder / "twin.toml"
    with open(api.file, encoding="utf-8") as first:
        file.write_text(first.read().replace(f":{api.server.port}", f":{api.server.port + 1}")
                        .replace(f":{api.server.tls_port}", f":{api.server.tls_port + 1}"))
    second = world.start([world.options.binary, "serve", "-c", file], "second")
    expect(second.wait_for_text(str(api.socket), 10.0), f"it does not name the socket:\n{second.text()}")
    first = api.local("GET", "/api/v1/status").json()["listeners"]
    second.stop()
    expect_equal(api.local("GET", "/api/v1/status").json()["listeners"], first, "who is behind the socket")
    expect(f"udp://127.0.0.1:{api.server.port}" in first, f"the second was behind the socket: {first}")
