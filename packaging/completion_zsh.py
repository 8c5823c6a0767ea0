"""zsh's completion of the command line."""

from completion_bash import FILES, FOLDERS, names, takes

_TEMPLATE = r"""#compdef turnpike

_turnpike_commands() {
    local -a commands=(
@COMMANDS@
    )
    _describe -t commands 'turnpike command' commands
}

_turnpike() {
    local curcontext="$curcontext" state line
    local -A opt_args
    _arguments -C '1: :->command' '*:: :->rest' && return
    case $state in
        command) _turnpike_commands ;;
        rest)
            case $words[1] in
                help) _turnpike_commands ;;
@CASES@
            esac ;;
    esac
}

_turnpike "$@"
"""


def _quoted(text):
    text = text.replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]").replace(":", r"\:").replace("`", "")
    return text.replace("'", "'\\''")


def _action(option):
    if not option.value:
        return ""
    kind = "_files" if takes(option, FILES) else "_files -/" if takes(option, FOLDERS) else " "
    return f":{_quoted(option.value)}:{kind}"


def _option(option):
    repeated = "*" if "more than once" in option.text else ""
    for name in names(option):
        others = "" if repeated else f"({' '.join(names(option))})"
        yield f"'{others}{repeated}{name}[{_quoted(option.text)}]{_action(option)}'"


def _case(command):
    words = command.words()
    parts = [spec for option in command.options for spec in _option(option)]
    if words:
        parts.append(f"'1:word:({' '.join(words)})'")
        if any("FILE" in operands.split("-")[0] for operands in words.values()):
            parts.append("'2:file:_files'")
        parts.append("'*: : '")
    elif command.usages and command.usages[0]:
        parts.append("'*: : '")
    joined = " \\\n                        ".join(parts)
    return f"                {command.name})\n                    _arguments -s \\\n                        {joined} ;;"


def write(commands):
    described = [f"        '{command.name}:{_quoted(command.summary)}'" for command in commands]
    described.append("        'help:explains a command'")
    return _TEMPLATE.replace("@COMMANDS@", "\n".join(described)).replace("@CASES@", "\n".join(map(_case, commands)))
