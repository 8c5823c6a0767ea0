"""/check from where a visitor sits: it finds nothing where nothing is wrong, and else the one thing that is."""

import json
import re

from harness.cases import case, expect, expect_equal
from harness.hosts import TwoHomes
from harness.web import AWAY, PAGE, PAGE_PORT, TLS_PORT, TURN_PORT, Person, Site
from turnclient import ephemeral_credentials

JARGON = re.compile(r"\b(TURN|STUN|ICE|NAT|SDP|UDP|TCP|TLS|srflx|candidates?|allocations?|WebRTC)\b")
SECONDS = 60.0


def visitor(world, host="ann"):
    homes = TwoHomes(world)
    site = Site(world, homes)
    person = Person(world, site, getattr(homes, host), host.capitalize(), camera=False, asked=True)
    return homes, site, person


def expect_fault(tab, fault, **steps):
    """The page comes to that verdict, and to these results of steps; gives all it says."""
    seen = tab.until("verdict", lambda told: told["fault"], "a verdict", SECONDS)
    told = json.dumps(seen, indent=1)
    expect_equal(seen["fault"], fault, f"the fault named, with {told}\n")
    for step, result in steps.items():
        found = seen["steps"][step.replace("_", "-")]
        expect_equal(found, result, f"the result of {step}, with {told}\n")
    expect(len(seen["words"].split()) > 3, f"no sentence: {told}")
    expect(fault == "none" or len(seen["advice"].split()) > 3, f"no advice: {told}")
    expect("running" not in seen["steps"].values(), f"something still runs: {told}")
    jargon = JARGON.findall(seen["words"] + " " + seen["advice"])
    expect(not jargon, f"jargon in the verdict: {jargon}, {told}")
    expect(fault in seen["report"] or len(seen["report"]) > 100, f"no report: {told}")
    return seen


def use_own(world, tab, username, password):
    """The page tests ICE servers that somebody pasted."""
    tab.open("/check")
    servers = [{"urls": [f"turn:{TwoHomes.server_address}:{TURN_PORT}?transport={each}" for each in ("udp", "tcp")],
                "username": username, "credential": password}]
    tab.click("#own > summary")
    tab.fill("#ice-servers", json.dumps({"iceServers": servers}))
    tab.click("#use-own")


@case("/check finds nothing wrong behind a router that keeps ports, and says what it has done without jargon",
      seconds=120, **PAGE)
def _(world):
    _homes, _site, person = visitor(world)
    tab = person.tab().open("/check")
    jargon = JARGON.findall(tab.look("text", "main"))
    expect(not jargon, f"jargon before anything was asked: {jargon}")
    tab.click("#start")
    seen = expect_fault(tab, "none", server="ok", clock="ok", credentials="ok", stun_udp="ok", turn_udp="ok",
                        turn_tcp="ok", turn_tls="ok", relay="ok", nat="ok")
    jargon = JARGON.findall(tab.look("text", "main"))
    expect(not jargon, f"jargon before the details are opened: {jargon}")
    addresses = re.findall(r"192\.168\.\d+\.\d+", seen["report"])
    expect(not addresses, f"the report to copy has addresses of the visitor's home: {addresses}")


@case("/check sees that a router draws a port for each destination", seconds=120, **PAGE)
def _(world):
    _homes, _site, person = visitor(world, "ben")
    seen = expect_fault(person.tab().open("/check#run"), "none", turn_udp="ok", relay="ok")
    expect(seen["steps"]["nat"] == "warning" or "symmetric" in seen["report"].lower(), f"no word on the router: {seen}")


@case("/check names UDP that is blocked", seconds=150, **PAGE)
def _(world):
    homes, _site, person = visitor(world)
    homes.ann_router.let_out_only(f"tcp dport {{ {TLS_PORT}, {TURN_PORT}, {PAGE_PORT} }}")
    expect_fault(person.tab().open("/check#run"), "udp-blocked", server="ok", turn_udp="failed", turn_tcp="ok",
                 turn_tls="ok")


@case("/check names a relay that is out of reach over anything while the page is not", seconds=150, **PAGE)
def _(world):
    homes, site, person = visitor(world)
    homes.ann_router.let_out_only(f"tcp dport {PAGE_PORT}")
    expect_fault(person.tab().open("/check#run", site.page_origin), "turn-blocked", server="ok", turn_udp="failed",
                 turn_tcp="failed", turn_tls="failed")


@case("/check names a wrong secret behind pasted ICE servers", seconds=120, **PAGE)
def _(world):
    _homes, _site, person = visitor(world)
    tab = person.tab()
    use_own(world, tab, *ephemeral_credentials("another-secret-than-the-servers-77"))
    expect_fault(tab, "wrong-credentials", credentials="failed", stun_udp="ok", turn_udp="failed", turn_tcp="failed")


@case("/check names expired credentials of pasted ICE servers, and finds nothing wrong with good ones",
      seconds=120, **PAGE)
def _(world):
    _homes, _site, person = visitor(world)
    tab = person.tab()
    use_own(world, tab, *ephemeral_credentials(world.secret, seconds=-60))
    expect_fault(tab, "expired-credentials", credentials="failed")
    use_own(world, tab, *ephemeral_credentials(world.secret))
    expect_fault(tab, "none", turn_udp="ok", turn_tcp="ok")


@case("/check names relayed ports that a firewall before the server blocks", seconds=150, **PAGE)
def _(world):
    homes, site, person = visitor(world)
    homes.server.shell("nft", "table ip firewall { chain arriving { type filter hook input priority filter; "
                              f"iif != lo udp dport {site.server.settings.ports} drop; }}; }}")
    expect_fault(person.tab().open("/check#run"), "relay-blocked", turn_udp="ok", nat="failed")


@case("/check names a server that is away, and finds it again", seconds=150, **PAGE)
def _(world):
    _homes, site, person = visitor(world)
    person.forgive(*AWAY)
    tab = person.tab().open("/check")
    site.kill()
    tab.click("#start")
    expect_fault(tab, "server-away", server="failed")
    site.start_again()
    tab.click("#start")
    tab.until("verdict", lambda told: told["fault"] == "none", "a server that is back", SECONDS)
