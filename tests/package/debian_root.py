"""A fresh Debian in a folder, by debootstrap from the archive that this machine's apt uses. What debootstrap makes is kept
in a cache folder, outside the source, for the next run."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from checking import Failed, Skip, check, output

SUITE = "bookworm"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
# What package management itself writes down, whatever is installed.
NOT_COMPARED = ("var/lib/dpkg", "var/lib/apt", "var/cache", "var/log", "etc/ld.so.cache", "etc/passwd-", "etc/group-",
                "etc/shadow-", "etc/gshadow-", "tmp", "proc", "dev", "run", "sys", "var/lib/systemd/deb-systemd-helper-enabled",
                "var/lib/systemd/deb-systemd-helper-masked")


def archives():
    """The lines for sources.list, out of what apt uses here for this suite."""
    form = "$(SITE) $(RELEASE) $(COMPONENT) $(ORIGIN)"
    rows = {tuple(line.split(" ", 3)) for line in
            output(["apt-get", "indextargets", "--format", form, "Created-By: Packages"]).splitlines()}
    found = sorted(row[:3] for row in rows if row[1].startswith(SUITE) and row[3] == "Debian" and row[2] == "main")
    if not found:
        raise Skip(f"apt knows no archive of Debian {SUITE} here")
    return found


def _apt_settings():
    """How apt reaches its archives here."""
    kept = [line for line in output(["apt-config", "dump"]).splitlines() if line.startswith("Acquire::") and '"";' not in line]
    return "\n".join([*kept, 'APT::Install-Recommends "false";', 'Acquire::Languages "none";', 'APT::Sandbox::User "root";', ""])


def _base():
    """The cached archive of a fresh system."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "turnpike"
    kept = cache / f"{SUITE}-{output(['dpkg', '--print-architecture']).strip()}.tar"
    if kept.is_file():
        return kept
    if not shutil.which("debootstrap"):
        raise Skip("there is no debootstrap")
    cache.mkdir(parents=True, exist_ok=True)
    site = next((site for site, suite, _ in archives() if suite == SUITE), None)
    with tempfile.TemporaryDirectory(prefix="turnpike-debootstrap-") as folder:
        made = Path(folder) / "root"
        output(["debootstrap", "--variant=minbase", SUITE, made, site], seconds=600)
        shutil.rmtree(made / "var/cache/apt/archives", ignore_errors=True)
        output(["tar", "--one-file-system", "-C", made, "-cf", f"{kept}.new", "."], seconds=120)
    os.replace(f"{kept}.new", kept)
    return kept


class DebianRoot:
    def __init__(self, folder):
        self.path = folder
        self.mounted = []
        self.path.mkdir()
        output(["tar", "-C", self.path, "-xf", _base()], seconds=120)
        self._mount_kernel()
        sources = "".join(f"deb {site} {suite} {component}\n" for site, suite, component in archives())
        (self.path / "etc/apt/sources.list").write_text(sources)
        (self.path / "etc/apt/apt.conf.d/00test").write_text(_apt_settings())
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")
        # As on a machine where nothing may be started: there is no systemd in here anyway.
        self.inside("apt-get", "update", "--quiet=2", seconds=200)

    def _mount_kernel(self):
        (self.path / "dev").mkdir(exist_ok=True)
        for name in DEVICES:
            target = self.path / "dev" / name
            if not target.is_char_device():
                target.touch()
            self._mount("--bind", f"/dev/{name}", target)
        self._mount("-t", "proc", "proc", self.path / "proc")

    def _mount(self, *words):
        output(["mount", *words])
        self.mounted.append(words[-1])

    def close(self):
        while self.mounted:
            subprocess.run(["umount", "--lazy", str(self.mounted.pop())], check=False, timeout=30)

    def inside(self, *argv, seconds=60, code=0):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        kept = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        return output(["chroot", self.path, *argv], seconds=seconds, code=code, env=environment | kept,
                      stdin=subprocess.DEVNULL)

    def install(self, package):
        """By apt, with what it depends on; changed configuration files are kept as an administrator would."""
        shutil.copy(package, self.path / "tmp" / package.name)
        return self.inside("apt-get", "install", "--yes", "--quiet", "--option=Dpkg::Options::=--force-confdef",
                           "--option=Dpkg::Options::=--force-confold", f"/tmp/{package.name}", seconds=200)

    def files(self):
        """All paths, without those that belong to nobody's package."""
        found = set()
        for folder, folders, names in os.walk(self.path):
            at = os.path.relpath(folder, self.path)
            folders[:] = [name for name in folders if os.path.normpath(f"{at}/{name}") not in NOT_COMPARED]
            found |= {os.path.normpath(f"{at}/{name}") for name in [*folders, *names]} - set(NOT_COMPARED)
        return found

    def owner_and_mode(self, path):
        return self.inside("stat", "--format", "%U:%G %a", f"/{path}").strip()

    def exists(self, path):
        return os.path.lexists(self.path / path)

    def need(self, *paths):
        for path in paths:
            check(self.exists(path), f"/{path} is not there")

    def need_gone(self, *paths):
        for path in paths:
            if self.exists(path):
                raise Failed(f"/{path} is still there")
