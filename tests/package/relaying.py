"""A server in a network of its own, and two TURN clients beside it."""

import os
import signal
import subprocess
import sys
import time
import traceback

from checking import Failed, check, output, same
from harness import network
from turnclient import TurnClient, ephemeral_credentials

# Any public address will do: nothing leaves this network. The server finds it by the default route.
ADDRESS = "11.0.0.7"
PAYLOAD = bytes(range(256)) * 4


def _address():
    subprocess.run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"], check=True, timeout=20)
    subprocess.run(["ip", "route", "add", "default", "dev", "lo", "src", ADDRESS], check=True, timeout=20)


def _client(secret, user):
    name, password = ephemeral_credentials(secret, user)
    return TurnClient(network.udp_socket(None, ADDRESS), (ADDRESS, 3478), name, password)


def _answering(server, log):
    """A client whose Binding was answered; the server may take its time to start."""
    deadline = time.monotonic() + 20
    probe = TurnClient(network.udp_socket(None, ADDRESS), (ADDRESS, 3478), seconds=0.5)
    while time.monotonic() < deadline:
        check(server.poll() is None, f"the server ended with {server.returncode}\n{log.read_text()}")
        try:
            probe.binding()
            return
        except Exception:  # noqa: BLE001 - not there yet
            continue
    raise Failed(f"the server does not answer\n{log.read_text()}")


def _need_powerless(server):
    """chroot and setpriv have become the server, so its process is the one that was started."""
    with open(f"/proc/{server.pid}/status", encoding="ascii") as status:
        values = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
    same(int(values["CapEff"], 16), 0, "the server's capabilities")
    check(values["Name"] == "turnpike" and values["Uid"].split()[1] != "0", f"the server runs as {values['Uid']}")
    same(values["NoNewPrivs"], "1", "no new privileges")


def _call(secret):
    """Two clients speak with each other by their relayed addresses."""
    alice, bob = _client(secret, "alice"), _client(secret, "bob")
    for client in (alice, bob):
        client.allocate()
    alice.permit(ADDRESS)
    bob.bind_channel(0x4000, alice.relayed[0])
    alice.send_indication(bob.relayed[0], PAYLOAD)
    same(bob.receive(), (0x4000, PAYLOAD), "what Bob received")
    bob.send_channel(0x4000, PAYLOAD[::-1])
    same(alice.receive(), (bob.relayed[0], PAYLOAD[::-1]), "what Alice received")
    for client in (alice, bob):
        client.refresh(0)  # a server that stops waits for live allocations


def _relay(secret, log, argv, probes):
    network.go_private() or sys.exit("no network of its own")
    _address()
    with log.open("wb") as out:
        server = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        _answering(server, log)
        _need_powerless(server)
        _call(secret)
        for probe in probes:
            output(probe, seconds=20)
        server.send_signal(signal.SIGTERM)
        same(server.wait(timeout=20), 0, f"exit code after SIGTERM\n{log.read_text()}")
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def relay_by(secret, log, argv, probes=()):
    """Runs the server argv and relays by it; `probes` are commands that must succeed meanwhile."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _relay(secret, log, argv, probes)
            code = 0
        except BaseException:  # noqa: BLE001 - the parent says it
            with log.open("a") as out:
                traceback.print_exc(file=out)
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    check(os.waitstatus_to_exitcode(status) == 0, log.read_text()[-6000:])
