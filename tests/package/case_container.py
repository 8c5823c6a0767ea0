"""The container image as far as it goes without an engine: its Dockerfile read, and what it consists of run read-only."""

import json
import os
import re
import stat

import relaying
from checking import Skip, check, output, same

SECRET = "a secret for the container"
# All that may be in the image; libraries and their notices come on top.
ALLOWED = re.compile(r"usr/bin/turnpike|etc/(passwd|group|nsswitch\.conf|turnpike/turnpike\.toml|ssl/certs/ca-certificates\.crt)|"
                     r"(usr/)?lib(64)?/(.*/)?[a-z0-9_+.-]+\.so(\.[0-9.]+)*|usr/share/doc/[a-z0-9.+-]+/copyright|"
                     r"usr/share/common-licenses/[A-Z][A-Za-z0-9.-]+")


def instructions(world):
    text = (world.source / "container" / "Dockerfile").read_text()
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", text))
    return [tuple(line.split(" ", 1)) for line in joined.split("\n") if line.strip()]


def assembled(world):
    """The image's files, made by the same script as the image."""
    folder = world.folder / "image"
    if not folder.exists():
        output([world.source / "container" / "assemble", world.binary, folder])
    return folder


def read_dockerfile(world):
    steps = instructions(world)
    stages = [value.split(" AS ") for name, value in steps if name == "FROM"]
    same([len(stages), stages[-1]], [2, ["scratch"]], "the stages")
    final = steps[max(index for index, (name, _) in enumerate(steps) if name == "FROM") + 1:]
    check(not [name for name, _ in final if name == "RUN"], "the last stage runs something, and has no shell")
    values = dict(final)
    passwd = (assembled(world) / "etc/passwd").read_text().split(":")
    same(values["USER"], f"{passwd[2]}:{passwd[3]}", "the user")
    check(int(passwd[2]) > 0, "the image's user is root")
    for name, value in final:
        if name == "HEALTHCHECK":
            value = value.split(" CMD ", 1)[1]
        if name in ("ENTRYPOINT", "HEALTHCHECK"):
            program = assembled(world) / json.loads(value)[0].lstrip("/")
            check(os.access(program, os.X_OK), f"{name}: {program} is not in the image")
        if name == "COPY":
            source = assembled(world) / value.split()[-2].removeprefix("/image").lstrip("/")
            check(source.exists(), f"COPY {value}: not there")
    for name, value in steps[:len(steps) - len(final)]:
        if name == "COPY" and not value.startswith("--"):
            for path in value.split()[:-1]:
                check((world.source / path).exists(), f"COPY {value}: not there")
        if name == "RUN":
            output(["bash", "-n", "-c", value])


def look_at_files(world):
    folder = assembled(world)
    strange, raised = [], []
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(at, name), folder)
            if not ALLOWED.fullmatch(path):
                strange.append(path)
            if os.lstat(os.path.join(at, name)).st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH):
                raised.append(path)
    check(not strange, f"what does that do in the image: {strange}")
    check(not raised, f"set-user-ID or writable for all: {raised}")


def relay_read_only(world):
    if os.geteuid() != 0:
        raise Skip("only root can make a root folder")
    folder, passwd = assembled(world), (assembled(world) / "etc/passwd").read_text().split(":")
    secret = folder / "etc/turnpike/turn.secret"
    secret.write_text(SECRET)
    secret.chmod(0o444)
    for name in ("dev", "proc"):
        (folder / name).mkdir(exist_ok=True)
    output(["mount", "--bind", "-o", "ro", folder, folder])
    output(["mount", "-o", "remount,bind,ro", folder])
    output(["mount", "--bind", "-o", "ro", "/dev", folder / "dev"])
    output(["mount", "-t", "proc", "proc", folder / "proc"])
    owned = f"uid={passwd[2]},gid={passwd[3]},mode=0700"
    for name in ("run/turnpike", "var/lib/turnpike"):
        output(["mount", "-t", "tmpfs", "-o", owned, "tmpfs", folder / name])
    try:
        output(["touch", folder / "etc/written"], code=1)
        values = dict(instructions(world))
        inside = ["setpriv", "--no-new-privs", "chroot", f"--userspec={values['USER']}", folder]
        health = json.loads(values["HEALTHCHECK"].split(" CMD ", 1)[1])
        relaying.relay_by(SECRET, world.folder / "container.log",
                          [*inside, *json.loads(values["ENTRYPOINT"]), *json.loads(values["CMD"])], [[*inside, *health]])
    finally:
        output(["umount", "--recursive", "--lazy", folder])


CASES = [("the Dockerfile ends with a user, a program and a health check that are in its image", read_dockerfile),
         ("the container image has no file that it does not need", look_at_files),
         ("what the image consists of relays on a read-only root, as its user, without a capability", relay_read_only)]
