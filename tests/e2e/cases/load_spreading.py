"""Clients that are sent to another server (ALTERNATE-SERVER), and how servers know each other's health."""

import json
import os
import signal

from cases.uclient import expect_all_relayed, uclient
from harness import network as networks
from harness.api import Api, eventually
from harness.cases import case, expect, expect_equal
from harness.clients import connect, connect_stream, connect_tls, refusal
from harness.relaying import CHANNEL, PEER, expect_round_trips
from harness.servers import Listener, Settings
from turnclient import ALTERNATE_DOMAIN, ALTERNATE_SERVER, Refused, read_address

OTHER_PORTS = "21000-21999"
NOTICED = 8.0  # seconds: three questions, one a second, each with up to one second to be answered


def place(server):
    return f"{server.address}:{server.port}"


def cluster(*alternates, redirect="full"):
    tables = ", ".join("{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in alternate.items()) + " }"
                       for alternate in alternates)
    return f'[cluster]\nalternates = [{tables}]\nredirect = "{redirect}"\nhealth_interval = "1s"\n'


def health(api):
    return {each["address"]: each["state"] for each in api.admin("GET", "/api/v1/status").json()["alternates"]}


def await_health(world, api, server, state):
    eventually(world, lambda: health(api).get(place(server)) == state, f"{place(server)} {state}", NOTICED)


def pair(world, redirect="full", **first):
    """A server that knows of another one, and the other; each knows that the other is up."""
    other = world.server(Settings(ports=OTHER_PORTS))
    api = Api(world, extra=cluster({"address": place(other)}, redirect=redirect), **first)
    await_health(world, api, other, "up")
    return api, other


def expect_call(world, client):
    """That the client, which has an allocation, can use it."""
    peer = world.own(networks.udp_socket(None, PEER))
    client.permit(PEER)
    client.bind_channel(CHANNEL, peer.getsockname())
    expect_round_trips(client, peer, 6)


@case("a draining server sends new clients to the other, where they relay", only="turnpike")
def _(world):
    api, other = pair(world)
    old = connect(world, api.server)
    expect_equal(old.allocate_where_sent(), [("127.0.0.1", api.server.port)], "the servers asked before the drain")
    expect_equal(api.admin("POST", "/api/v1/drain", body={"deadline": "none"}).status, 202, "status of the order")
    for new in (connect(world, api.server), connect_stream(world, api.server)):
        try:
            new.allocate()
            expect(False, "the Allocate was granted")
        except Refused as refused:
            expect_equal(refused.code, 300, "the error")
            expect_equal(read_address(refused.response.get(ALTERNATE_SERVER)), ("127.0.0.1", other.port), "whither")
            expect(refused.response.integrity_holds(new.key), "the answer is not signed")
            expect_equal(refused.response.get(ALTERNATE_DOMAIN), None, "the domain")
    follower = connect(world, api.server)
    expect_equal(follower.allocate_where_sent()[-1], ("127.0.0.1", other.port), "the last server asked")
    expect_call(world, follower)
    expect_call(world, old)
    expect('turnpike_error_responses_total{code="300"} 3\n' in api.call("GET", "/metrics").body.decode(), "no count")
    old.refresh(0)
    expect_equal(api.server.child.wait(5.0), 0, "the exit code")


@case("a full server sends the next client to the other", only="turnpike")
def _(world):
    other = world.server(Settings(ports=OTHER_PORTS))
    api = Api(world, extra=cluster({"address": place(other)}) + "[quota]\ntotal = 1\n")
    await_health(world, api, other, "up")
    first = connect(world, api.server)
    expect_equal(len(first.allocate_where_sent()), 1, "servers that the first client asked")
    expect_equal(connect(world, api.server).allocate_where_sent()[-1], ("127.0.0.1", other.port), "the second's server")
    first.refresh(0)
    expect_equal(len(connect(world, api.server).allocate_where_sent()), 1, "servers asked once there is room again")


@case("a dispatcher serves by itself while the other is down, and not when it is back", only="turnpike")
def _(world):
    api, other = pair(world, redirect="always")
    client = connect(world, api.server)
    expect_equal(client.allocate_where_sent()[-1], ("127.0.0.1", other.port), "where the first client ends")
    expect_call(world, client)
    os.kill(other.pid, signal.SIGKILL)
    other.child.wait(5.0)
    await_health(world, api, other, "down")
    lone = connect(world, api.server)
    expect_equal(len(lone.allocate_where_sent()), 1, "servers asked while the other is down")
    expect_call(world, lone)
    expect(f'turnpike_alternate_up{{alternate="{place(other)}"}} 0\n' in api.call("GET", "/metrics").body.decode(),
           "the metrics do not say that it is down")
    other.start()
    await_health(world, api, other, "up")
    expect_equal(connect(world, api.server).allocate_where_sent()[-1], ("127.0.0.1", other.port), "whither now")
    for line in ("an alternate server answers", "an alternate server does not answer"):
        expect(line in api.server.log(), f"the log does not say: {line}")


@case("two servers that send to each other do not play with a client for ever", only="turnpike")
def _(world):
    api, other = pair(world)
    api.admin("POST", "/api/v1/drain", body={"deadline": "0s"})
    api.server.child.wait(5.0)
    back = Api(world, ports="22000-22999", extra=cluster({"address": place(other)}, redirect="always"))
    await_health(world, back, other, "up")
    looped = Api(world, ports="23000-23999", extra=cluster({"address": place(back.server)}, redirect="always"))
    await_health(world, looped, back.server, "up")
    back.rewrite(extra=back.server.settings.extra.replace(place(other), place(looped.server)))
    expect_equal(back.admin("POST", "/api/v1/reload").status, 200, "status of the reload")
    await_health(world, back, looped.server, "up")
    client = connect(world, back.server)
    expect_equal(refusal(client.allocate_where_sent), 300, "what the client that follows is left with")


def checked(world, server):
    """What `turnpike check` reports of that server over UDP."""
    argv = [world.options.binary, "check", f"turn:{place(server)}?transport=udp", "--user", "alice", "--password",
            world.password, "--timeout", "1s", "--json"]
    outcome = world.run(argv, 30.0)
    report = json.loads(outcome.text)["servers"][0]
    allocates = [step for step in report["paths"][0]["steps"] if step["name"] == "allocate"]
    return outcome.code, report["fault"], allocates, report


@case("check follows to the other server, relays there, and says so", only="turnpike")
def _(world):
    api, other = pair(world, redirect="always")
    code, _, allocates, report = checked(world, api.server)
    told = json.dumps(report, indent=1)
    expect_equal([step["result"] for step in allocates], ["warning", "ok"], f"the Allocates, with {told}\n")
    expect(f"sent on to {place(other)}" in allocates[0]["text"], f"whither is not said: {told}")
    expect("relay" in {step["name"] for step in report["paths"][0]["steps"] if step["result"] == "ok"}, told)
    expect_equal((code, report["fault"]), (0, "none"), f"exit code and fault, with {told}\n")
    os.kill(other.pid, signal.SIGKILL)
    other.child.wait(5.0)
    code, fault, allocates, report = checked(world, api.server)  # before anybody has noticed
    expect_equal(code, 1, f"exit code, with {json.dumps(report, indent=1)}\n")
    expect(fault != "none" and allocates[0]["result"] == "warning", json.dumps(report, indent=1))


@case("clients over TLS are told the TLS address and the name to expect", only="turnpike")
def _(world):
    api = Api(world)
    other = world.server(Settings(ports=OTHER_PORTS, certificates=[api.authority.issue("other")],
                                  more=[Listener("tls")]))
    alternate = {"address": place(other), "tls": f"127.0.0.1:{other.tls_port}", "domain": "turn2.test.example"}
    api.rewrite(extra=api.server.settings.extra + cluster(alternate, redirect="always"))
    expect_equal(api.admin("POST", "/api/v1/reload").status, 200, "status of the reload")
    await_health(world, api, other, "up")
    client = connect_tls(world, api.server)
    try:
        client.allocate()
        expect(False, "the Allocate was granted")
    except Refused as refused:
        expect_equal(read_address(refused.response.get(ALTERNATE_SERVER)), ("127.0.0.1", other.tls_port), "whither")
        expect_equal(refused.response.get(ALTERNATE_DOMAIN), b"turn2.test.example", "the name")
    followed = connect_tls(world, other)
    followed.allocate()
    expect_call(world, followed)


@case("alternates change while the server runs, and without one it is 508 again", only="turnpike")
def _(world):
    api, other = pair(world)
    keeper = connect(world, api.server)
    keeper.allocate()
    api.admin("POST", "/api/v1/drain", body={"deadline": "none"})
    expect_equal(refusal(connect(world, api.server).allocate), 300, "an Allocate with an alternate")
    api.rewrite(extra=api.server.settings.extra.replace(place(other), "127.0.0.1:1"))
    expect_equal(api.admin("POST", "/api/v1/reload").status, 200, "status of the reload")
    expect_equal(refusal(connect(world, api.server).allocate), 508, "an Allocate with one that was never up")
    expect_equal(keeper.refresh().error(), 0, "a Refresh")
    keeper.refresh(0)


@case("a server is not sent to itself", only="turnpike")
def _(world):
    api = Api(world)
    own = place(api.server)
    api.rewrite(extra=api.server.settings.extra + cluster({"address": own}))
    outcome = world.run([world.options.binary, "config", "check", api.file], 20)
    expect_equal(outcome.code, 1, f"exit code of config check, which said:\n{outcome.text}\n")
    expect("is this server itself" in outcome.text, outcome.text)
    expect_equal(api.admin("POST", "/api/v1/reload").status, 422, "status of the reload")


@case("uclient follows to the other server", only="turnpike")
def _(world):
    api, other = pair(world, redirect="always")
    expect_all_relayed(uclient(world, api.server, "-y", "-c", "-m", "2"))
    expect("allocation ended" in other.log(), f"the other server served nobody:\n{other.log()}")
