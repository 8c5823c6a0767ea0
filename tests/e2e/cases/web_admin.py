"""/admin with a key: what it shows is there, and what its buttons do is done."""

import urllib.parse

from harness.api import ADMIN_KEY, WEB_KEY, eventually
from harness.callers import Caller
from harness.cases import case, expect, expect_equal
from harness.web import AWAY, PAGE, LocalSite, Person

DENIED = (r"status 40[13]", r"status of 40[13]")


def opened(world, **how):
    site = LocalSite(world, **how)
    person = Person(world, site, None, "Olga")
    return site, person, person.tab().open("/admin")


def sign_in(tab, key):
    tab.fill("#key", key)
    tab.ask("press", selector="#key", key="Enter")


@case("/admin lets in who has an administrator's key, keeps nobody else, and forgets the key on signing out",
      seconds=90, **PAGE)
def _(world):
    _site, person, tab = opened(world)
    person.forgive(*DENIED)
    expect(not tab.look("visible", "#sessions"), "sessions are there before anybody has signed in")
    for key in ("a-key-that-nobody-knows-4471", WEB_KEY):
        sign_in(tab, key)
        seen = tab.until("trouble", lambda told: told, f"words on the key {key}")
        expect(len(seen["words"].split()) > 3, f"the words are {seen['words']!r}")
        expect(not tab.look("visible", "#sessions"), f"sessions are there for {key}")
    sign_in(tab, ADMIN_KEY)
    tab.until("visible", bool, "the sessions", argument="#sessions")
    tab.until("trouble", lambda told: not told, "no trouble", 5.0)
    expect(ADMIN_KEY not in tab.ask("address"), "the key is in the address")
    tab.click("#sign-out")
    tab.until("visible", lambda seen: not seen, "no sessions", argument="#sessions")
    tab.ask("reload")
    tab.until("visible", bool, "the question for the key", argument="#key-form")
    expect(not tab.look("visible", "#sessions"), "sessions are there after signing out and a reload")


@case("/admin shows sessions and rooms as they come, ends the one and closes the other", seconds=90, **PAGE)
def _(world):
    site, _person, tab = opened(world)
    sign_in(tab, ADMIN_KEY)
    tab.until("visible", bool, "the sessions", argument="#sessions")
    ann = site.enter("daily", "ann", name="Ann <i>in italics</i>")
    site.enter("daily", "ben")
    clients = [site.client_of(site.credentials(user=user)) for user in ("carol", "dave")]
    for client in clients:
        client.allocate()
    rows = tab.until("rows", lambda seen: len(seen) == 2, "two sessions", argument="sessions")
    expect(any("carol" in cell for row in rows for cell in row["cells"]), f"no carol in {rows}")
    rooms = tab.until("rows", lambda seen: len(seen) == 1, "one room", argument="rooms")
    expect(rooms[0]["id"] == "daily" and "2" in rooms[0]["cells"], f"no room of two in {rooms}")
    ended = next(row["id"] for row in rows if any("carol" in cell for cell in row["cells"]))
    do_and_confirm(tab, f"#sessions tr[data-id='{ended}'] .end")
    tab.until("rows", lambda seen: [row["id"] for row in seen] == [row["id"] for row in rows if row["id"] != ended],
              "one session less", argument="sessions")
    expect_equal([each["user"] for each in site.allocations()], ["dave"], "whose allocations live")
    do_and_confirm(tab, "#rooms tr[data-id=daily] .close-room")
    tab.until("rows", lambda seen: not seen, "no room", argument="rooms")
    expect_equal(ann.close_code(), 4003, "the close code of a member")
    for canvas in ("traffic", "allocations"):
        tab.until("drawn", bool, f"a plot of {canvas}", 25.0, argument=canvas)


@case("/admin sorts its tables, makes invitations that let in, drains and shows that it does", seconds=90, **PAGE)
def _(world):
    site, person, tab = opened(world, signaling="")
    person.forgive(*AWAY)  # after draining the server ends
    sign_in(tab, ADMIN_KEY)
    tab.until("visible", bool, "the sessions", argument="#sessions")
    clients = [site.client_of(site.credentials(user=user)) for user in ("carol", "dave", "bob")]
    for client in clients:
        client.allocate()
    tab.until("rows", lambda seen: len(seen) == 3, "three sessions", argument="sessions")
    tab.click("#sessions thead th:has-text('User') button")
    first = users(tab.look("rows", "sessions"))
    tab.click("#sessions thead th:has-text('User') button")
    expect_equal(sorted(map(tuple, (first, users(tab.look("rows", "sessions"))))),
                 [("bob", "carol", "dave"), ("dave", "carol", "bob")], "the users in the two orders")
    invited = tab.person.tab("Ivy", Caller)
    tab.fill("#invite-room", "meeting")
    tab.fill("#invite-user", "ivy")
    tab.ask("press", selector="#invite-user", key="Enter")
    link = tab.until("value", bool, "an invitation", argument="#invite-link")
    parts = urllib.parse.urlsplit(link)
    expect(parts.path == "/r/meeting" and "token=" in parts.fragment, f"the invitation is {link}")
    invited.open(f"{parts.path}#{parts.fragment}").pass_the_door("Ivy")
    expect_equal(list(site.members("meeting")), ["ivy"], "who is in the room")
    do_and_confirm(tab, "#drain")
    eventually(world, lambda: site.call("GET", "/readyz").status == 503, "draining")
    tab.until("text", lambda text: text and "drain" in text.lower(), "that the server drains", argument="#pill")
    tab.until("text", lambda text: text and "at the latest" in text, "until when it drains", argument="#details")


def do_and_confirm(tab, button):
    tab.click(button)
    tab.click("#confirm-yes")


def users(rows):
    known = ("carol", "dave", "bob")
    return [next(name for name in known if any(name in cell for cell in row["cells"])) for row in rows]
