"""The orderly stop: who still gets what while a server drains, and when it ends."""

import os
import select
import signal
import time

from harness import network as networks
from harness.api import Api, eventually
from harness.cases import case, expect, expect_equal
from harness.clients import connect, refusal
from harness.relaying import CHANNEL, PEER
from harness.rooms import Rooms

END_SECONDS = 1.0  # from the last allocation's end to the server's
PACKET_SECONDS = 0.02  # from packet to packet of a call: 50 a second
CALLS = 20


class Calls:
    """Clients that send to a peer at a steady rate, and the peer that counts."""

    def __init__(self, world, connect_one, count):
        self.peer = world.own(networks.udp_socket(None, PEER))
        self.peer.setblocking(False)
        self.clients = [connect_one() for _ in range(count)]
        for client in self.clients:
            client.allocate()
            client.permit(PEER)
            client.bind_channel(CHANNEL, self.peer.getsockname())
        self.sent, self.arrived, self.returned = 0, 0, 0

    def run(self, seconds, meanwhile=lambda at: None):
        """Sends for so long; the peer gives everything back. `meanwhile(seconds since the start)` after each round."""
        started = time.monotonic()
        due = started
        while time.monotonic() - started < seconds:
            for client in self.clients:
                client.send_channel(CHANNEL, self.sent.to_bytes(4, "big"))
                self.sent += 1
            due += PACKET_SECONDS
            self._relay_until(due)
            meanwhile(time.monotonic() - started)
        self._relay_until(time.monotonic() + 0.5)

    def _relay_until(self, deadline):
        poll = select.poll()
        by_descriptor = {client.socket.fileno(): client for client in self.clients}
        for descriptor in (self.peer.fileno(), *by_descriptor):
            poll.register(descriptor, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            for descriptor, _event in poll.poll(max(1, left * 1000)):
                if descriptor == self.peer.fileno():
                    self._give_back()
                elif by_descriptor[descriptor].receive_raw(0.1):
                    self.returned += 1

    def _give_back(self):
        payload, origin = self.peer.recvfrom(2048)
        self.arrived += 1
        self.peer.sendto(payload, origin)

    def end(self):
        for client in self.clients:
            client.refresh(0)

    def expect_no_loss(self):
        expect_equal((self.arrived, self.returned), (self.sent, self.sent), "packets that went there, and came back")


def readiness(api):
    return api.call("GET", "/readyz").status


def expect_end(world, server, since, limit=END_SECONDS):
    code = server.child.wait(limit * (10 if world.sanitized else 1) + 2.0)
    expect_equal(code, 0, f"the exit code, with this log:\n{server.log()}\n")
    took = time.monotonic() - since
    expect(world.sanitized or took <= limit, f"it took {took:.2f} s to end")


@case("entering drain loses no packet of a live call, and the server ends with the last one", only="turnpike", alone=True)
def _(world):
    api = Api(world, workers=2)
    calls = Calls(world, lambda: api.client("alice", world.password), CALLS)
    orders = [lambda: api.admin("POST", "/api/v1/drain", body={"deadline": "1h"})]

    def drain_after_a_second(at):
        if orders and at >= 1.0:
            expect_equal(orders.pop()().status, 202, "the status of the order")

    calls.run(3.0, drain_after_a_second)
    calls.expect_no_loss()
    expect_equal(calls.clients[0].refresh(900).error(), 0, "a Refresh")
    calls.end()
    expect_end(world, api.server, time.monotonic())


@case("readyz turns 503 before the first Allocate is refused, by as much as drain_delay says", only="turnpike")
def _(world):
    api = Api(world, server='drain_delay = "1s"\ndrain_deadline = "1h"')
    keeper = api.client("alice", world.password)
    keeper.allocate()
    ordered = time.monotonic()
    expect_equal(api.admin("POST", "/api/v1/drain", body={"deadline": 3600}).status, 202, "status of the order")
    expect_equal(readiness(api), 503, "/readyz at once")
    expect_equal(api.may_allocate("alice", world.password), 0, "an Allocate during the delay")
    eventually(world, lambda: api.may_allocate("alice", world.password) == 508, "the first refusal", 3.0)
    expect(time.monotonic() - ordered >= 0.9, "an Allocate was refused before the delay was over")
    expect_equal(api.call("GET", "/healthz").status, 200, "/healthz")
    expect_equal(api.call("GET", "/metrics").status, 200, "/metrics")
    expect_equal(api.credentials(user="late")["username"].split(":")[1], "late", "credentials are served still")
    keeper.refresh(0)
    expect_end(world, api.server, time.monotonic())


@case("status says until when a server drains and what is left; another order changes that", only="turnpike")
def _(world):
    api = Api(world)
    client = api.client("alice", world.password)
    client.allocate()
    expect_equal(api.admin("GET", "/api/v1/status").json()["drain"], None, "drain in the status before")
    begun = api.admin("POST", "/api/v1/drain", body={"deadline": "none"}).json()
    expect_equal((begun["allocations"], begun["deadlineAt"]), (1, None), "the answer to the order")
    drain = api.admin("GET", "/api/v1/status").json()["drain"]
    expect_equal((drain["allocations"], drain["deadlineAt"]), (1, None), "what the status says")
    again = api.admin("POST", "/api/v1/drain", body={"deadline": "10m"}).json()
    expect(again["deadlineAt"], f"there is no deadline: {again}")
    expect("turnpike_draining 1\n" in api.call("GET", "/metrics").body.decode(), "the metrics do not say so")
    for wrong in ({"deadline": "soon"}, {"deadline": -1}, {"deadline": ""}):
        expect_equal(api.admin("POST", "/api/v1/drain", body=wrong).status, 400, f"status of {wrong}")
    expect_equal(api.admin("GET", "/api/v1/status").json()["drain"]["deadlineAt"], again["deadlineAt"], "the deadline")
    ordered = time.monotonic()
    expect_equal(api.admin("POST", "/api/v1/drain", body={"deadline": "0s"}).status, 202, "status of the last order")
    expect_end(world, api.server, ordered)


@case("a deadline ends the calls that are left", only="turnpike")
def _(world):
    api = Api(world)
    client = api.client("alice", world.password)
    client.allocate()
    ordered = time.monotonic()
    outcome = api.tell("drain", "--deadline", "2s", "--wait")
    expect_equal(outcome.code, 0, f"exit code of drain, which said:\n{outcome.text}\n")
    expect("1 allocation is left" in outcome.text and "has ended" in outcome.text, outcome.text)
    expect(time.monotonic() - ordered >= 2.0, "it ended before the deadline")
    expect_end(world, api.server, ordered, 2.0 + END_SECONDS)


@case("SIGUSR1 drains for drain_deadline; a stop hurries a longer drain; a second one ends it", only="turnpike")
def _(world):
    for orders, least, most in (([signal.SIGUSR1], 4.5, 6.0), (["none", signal.SIGTERM], 4.5, 6.0),
                                ([signal.SIGUSR1, signal.SIGTERM, signal.SIGTERM], 0.0, 1.0)):
        api = Api(world)
        api.client("alice", world.password).allocate()
        started = time.monotonic()
        for order in orders:
            if order == "none":
                api.admin("POST", "/api/v1/drain", body={"deadline": order})
            else:
                os.kill(api.server.pid, order)
                eventually(world, lambda: readiness_or_gone(api) != 200, "the end of readiness", 1.0)
        expect_end(world, api.server, started, most)
        expect(time.monotonic() - started >= least, f"after {orders} it ended too soon")


def readiness_or_gone(api):
    try:
        return readiness(api)
    except OSError:
        return 0


@case("a draining server takes nobody into its rooms", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann = rooms.enter("lobby", "ann")
    client = connect(world, rooms.server)
    client.allocate()
    os.kill(rooms.server.pid, signal.SIGUSR1)
    ann.next("draining")
    late = rooms.connect()
    late.send("join-room", roomId="lobby", userId="late")
    expect_equal(late.until("error")["code"], "draining", "the error of a new join")
    ended = time.monotonic()
    client.refresh(0)
    expect_end(world, rooms.server, ended)  # a member without an allocation does not hold it up
