"""The system-call filters that systemd makes of a unit, by libseccomp, for this process and what it becomes."""

import ctypes
import errno
import socket

ALLOW = 0x7FFF0000
NOT_EQUAL, LESS, EQUAL, GREATER, MASKED_EQUAL = 1, 2, 4, 6, 7
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
O_CREAT = 0o100
SUID, SGID = 0o4000, 0o2000
# mount, cgroup, UTS, IPC, user, PID and network namespaces, and time
NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x00000080)
ORDINARY_SCHEDULING = {0, 3, 5}  # other, batch, idle


class _Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def _library():
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint,
                                               ctypes.POINTER(_Comparison)]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    return library


def refuse(number):
    return 0x00050000 | number


class Filter:
    """What system calls come to; those that the kernel or the library does not know are passed over."""

    def __init__(self, default=ALLOW):
        self._library = _library()
        self._context = self._library.seccomp_init(default)

    def rule(self, action, name, *comparisons):
        """Each comparison is (argument, how, value), or (argument, MASKED_EQUAL, mask, value)."""
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number == -1:
            return
        made = [_Comparison(*comparison, *([0] if len(comparison) == 3 else [])) for comparison in comparisons]
        array = (_Comparison * max(len(made), 1))(*made)
        code = self._library.seccomp_rule_add_array(self._context, action, number, len(made), array)
        if code not in (0, -errno.EDOM):  # EDOM: a call of other machines
            raise OSError(-code, f"a rule for {name}")

    def load(self):
        code = self._library.seccomp_load(self._context)
        if code != 0:
            raise OSError(-code, "seccomp_load")


def _call_filter(unit):
    made = Filter(refuse(getattr(errno, unit.one("SystemCallErrorNumber", "EPERM"))))
    for name in sorted(unit.system_calls()):
        made.rule(ALLOW, name)
    return made


def _family_filter(families):
    made, numbers = Filter(), sorted(getattr(socket, name) for name in families)
    action = refuse(errno.EAFNOSUPPORT)
    made.rule(action, "socket", (0, LESS, numbers[0]))
    made.rule(action, "socket", (0, GREATER, numbers[-1]))
    for number in set(range(numbers[0], numbers[-1])) - set(numbers):
        made.rule(action, "socket", (0, EQUAL, number))
    return made


def _namespace_filter():
    made = Filter()
    made.rule(refuse(errno.ENOSYS), "clone3")  # its flags lie in memory, where a filter cannot look
    made.rule(refuse(errno.EPERM), "setns", (1, EQUAL, 0))
    for flag in NAMESPACES:
        made.rule(refuse(errno.EPERM), "unshare", (0, MASKED_EQUAL, flag, flag))
        made.rule(refuse(errno.EPERM), "setns", (1, MASKED_EQUAL, flag, flag))
        if flag > 0xFF:  # the lowest byte of clone's flags is a signal
            made.rule(refuse(errno.EPERM), "clone", (0, MASKED_EQUAL, flag, flag))
    return made


def _memory_filter():
    made, both = Filter(), PROT_WRITE | PROT_EXEC
    made.rule(refuse(errno.EPERM), "mmap", (2, MASKED_EQUAL, both, both))
    for name in ("mprotect", "pkey_mprotect"):
        made.rule(refuse(errno.EPERM), name, (2, MASKED_EQUAL, PROT_EXEC, PROT_EXEC))
    made.rule(refuse(errno.EPERM), "shmat", (2, MASKED_EQUAL, SHM_EXEC, SHM_EXEC))
    return made


def _realtime_filter():
    made = Filter()
    for policy in set(range(max(ORDINARY_SCHEDULING))) - ORDINARY_SCHEDULING:
        made.rule(refuse(errno.EPERM), "sched_setscheduler", (1, EQUAL, policy))
    made.rule(refuse(errno.EPERM), "sched_setscheduler", (1, GREATER, max(ORDINARY_SCHEDULING)))
    return made


def _suid_filter():
    made = Filter()
    modes = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "mkdir": 1, "mkdirat": 2, "mknod": 1, "mknodat": 2, "creat": 1}
    for bit in (SUID, SGID):
        for name, argument in modes.items():
            made.rule(refuse(errno.EPERM), name, (argument, MASKED_EQUAL, bit, bit))
        for name, argument in (("open", 1), ("openat", 2)):
            made.rule(refuse(errno.EPERM), name, (argument, MASKED_EQUAL, O_CREAT, O_CREAT),
                      (argument + 1, MASKED_EQUAL, bit, bit))
    made.rule(refuse(errno.ENOSYS), "openat2")
    return made


def _personality_filter():
    made = Filter()
    made.rule(refuse(errno.EPERM), "personality", (0, NOT_EQUAL, 0xFFFFFFFF))
    return made


def _without(names):
    made = Filter()
    for name in names:
        made.rule(refuse(errno.EPERM), name)
    return made


def filters(unit):
    """All that the unit asks for, to be loaded in this order."""
    made = [_family_filter(unit.words("RestrictAddressFamilies"))]
    for directive, build in (("RestrictNamespaces", _namespace_filter), ("MemoryDenyWriteExecute", _memory_filter),
                             ("RestrictRealtime", _realtime_filter), ("RestrictSUIDSGID", _suid_filter),
                             ("LockPersonality", _personality_filter),
                             ("ProtectKernelModules", lambda: _without(unit.group("@module"))),
                             ("ProtectClock", lambda: _without(unit.group("@clock"))),
                             ("ProtectKernelLogs", lambda: _without(["syslog"])),
                             ("ProtectHostname", lambda: _without(["sethostname", "setdomainname"]))):
        if unit.is_on(directive):
            made.append(build())
    return [*made, _call_filter(unit)]
