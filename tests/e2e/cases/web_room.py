"""The call page with what comes and goes in it: people, screens, cameras, and the relay-only switch."""

import time

from harness.callers import Caller, at_home, call_each_other, chat_both_ways, faces, screens
from harness.cases import case, expect, expect_equal
from harness.hosts import TwoHomes
from harness.rooms import sign
from harness.web import PAGE, Person, Site

SECRET = "a-token-secret-of-the-north-4471"
FRAMES = 5


@case("three people in a room all see each other, and a screen that one shows; who leaves is gone from the others",
      seconds=200, **PAGE)
def _(world):
    _homes, _site, ann, ben = at_home(world)
    callers = call_each_other(ann, ben)
    cleo = ann.tab("Cleo", Caller).enter("daily", "Cleo")
    for caller, others in ((callers[0], ["Ben", "Cleo"]), (callers[1], ["Ann", "Cleo"]), (cleo, ["Ann", "Ben"])):
        caller.expect_connected(*others)
        caller.expect_moving(2, 40.0)
    share_a_screen(callers[0], (callers[1], cleo))
    cleo.click("#leave")
    for caller, other in zip(callers, (ben, ann)):
        caller.expect_connected(other.name, seconds=5.0)
    again = ann.tab("Cleo again", Caller).enter("daily", "Cleo")
    again.expect_connected("Ann", "Ben")
    again.close()
    for caller, other in zip(callers, (ben, ann)):
        caller.expect_connected(other.name, seconds=25.0)
        caller.expect_moving()


def share_a_screen(caller, others):
    caller.click("#share")
    caller.until("call", lambda seen: seen["pressed"]["share"] == "true", "the button that shows that one shares", 5.0)
    for other in others:
        other.until("tiles", lambda tiles: [tile["frames"] > FRAMES for tile in screens(tiles)] == [True],
                    "a screen that moves", 40.0)
        expect_equal(len(faces(other.look("tiles"))), 2, "the faces beside the screen")
    caller.click("#share")
    caller.until("call", lambda seen: seen["pressed"]["share"] == "false", "the button after the end", 5.0)
    for other in others:
        other.until("tiles", lambda tiles: not screens(tiles), "no screen", 10.0)


@case("who mutes microphone or camera is seen to have; links are copied, pictures popped out, and a reload comes back",
      seconds=120, **PAGE)
def _(world):
    homes = TwoHomes(world)
    person = Person(world, Site(world, homes), homes.ann, "Ann")
    ann, eve = (person.tab(name, Caller).enter("daily", name) for name in ("Ann", "Eve"))
    ann.expect_connected("Eve")
    eve.expect_connected("Ann")
    eve.expect_moving()
    for button, mark in (("#mute", "muted"), ("#camera-off", "noVideo")):
        for on in (True, False):
            ann.click(button)
            pressed = {"#mute": "mute", "#camera-off": "camera-off"}[button]
            ann.until("call", lambda seen: seen["pressed"][pressed] == str(on).lower(), f"{button} pressed: {on}", 5.0)
            eve.until_others(lambda seen: [tile[mark] for tile in seen] == [on], f"{mark} is {on} at Eve's", 5.0)
    eve.expect_moving()
    copy_the_link(ann)
    picture_in_picture(ann)
    ann.ask("reload")
    ann.pass_the_door("Ann")
    for tab, other in ((ann, "Eve"), (eve, "Ann")):
        tab.expect_connected(other)
        tab.expect_moving()


def copy_the_link(caller):
    caller.click("#copy-link")
    caller.show_chat()
    caller.ask("press", selector="#chat-text", key="Control+v")
    caller.until("value", lambda text: text == caller.ask("address"), "the link in the clipboard", 5.0, "#chat-text")


def picture_in_picture(caller):
    for inside in (True, False):
        caller.click("#picture")
        caller.until("inPicture", lambda seen: seen == inside, f"a picture in the picture: {inside}", 5.0)


@case("two tabs of one browser call each other directly, and with the switch for it through the relay alone",
      seconds=120, **PAGE)
def _(world):
    homes = TwoHomes(world)
    person = Person(world, Site(world, homes), homes.ann, "Ann")
    for room, query, path, ends in (("plain", "", "direct", {False}), ("switched", "?relay", "relayed", {True})):
        tabs = [person.tab(f"{room} {name}", Caller).enter(room, name, query) for name in ("Ann", "Eve")]
        for tab, other in zip(tabs, ("Eve", "Ann")):
            tab.expect_connected(other)
            tab.expect_moving()
            tab.expect_path(path)
            found = tab.look("connections")
            expect_equal({"relay" in seen["ends"] for seen in found}, ends, f"whether {found} uses the relay")
        for tab in tabs:
            tab.close()


@case("a camera that is denied, missing or in use is explained in words, and the call works without it",
      seconds=150, **PAGE)
def _(world):
    homes = TwoHomes(world)
    site = Site(world, homes)
    denied = Person(world, site, homes.ann, "Ann", asked=True, permissions=[])
    missing = Person(world, site, homes.ben, "Ben", camera=False)
    ann, ben = (person.tab(kind=Caller) for person in (denied, missing))
    for caller, problem, words in ((ann, "denied", "allow"), (ben, "missing", "camera")):
        caller.open("/r/daily")
        expect_problem(caller, problem, words)
    busy = denied.tab("busy", Caller).open("/r/other", occupied=True)
    expect_problem(busy, "in-use", "program")
    busy.close()
    for caller in (ann, ben):
        caller.pass_the_door(caller.person.name)
    for caller, other in ((ann, "Ben"), (ben, "Ann")):
        caller.expect_connected(other)
        caller.until_others(lambda seen: [tile["noVideo"] for tile in seen] == [True], "a tile without a picture")
    chat_both_ways((ann, ben), "without a camera")
    eve = missing.tab("Eve", Caller).enter("daily", "Eve")
    eve.expect_connected("Ann", "Ben")


def expect_problem(tab, problem, word):
    seen = tab.until("trouble", lambda told: told and told["problem"] == problem, f"words on a camera: {problem}")
    expect(word in seen["words"].lower(), f"the words are {seen['words']!r}, without {word!r}")
    expect(len(seen["words"].split()) > 5, f"the words are {seen['words']!r}")


@case("who may not come in, comes to a full room or over plain HTTP is told so in words", seconds=120, **PAGE)
def _(world):
    homes = TwoHomes(world)
    site = Site(world, homes, f'max_members = 2\ntoken_secrets = ["{SECRET}"]\n')
    person = Person(world, site, homes.ann, "Ann")
    token = sign({"room": "daily", "exp": int(time.time()) + 600}, SECRET)
    names = ("Ann", "Eve")
    for name in names:
        person.tab(name, Caller).enter("daily", name, f"#token={token}")
    for name, query, problem in (("Late", f"#token={token}", "full"), ("Guest", "", "unauthorized")):
        tab = person.tab(name, Caller).open(f"/r/daily{query}")
        tab.until("call", lambda seen: seen["joining"], "the join screen")
        tab.fill("#name", name)
        tab.click("#enter")
        tab.until("trouble", lambda told: told and told["problem"] == problem, f"words on {problem}")
    plain = person.tab("plain", Caller).open("/r/daily", f"http://{site.host()}".replace(site.address, "turn.test"))
    plain.until("trouble", lambda told: told and told["problem"] == "insecure", "words on plain HTTP")
