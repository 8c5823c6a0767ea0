"""Plays systemd for the server under test: the unit's commands in the unit's sandbox, with a notification socket that is
listened on."""

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from harness import children, servers
from harness.cases import Skip, expect, expect_equal
from harness.sandbox_unit import SYSTEM_CALL_GROUPS, Unit

ROOT = Path(__file__).resolve().parents[3]
UNIT = ROOT / "systemd" / "turnpike.service"
ENTER = Path(__file__).resolve().parent / "sandbox_enter.py"
BINARY = "/usr/bin/turnpike"
CONFIGURATION, STATE, RUNTIME = "/etc/turnpike", "/var/lib/turnpike", "/run/turnpike"
UID = 61_993  # nobody's


def need_sandbox(world):
    if world.sanitized:
        raise Skip("a sanitizer needs more than the sandbox lets through")
    if os.geteuid() != 0 or not world.private:
        raise Skip("the sandbox is made by root, in a network of its own")
    if not shutil.which(SYSTEM_CALL_GROUPS[0]):
        raise Skip("without systemd-analyze nobody knows the groups of system calls")


class Manager:
    """The notification socket: a message is a dictionary with the time at which it came."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        path.chmod(0o666)  # as systemd's is
        self.messages = []

    def collect(self, seconds=0.0):
        """Takes what has come, or waits so long for one more."""
        while select.select([self.socket], [], [], seconds)[0]:
            seconds = 0.0
            lines = self.socket.recv(65536).decode().splitlines()
            self.messages.append({"at": time.monotonic(), **dict(line.split("=", 1) for line in lines)})
        return self.messages

    def wait_for(self, seconds, **assignments):
        """The first message from now on that has these; None when none comes."""
        seen, deadline = len(self.messages), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for message in self.collect(left)[seen:]:
                if all(message.get(name) == value for name, value in assignments.items()):
                    return message
            seen = len(self.messages)
        return None

    def close(self):
        self.socket.close()


class Sandbox:
    """A server as the unit runs it. `sockets`: [(kind, address, port)] of socket activation, `dropin`: more directives,
    `credentials`: {name: text} for LoadCredential=."""

    def __init__(self, world, settings, dropin="", sockets=(), credentials=None, write=servers.turnpike_file):
        need_sandbox(world)
        self.world = world
        self.settings = settings
        dropin = "[Service]\n" + dropin + self._keep(credentials or {})
        self.unit = Unit(UNIT.read_text(), dropin)
        self.manager = world.own(Manager(world.folder / "notify"))
        self.folders = {place: world.folder / name for place, name in
                        ((CONFIGURATION, "etc"), (STATE, "state"), (RUNTIME, "run"))}
        for place, folder in self.folders.items():
            folder.mkdir(mode=0o755 if place == CONFIGURATION else 0o700)
            if place != CONFIGURATION:
                os.chown(folder, UID, UID)
        settings.api = f'admin_socket = "{RUNTIME}/admin.sock"'
        settings.auth = settings.auth.replace('""', f'"{STATE}/turnpike.db"')
        self._write = write
        self.write_configuration()
        self._spec = self._make_spec(dropin, list(sockets))
        self.server = None

    def _keep(self, credentials):
        """As the unit's LoadCredential= finds them: readable for root alone."""
        kept = self.world.folder / "kept"
        kept.mkdir(mode=0o700)
        for name, text in credentials.items():
            (kept / name).write_text(text)
        return "".join(f"LoadCredential={name}:{kept / name}\n" for name in credentials)

    def write_configuration(self, text=None):
        file = self.folders[CONFIGURATION] / "turnpike.toml"
        file.write_text(self._write(self.settings) if text is None else text)
        file.chmod(0o644)

    def _load_credentials(self):
        """What systemd does with LoadCredential=: a folder that only the service's user can look into."""
        folder = self.world.folder / "credentials"
        folder.mkdir(mode=0o500)
        for name, source in self.unit.credentials().items():
            (folder / name).write_bytes(Path(source).read_bytes())
            (folder / name).chmod(0o400)
            os.chown(folder / name, UID, UID)
        os.chown(folder, UID, UID)
        return folder

    def _make_spec(self, dropin, sockets):
        stage = self.world.folder / "stage"
        stage.mkdir()
        binds = {BINARY: (str(self.world.options.binary), False), "/run/systemd/notify": (str(self.manager.path), False),
                 "/run/credentials/turnpike.service": (str(self._load_credentials()), False)}
        binds |= {place: (str(folder), place != CONFIGURATION) for place, folder in self.folders.items()}
        spec = self.world.folder / "spec.json"
        spec.write_text(json.dumps({"unit": str(UNIT), "dropin": dropin, "stage": str(stage), "uid": UID,
                                    "sockets": sockets, "binds": binds}))
        return spec

    def argv(self, *command, main=False):
        return [sys.executable, ENTER, *(["--main"] if main else []), self._spec, "--", *command]

    def run(self, *command, seconds=20.0):
        """One of the unit's other commands: the same sandbox, and no notification."""
        return children.run(self.argv(*command), seconds)

    def start(self):
        """As `systemctl start`, which returns with READY=1. Gives what was told with it."""
        check = self.run(*self.unit.command("ExecStartPre"))
        expect_equal(check.code, 0, f"exit code of ExecStartPre, which said:\n{check.text}\n")
        argv = [str(word) for word in self.argv(*self.unit.command("ExecStart"), main=True)]
        self.server = self.world.own(servers.Server(argv, self.settings, self.world.folder, None))
        self.world.servers.append(self.server)
        ready = self.manager.wait_for(15.0, READY="1")
        expect(ready, f"no READY=1:\n{self.server.log()}")
        return ready

    def reload(self):
        """As `systemctl reload`; gives how the command ended."""
        return self.run(*self.unit.command("ExecReload"))

    @contextlib.contextmanager
    def stopped_thread(self, thread):
        """One thread of the server does not run for the duration; a tracer can do that from outside the sandbox."""
        tracer = subprocess.Popen([sys.executable, Path(__file__).with_name("stop_thread.py"), str(thread)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            expect_equal(tracer.stdout.readline().strip(), b"stopped", "what the tracer says")
            yield
        finally:
            tracer.stdin.close()
            tracer.wait(10)
            tracer.stdout.close()

    def threads(self):
        return sorted(int(name) for name in os.listdir(f"/proc/{self.server.pid}/task"))
