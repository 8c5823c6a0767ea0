"""What the checks share: which files there are, C++ text without comments and strings, and how findings are reported."""

import os
import re
import subprocess
import sys
from pathlib import Path

# The checks look at the tree that they are in, or at another one (scripts/checks/planted does that).
ROOT = Path(os.environ.get("TURNPIKE_CHECK_ROOT", Path(__file__).resolve().parent.parent.parent))
CORE = ("base", "stun", "turn", "rooms")
ROOMS = (*CORE, "net", "client", "probe", "coturn", "control", "server")
JOBS = os.cpu_count() or 1


def files(*folders, suffixes):
    """Files that are in git or could be (not ignored), relative to ROOT, sorted."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    listed = subprocess.run([*command, *folders], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()})
    return [Path(name) for name in names if suffixes is None or Path(name).suffix in suffixes]


def room_of(path):
    """The room of src/<room>/x or include/turnpike/<room>/x, or None."""
    parts = path.parts
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ("include", "turnpike") and len(parts) > 3:
        return parts[2]
    return None


_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"  # comments
    r'|R"(?P<raw>[^()\\\s]{0,16})\(.*?\)(?P=raw)"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'  # strings
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'",  # characters, but not digit separators
    re.DOTALL)


def bare_text(text, keep_includes=False):
    """C++ without comments and without what is inside literals; line numbers stay as they are."""
    def blank(match):
        token = match.group(0)
        line_start = text.rfind("\n", 0, match.start()) + 1
        if keep_includes and token[0] == '"' and text[line_start:match.start()].strip().startswith("#include"):
            return token
        return ("" if token[0] == "/" else '""') + "\n" * token.count("\n")
    return _TOKEN.sub(blank, text)


def finish(name, findings, summary):
    """Prints what was found and ends the check: 0 when nothing was, 1 otherwise."""
    for finding in findings:
        print(finding)
    print(f"{name}: {len(findings)} finding(s). {summary}" if findings else f"{name}: ok. {summary}")
    sys.exit(1 if findings else 0)
