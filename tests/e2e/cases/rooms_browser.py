"""Chromium and the rooms: a call by /signal alone, the stock peerjs client, pages of other origins."""

import re
import time
from pathlib import Path

from harness import browser
from harness.api import WEB_KEY
from harness.cases import case, expect, expect_equal
from harness.certificates import Authority
from harness.hosts import ClientNetwork
from harness.rooms import OPEN, Rooms, sign

PAGE = Path(__file__).resolve().parents[3] / "docs" / "signaling.md"
DOCUMENTED = "wss://turn.example.org/signal"
SECRET = "a-token-secret-of-the-north-4471"
PAGE_PORT = 18080
ORIGIN = f"http://localhost:{PAGE_PORT}"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SENT = [{"a": [1, None, "ä"]}, "bytes 1,2,255"]


def started(world, signaling):
    hosts, authority = ClientNetwork(world), Authority(world.folder)
    browser.trust(world, authority)
    return hosts, Rooms(world, signaling, network=hosts.server, listen=[hosts.server_address], allow=[], users={},
                        http_table=f'allowed_origins = ["{ORIGIN}"]', authority=authority)


def documented_client(url):
    """The first client that docs/signaling.md shows, for another server."""
    text = re.search(r"```js\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    expect(text.count(DOCUMENTED) == 1, f"the page's client does not connect to {DOCUMENTED}:\n{text}")
    return text.replace(DOCUMENTED, url)


@case("two Chromium pages call each other by the client that the documentation shows, relayed", seconds=150, alone=True,
      browser=True, only="turnpike")
def _(world):
    hosts, rooms = started(world, f'token_secrets = ["{SECRET}"]')
    expiry = int(time.time()) + 600
    tokens = [sign({"room": "daily", "sub": user, "exp": expiry}, SECRET) for user in ("ann", "ben")]
    pages = browser.drive(world, hosts.client, "rooms_call.mjs", {
        "client": documented_client(f"wss://{rooms.host(tls=True)}/signal"), "tokens": tokens, "seconds": 25,
        "port": PAGE_PORT, "password": world.options.sabotage}, 90)
    browser.expect_relayed_call(pages)


def peerjs(world, discovery):
    hosts, rooms = started(world, OPEN + f"peerjs_discovery = {str(discovery).lower()}\n")
    return browser.drive(world, hosts.client, "rooms_peerjs.mjs", {
        "server": rooms.server.address, "port": rooms.server.port, "key": "peerjs", "discovery": discovery,
        "fetch": {"url": f"https://{rooms.host(tls=True)}/api/v1/ice-servers?user=peer", "key": WEB_KEY},
        "pagePort": PAGE_PORT, "password": world.options.sabotage}, 140)


@case("the stock peerjs client opens data and media connections, reconnects, and meets its errors", seconds=170,
      alone=True, browser=True, only="turnpike")
def _(world):
    found = peerjs(world, discovery=False)
    (ann, (event, ben)) = found["ids"]
    expect_equal((ann, event), (["open", "ann"], "open"), "the first events")
    expect(UUID.fullmatch(ben), f"the id from the server is {ben!r}")
    for name, other in (("ann", "ben"), ("ben", "ann")):
        expect_equal(found["data"][name]["messages"], ["open", f"from {other}", *SENT], f"what {name} got")
        expect_equal(found["data"][name]["ends"], ["relay", "relay"], f"{name}'s candidates")
        expect(found["media"][name] > 5, f"{name} shows {found['media'][name]} frames")
    expect_equal(found["taken"][0], ["error", "unavailable-id"], "what happened to who took ann's id")
    expect_equal((found["absent"][-1], found["openAfterAbsent"]), (["error", "peer-unavailable"], True), "ben's events")
    expect(["error", "server-error"] in found["listed"], f"what listAllPeers gives: {found['listed']}")
    again = found["reconnected"]
    expect_equal((again["ann"], again["ben"]), ([["open", "ann"]], [["open", ben]]), "the events after reconnect()")
    expect_equal(again["again"], ["open", "from ben", *SENT], "what ann gets after that")


@case("the stock peerjs client lists all peers where it may", seconds=90, alone=True, browser=True, only="turnpike")
def _(world):
    found = peerjs(world, discovery=True)
    expect_equal(sorted(found["listed"]), sorted(found["ids"]), "the peers listed")


@case("Chromium's pages of foreign origins reach no room, allowed ones and the server's own do", seconds=90, alone=True,
      browser=True, only="turnpike")
def _(world):
    rooms = Rooms(world, http_table=f'allowed_origins = ["{ORIGIN}"]')
    own = f"http://{rooms.host()}"
    foreign = [f"http://elsewhere.test:{PAGE_PORT}", f"http://localhost:{PAGE_PORT + 1}",
               own.replace("127.0.0.1", "localhost")]
    found = browser.drive(world, None, "rooms_origins.mjs", {
        "signal": f"ws://{rooms.host()}/signal", "socketio": own, "origins": [own, ORIGIN, *foreign],
        "ports": [PAGE_PORT, PAGE_PORT + 1], "flags": ["--host-resolver-rules=MAP elsewhere.test 127.0.0.1"]}, 60)
    for origin in (own, ORIGIN):
        expect_equal(found[origin], ["hello", "lobby", "lobby"], f"what a page of {origin} got")
    for origin in foreign:
        expect_equal(found[origin], ["refused"] * 3, f"what a page of {origin} got")
