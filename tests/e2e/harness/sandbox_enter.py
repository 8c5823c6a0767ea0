#!/usr/bin/env python3
"""Becomes a program confined as systemd/turnpike.service says: sandbox_enter.py SPEC -- PROGRAM ARGUMENTS. With --forbidden
in the place of a program, it tries from inside what must not work, and prints what did. SPEC is a JSON file of
harness/sandbox.py. Run as root, like systemd."""

import ctypes
import fcntl
import json
import os
import resource
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from harness import sandbox_files, sandbox_forbidden, sandbox_seccomp  # noqa: E402
from harness.sandbox_files import LIBC, check  # noqa: E402
from harness.sandbox_unit import Unit  # noqa: E402

PR_CAPBSET_DROP, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 24, 8, 38, 47, 2
CAPABILITY_VERSION = 0x20080522
CAPABILITIES = {"CAP_NET_BIND_SERVICE": 10}
LAST_CAPABILITY = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
FIRST_SOCKET = 3  # SD_LISTEN_FDS_START


def prctl(*words):
    check(LIBC.prctl(*(ctypes.c_ulong(word) for word in (*words, 0, 0, 0, 0)[:5])), f"prctl {words}")


def capability_bits(names):
    return sum(1 << CAPABILITIES[name] for name in names)


def set_capabilities(bits):
    """Effective, permitted and inheritable, all three the same."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    content = (ctypes.c_uint32 * 6)(low, low, low, high, high, high)
    check(LIBC.capset(header, content), "capset")


def limit(unit):
    for directive, which in (("LimitNOFILE", resource.RLIMIT_NOFILE), ("LimitCORE", resource.RLIMIT_CORE)):
        if not unit.one(directive):
            continue
        hard = resource.getrlimit(which)[1]
        wanted = int(unit.one(directive))
        # systemd may raise it; whoever tests may not be allowed to.
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(which, (allowed, allowed))


def become(unit, uid):
    """The user, with the unit's capabilities and no way to others."""
    bounding = unit.words("CapabilityBoundingSet")
    for number in range(LAST_CAPABILITY + 1):
        if not capability_bits(bounding) >> number & 1:
            prctl(PR_CAPBSET_DROP, number)
    prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    ambient = unit.words("AmbientCapabilities")
    set_capabilities(capability_bits(ambient))
    for name in ambient:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAPABILITIES[name])


def open_sockets(wanted):
    """Socket activation: as root, in order, from descriptor 3."""
    opened = []
    for kind, address, port in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        if kind == "tcp":
            made.listen(128)
        opened.append(made)
    # Out of the way first, so that none is overwritten before it is in its place.
    away = [fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, 100) for made in opened]
    for made in opened:
        made.close()
    for i, descriptor in enumerate(away):
        os.dup2(descriptor, FIRST_SOCKET + i)
    return len(opened)


def environment(unit, spec, sockets):
    made = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "USER": unit.one("User"), "STATE_DIRECTORY": "/var/lib/turnpike",
            "RUNTIME_DIRECTORY": "/run/turnpike", "CONFIGURATION_DIRECTORY": "/etc/turnpike"}
    if unit.credentials():
        made["CREDENTIALS_DIRECTORY"] = "/run/credentials/turnpike.service"
    if spec["main"]:
        made |= {"NOTIFY_SOCKET": "/run/systemd/notify", "WATCHDOG_PID": str(os.getpid()),
                 "WATCHDOG_USEC": str(int(unit.seconds("WatchdogSec") * 1e6))}
    if sockets:
        made |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(sockets),
                 "LISTEN_FDNAMES": ":".join(["turnpike.socket"] * sockets)}
    return made


def main():
    separator = sys.argv.index("--")
    spec = json.loads(Path(sys.argv[separator - 1]).read_text())
    spec["main"] = "--main" in sys.argv[:separator]
    program = sys.argv[separator + 1:]
    unit = Unit(Path(spec["unit"]).read_text(), spec["dropin"])
    filters = sandbox_seccomp.filters(unit)
    limit(unit)
    os.umask(0o022)
    sockets = open_sockets(spec["sockets"]) if spec["main"] else 0
    sandbox_files.build(unit, spec["stage"], {place: tuple(bind) for place, bind in spec["binds"].items()})
    os.umask(int(unit.one("UMask", "0022"), 8))
    become(unit, spec["uid"])
    if unit.is_on("NoNewPrivileges"):
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    for each in filters:
        each.load()
    if program == ["--forbidden"]:
        print(json.dumps(sandbox_forbidden.report()))
        return
    os.execve(program[0], program, environment(unit, spec, sockets))


main()
