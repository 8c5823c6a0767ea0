"""How the cases say what they found."""

import subprocess


class Failed(Exception):
    """Its text says what was wrong."""


class Skip(Exception):
    """Its text says why the case cannot run here."""


def check(condition, message):
    if not condition:
        raise Failed(message)


def same(found, expected, what):
    check(found == expected, f"{what}: {found!r} instead of {expected!r}")


def output(argv, seconds=60, code=0, **more):
    """What a command prints, which has to end with this exit code."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=seconds, check=False, **more)
    check(done.returncode == code, f"{' '.join(map(str, argv))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
