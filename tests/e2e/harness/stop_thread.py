#!/usr/bin/env python3
"""Keeps one thread of another program from running until standard input ends: stop_thread.py THREAD."""

import ctypes
import os
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
WAIT_ALL = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def trace(request, thread):
    if LIBC.ptrace(ctypes.c_long(request), ctypes.c_long(thread), ctypes.c_void_p(), ctypes.c_void_p()) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main():
    thread = int(sys.argv[1])
    trace(PTRACE_SEIZE, thread)
    trace(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, WAIT_ALL)
    print("stopped", flush=True)
    sys.stdin.read()  # at the end of this program the kernel lets the thread go on


main()
