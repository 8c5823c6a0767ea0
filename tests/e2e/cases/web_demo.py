"""The demo's page: the address that `turnpike serve` prints leads two tabs into a call."""

import re
import types

from harness.callers import Caller
from harness.cases import case, expect, expect_equal, need_program
from harness.hosts import ClientNetwork
from harness.web import PAGE, Person

ADDRESS = re.compile(r"https?://[^\s\"'/]+:(?:80|84)\d\d")
BLOCKS = "█▀▄"


class Demo:
    """As much of a site as a person needs to know."""

    def __init__(self, text):
        self.addresses = ADDRESS.findall(text)
        self.origin = next(each for each in self.addresses if each.startswith("http://"))
        self.server = types.SimpleNamespace(address="127.0.0.1")
        self.hosts = tuple(each.split("//")[1] for each in self.addresses)


def started(world, *arguments):
    hosts = ClientNetwork(world)
    child = world.start([world.options.binary, "serve", *arguments], "demo", hosts.server, cwd=world.folder)
    expect(child.wait_for_text("8443", 10.0), f"no address is printed:\n{child.text()}")
    return hosts, child, Demo(child.text())


@case("two tabs at the address that the demo prints are in a call at once, and with the switch through the relay",
      seconds=120, **PAGE)
def _(world):
    hosts, _child, demo = started(world)
    person = Person(world, demo, hosts.server, "Ann")
    index = person.tab("Ann").open("/")
    index.click("#new")
    index = person.tab("Ann", Caller)
    index.until("call", lambda seen: seen["joining"], "the join screen of a new room")
    address = index.ask("address")
    room = re.fullmatch(re.escape(demo.origin) + r"/r/([A-Za-z0-9_-]{12,})", address)
    expect(room, f"a new room is at {address}")
    for relay_only, path in ((False, "direct"), (True, "relayed")):
        tabs = [person.tab(f"{name} {path}", Caller).enter(room.group(1) + path, name, relay_only=relay_only)
                for name in ("Ann", "Eve")]
        for tab, other in zip(tabs, ("Eve", "Ann")):
            tab.expect_connected(other, seconds=10.0)
            tab.expect_path(path)
            tab.expect_moving()
        for tab in tabs:
            tab.close()


@case("the demo prints an address for telephones, with a code to scan on a terminal, and serves HTTPS there",
      only="turnpike")
def _(world):
    hosts, child, demo = started(world)
    secure = [each for each in demo.addresses if each.startswith(f"https://{hosts.server_address}:")]
    expect(secure, f"no HTTPS at the machine's address:\n{child.text()}")
    asked = ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", secure[0] + "/check"]
    expect_equal(world.run(asked, 10, hosts.client).text, "200", f"status of {secure[0]}/check from another host")
    expect(not any(block in child.text() for block in BLOCKS), f"a code to scan in a file:\n{child.text()}")
    child.stop()
    need_program("script")
    seen = world.start(["script", "-qec", f"{world.options.binary} serve", "/dev/null"], "terminal", hosts.server,
                       cwd=world.folder)
    expect(seen.wait_for_text("8443", 10.0) and seen.wait_for_text(BLOCKS[0], 2.0), f"no code to scan:\n{seen.text()}")
