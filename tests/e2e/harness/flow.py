"""Traffic through allocations in the background, of which every packet is counted."""

import select
import struct
import threading
import time

from harness import network as networks
from harness.cases import expect
from harness.clients import connect

CHANNEL = 0x4001


class Flow:
    """Clients with an allocation each, all talking to one peer that echoes. `with` makes it flow; at the end every
    packet must have come to the peer and back."""

    def __init__(self, world, server, count=1, pause=0.01):
        self._peer = world.own(networks.udp_socket(None, "127.0.0.1"))
        self._pause = pause
        self.clients = [connect(world, server) for _ in range(count)]
        for client in self.clients:
            client.allocate(lifetime=600)
            client.permit("127.0.0.1")
            client.bind_channel(CHANNEL, self._peer.getsockname())
        self.sent = [0] * count
        self.seen = [0] * count
        self._ending = threading.Event()
        self._thread = None

    def __enter__(self):
        self._ending.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self._ending.set()
        self._thread.join(20)
        if kind is None:
            self.expect_whole()

    def expect_whole(self):
        lost = [(i, sent, seen) for i, (sent, seen) in enumerate(zip(self.sent, self.seen)) if sent != seen]
        expect(not lost, f"packets lost, as (client, sent, back): {lost}")
        expect(min(self.sent) > 0, "nothing was sent at all")

    def _run(self):
        while not self._ending.is_set():
            for i, client in enumerate(self.clients):
                self.sent[i] += 1
                client.send_channel(CHANNEL, struct.pack("!II", i, self.sent[i]) + bytes(40))
            self._turn(time.monotonic() + self._pause)
        deadline = time.monotonic() + 5
        while self.sent != self.seen and time.monotonic() < deadline:
            self._turn(time.monotonic() + 0.05)

    def _turn(self, until):
        """Echoes and takes what comes, until then."""
        by_socket = {client.socket: i for i, client in enumerate(self.clients)}
        while (left := until - time.monotonic()) > 0:
            for sock in select.select([self._peer, *by_socket], [], [], left)[0]:
                payload, origin = sock.recvfrom(2048)
                if sock is self._peer:
                    sock.sendto(payload, origin)
                    continue
                i = by_socket[sock]
                expected = struct.pack("!HHII", CHANNEL, 48, i, self.seen[i] + 1)
                self.seen[i] += payload[:12] == expected  # in order, each once
