"""A server with the web page, and people who look at it, each with a Chromium of their own (web_person.mjs)."""

import json
import os
import re
import time

from harness import browser
from harness.cases import Failed, expect, expect_equal
from harness.rooms import OPEN, Rooms
from harness.servers import Listener
from turnclient import readable

NAME = "turn.test"
TURN_PORT, TLS_PORT, PAGE_PORT = 3478, 443, 8443
QUESTION_SECONDS = 60.0  # over anything that web_person.mjs waits for itself
PAGE = {"alone": True, "browser": True, "only": "turnpike"}  # of a case with the page
SLOW_CAMERA = "--use-fake-device-for-media-stream=fps=10"  # encoding in software is what loads the machine
# What the browser itself says of sockets that end, servers that are away, and networks that change.
AWAY = (r"WebSocket connection to .* failed", r"net::ERR_\w+", r"failed request: .* net::", r"status 50\d")


class Site(Rooms):
    """TURN at 3478 over UDP and TCP and at 443 over TLS; the page is there, and at 8443, where there is no TURN."""

    def __init__(self, world, homes, signaling=OPEN, extra="", **how):
        how.setdefault("more", [Listener("tcp", TURN_PORT), Listener("tls", TLS_PORT), Listener("https", PAGE_PORT)])
        self.address = homes.server_address
        super().__init__(world, signaling, extra, network=homes.server, listen=[self.address], port=TURN_PORT,
                         allow=[], users={}, **how)
        browser.trust(world, self.authority)

    origin = f"https://{NAME}"
    page_origin = f"https://{NAME}:{PAGE_PORT}"  # where the page is and TURN is not
    hosts = tuple(f"{NAME}{port}" for port in ("", f":{PAGE_PORT}", f":{TURN_PORT}"))

    def relayed_bytes(self):
        """What live allocations have carried, either way, by the server's own count: one of two people may send to the
        other's relayed address without a relay of their own."""
        answer = self.admin("GET", "/api/v1/allocations", tls=True, network=self.server.network)
        expect_equal(answer.status, 200, "status of GET /api/v1/allocations")
        traffic = [each["traffic"] for each in answer.json()["allocations"]]
        return sum(each["toPeers"]["bytes"] + each["toClient"]["bytes"] for each in traffic)

    def kill(self):
        self.server.child.process.kill()
        self.server.child.wait(5.0)

    def start_again(self):
        self.server.start()
        self.server.wait_until_ready()


class LocalSite(Rooms):
    """The page over plain HTTP on loopback, where relaying is not what a case is about."""

    @property
    def origin(self):
        return f"http://{self.host()}"

    @property
    def hosts(self):
        return (self.host(),)


class Person:
    """One Chromium in a network of its own. Whatever it complains of, on whatever page, fails the case."""

    def __init__(self, world, site, network, name, camera=True, asked=False, page_port=0, **options):
        """`camera`: whether there is one, and a microphone; `asked`: whether Chromium asks for permissions, of which
        `permissions` are granted without; `page_port`: where there is a page of another origin."""
        without = ([] if camera else ["--use-fake-device"]) + (["--use-fake-ui"] if asked else [])
        browser.need_browser()
        self.world, self.name, self.site = world, name, site
        self._forgiven = []
        flags = [f"--host-resolver-rules=MAP {NAME} {site.server.address}", *([SLOW_CAMERA] if camera else [])]
        wanted = {"userDataDir": str(world.folder / f"profile-{name}"), "executable": browser.CHROMIUM,
                  "password": world.options.sabotage, "allowed": [*site.hosts, f"localhost:{page_port}"],
                  "flags": flags, "without": without, "pagePort": page_port, **options}
        self._child = world.start(["node", browser.HERE / "web_person.mjs", json.dumps(wanted)], f"person-{name}",
                                  network, cwd=browser.HERE, talks=True,
                                  env={**os.environ, "HOME": str(world.folder), "TMPDIR": str(world.folder)})
        self._read = b""
        self._started = False
        world.own(self)
        world.inspections.append(self.expect_no_trouble)

    def close(self):
        """Chromium is in a session of its own, and would go on writing to its profile: it is asked to end."""
        self._child.process.stdin.close()
        self._child.wait(8.0)

    def ask(self, do, tab="main", **more):
        if not self._started:
            self._started = True
            self._answer("start")
        self._child.process.stdin.write(json.dumps({"do": do, "tab": tab, **more}).encode() + b"\n")
        self._child.process.stdin.flush()
        return self._answer(do)

    def _answer(self, do):
        deadline = time.monotonic() + QUESTION_SECONDS
        pipe = self._child.process.stdout
        while b"\n" not in self._read:
            expect(readable(pipe, deadline - time.monotonic()), f"{self.name}'s browser does not answer to {do}")
            octets = os.read(pipe.fileno(), 1 << 16)
            expect(octets, f"{self.name}'s browser ended:\n{self._child.text()[-2000:]}")
            self._read += octets
        line, self._read = self._read.split(b"\n", 1)
        answer = json.loads(line)
        expect("error" not in answer, f"{self.name} could not {do}: {answer.get('error')}")
        return answer.get("ok")

    def tab(self, name="main", kind=None):
        return (kind or Tab)(self, name)

    def forgive(self, *patterns):
        """What the case itself brings about is no trouble."""
        self._forgiven += patterns

    def trouble(self):
        """What the browser has complained of since this was last asked."""
        return [each for each in self.ask("trouble") if not any(re.search(one, each) for one in self._forgiven)]

    def expect_no_trouble(self):
        expect_equal(self.trouble(), [], f"what {self.name}'s browser complained of")


class Tab:
    """One page of a person."""

    def __init__(self, person, name):
        self.person, self._name = person, name

    def ask(self, do, **more):
        return self.person.ask(do, tab=self._name, **more)

    def open(self, path, origin=None, **more):
        expect_equal(self.ask("open", url=(origin or self.person.site.origin) + path, **more), 200, f"status of {path}")
        return self

    def look(self, name, argument=None):
        return self.ask("look", name=name, argument=argument)

    def click(self, selector):
        self.ask("click", selector=selector)

    def fill(self, selector, text):
        self.ask("fill", selector=selector, text=text)

    def close(self):
        self.ask("close")

    def until(self, look, condition, what, seconds=20.0, argument=None):
        """Looks until the condition holds for what is seen, and gives that."""
        allowed = seconds * (3 if self.person.world.sanitized else 1)
        deadline = time.monotonic() + allowed
        while not condition(seen := self.look(look, argument)):
            if time.monotonic() > deadline:
                told = self.person.ask("trouble")
                raise Failed(f"{self.person.name}, {what}: not within {allowed} s, but {json.dumps(seen)[:3000]}\n"
                             f"the browser says: {json.dumps(told, indent=1)[:3000]}")
            time.sleep(0.1)
        return seen
