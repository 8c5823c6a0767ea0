"""The package in a fresh Debian: installed, used, upgraded, removed, purged. The cases build on each other, in this order."""

import json
import re
import subprocess
from pathlib import Path

import relaying
from checking import check, output, same
from debian_root import DebianRoot

CONF, SECRET, STATE = "etc/turnpike/turnpike.toml", "etc/turnpike/turn.secret", "var/lib/turnpike"
ENABLED = "etc/systemd/system/multi-user.target.wants/turnpike.service"


def fresh(world):
    if world.root is None:
        root = DebianRoot(world.folder / "debian")
        world.root = root
        world.before = root.files()
        world.users = (root.path / "etc/passwd").read_text()
    return world.root


def next_version(world):
    """The same package as another version, whose configuration file has changed as well."""
    folder = world.folder / "next"
    output(["dpkg-deb", "-R", world.package, folder])
    control = folder / "DEBIAN" / "control"
    text, count = re.subn(r"(?m)^Version: .*$", "Version: 9999.0-1", control.read_text())
    same(count, 1, "Version lines")
    control.write_text(text)
    conf = folder / CONF
    conf.write_text(f"# A later version's file.\n{conf.read_text()}")
    made = world.folder / "turnpike_9999.0-1_amd64.deb"
    output(["dpkg-deb", "--root-owner-group", "-b", folder, made], seconds=120)
    return made


def read_examples(world):
    """By the programs that they are for, as far as these can be asked without doing anything."""
    examples = world.unpacked / "usr/share/doc/turnpike/examples"
    output(["nft", "--check", "--file", examples / "turnpike-notrack.nft"])
    for line in (examples / "60-turnpike.conf").read_text().split("\n"):
        if line and not line.startswith("#"):
            key, value = (word.strip() for word in line.split("=", 1))
            known = Path("/proc/sys", key.replace(".", "/"))
            check(known.exists() and re.fullmatch(r"[0-9 ]+", value), f"60-turnpike.conf: {line}")
    same(json.loads((examples / "grafana-dashboard.json").read_text())["title"].lower(), "turnpike", "the dashboard's title")


def lint(world):
    found = subprocess.run(["lintian", "--fail-on", "error", str(world.package)], capture_output=True, text=True, timeout=120,
                           check=False)
    complaints = [line for line in found.stdout.split("\n") if line[:2] in ("E:", "W:")]
    check(found.returncode == 0 and not complaints, "\n".join(complaints) or found.stdout + found.stderr)


def install(world):
    root = fresh(world)
    root.install(world.package)
    root.need("usr/bin/turnpike", "lib/systemd/system/turnpike.service", "lib/systemd/system/turnpike.socket",
              "usr/share/man/man1/turnpike.1.gz", "usr/share/man/man5/turnpike.toml.5.gz", ENABLED,
              "usr/share/bash-completion/completions/turnpike", "usr/share/zsh/vendor-completions/_turnpike",
              "usr/share/doc/turnpike/copyright", "usr/share/doc/turnpike/changelog.Debian.gz",
              "usr/share/doc/turnpike/README.Debian", "usr/share/doc/turnpike/examples/60-turnpike.conf",
              "usr/share/doc/turnpike/examples/grafana-dashboard.json")
    root.need_gone("etc/systemd/system/sockets.target.wants/turnpike.socket")
    modes = {"etc/turnpike": "root:turnpike 750", CONF: "root:turnpike 640", SECRET: "root:turnpike 640",
             STATE: "turnpike:turnpike 700", "usr/bin/turnpike": "root:root 755"}
    for path, mode in modes.items():
        same(root.owner_and_mode(path), mode, f"/{path}")
    user = root.inside("getent", "passwd", "turnpike").strip().split(":")
    same(user[5:], ["/var/lib/turnpike", "/usr/sbin/nologin"], "home and shell of the user turnpike")
    same(root.inside("dpkg", "--verify", "turnpike"), "", "what differs from the package")


def installed(world):
    """The Debian with the package in it, also when --only has left the first case out."""
    if world.root is None:
        install(world)
    return world.root


def use(world):
    root = installed(world)
    check(root.inside("turnpike", "version").startswith("turnpike "), "turnpike version says something else")
    root.inside("turnpike", "config", "check", f"/{CONF}")
    as_user = ("setpriv", "--reuid=turnpike", "--regid=turnpike", "--clear-groups", "turnpike")
    root.inside(*as_user, "config", "check", f"/{CONF}")
    check(len((root.path / SECRET).read_text().strip()) >= 40, "the secret is short")
    made = root.inside(*as_user, "credentials", "--user", "alice", "-c", f"/{CONF}")
    check(":alice" in made, f"turnpike credentials: {made}")


def relay(world):
    root = installed(world).path
    relaying.relay_by((root / SECRET).read_text().strip(), world.folder / "server.log",
                      ["chroot", root, "setpriv", "--reuid=turnpike", "--regid=turnpike", "--clear-groups", "--no-new-privs",
                       "--inh-caps=-all", "--bounding-set=-all", "/usr/bin/turnpike", "serve", "-c", f"/{CONF}"])


def upgrade(world):
    root = installed(world)
    conf, secret = root.path / CONF, (root.path / SECRET).read_text()
    conf.write_text(conf.read_text().replace('realm = "turnpike"', 'realm = "example.org"'))
    (root.path / STATE / "turnpike.db").write_text("not empty")
    changed = conf.read_text()
    (root.path / ENABLED).unlink()  # what `systemctl disable` does
    root.install(next_version(world))
    same(root.inside("dpkg-query", "-W", "-f", "${Version}", "turnpike"), "9999.0-1", "the version")
    same(conf.read_text(), changed, "the changed configuration")
    root.need(f"{CONF}.dpkg-dist")
    same((root.path / SECRET).read_text(), secret, "the secret")
    root.need(f"{STATE}/turnpike.db")
    same(root.owner_and_mode(CONF), "root:turnpike 640", f"/{CONF}")
    root.need_gone(ENABLED)  # an administrator who has disabled it finds it disabled


def remove(world):
    root = installed(world)
    root.inside("apt-get", "remove", "--yes", "--quiet", "turnpike", seconds=120)
    root.need(CONF, SECRET, STATE)
    root.need_gone("usr/bin/turnpike", "lib/systemd/system/turnpike.service")
    root.need("etc/systemd/system/turnpike.service")
    conf, secret = (root.path / CONF).read_text(), (root.path / SECRET).read_text()
    root.install(world.package)
    root.need_gone("etc/systemd/system/turnpike.service")  # removing masks it
    same((root.path / CONF).read_text(), conf, "the configuration after remove and install")
    same((root.path / SECRET).read_text(), secret, "the secret after remove and install")


def purge(world):
    root = installed(world)
    root.inside("apt-get", "purge", "--yes", "--quiet", "--auto-remove", "turnpike", seconds=120)
    left = root.files() - world.before
    check(not left, f"left behind: {sorted(left)[:20]}")
    check(not world.before - root.files(), f"taken away: {sorted(world.before - root.files())[:20]}")
    same((root.path / "etc/passwd").read_text(), world.users, "the users")
    kept = [path for path in (root.path / "var/lib/systemd").rglob("*turnpike*")]
    same(kept, [], "what systemd's helper keeps")


CASES = [("the examples for kernel, firewall and Grafana are valid", read_examples),
         ("lintian has no complaint", lint),
         ("the package installs into a fresh Debian", install),
         ("what is installed runs as root and as its own user", use),
         ("what is installed relays, by its own secret and without a capability", relay),
         ("an upgrade keeps what an administrator has changed", upgrade),
         ("removing keeps configuration, secret and state for the next installation", remove),
         ("purging leaves nothing behind", purge)]
