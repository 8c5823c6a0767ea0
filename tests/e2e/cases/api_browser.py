"""Chromium fetches its ICE servers from the server, across origins, and calls through the relay with them."""

from harness import browser
from harness.api import KEYS, WEB_KEY, Api
from harness.cases import case, expect, expect_equal
from harness.certificates import Authority
from harness.hosts import ClientNetwork

PAGE_PORT = 18080
ORIGIN = f"http://localhost:{PAGE_PORT}"
OTHER_ORIGIN = f"http://127.0.0.1:{PAGE_PORT}"


def fetched_call(world, **how):
    """A call of two pages of ORIGIN that fetch their ICE servers; a page of OTHER_ORIGIN tries to do so as well."""
    hosts = ClientNetwork(world)
    authority = Authority(world.folder)
    browser.trust(world, authority)
    api = Api(world, hosts.server, listen=[hosts.server_address], allow=[], users={}, authority=authority, **how)
    fetch = {"url": f"https://{api.server.address}:{api.server.tls_port}/api/v1/ice-servers?user=browser",
             "key": WEB_KEY, "other": OTHER_ORIGIN}
    pages = browser.call(world, hosts.client, None, fetch=fetch, port=PAGE_PORT)
    browser.expect_relayed_call(pages)
    expect_equal({page["otherOrigin"] for page in pages}, {"TypeError"}, "what fetch gave to the other origin")
    expect(all(url.startswith(("stun:", "stuns:", "turn:", "turns:")) for page in pages for url in page["urls"]),
           f"URLs: {pages[0]['urls']}")


@case("Chromium fetches ICE servers from an allowed origin and calls with them", seconds=150, alone=True, browser=True,
      only="turnpike")
def _(world):
    fetched_call(world, http_table=f'allowed_origins = ["{ORIGIN}"]')


@case("Chromium fetches ICE servers with a key that is for its origin alone", seconds=150, alone=True, browser=True,
      only="turnpike")
def _(world):
    fetched_call(world, keys=[KEYS[0], {**KEYS[1], "origins": [ORIGIN]}])
