"""`turnpike serve` without a file: the demo, and the ICE servers that it prints; `turnpike credentials`."""

import re
import time

from harness import servers
from harness.cases import Skip, case, expect, expect_equal
from cases.uclient import expect_all_relayed, need_program, uclient_environment
from turnclient import ephemeral_credentials

URL = re.compile(r"turn:(\[[^\]]+\]|[^:\s\"'?]+):?(\d+)?(?:\?transport=udp)?")
USERNAME = re.compile(r"\"?username\"?\s*[:=]\s*\"([^\"]+)\"")
CREDENTIAL = re.compile(r"\"?credential\"?\s*[:=]\s*\"([^\"]+)\"")


def printed_ice_servers(text):
    """(hosts, port, username, credential) from what the demo prints, or None while it is not all there."""
    urls, user, password = URL.findall(text), USERNAME.search(text), CREDENTIAL.search(text)
    if not urls or not user or not password:
        return None
    return [host.strip("[]") for host, _ in urls], int(urls[0][1] or 3478), user.group(1), password.group(1)


def demo(world):
    if not world.private:
        raise Skip("the demo's fixed ports need a network of our own")
    child = world.start([world.options.binary, "serve"], "demo", cwd=world.folder)
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline and child.running():
        printed = printed_ice_servers(child.text())
        if printed:
            return child, printed
        time.sleep(0.05)
    expect(False, f"no ICE servers are printed:\n{child.text()}")


@case("the demo prints ICE servers that uclient can use", only="turnpike")
def _(world):
    need_program("turnutils_uclient")
    child, (hosts, port, user, password) = demo(world)
    host = next((h for h in hosts if h in ("127.0.0.1", "localhost", "::1")), hosts[0])
    outcome = world.run(["turnutils_uclient", "-y", "-c", "-n", "20", "-z", "10", "-u", user, "-w",
                         password if not world.options.sabotage else world.options.sabotage, "-p", port,
                         "127.0.0.1" if host == "localhost" else host], 40, env=uclient_environment(world))
    expect_all_relayed(outcome)
    expect(child.running(), f"the demo ended:\n{child.text()}")


@case("the demo says that it is not for the internet", only="turnpike")
def _(world):
    child, _printed = demo(world)
    expect(re.search(r"internet|demo|not for", child.text(), re.IGNORECASE), child.text())
    expect_equal(child.stop(), 0, "exit code after SIGTERM")


@case("printed credentials are those of the TURN REST form", only="turnpike")
def _(world):
    secret = "a-secret-of-the-north-0123"
    argv = [world.options.binary, "credentials", "--user", "carol", "--secret", secret, "--ttl", "1h"]
    outcome = world.run(argv, 5)
    expect_equal(outcome.code, 0, f"exit code, it said:\n{outcome.text}\n")
    user = re.search(r"(\d{10}):carol", outcome.text)
    expect(user, f"no username EXPIRY:carol:\n{outcome.text}")
    left = int(user.group(1)) - time.time()
    expect(3500 < left <= 3605, f"it expires in {left:.0f} s")
    wanted = ephemeral_credentials(secret, "carol", int(user.group(1)) - int(time.time()))[1]
    expect(wanted in outcome.text, f"the password should be {wanted}:\n{outcome.text}")


@case("the configuration that these cases use passes config check", only="turnpike")
def _(world):
    settings = servers.Settings(port=3478)
    file = world.folder / "ours.toml"
    file.write_text(servers.turnpike_file(settings))
    outcome = world.run([world.options.binary, "config", "check", file], 5)
    expect_equal(outcome.code, 0, f"exit code, it said:\n{outcome.text}\n")
