"""A server with API keys, HTTP to it from wherever a case wants, and its command line."""

import base64
import dataclasses
import http.client
import json
import re
import socket
import ssl
import time
import urllib.parse

from harness.cases import Failed, expect, expect_equal
from harness.clients import connect, open_stream, refusal
from harness.relaying import stream_server
from harness.servers import turnpike_file

ADMIN_KEY = "an-administrators-key-of-the-north-8f2c41d0"
WEB_KEY = "a-web-key-of-the-north-5b7e90aa13c6"
KEYS = [{"name": "admin", "key": ADMIN_KEY, "scopes": ["admin"]},
        {"name": "web", "key": WEB_KEY, "scopes": ["credentials"]}]
TAKEN_UP = 2.0  # seconds until a change in the database is in effect
TRYING = 0.4  # seconds from try to try of a key that may be wrong yet: ten wrong ones are free
SHOWN_KEY = re.compile(r"\btpk_[A-Za-z0-9]+_[A-Za-z0-9]+\b")


@dataclasses.dataclass
class Answer:
    status: int
    fields: dict  # names in lower case
    body: bytes

    def json(self):
        kind = self.fields.get("content-type", "")
        expect("json" in kind, f"the answer is {kind!r}: {self.body[:300]!r}")
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10.0)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def toml_of(table):
    """A table of one line; JSON strings, arrays of strings and numbers are TOML too."""
    return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in table.items()) + " }"


class Api:
    """A server that runs with the keys above, an admin socket and, if wanted, a database."""

    def __init__(self, world, network=None, keys=None, api="", http_table="", database=True, schemes=("tcp", "tls"),
                 authority=None, **settings):
        self._world = world
        self.database = world.folder / "turnpike.db"
        self.socket = world.folder / f"admin-{len(world.servers)}.sock"
        tables = ",\n  ".join(toml_of(key) for key in (KEYS if keys is None else keys))
        settings["api"] = f"admin_socket = {json.dumps(str(self.socket))}\nkeys = [\n  {tables}\n]\n{api}"
        settings["extra"] = f"[http]\n{http_table}\n" + settings.get("extra", "")
        settings.setdefault("auth", f"database = {json.dumps(str(self.database) if database else '')}")
        self.server, self.authority = stream_server(world, list(schemes), network, authority, **settings)
        self.file = self.server.argv[-1]
        # What a wrong client would use: the passwords that the server gives out are right ones.
        self._sabotage = world.options.sabotage

    def rewrite(self, **changes):
        """Puts other settings into the server's file."""
        for name, value in changes.items():
            setattr(self.server.settings, name, value)
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(turnpike_file(self.server.settings))

    # HTTP ----------------------------------------------------------------------------------------------------------

    def call(self, method, target, key=None, fields=(), body=None, form=None, tls=False, network=None, address=None):
        """One request on a connection of its own. `body`: bytes, or anything that JSON knows."""
        port = self.server.tls_port if tls else self.server.port
        connection = http.client.HTTPConnection(self.server.address, port, timeout=10.0)
        connection.sock = open_stream(self.server, network, address, port, 10.0)
        if tls:
            context = ssl.create_default_context(cafile=self.authority.file)
            connection.sock = context.wrap_socket(connection.sock, server_hostname=self.server.address)
        return self._exchange(connection, method, target, key, dict(fields), body, form)

    def local(self, method, target, **more):
        """By the admin socket."""
        return self._exchange(UnixConnection(self.socket), method, target, None, {}, more.get("body"), None)

    @staticmethod
    def _exchange(connection, method, target, key, fields, body, form):
        if key:
            fields = {**bearer(key), **fields}
        if form is not None:
            body = urllib.parse.urlencode(form).encode()
            fields.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, target, body, {**fields, "Connection": "close"})
            answer = connection.getresponse()
            found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()
        return found

    def admin(self, method, target, **more):
        return self.call(method, target, ADMIN_KEY, **more)

    def credentials(self, key=WEB_KEY, **wanted):
        answer = self.call("POST", "/api/v1/credentials", key, body=wanted)
        expect_equal(answer.status, 200, f"status of POST /api/v1/credentials: {answer.body!r}")
        return answer.json()

    def allocations(self, **query):
        answer = self.admin("GET", "/api/v1/allocations?" + urllib.parse.urlencode(query))
        expect_equal(answer.status, 200, f"status of GET /api/v1/allocations: {answer.body!r}")
        return answer.json()["allocations"]

    def revoke(self, username, key=ADMIN_KEY):
        return self.call("DELETE", "/api/v1/credentials/" + urllib.parse.quote(username, safe=""), key)

    # TURN ----------------------------------------------------------------------------------------------------------

    def client(self, username, password):
        return connect(self._world, self.server, user=username, password=self._sabotage or password)

    def client_of(self, answer):
        return self.client(answer["username"], answer["password"])

    def may_allocate(self, username, password):
        """The error code of an Allocate, 0 when it was granted (and given back)."""
        client = self.client(username, password)
        code = refusal(client.allocate)
        if not code:
            client.refresh(0)
        return code

    # Command line --------------------------------------------------------------------------------------------------

    def command(self, *words, typed=None):
        """Runs `turnpike WORDS -c FILE`."""
        return self._world.run([self._world.options.binary, *words, "-c", self.file], 20, typed=typed)

    def tell(self, *words):
        """Runs `turnpike WORDS --socket SOCKET`, a command to the running server."""
        return self._world.run([self._world.options.binary, *words, "--socket", self.socket], 20)

    def add_key(self, name, *more):
        outcome = self.command("key", "add", name, *more)
        expect_equal(outcome.code, 0, f"exit code of key add, which said:\n{outcome.text}\n")
        shown = SHOWN_KEY.findall(outcome.text)
        expect_equal(len(shown), 1, f"keys shown in:\n{outcome.text}\n")
        return shown[0]

    def add_user(self, name, password, verb="add"):
        outcome = self.command("user", verb, name, typed=password + "\n")
        expect_equal(outcome.code, 0, f"exit code of user {verb}, which said:\n{outcome.text}\n")


def eventually(world, condition, what, seconds=TAKEN_UP, pause=0.05):
    """Waits until `condition()` is true and gives what it gave. Sanitizers get more time."""
    allowed = seconds * (4 if world.sanitized else 1) + 0.5
    deadline = time.monotonic() + allowed
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {allowed} s")
        time.sleep(pause)


def expect_problem(answer, status, what):
    """An error as a problem document (RFC 9457) of that status."""
    expect_equal(answer.status, status, f"status of {what}, which said {answer.body[:300]!r}")
    expect_equal(answer.fields.get("content-type"), "application/problem+json", f"type of the answer to {what}")
    expect_equal(answer.json().get("status"), status, f"\"status\" in the answer to {what}")
