"""Text as man(7) source."""

import re

_ESCAPES = str.maketrans({"\\": r"\e", "~": r"\(ti", "^": r"\(ha", "'": r"\(aq", "-": r"\-"})


def escaped(text):
    """Plain text of one line."""
    text = text.translate(_ESCAPES)
    return r"\&" + text if text.startswith(".") else text


def prose(text):
    """Like escaped(), with `code` in bold."""
    parts = re.split(r"`([^`]+)`", text)
    marked = "".join(rf"\fB{escaped(part)}\fR" if index % 2 else part.translate(_ESCAPES).replace("`", r"\(ga")
                     for index, part in enumerate(parts))
    return r"\&" + marked if marked.startswith((".", "'")) else marked


def sentences(text):
    """Prose with each sentence on a line of its own, as man pages are written."""
    return "\n".join(prose(line) for line in re.split(r"(?<=[.!?]) (?=[A-Z`])", text))


def example(lines):
    body = "\n".join(escaped(line) if line.strip() else "" for line in lines)
    return f".RS 4\n.EX\n{body}\n.EE\n.RE"


def usage(text):
    """A usage line: literals bold, placeholders in italics."""
    def mark(match):
        word = match[0]
        style = "I" if word.strip("-")[:1].isupper() else "B"
        return rf"\f{style}{escaped(word)}\fR"
    return re.sub(r"[A-Za-z-][A-Za-z_-]*", mark, text)
