"""The call page between two homes whose routers let nobody in: over each transport, with chat and files."""

import os

from harness.callers import at_home, call_each_other, chat_both_ways, expect_file_arrives
from harness.cases import case, expect
from harness.web import NAME, PAGE

FILE_BYTES = 20 << 20


def random_file(world, name, size):
    path = world.folder / name
    path.write_bytes(os.urandom(size))
    return path


@case("two people behind two routers call each other through the page, relayed over UDP, with chat and a 20 MB file",
      seconds=200, **PAGE)
def _(world):
    _homes, site, ann, ben = at_home(world)
    callers = call_each_other(ann, ben)
    for caller in callers:
        caller.expect_relayed("udp")
    chat_both_ways(callers, "says hello: Grüße 👋 <b>not bold</b>")
    before = site.relayed_bytes()
    expect_file_arrives(*callers, random_file(world, "film.bin", FILE_BYTES), 90)
    relayed = site.relayed_bytes() - before
    expect(relayed > FILE_BYTES, f"the server says that it has relayed {relayed} bytes meanwhile")
    for caller in callers:
        caller.expect_moving()
    caller.click("#stage .tile .badge")
    shown = caller.until("dialog", lambda seen: seen["open"], "the numbers behind a badge", 5.0)
    expect(shown["plots"] > 0 and any(letter.isdigit() for letter in shown["words"]), f"the numbers are {shown}")


def through_a_firewall(world, protocol, *let_out, **how):
    homes, _site, ann, ben = at_home(world, **how)
    for router in (homes.ann_router, homes.ben_router):
        router.let_out_only(*let_out)
    callers = call_each_other(ann, ben)
    for caller in callers:
        caller.expect_relayed(protocol)
        expect({tuple(seen["ends"]) for seen in caller.look("connections")} == {("relay", "relay")}, "not both relayed")
    chat_both_ways(callers, f"by {protocol}")
    expect_file_arrives(*reversed(callers), random_file(world, "notes.bin", 1 << 20))


@case("where firewalls let out nothing but TCP the call is relayed over TCP", seconds=150, **PAGE)
def _(world):
    through_a_firewall(world, "tcp", "tcp dport { 443, 3478 }")


@case("where firewalls let out nothing but port 443 the call is relayed over TLS", seconds=150, **PAGE)
def _(world):
    through_a_firewall(world, "tls", "tcp dport 443", host=NAME)
