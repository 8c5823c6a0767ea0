"""README.md and docs/: every command is run here or is marked as not run, every option exists, every file is valid."""

import json
import re

from harness import certificates, documents
from harness.cases import Skip, case, expect

NAMES = ("turn.example.org", "turn2.example.org", "localhost", "127.0.0.1")
METRIC = re.compile(r"\bturnpike_[a-z_]+")
HELP_OPTION = re.compile(r"(?<![\w-])(--?[A-Za-z][\w-]*)")


@case("every block of commands in the documents is run, or marked as not run", only="turnpike")
def _(world):
    found = [problem for document in documents.all_documents() for problem in documents.unmarked(document)]
    expect(not found, "\n".join(found))


def known_options(world):
    """command -> its options, out of the program's own help."""
    overview = world.run([world.options.binary, "--help"], 5).text
    names = re.findall(r"^  (\S+)  ", overview, re.MULTILINE)
    expect("serve" in names, overview)
    return {name: set(HELP_OPTION.findall(world.run([world.options.binary, "help", name], 5).text)) for name in names}


def command_problem(options, words):
    if len(words) == 1 or words[1].startswith("-") or not words[1].islower() or words[1] in ("help", "version"):
        return None
    commands = words[1].split("|")
    absent = [command for command in commands if command not in options]
    if absent:
        return f"there is no command {', '.join(absent)}"
    used = {word.split("=")[0].strip("[],;") for word in words[2:] if word.lstrip("[").startswith("-")}
    unknown = {option for option in used if any(option not in options[command] for command in commands)}
    return f"{words[1]} has no {', '.join(sorted(unknown))}" if unknown else None


@case("every command and option that the documents name exists", only="turnpike")
def _(world):
    options = known_options(world)
    problems = []
    for document in documents.all_documents():
        for line, words in documents.inline_commands(document):
            problem = command_problem(options, words)
            if problem:
                problems.append(f"{document.name}:{line}: {' '.join(words)}: {problem}")
    expect(not problems, "\n".join(problems))


@case("every configuration in the documents passes config check, and every JSON parses", only="turnpike")
def _(world):
    chain = certificates.Authority(world.folder).issue("turn.example.org")
    problems = []
    for document in documents.all_documents():
        for block in document.blocks:
            if block.language == "toml" and not block.remark.startswith(("not run", "part")):
                text = block.text
                for path, own in (("fullchain.pem", chain.chain), ("privkey.pem", chain.key)):
                    text = re.sub(rf'"[^"]*/{path}"', json.dumps(str(own)), text)
                file = world.folder / "document.toml"
                file.write_text(text, encoding="utf-8")
                # What the page's own commands would have made first.
                for name in re.findall(r'file = "([^"]+)"', text):
                    if not name.startswith("/"):
                        (world.folder / name).write_text("kX3ugk0bq0Jx1c9Xb5l5JYp7sQw2T4mA\n", encoding="utf-8")
                outcome = world.run([world.options.binary, "config", "check", file], 5)
                if outcome.code != 0:
                    problems.append(f"{document.name}:{block.line}:\n{outcome.text}")
            if block.language == "json":
                try:
                    json.loads(block.text)
                except ValueError as error:
                    problems.append(f"{document.name}:{block.line}: {error}")
    expect(not problems, "\n".join(problems))


def link_problems(document):
    for line, target in documents.links(document):
        path, _, anchor = target.partition("#")
        file = (document.path.parent / path) if path else document.path
        if not file.exists():
            yield f"{document.name}:{line}: {target} leads nowhere"
        elif anchor and file.suffix == ".md" and anchor not in documents.anchors(file):
            yield f"{document.name}:{line}: {file.name} has no heading {anchor}"


@case("every link and metric in the documents exists", only="turnpike")
def _(world):
    everything = documents.all_documents()
    problems = [problem for document in everything for problem in link_problems(document)]
    metrics = (documents.ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    for document in everything:
        for name in set(METRIC.findall(document.path.read_text(encoding="utf-8"))):
            if name not in metrics:
                problems.append(f"{document.name}: metrics.md does not know {name}")
    expect(not problems, "\n".join(problems))


def register(document):
    @case(f"the commands of {document.name} work as they are written", seconds=120.0, only="turnpike")
    def _(world):
        if not world.private:
            raise Skip("needs a network and a file system of its own")
        authority = certificates.Authority(world.folder)
        certificate = authority.issue("turn.example.org", hosts=NAMES)
        script = world.folder / "document.sh"
        script.write_text(documents.script(document, world, authority.file, certificate), encoding="utf-8")
        outcome = world.run(["unshare", "--mount", "bash", "-eu", script], 110)
        expect(outcome.code == 0 and "# done" in outcome.text, outcome.text[-6000:])


for each in documents.all_documents():
    if each.is_run():
        register(each)
