"""turnpike-client.js in pages that are not the server's own, and beside clients that are not turnpike's."""

from harness.callers import Caller
from harness.cases import case, expect, expect_equal
from harness.hosts import TwoHomes
from harness.web import NAME, PAGE, Person, Site
from cases.rooms_browser import documented_client

PAGE_PORT = 18080
ORIGIN = f"http://localhost:{PAGE_PORT}"


def started(world):
    homes = TwoHomes(world)
    site = Site(world, homes, http_table=f'allowed_origins = ["{ORIGIN}"]')
    return site, Person(world, site, homes.ann, "Ann", page_port=PAGE_PORT)


@case("a page of another origin imports the client module and gets calls, messages, files and numbers by it",
      seconds=120, **PAGE)
def _(world):
    site, person = started(world)
    tabs = [person.tab(name).open("/", ORIGIN) for name in ("ann", "eve")]
    for tab, name in zip(tabs, ("ann", "eve")):
        tab.look("joinByModule", {"url": f"{site.origin}/turnpike-client.js", "room": "embedded", "user": name})
    for tab, other in zip(tabs, ("eve", "ann")):
        seen = tab.until("moduleSeen", lambda told: told["frames"] > 10 and told["file"] and told["stats"], "all of it",
                         30.0)
        expect_equal(seen["peers"], [[other, f"name of {other}", "connected"]], "the peers")
        expect_equal(sorted(seen["chat"]), ["from ann", "from eve"], "the chat")
        expect_equal(seen["status"], {"mood": f"{other}'s"}, "the other's status")
        expect_equal(seen["messages"], [f"{other} 0", f"{other} 1", f"{other} 2"], "what came by a channel")
        expect_equal(seen["file"], {"name": "note.txt", "text": f"a note of {other}", "state": "done"}, "the file")
        numbers = seen["stats"]
        expect(numbers["path"] == "direct" and numbers["roundTripTime"] is not None, f"the numbers are {numbers}")
    tabs[0].look("leaveByModule")
    tabs[1].until("moduleSeen", lambda told: told["peers"] == [], "that Ann has left", 5.0)


@case("the client of the documentation and the call page are in one call, whoever came first", seconds=120, **PAGE)
def _(world):
    _site, person = started(world)
    for first in ("documented", "page"):
        page, other = person.tab(f"page, {first} first", Caller), person.tab(f"documented, {first} first")
        if first == "page":
            page.enter(first, "Ann")
        enter_documented(other, first)
        if first == "documented":
            page.enter(first, "Ann")
        page.until_others(lambda seen: [tile["state"] for tile in seen] == ["connected"], "a connection to the other")
        page.expect_moving()
        other.until("documentedFrames", lambda frames: frames > 15, "moving pictures at the documented client's")
        page.close()
        other.close()


def enter_documented(tab, room):
    tab.open("/", ORIGIN)
    tab.look("prepareDocumented")
    tab.ask("script", text=documented_client(f"wss://{NAME}/signal").replace('"daily"', f'"{room}"'))
    tab.until("documentedJoined", bool, "the documented client in the room")
