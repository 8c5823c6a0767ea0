"""The file system that systemd shows to the service: a copy-on-write view of this machine's, in a mount namespace of its
own, read-only but for the service's own folders."""

import ctypes
import os
import stat
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_MOVE, MS_REC, MS_SLAVE = 2, 4, 4096, 8192, 16384, 1 << 19
MOUNT_SETATTR = 442  # the same number on every architecture
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
READ_ONLY, NO_EXECUTION = 1, 8
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LIBC = ctypes.CDLL(None, use_errno=True)


class _Attributes(ctypes.Structure):
    _fields_ = [("set", ctypes.c_uint64), ("clear", ctypes.c_uint64), ("propagation", ctypes.c_uint64),
                ("userns", ctypes.c_uint64)]


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source, target, kind=None, flags=0, options=None):
    words = [None if word is None else str(word).encode() for word in (source, target, kind)]
    check(LIBC.mount(*words, ctypes.c_ulong(flags), None if options is None else options.encode()),
          f"mount {source} on {target}")


def _change(target, made=0, undone=0, recursive=False):
    attributes = _Attributes(made, undone, 0, 0)
    check(LIBC.syscall(ctypes.c_long(MOUNT_SETATTR), ctypes.c_int(AT_FDCWD), str(target).encode(),
                       ctypes.c_uint(AT_RECURSIVE if recursive else 0), ctypes.byref(attributes),
                       ctypes.c_size_t(ctypes.sizeof(attributes))), f"mount_setattr {target}")


def _bind(source, target):
    """A folder or a file of this machine at another place of the new root."""
    if stat.S_ISDIR(os.stat(source).st_mode):
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.touch()
    _mount(source, target, flags=MS_BIND | MS_REC)


def _empty(target, mode=0o755):
    target.mkdir(parents=True, exist_ok=True)
    _mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode={mode:o}")


def _make_root(stage):
    """This machine's root, on which everything may be put without being put there."""
    _mount("none", "/", flags=MS_REC | MS_SLAVE)
    _mount("tmpfs", stage, "tmpfs")
    root = Path(stage) / "root"
    for name in ("root", "upper", "work"):
        (Path(stage) / name).mkdir()
    _mount("overlay", root, "overlay", options=f"lowerdir=/,upperdir={stage}/upper,workdir={stage}/work")
    return root


def _own_devices(root):
    _empty(root / "dev")
    for name in DEVICES:
        _bind(f"/dev/{name}", root / "dev" / name)


def _own_processes(root, unit):
    options = []
    if unit.one("ProtectProc"):
        options.append(f"hidepid={unit.one('ProtectProc')}")
    if unit.one("ProcSubset"):
        options.append(f"subset={unit.one('ProcSubset')}")
    _mount("proc", root / "proc", "proc", MS_NOSUID | MS_NODEV, ",".join(options))


def build(unit, stage, binds):
    """Leaves this process in the new root. `binds`: {place there: (path here, whether it may be written)}."""
    flags = CLONE_NEWNS
    flags |= CLONE_NEWIPC if unit.is_on("PrivateIPC") else 0
    flags |= CLONE_NEWUTS if unit.is_on("ProtectHostname") else 0
    check(LIBC.unshare(flags), "unshare")
    root = _make_root(stage)
    _own_processes(root, unit)
    _mount("/sys", root / "sys", flags=MS_BIND | MS_REC)
    if unit.is_on("PrivateDevices"):
        _own_devices(root)
    else:
        _mount("/dev", root / "dev", flags=MS_BIND | MS_REC)
    _empty(root / "run")
    writable = []
    for hidden in ("home", "root", "run/user"):
        _empty(root / hidden, 0o000)
    for place in ("tmp", "var/tmp"):
        if unit.is_on("PrivateTmp"):
            _empty(root / place, 0o1777)
            writable.append(root / place)
    for place, (path, may_write) in binds.items():
        _bind(path, root / place.lstrip("/"))
        writable += [root / place.lstrip("/")] if may_write else []
    _seal(unit, root, writable)
    os.chdir(root)
    _mount(".", "/", flags=MS_MOVE)
    os.chroot(".")
    os.chdir("/")


def _seal(unit, root, writable):
    executable = [root / path.lstrip("/") for path in unit.words("ExecPaths")]
    for path in executable:
        if not os.path.ismount(path):
            _mount(path, path, flags=MS_BIND | MS_REC)
    if unit.one("ProtectSystem") == "strict":
        _change(root, READ_ONLY, recursive=True)
        for path in writable:
            _change(path, 0, READ_ONLY)
    if unit.one("NoExecPaths") == "/":
        _change(root, NO_EXECUTION, recursive=True)
        for path in executable:
            _change(path, 0, NO_EXECUTION, recursive=True)
