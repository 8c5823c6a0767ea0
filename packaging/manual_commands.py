"""turnpike.1: what is written by hand in man/turnpike.1.in, with every command and option as the program tells them."""

import roff


def _option(option):
    names = [rf"\fB\-{option.short}\fR"] if option.short else []
    names.append(rf"\fB\-\-{roff.escaped(option.long)}\fR")
    value = rf" \fI{roff.escaped(option.value)}\fR" if option.value else ""
    return f".TP\n{', '.join(names)}{value}\n{roff.sentences(option.text)}"


def _command(command):
    lines = [f".SS {command.name}"]
    for usage in command.usages or [""]:
        lines += [".PP" if len(lines) > 1 else ".nh",
                  rf"\fBturnpike {roff.escaped(command.name)}\fR [\fIOPTION\fR...] {roff.usage(usage)}".rstrip()]
    lines.append(".hy")
    for paragraph in command.paragraphs:
        if "\n" in paragraph:
            lines += [".PP", roff.example(paragraph.split("\n"))]
        else:
            lines += [".PP", roff.sentences(paragraph)]
    lines += [_option(option) for option in command.options if option.long != "help"]
    return "\n".join(lines)


def write(template, commands, version, date):
    text = template.replace("@VERSION@", version).replace("@DATE@", date)
    synopsis = "\n".join(f".TP\n\\fB{roff.escaped(command.name)}\\fR\n{roff.sentences(command.summary)}"
                         for command in commands)
    return text.replace("@OVERVIEW@", synopsis).replace("@COMMANDS@", "\n".join(map(_command, commands)))
