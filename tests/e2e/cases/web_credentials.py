"""The credentials that /check gets without a key: what they are good for, and for how long."""

from harness.api import Api, expect_problem
from harness.cases import case, expect, expect_equal
from harness.clients import connect, refusal
from harness.hosts import PeerNetwork
from harness import network as networks
from harness.relaying import echo

ASK = "/api/v1/check-credentials"
SECONDS = 120


def started(world, **settings):
    hosts = PeerNetwork(world)
    hosts.client.command("route", "add", f"{hosts.relay}/32", "via", hosts.server_address)
    hosts.peer.command("route", "add", f"{hosts.server_address}/32", "via", hosts.relay)
    return hosts, Api(world, network=hosts.server, listen=[hosts.server_address], relay=[hosts.relay], allow=[],
                      users={}, **settings)


def ask(api, hosts, **fields):
    return api.call("POST", ASK, network=hosts.client, address=hosts.client_address,
                    fields={name.replace("_", "-"): value for name, value in fields.items()})


def client_of(world, hosts, api, answer, port=0):
    made = connect(world, api.server, hosts.client, answer["username"], world.options.sabotage or answer["password"],
                   hosts.client_address)
    made.allocate()
    return made


@case("credentials for checking relay to the server itself and back to the client, and to nobody else", only="turnpike")
def _(world):
    hosts, api = started(world)
    answer = ask(api, hosts).json()
    one, other = (client_of(world, hosts, api, answer) for _ in range(2))
    for client in (one, other):
        expect_equal(refusal(client.permit, hosts.relay), 0, "the permission for the server's relayed address")
        expect_equal(refusal(client.permit, hosts.client_address), 0, "the permission for the client's own address")
    for stranger in (hosts.public_peer, hosts.private_peer, "8.8.8.8", "127.0.0.1", hosts.server_address):
        expect_equal(refusal(one.permit, stranger), 403, f"the refusal of a permission for {stranger}")
        expect_equal(refusal(one.bind_channel, 0x4001, (stranger, 9)), 403, f"the refusal of a channel to {stranger}")
    expect_equal(refusal(one.permit, hosts.client_address, hosts.public_peer), 403, "a stranger beside the client")
    with networks.udp_socket(hosts.peer, hosts.public_peer) as stranger:
        one.send_indication(stranger.getsockname(), b"no")
        stranger.sendto(b"no", one.relayed[0])
        one.send_indication(other.relayed[0], b"yes")
        expect_equal(other.receive(), (one.relayed[0], b"yes"), "what the other got")
        expect_equal(echo(stranger, 1, 0.3), [], "what the stranger got")
        expect_equal(one.receive(0.3), None, "what came from the stranger")
    with networks.udp_socket(hosts.client, hosts.client_address) as own:
        one.send_indication(own.getsockname(), b"back")
        expect_equal(echo(own, 1), [b"back"], "what came back to the client")
        expect_equal(one.receive(), (own.getsockname(), b"back"), "what the client said to its relayed address")


@case("credentials for checking live two minutes, are rationed per address, and are for the server's own page",
      only="turnpike")
def _(world):
    hosts, api = started(world)
    answer = ask(api, hosts)
    expect_equal((answer.status, answer.fields.get("cache-control")), (200, "no-store"), "the answer")
    told = answer.json()
    expect(0 < told["ttl"] <= SECONDS, f"they live for {told['ttl']} s")
    expect_equal(set(told), {"iceServers", "username", "password", "ttl", "expiresAt", "reachesClient"}, "the members")
    expect_problem(ask(api, hosts, origin="https://elsewhere.example"), 403, "asking from another's page")
    answers = [ask(api, hosts) for _ in range(60)]
    limited = [each for each in answers if each.status == 429]
    expect(limited, "nobody is ever told to wait")
    expect_problem(limited[0], 429, "asking too often")
    expect(int(limited[0].fields["retry-after"]) > 0, f"Retry-After: {limited[0].fields}")
    other = api.call("POST", ASK, network=hosts.peer, address=hosts.public_peer)
    expect_equal(other.status, 200, "status of what another address asks meanwhile")


@case("there are no credentials for checking where they are off or the server has no secret", only="turnpike")
def _(world):
    hosts, api = started(world, extra="[web]\ncheck = false\n")
    expect_problem(ask(api, hosts), 404, f"{ASK} while it is off")
    api = Api(world, secrets=[])
    expect_problem(api.call("POST", ASK), 503, f"{ASK} without a secret")
