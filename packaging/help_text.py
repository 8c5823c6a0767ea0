"""What `turnpike help` says, as values: the manual and the completions are made of it, so that neither can drift."""

import re
import subprocess
from dataclasses import dataclass, field

_COMMAND = re.compile(r"^  ([a-z][a-z-]*)  +(\S.*)$")
_OPTION = re.compile(r"^ {2,6}(?:-([A-Za-z]), |    )--([a-z][a-z0-9-]*)(?: (\S+(?: \S+)*?))?(?:  +(\S.*))?$")


@dataclass
class Option:
    short: str
    long: str
    value: str  # the placeholder, such as FILE; "" for a switch
    text: str


@dataclass
class Command:
    name: str
    summary: str
    paragraphs: list = field(default_factory=list)
    usages: list = field(default_factory=list)  # what follows "turnpike NAME [OPTION...]", for each form
    options: list = field(default_factory=list)

    def words(self):
        """The words that may follow the command, each with its operands: {"check": "FILE", "show": "[FILE]"}."""
        found = {}
        for usage in self.usages:
            for form in usage.removeprefix("[").removesuffix("]" if usage.startswith("[") else "").split("|"):
                word, _, operands = form.strip().partition(" ")
                if re.fullmatch(r"[a-z][a-z-]*", word):
                    found[word] = operands.strip()
        return found


def _help(binary, *arguments):
    done = subprocess.run([binary, "help", *arguments], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


def _paragraphs(lines):
    """Prose is joined; a paragraph with an indented line is kept as it stands."""
    found, current = [], []
    for line in [*lines, ""]:
        if line.strip():
            current.append(line.rstrip())
        elif current:
            indented = any(text.startswith(" ") for text in current)
            found.append("\n".join(current) if indented else " ".join(current))
            current = []
    return found


def _options(lines):
    found = []
    for line in lines:
        if match := _OPTION.match(line):
            found.append(Option(match[1] or "", match[2], match[3] or "", match[4] or ""))
        elif line.strip() and found:
            found[-1].text = f"{found[-1].text} {line.strip()}".strip()
        elif line.strip():
            raise ValueError(f"not an option: {line!r}")
    for option in found:
        option.text = re.sub(r" +", " ", option.text).removesuffix(' (default: "")')
    return found


def parse_command(name, summary, text):
    lines = text.split("\n")
    begin = lines.index("Usage:")
    end = begin + 1
    while end < len(lines) and lines[end].strip():
        end += 1
    joined = " ".join(line.strip() for line in lines[begin + 1:end])
    usages = [re.sub(r"^\[OPTION\.\.\.\] ?", "", form.strip())
              for form in joined.split(f"turnpike {name}") if form.strip()]
    return Command(name, summary, _paragraphs(lines[:begin]), usages, _options(lines[end:]))


def commands(binary):
    """All commands of the program, in its own order."""
    table = [match.groups() for line in _help(binary).split("\n") if (match := _COMMAND.match(line))]
    if not table:
        raise ValueError(f"{binary} help lists no command")
    return [parse_command(name, summary, _help(binary, name)) for name, summary in table]
