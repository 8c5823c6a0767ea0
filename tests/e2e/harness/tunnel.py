"""TLS for a client that has none: takes TCP connections and carries each one over TLS to the server."""

import select
import socket
import ssl
import threading

from harness import network as networks
from streamclient import tls_context

CONNECTIONS = 16


class Tunnel:
    def __init__(self, network, address, server, ca):
        self._network, self._address, self._server, self._ca = network, address, server, ca
        self._listener = networks.tcp_socket(network, address)
        self._listener.listen(CONNECTIONS)
        self.port = self._listener.getsockname()[1]
        self.carried = 0  # connections whose handshake was done
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        for _ in range(CONNECTIONS):
            try:
                plain, _origin = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(plain,), daemon=True).start()

    def _carry(self, plain):
        outer = networks.tcp_socket(self._network, self._address)
        try:
            outer.connect((self._server.address, self._server.tls_port))
            context = tls_context(self._ca, ["stun.turn"])
            with context.wrap_socket(outer, server_hostname=self._server.address) as secured:
                self.carried += 1
                carry(plain, secured)
        except (OSError, ssl.SSLError):
            pass
        finally:
            plain.close()


def carry(plain, secured):
    """Both ways until one side ends."""
    while True:
        ready = [secured] if secured.pending() else select.select([plain, secured], [], [])[0]
        for source, sink in ((plain, secured), (secured, plain)):
            if source in ready:
                source.settimeout(0)
                try:
                    octets = source.recv(65536)
                except (BlockingIOError, ssl.SSLWantReadError):
                    continue  # that was TLS's own, such as a session ticket; waiting for more would stop the other way
                finally:
                    source.settimeout(None)
                if not octets:
                    plain.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(octets)
