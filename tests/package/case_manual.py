"""The manual pages against the program itself."""

import re

import roff
from checking import check, output

# Read anew here, not by packaging/help_text.py, so that what that overlooks is found.
OPTION = re.compile(r"^\s+(?:-\w, )?--([a-z][a-z0-9-]*)", re.MULTILINE)


def command_names(binary):
    listed = output([binary, "help"]).split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.split("\n") if line.strip()]


def option_names(binary, command):
    return set(OPTION.findall(output([binary, "help", command]).split("Usage:")[1]))


def page(world, name):
    return output(["zcat", world.unpacked / "usr/share/man" / f"man{name[-1]}" / f"{name}.gz"])


def lint_pages(world):
    for name in ("turnpike.1", "turnpike.toml.5"):
        path = world.folder / name
        path.write_text(page(world, name))
        output(["mandoc", "-T", "lint", "-W", "warning", path])


def compare_commands(world):
    text = page(world, "turnpike.1")
    sections = dict(re.findall(r"^\.SS ([a-z-]+)\n(.*?)(?=^\.S[SH] )", text.split(".SH COMMANDS")[1], re.MULTILINE | re.DOTALL))
    names = command_names(world.binary)
    check(list(sections) == names, f"turnpike.1 has the commands {list(sections)}, the program {names}")
    for name in names:
        written = set(re.findall(r"\\fB\\-\\-([a-z0-9\\-]+)\\fR", sections[name]))
        written = {option.replace("\\-", "-") for option in written}
        missing = option_names(world.binary, name) - {"help"} - written
        check(not missing, f"turnpike.1 does not have these options of {name}: {missing}")


def compare_keys(world):
    text = page(world, "turnpike.toml.5")
    sections = dict(re.findall(r'^\.SS "\[+([a-z_.]+)\]+"\n(.*?)(?=^\.S[SH] )', text, re.MULTILINE | re.DOTALL))
    shown = [line.split(" = ", 1) for line in output([world.binary, "config", "show"]).split("\n") if " = " in line]
    keys = [(key, value.rpartition("  # ")[0]) for key, value in shown if key != "listen"]
    check(len(keys) > 60, f"config show lists {len(keys)} keys only")
    for key, value in keys:
        table, _, name = key.rpartition(".")
        entry = rf"\fB{name}\fR = "
        check(entry in sections.get(table, ""), f"turnpike.toml.5 does not have {key}")
        # Durations and sizes are shown in another unit than they are written in.
        if not re.match(r'"[0-9/]|[\[{]', value):
            check(entry + roff.escaped(value) in sections[table], f"turnpike.toml.5 has another default of {key} than {value}")


CASES = [("the manual pages have no mistake that mandoc knows", lint_pages),
         ("turnpike.1 has every command and every option", compare_commands),
         ("turnpike.toml.5 has every key with its default", compare_keys)]
