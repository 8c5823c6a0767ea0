"""Every page as a telephone and a screen reader have it."""

import json
import re

from harness.api import ADMIN_KEY
from harness.callers import Caller
from harness.cases import case, expect, expect_equal
from harness.hosts import ClientNetwork
from harness.web import PAGE, LocalSite, Person

WIDTH = 360
TOUCH = 44  # pixels that a finger needs


def expect_usable(tab, what):
    """Nothing sticks out of a narrow screen, and what can be used is large enough, has a name and can be reached."""
    found = tab.look("obstacles", TOUCH)
    expect(found["width"] <= WIDTH, f"{what} is {found['width']} pixels wide: {found['wide']}")
    expect(found["usable"] > 3, f"nothing can be used on {what}")
    for kind in ("nameless", "small", "unreachable"):
        expect_equal(found[kind], [], f"{kind} on {what}")


@case("every page fits a telephone, and whatever can be used there is named, large enough and reached by keyboard",
      seconds=120, **PAGE)
def _(world):
    host = ClientNetwork(world).server  # Chromium calls nobody where there is loopback alone
    site = LocalSite(world, network=host)
    person = Person(world, site, host, "Ann", viewport={"width": WIDTH, "height": 740})
    tab = person.tab(kind=Caller).open("/")
    expect_usable(tab, "the first page")
    tab.fill("#room", "daily")
    tab.ask("press", selector="#room", key="Enter")
    tab.until("call", lambda seen: seen["joining"], "the join screen of a room by name")
    expect_equal(tab.ask("address"), f"{site.origin}/r/daily", "the room's address")
    expect_usable(tab, "the join screen")
    tab.pass_the_door("Ann")
    eve = person.tab("Eve", Caller).enter("daily", "Eve")
    tab.expect_connected("Eve")
    expect_usable(tab, "the call")
    tab.show_chat()
    expect_usable(tab, "the call with its chat")
    by_drop(tab, eve)
    check = person.tab("check").open("/check#run")
    check.until("verdict", lambda told: told["fault"], "a verdict", 60.0)
    check.click("#details > summary")
    expect_usable(check, "the connection test")
    admin = person.tab("admin").open("/admin")
    admin.fill("#key", ADMIN_KEY)
    expect_usable(admin, "the question for the key")
    admin.ask("press", selector="#key", key="Enter")
    admin.until("rows", lambda seen: len(seen) == 1, "the room", argument="rooms")
    expect_usable(admin, "the server's page")


BAD_PAGE = """<!doctype html><title>bad</title><body style="color: red"><script>var inline = 1;</script>
<img src="https://elsewhere.example/pixel.png" alt=""><script src="/web/bad.js"></script>
<script src="/web/gone.js"></script>
"""
COMPLAINTS = ("inline script", "inline style", "elsewhere.example", "page error: .*loud", "status 404: .*/web/gone.js",
              "console log: noise")


@case("a page with inline code, errors, noise on the console or requests to others does not go unnoticed", seconds=60,
      **PAGE)
def _(world):
    (world.folder / "root").mkdir()
    (world.folder / "root" / "index.html").write_text(BAD_PAGE)
    (world.folder / "root" / "bad.js").write_text("console.log('noise'); throw new Error('loud');")
    site = LocalSite(world, arguments=["--web-root", str(world.folder / "root")])
    person = Person(world, site, None, "Ann")
    person.tab().open("/")
    found = person.trouble()
    for complaint in COMPLAINTS:
        expect(any(re.search(complaint, each) for each in found), f"no word of {complaint!r} in {found}")
    person.forgive(".")


def by_drop(sender, receiver):
    """A file that is dropped on the call is offered, and one that is not wanted any more is cancelled."""
    sender.ask("drop", selector="#stage", files=[{"name": "note.txt", "text": "a note"}])
    receiver.show_chat()
    offered = receiver.until_file("receive", "offered")
    expect("note.txt" in offered["words"], f"the offer says {offered['words']!r}")
    receiver.click(f"#files li[data-file={json.dumps(offered['id'])}] .cancel")
    receiver.until_file("receive", "cancelled")
    sender.until_file("send", "cancelled")
