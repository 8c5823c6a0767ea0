"""turnpike.toml.5, out of conf/turnpike.toml: every key, its default, and the comment that stands above it."""

import re
from dataclasses import dataclass, field

import roff

_TABLE = re.compile(r"^\[\[?([a-z_.]+)\]?\]$")
_KEY = re.compile(r"^([a-z0-9_]+) = (.*)$")
_EXAMPLE = re.compile(r"^#([a-z0-9_\[].*)$")


@dataclass
class Block:
    """A comment with the keys below it and the examples that are commented out there."""
    comment: list = field(default_factory=list)
    keys: list = field(default_factory=list)
    examples: list = field(default_factory=list)
    introduces: bool = False  # stands above the table's name


@dataclass
class Table:
    name: str
    blocks: list = field(default_factory=list)


def parse(text):
    """The comment at the top and the tables; comments above a table's name are its first block."""
    tables, pending = [Table("")], Block()
    for number, line in enumerate(text.split("\n"), 1):
        if match := _TABLE.match(line):
            if tables[-1].name != match[1]:
                tables.append(Table(match[1]))
            if pending.comment:
                pending.introduces = True
                tables[-1].blocks.append(pending)
            pending = Block()
        elif match := _KEY.match(line):
            last = tables[-1].blocks[-1] if tables[-1].blocks else None
            if pending.comment or last is None or last.introduces or last.examples:
                tables[-1].blocks.append(pending)
                pending = Block()
            tables[-1].blocks[-1].keys.append(match.groups())
        elif match := _EXAMPLE.match(line):
            tables[-1].blocks[-1].examples.append(match[1])
        elif line.startswith("#"):
            pending.comment.append(line[1:].removeprefix(" "))
        elif line:
            raise ValueError(f"line {number} is neither a comment, a table nor a key: {line}")
        elif tables[-1].name == "" and pending.comment:
            tables[0].blocks.append(pending)
            pending = Block()
    return tables


def _comment(lines, separator):
    """Prose and, where lines are indented, examples."""
    out, prose, code = [], [], []

    def flush():
        if prose:
            out.append(("" if not out else separator + "\n") + roff.sentences(" ".join(prose)))
        if code:
            out.append(roff.example(code))
        prose.clear()
        code.clear()

    for line in lines:
        if not line:
            flush()
        elif line.startswith("  "):
            if prose:
                flush()
            code.append(line.removeprefix("  "))
        else:
            if code:
                flush()
            prose.append(line)
    flush()
    return "\n".join(out)


def _block(block):
    if not block.keys:
        return ("" if block.introduces else ".PP\n") + _comment(block.comment, ".PP")
    lines = []
    for number, (key, default) in enumerate(block.keys):
        lines += [".TQ" if number else ".TP", rf"\fB{roff.escaped(key)}\fR = {roff.escaped(default)}"]
    if block.comment:
        lines.append(_comment(block.comment, ".IP"))
    if block.examples:
        lines.append(roff.example(block.examples))
    return "\n".join(lines)


def _table(table):
    many = table.name == "listen"
    # The shipped listeners are the default of one key that repeats.
    blocks = table.blocks
    if many:
        values = [value for block in blocks for _, value in block.keys]
        blocks = [block for block in blocks if block.introduces]
        blocks.append(Block(["One address and port. Without any [[listen]]: " + ", ".join(values) + "."], [("url", '""')]))
        blocks.append(Block(["The addresses of proxies that send PROXY headers."], [("proxy_protocol", "[]")]))
    title = f"[[{table.name}]]" if many else f"[{table.name}]"
    return "\n".join([f'.SS "{roff.escaped(title)}"', *map(_block, blocks)])


def write(template, reference, version, date):
    tables = parse(reference)
    # The first paragraph there says what the page says by itself.
    top = [line for block in tables[0].blocks for line in ["", *block.comment]]
    top = _comment(top[top.index("", 1):], ".PP")
    text = template.replace("@VERSION@", version).replace("@DATE@", date).replace("@TOP@", top)
    return text.replace("@TABLES@", "\n".join(map(_table, tables[1:])))
