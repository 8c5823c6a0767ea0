"""What people do in a call: the page /r/ROOM, as somebody sees and uses it."""

import hashlib
import json

from harness.cases import expect, expect_equal
from harness.hosts import TwoHomes
from harness.web import Person, Site, Tab

FRAMES = 10  # more of them than before: the picture moves


class Caller(Tab):
    """One page of a call."""

    def enter(self, room, name, query="", relay_only=False):
        self.open(f"/r/{room}{query}")
        return self.pass_the_door(name, relay_only)

    def pass_the_door(self, name, relay_only=False):
        self.until("call", lambda seen: seen["joining"], "the join screen")
        self.fill("#name", name)
        if relay_only:
            self.ask("check", selector="#relay-only", on=True)
        self.click("#enter")
        self.joined()
        return self

    def joined(self, seconds=20.0):
        self.until("call", lambda seen: seen["state"] == "joined" and seen["inCall"], "being in the room", seconds)

    def others(self):
        return faces(self.look("tiles"))

    def until_others(self, condition, what, seconds=30.0):
        return faces(self.until("tiles", lambda tiles: condition(faces(tiles)), what, seconds))

    def expect_connected(self, *names, seconds=45.0):
        """Exactly these others are there, each connected."""
        return self.until_others(
            lambda seen: sorted(tile["name"] for tile in seen) == sorted(names) and
            all(tile["state"] == "connected" for tile in seen), f"a connection to {' and '.join(names)}", seconds)

    def expect_moving(self, count=1, seconds=30.0):
        """All others' pictures move: more frames than there were before."""
        before = {tile["user"]: tile["frames"] for tile in self.others()}
        expect_equal(len(before), count, "the number of others")
        self.until_others(
            lambda seen: len(seen) == count and
            all(tile["frames"] >= before.get(tile["user"], 0) + FRAMES for tile in seen), "moving pictures", seconds)

    def expect_path(self, path, seconds=15.0):
        self.until_others(lambda seen: seen and all(tile["path"] == path for tile in seen), f"badges that say {path}",
                          seconds)

    def expect_relayed(self, protocol):
        """The badge says relayed, and the browser that it is and how this side reaches its relay if it has one."""
        self.expect_path("relayed")
        self.until("connections", lambda seen: all(
            "relay" in each["ends"] and (each["ends"][0] != "relay" or each["protocol"] == protocol) for each in seen),
                   f"relayed over {protocol}")

    # Chat and files --------------------------------------------------------------------------------------------------

    def show_chat(self):
        if self.look("call")["pressed"]["show-chat"] != "true":
            self.click("#show-chat")

    def say(self, text):
        self.show_chat()
        self.fill("#chat-text", text)
        self.ask("press", selector="#chat-text", key="Enter")

    def expect_said(self, text, seconds=10.0):
        self.until("chat", lambda lines: sum(text in line for line in lines) == 1, f"the chat line {text!r}", seconds)

    def send_files(self, *paths):
        self.show_chat()
        self.ask("give", selector="#file", paths=[str(path) for path in paths])

    def until_file(self, direction, state, seconds=10.0):
        wanted = lambda files: [each for each in files if (each["direction"], each["state"]) == (direction, state)]
        return wanted(self.until("files", wanted, f"a file: {direction}, {state}", seconds))[-1]

    def take_file(self, place, seconds=60.0):
        """Accepts the file offered, waits until it is there, and saves it."""
        self.show_chat()
        offered = self.until_file("receive", "offered")
        line = f"#files li[data-file={json.dumps(offered['id'])}]"
        self.click(f"{line} .accept")
        done = self.until_file("receive", "done", seconds)
        done["saved as"] = self.ask("save", selector=f"{line} a[download]", path=str(place))
        return done


def faces(tiles):
    return [tile for tile in tiles if not tile["own"] and not tile["screen"]]


def screens(tiles):
    return [tile for tile in tiles if tile["screen"] and not tile["own"]]


def at_home(world, signaling='auth = "open"\n', **how):
    """The two homes, the server between them, and Ann and Ben, who have a browser each."""
    homes = TwoHomes(world)
    site = Site(world, homes, signaling, **how)
    ann, ben = (Person(world, site, host, name) for host, name in ((homes.ann, "Ann"), (homes.ben, "Ben")))
    return homes, site, ann, ben


def call_each_other(ann, ben, room="daily"):
    """Both enter the room, and see each other."""
    callers = tuple(person.tab(kind=Caller).enter(room, person.name) for person in (ann, ben))
    for caller, other in zip(callers, (ben, ann)):
        caller.expect_connected(other.name)
    for caller in callers:
        caller.expect_moving()
    return callers


def chat_both_ways(callers, occasion):
    for caller in callers:
        caller.say(f"{caller.person.name} {occasion}")
    for listener in callers:
        for speaker in callers:
            listener.expect_said(f"{speaker.person.name} {occasion}")


def expect_file_arrives(sender, receiver, path, seconds=60.0):
    """The file is sent, taken and saved; both pages and the disk agree on what it is."""
    wanted = hashlib.sha256(path.read_bytes()).hexdigest()
    sender.send_files(path)
    place = path.with_suffix(".received")
    done = receiver.take_file(place, seconds)
    expect_equal((done["sha256"], done["saved as"]), (wanted, path.name), "the checksum and name the page shows")
    expect_equal(hashlib.sha256(place.read_bytes()).hexdigest(), wanted, "the checksum of what was saved")
    sender.until_file("send", "done")
