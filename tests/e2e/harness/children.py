"""Child processes with bounded lives. Each child is the leader of a session of its own and is ended by that id."""

import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def inside(network, argv):
    """The command line that runs `argv` in a named network namespace; without one, as it is."""
    return list(argv) if network is None else ["ip", "netns", "exec", network.name, *argv]


def end_group(leader):
    """Kills the process group that one of our children leads."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Child:
    def __init__(self, argv, log, network=None, cwd=None, env=None, talks=False):
        """`talks`: by its standard input and output, and only what it complains of goes to the log."""
        self.argv = [str(part) for part in inside(network, argv)]
        self.log = log
        with open(log, "ab") as out:
            pipes = ({"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": out} if talks else
                     {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT})
            self.process = subprocess.Popen(self.argv, **pipes, start_new_session=True,
                                            preexec_fn=_die_with_parent, cwd=cwd, env=env)

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process.poll() is None

    def text(self):
        return self.log.read_text(errors="replace")

    def wait(self, seconds):
        """The exit code, or None when it still runs after so many seconds."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, seconds=5.0, number=signal.SIGTERM):
        if self.running():
            self.process.send_signal(number)
            if self.wait(seconds) is None:
                end_group(self.pid)
        return self.wait(5.0)

    def close(self):
        if self.running():
            end_group(self.pid)
        self.wait(5.0)

    def wait_for_text(self, needle, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if needle in self.text():
                return True
            if not self.running():
                return needle in self.text()
            time.sleep(0.02)
        return False


class Outcome:
    def __init__(self, code, text):
        self.code = code
        self.text = text


def run(argv, seconds, network=None, cwd=None, env=None, typed=None):
    """Runs to the end; code None says that the time was up and the child was killed. `typed`: its standard input."""
    stdin = subprocess.DEVNULL if typed is None else subprocess.PIPE
    process = subprocess.Popen([str(part) for part in inside(network, argv)], stdin=stdin,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                               preexec_fn=_die_with_parent, cwd=cwd, env=env)
    try:
        output, _ = process.communicate(None if typed is None else typed.encode(), timeout=seconds)
        return Outcome(process.returncode, output.decode(errors="replace"))
    except subprocess.TimeoutExpired:
        end_group(process.pid)
        output, _ = process.communicate()
        return Outcome(None, output.decode(errors="replace"))
    except BaseException:
        end_group(process.pid)
        process.wait()
        raise
