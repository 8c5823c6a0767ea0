"""Reads systemd/turnpike.service, and knows of each directive who acts on it: the sandbox, the case that plays systemd, or
systemd alone. An unknown directive is an error, so that none can be added to the unit and be forgotten here."""

import re
import shlex
import subprocess

# Where systemd-analyze, which knows the groups of system calls, is not at hand, nothing here can be tried.
SYSTEM_CALL_GROUPS = ["systemd-analyze", "syscall-filter", "--no-pager"]

APPLIED = {
    "User", "Group", "UMask", "ConfigurationDirectory", "StateDirectory", "RuntimeDirectory", "StateDirectoryMode",
    "RuntimeDirectoryMode", "LoadCredential", "LimitNOFILE", "LimitCORE", "AmbientCapabilities", "CapabilityBoundingSet",
    "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateIPC", "PrivateMounts",
    "ProtectClock", "ProtectHostname", "ProtectControlGroups", "ProtectKernelLogs", "ProtectKernelModules",
    "ProtectKernelTunables", "ProtectProc", "ProcSubset", "NoExecPaths", "ExecPaths", "RestrictAddressFamilies",
    "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute",
    "SystemCallArchitectures", "SystemCallFilter", "SystemCallErrorNumber",
}
PLAYED = {"Type", "NotifyAccess", "ExecStartPre", "ExecStart", "ExecReload", "Restart", "RestartSec", "WatchdogSec",
          "TimeoutStopSec", "KillMode"}
# Done with control groups, with keyrings, or when the service is gone; ConfigurationDirectoryMode holds where systemd
# makes the folder, which the package has made already.
NOT_TRIED = {"TasksMax", "OOMScoreAdjust", "OOMPolicy", "DevicePolicy", "RemoveIPC", "KeyringMode",
             "ConfigurationDirectoryMode"}
# Where another value than this would need more of the sandbox than there is.
ONLY_VALUE = {"ProtectSystem": "strict", "ProtectHome": "yes", "ProtectProc": "invisible", "ProcSubset": "pid",
              "NoExecPaths": "/", "SystemCallArchitectures": "native", "RestrictNamespaces": "yes"}


class Unit:
    """A unit's [Service] section, with what a drop-in adds or replaces: {directive: [values]}."""

    def __init__(self, text, dropin=""):
        self.directives = {}
        for part in (text, dropin):
            self._read(part)
        unknown = set(self.directives) - APPLIED - PLAYED - NOT_TRIED
        if unknown:
            raise ValueError(f"the sandbox does not know what to do about {', '.join(sorted(unknown))}")
        for name, value in ONLY_VALUE.items():
            if self.one(name, value) != value:
                raise ValueError(f"the sandbox can do {name}={value} alone")

    def _read(self, text):
        section = ""
        for line in text.splitlines():
            if match := re.fullmatch(r"\[(\w+)\]", line):
                section = match.group(1)
            elif section == "Service" and "=" in line and not line.startswith(("#", ";")):
                name, value = line.split("=", 1)
                if value:
                    self.directives.setdefault(name, []).append(value)
                else:
                    self.directives[name] = []  # an empty assignment forgets those before it

    def one(self, name, default=""):
        return (self.directives.get(name) or [default])[-1]

    def words(self, name):
        return [word for value in self.directives.get(name, []) for word in value.split()]

    def is_on(self, name):
        return self.one(name, "no") == "yes"

    def command(self, name):
        return shlex.split(self.one(name))

    def seconds(self, name):
        number, unit = re.fullmatch(r"([\d.]+)(ms|s|min)?", self.one(name)).groups()
        return float(number) * {"ms": 0.001, "s": 1.0, "min": 60.0, None: 1.0}[unit]

    def credentials(self):
        """{name: path} of LoadCredential=."""
        return dict(value.split(":", 1) for value in self.directives.get("LoadCredential", []))

    def system_calls(self):
        """The names that SystemCallFilter= allows; what comes first decides what the rest adds to or takes from."""
        groups, allowed = _groups(), set()
        for line in self.directives.get("SystemCallFilter", []):
            names = _expand(line.lstrip("~").split(), groups)
            allowed = allowed - names if line.startswith("~") else allowed | names
        return allowed | _expand(["@default"], groups)

    def group(self, name):
        return _expand([name], _groups())


def _groups():
    """{"@group": [names and groups]}, as systemd has them."""
    listed = subprocess.run(SYSTEM_CALL_GROUPS, capture_output=True, text=True, check=True, timeout=20).stdout
    groups, current = {}, []
    for line in listed.splitlines():
        if line.startswith("@"):
            current = groups.setdefault(line.strip(), [])
        elif line.startswith("    ") and not line.strip().startswith("#"):
            current.append(line.strip())
        elif not line.startswith(" "):
            current = []  # what the kernel has and systemd has in no group
    return groups


def _expand(names, groups):
    found = set()
    for name in names:
        found |= _expand(groups[name], groups) if name.startswith("@") else {name}
    return found
