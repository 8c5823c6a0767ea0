"""Two Chromium peers with a TURN server between them, driven by browser_call.mjs."""

import json
import os
import shutil
from pathlib import Path

from harness import children
from harness.cases import Failed, Skip, expect, need_program

HERE = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"


def installed():
    """Whether node_modules holds what the lock file asks for."""
    marker = HERE / "node_modules" / ".package-lock.json"
    return marker.is_file() and marker.stat().st_mtime >= (HERE / "package-lock.json").stat().st_mtime


def install():
    """`npm ci`, before any case: in a network of its own a case reaches no registry. Gives what went wrong, or ""."""
    if installed() or not shutil.which("npm"):
        return ""
    outcome = children.run(["npm", "ci", "--ignore-scripts", "--no-progress"], 180, cwd=HERE)
    return "" if outcome.code == 0 else outcome.text


def need_libraries():
    need_program("node")
    if not installed():
        raise Failed("node_modules does not hold what package-lock.json asks for: npm ci did not do its work")


def need_browser():
    if not os.access(CHROMIUM, os.X_OK):
        raise Skip("chromium is not installed")
    need_libraries()


def drive(world, network, program, wanted, seconds):
    """Runs a program that drives Chromium inside `network`; gives the JSON that it prints on its last line."""
    need_browser()
    wanted = {"userDataDir": str(world.folder / "profile"), "executable": CHROMIUM, **wanted}
    outcome = world.run(["node", HERE / program, json.dumps(wanted)], seconds, network, cwd=HERE,
                        env={**os.environ, "HOME": str(world.folder), "TMPDIR": str(world.folder)})
    lines = [line for line in outcome.text.splitlines() if line.startswith(("[{", "{\""))]
    if outcome.code != 0 or not lines:
        raise Failed(f"the browsers ended with {outcome.code}:\n{outcome.text[-3000:]}")
    return json.loads(lines[-1])


def call(world, network, ice_servers, seconds=25, flags=(), fetch=None, port=0):
    """Runs a call of two pages inside `network`; gives what each page found. With `fetch` {url, key, other} the pages
    fetch their ICE servers, and a page of the origin `other` tries to. `port`: the pages' own, 0 for any."""
    wanted = {"iceServers": ice_servers, "seconds": seconds, "flags": list(flags), "fetch": fetch, "port": port}
    return drive(world, network, "browser_call.mjs", wanted, seconds + 60)


def trust(world, authority):
    """Makes the browsers of this case trust an authority: an NSS database in the home folder that call() gives them."""
    need_program("certutil")
    folder = world.folder / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    place = ["-d", f"sql:{folder}"]
    for argv in (["-N", "--empty-password"], ["-A", "-n", "test", "-t", "C,,", "-i", authority.file]):
        made = world.run(["certutil", *place, *argv], 20)
        expect(made.code == 0, f"certutil ended with {made.code}:\n{made.text}")


def expect_relayed_call(pages, protocol="udp"):
    """Both sides say relay/relay and how they reached the server, got all messages and show moving pictures."""
    for index, page in enumerate(pages):
        told = json.dumps(page, indent=1)
        ends = (page["local"], page["remote"])
        expect(ends == ("relay", "relay"), f"page {index} is not relayed at both ends: {told}")
        expect(page["relayProtocol"] == protocol, f"page {index} reached the server by {page['relayProtocol']}")
        expect(page["messages"] == [f"peer {1 - index} {i}" for i in range(50)], f"page {index}, messages: {told}")
        expect(page["framesDecoded"] > 0, f"page {index} decoded no video: {told}")
