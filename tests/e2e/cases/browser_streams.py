"""Two Chromium peers that reach the relay over nothing but TCP or TLS."""

from harness import browser
from harness.cases import case, expect_equal
from harness.certificates import Authority
from harness.hosts import ClientNetwork
from harness.relaying import stream_server

NAME = "turn.test"


def started(world, **settings):
    hosts = ClientNetwork(world)
    server, authority = stream_server(world, network=hosts.server, listen=[hosts.server_address], allow=[], **settings)
    return hosts, server, authority


def ice_servers(world, *urls):
    return [{"urls": list(urls), "username": "alice", "credential": world.password}]


def resolve(server):
    return [f"--host-resolver-rules=MAP {NAME} {server.address}"]


@case("Chromium relays over TCP alone", seconds=150, alone=True, browser=True)
def _(world):
    hosts, server, _authority = started(world)
    urls = ice_servers(world, f"turn:{server.address}:{server.port}?transport=tcp")
    browser.expect_relayed_call(browser.call(world, hosts.client, urls), "tcp")


@case("Chromium relays over TLS alone to a name whose certificate it verifies", seconds=150, alone=True, browser=True)
def _(world):
    hosts, server, authority = started(world, workers=2)
    browser.trust(world, authority)
    urls = ice_servers(world, f"turns:{NAME}:{server.tls_port}?transport=tcp")
    browser.expect_relayed_call(browser.call(world, hosts.client, urls, flags=resolve(server)), "tls")


@case("Chromium relays over TLS alone to an address with an RSA certificate", seconds=150, alone=True, browser=True)
def _(world):
    authority = Authority(world.folder)
    hosts, server, _ = started(world, authority=authority, certificates=[authority.issue("rsa", kind="rsa")])
    browser.trust(world, authority)
    urls = ice_servers(world, f"turns:{server.address}:{server.tls_port}?transport=tcp")
    browser.expect_relayed_call(browser.call(world, hosts.client, urls), "tls")


@case("Chromium refuses a certificate of an authority that it does not know", seconds=150, alone=True, browser=True)
def _(world):
    hosts, server, _authority = started(world)
    urls = ice_servers(world, f"turns:{NAME}:{server.tls_port}?transport=tcp")
    for page in browser.call(world, hosts.client, urls, seconds=3, flags=resolve(server)):
        expect_equal((page["candidates"], page["messages"]), ([], []), "what the page got")
