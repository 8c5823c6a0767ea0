"""bash's completion of the command line."""

FILES, FOLDERS = "FILE PATH", "DIR"

_TEMPLATE = r"""# bash completion for turnpike                                  -*- shell-script -*-

_turnpike() {
    local cur prev words cword
    _init_completion -n : || return
    local command= index word=
    for ((index = 1; index < cword; index++)); do
        if _turnpike_takes_value "${command:-serve}" "${words[index]}"; then ((index++))
        elif [[ ${words[index]} == -* ]]; then continue
        elif [[ -z $command ]]; then command=${words[index]}
        elif [[ -z $word ]]; then word=${words[index]}; fi
    done
    case "${command:-serve} $prev" in
@FILE_OPTIONS@
    esac
    _turnpike_takes_value "${command:-serve}" "$prev" && return
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$(_turnpike_options "${command:-serve}")" -- "$cur"))
        return
    fi
    case "$command $word" in
        ' ') COMPREPLY=($(compgen -W '@COMMANDS@ help' -- "$cur")) ;;
        'help ') COMPREPLY=($(compgen -W '@COMMANDS@' -- "$cur")) ;;
@WORDS@
    esac
} &&
    complete -F _turnpike turnpike

_turnpike_options() {
    case "$1" in
@OPTIONS@
    esac
}

# Whether the option's value is the next word.
_turnpike_takes_value() {
    case "$1 $2" in
@VALUES@
        *) return 1 ;;
    esac
}
"""


def names(option):
    return [f"-{option.short}"] * bool(option.short) + [f"--{option.long}"]


def takes(option, kinds):
    return option.value in kinds.split()


def _patterns(command, options):
    return " | ".join(f"'{command.name} {name}'" for option in options for name in names(option))


def _cases(commands, kinds, action):
    for command in commands:
        if patterns := _patterns(command, [option for option in command.options if takes(option, kinds)]):
            yield f"        {patterns}) {action} ;;"


def _words(commands):
    for command in commands:
        words = command.words()
        if words:
            yield f"""        '{command.name} ') COMPREPLY=($(compgen -W '{" ".join(words)}' -- "$cur")) ;;"""
        for word, operands in words.items():
            if "FILE" in operands.split("-")[0]:
                yield f"        '{command.name} {word}') _filedir ;;"


def write(commands):
    values = [f"        {patterns}) ;;" for command in commands
              if (patterns := _patterns(command, [option for option in command.options if option.value]))]
    options = [f"        {command.name}) echo '{' '.join(name for option in command.options for name in names(option))}' ;;"
               for command in commands]
    files = [*_cases(commands, FILES, "_filedir; return"), *_cases(commands, FOLDERS, "_filedir -d; return")]
    text = _TEMPLATE
    for place, lines in (("FILE_OPTIONS", files), ("WORDS", _words(commands)), ("OPTIONS", options), ("VALUES", values)):
        text = text.replace(f"@{place}@", "\n".join(lines))
    return text.replace("@COMMANDS@", " ".join(command.name for command in commands))
