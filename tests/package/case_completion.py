"""The completions, run in the shells that they are for."""

import re
import shutil

from case_manual import command_names, option_names
from checking import Skip, check, output, same

BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
ASK_BASH = """
source {framework}
source {completion}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${{#COMP_LINE}}
_turnpike
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
# zpty gives zsh a terminal; the line is typed, a tab after it, and Ctrl-C ends it.
ASK_ZSH = """
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "PROMPT=; fpath=({folder} \\$fpath); autoload -Uz compinit; compinit -u -d {folder}/dump"
zpty -w asked "zstyle ':completion:*' list-prompt ''; zstyle ':completion:*' menu no; LISTMAX=10000; setopt no_beep"
zpty -w asked "print -r -- READ''Y"
until [[ $text == *READY* ]]; do zpty -r -t asked chunk && text+=$chunk || zselect -t 5; done
zpty -n -w asked "$1"$'\\t'
text=; quiet=0
while ((quiet < 20)); do
  if zpty -r -t asked chunk; then text+=$chunk; quiet=0; else zselect -t 5; ((++quiet)); fi
done
print -r -- $text
"""


def completion(world):
    return world.unpacked / "usr/share/bash-completion/completions/turnpike"


def ask_bash(world, *words, folder=None):
    script = ASK_BASH.format(framework=BASH_COMPLETION, completion=completion(world))
    return output(["bash", "--norc", "-c", script, "bash", "turnpike", *words], cwd=folder or world.folder).split()


def bash_words(world):
    names = command_names(world.binary)
    same(sorted(ask_bash(world, "")), sorted([*names, "help"]), "the commands")
    same(sorted(ask_bash(world, "help", "")), sorted(names), "what help explains")
    for name in names:
        offered = {word.removeprefix("--") for word in ask_bash(world, name, "--")}
        same(offered, option_names(world.binary, name), f"the options of {name}")
    words = set(ask_bash(world, "config", ""))
    check({"check", "show"} <= words, f"after config: {words}")
    usage = output([world.binary, "help", "config"]).split("Usage:")[1].split("\n\n")[0]
    same(words, set(re.findall(r"(?:\] |\| )([a-z][a-z-]+)", usage)), "the words of config")


def bash_files(world):
    folder = world.folder / "completion"
    folder.mkdir()
    (folder / "one.toml").touch()
    (folder / "sub").mkdir()
    for words in (("serve", "-c", ""), ("-c", ""), ("status", "--config", ""), ("config", "check", ""),
                  ("credentials", "--user", "x", "--secret-file", "")):
        same(sorted(ask_bash(world, *words, folder=folder)), ["one.toml", "sub"], f"files after {words}")
    same(ask_bash(world, "serve", "--web-root", "", folder=folder), ["sub"], "folders")
    same(ask_bash(world, "sessions", "--user", "", folder=folder), [], "what a user's name may be")


def ask_zsh(world, line):
    folder = world.unpacked / "usr/share/zsh/vendor-completions"
    script = "zmodload zsh/zselect\n" + ASK_ZSH.format(folder=folder)
    text = output(["zsh", "-f", "-c", script, "zsh", line], env={"TERM": "dumb", "PATH": "/usr/bin:/bin", "COLUMNS": "250"},
                  cwd=world.folder)
    return set(re.findall(r"(?<![\w-])-*[a-z][a-z0-9.-]*", text))


def zsh_words(world):
    if not shutil.which("zsh"):
        raise Skip("there is no zsh")
    missing = set(command_names(world.binary)) - ask_zsh(world, "turnpike ")
    check(not missing, f"zsh does not offer the commands {missing}")
    for name in ("serve", "rooms", "credentials", "drain"):
        missing = {f"--{option}" for option in option_names(world.binary, name)} - ask_zsh(world, f"turnpike {name} --")
        check(not missing, f"zsh does not offer these options of {name}: {missing}")
    (world.folder / "some.toml").touch()
    check("some.toml" in ask_zsh(world, "turnpike config check so"), "zsh offers no file after config check")


CASES = [("bash completes every command, option and word", bash_words),
         ("bash completes files and folders where they belong", bash_files),
         ("zsh completes commands, options and files", zsh_words)]
