"""Two Chromium peers that may use nothing but the relay: data channel both ways and fake camera video."""

from harness import browser
from harness.cases import case, expect, expect_equal
from harness.hosts import NAT_ADDRESS, ClientNetwork
from harness.servers import Settings
from turnclient import ephemeral_credentials


def started(world, **settings):
    hosts = ClientNetwork(world)
    server = world.server(Settings(listen=[hosts.server_address], allow=[], **settings), hosts.server)
    return hosts, server


def ice_servers(server, user, password):
    return [{"urls": [f"turn:{server.address}:{server.port}?transport=udp"], "username": user, "credential": password}]


@case("Chromium relays a data channel and video with a static user", seconds=150, alone=True, browser=True)
def _(world):
    hosts, server = started(world)
    browser.expect_relayed_call(browser.call(world, hosts.client, ice_servers(server, "alice", world.password)))


@case("Chromium relays a data channel and video with ephemeral credentials", seconds=150, alone=True, browser=True)
def _(world):
    hosts, server = started(world, users={}, workers=2)
    credentials = ephemeral_credentials(world.secret)
    browser.expect_relayed_call(browser.call(world, hosts.client, ice_servers(server, *credentials)))


@case("Chromium relays through a server behind 1:1 NAT", seconds=150, alone=True, browser=True)
def _(world):
    hosts, server = started(world, external=[f"{NAT_ADDRESS}/10.210.1.1"])
    pages = browser.call(world, hosts.client, ice_servers(server, "alice", world.password))
    browser.expect_relayed_call(pages)
    expect(all(NAT_ADDRESS in line for page in pages for line in page["candidates"]), "the candidates are not external")


@case("Chromium with a wrong password gathers nothing and connects to nobody", seconds=150, alone=True, browser=True)
def _(world):
    hosts, server = started(world)
    for page in browser.call(world, hosts.client, ice_servers(server, "alice", "wrong"), seconds=3):
        expect_equal((page["candidates"], page["messages"], page["framesDecoded"]), ([], [], 0), "what the page got")
        expect(any(error.startswith("401") for error in page["candidateErrors"]), f"no 401: {page['candidateErrors']}")
