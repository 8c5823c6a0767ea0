"""The compile commands for clang's tools: the lint preset, configured and never built."""

import os
import subprocess
import sys

from sources import ROOT


def compile_commands():
    """The build folder with an up-to-date compile_commands.json. Ends the check when CMake fails."""
    folder = ROOT / "build" / "lint"
    command = ["cmake", "--preset", "lint", "-B", str(folder)]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          env=os.environ | {"CLICOLOR": "0"})
    if done.returncode != 0:
        sys.exit(f"cmake --preset lint failed\n{done.stdout}{done.stderr}")
    return folder
