"""The registry of cases, and the world that a case runs in."""

import contextlib
import dataclasses
import shutil
import tempfile
from pathlib import Path

from harness import children, servers


class Skip(Exception):
    """The machine lacks something that the case needs."""


class Failed(Exception):
    """What the case expected did not happen."""


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    body: object
    seconds: float
    alone: bool
    only: str
    browser: bool


REGISTRY = []


def case(name, seconds=60.0, alone=False, only="", browser=False):
    """Registers a case. `alone`: not beside others (it loads the machine or measures). `only`: for one kind of server.
    `browser`: it needs node_modules, for Chromium or for clients in Node."""

    def register(body):
        REGISTRY.append(Case(name, body, seconds, alone, only, browser))
        return body

    return register


def expect(condition, message):
    if not condition:
        raise Failed(message)


def expect_equal(actual, wanted, what):
    if actual != wanted:
        raise Failed(f"{what}: wanted {wanted!r}, got {actual!r}")


def need_program(name):
    path = shutil.which(name)
    if not path:
        raise Skip(f"{name} is not installed")
    return path


def is_sanitized(binary):
    content = Path(binary).read_bytes()
    return b"__asan_init" in content or b"__tsan_init" in content


class World:
    """Owns all that a case starts; close() ends it in the reverse order, whatever happened."""

    def __init__(self, options):
        self.options = options
        self.kind = options.server
        self._stack = contextlib.ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="turnpike-e2e-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.secret = options.sabotage or "a-secret-of-the-north-0123"
        self.password = options.sabotage or "s3cret-password"
        self.private = False
        self.servers = []
        self.inspections = []  # called after a case that went well
        self.sanitized = options.server == "turnpike" and is_sanitized(options.binary)

    def close(self):
        self._stack.close()

    def inspect(self):
        """After a case: no server may have crashed or have complained of itself, whatever the case looked at."""
        for inspection in self.inspections:
            inspection()
        for server in self.servers:
            if self.sanitized:
                server.stop_at_once()
            trouble = server.trouble()
            expect(not trouble, f"the server: {trouble}\n{server.log()[-6000:]}")

    def own(self, resource):
        """Takes over anything with close()."""
        self._stack.callback(resource.close)
        return resource

    def start(self, argv, name, network=None, **kwargs):
        log = self.folder / f"{name}.log"
        return self.own(children.Child(argv, log, network=network, **kwargs))

    def run(self, argv, seconds, network=None, **kwargs):
        return children.run(argv, seconds, network=network, **kwargs)

    def server(self, settings, network=None, wait=True):
        """Starts the server under test and waits until it answers a Binding request."""
        server = self.own(servers.start(self.options, settings, self.folder, network))
        self.servers.append(server)
        if wait:
            server.wait_until_ready()
        return server
