"""The commands of README.md and docs/*.md: which there are, what the page says about each, and a machine to run them on.

A comment on the line before a block of code says what is to become of it:

    <!-- run -->                  a shell runs it; all such blocks of one document run in one shell, in their order
    <!-- fails -->                likewise, and it must fail
    <!-- file: /etc/... -->       it is the content of that file from here on
    <!-- part: /etc/... -->       it is added to the end of that file
    <!-- not run: reason -->      it is not
    <!-- serve -->                by itself: here the service is started with /etc/turnpike/turnpike.toml

A block of TOML without a comment is checked as a file of its own; JSON must parse; other languages and plain text are no
commands."""

import dataclasses
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = ("sh", "bash", "console", "shell", "zsh", "python", "dockerfile")
BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE)
REMARK = re.compile(r"^ *<!-- *(run|fails|serve|file: *\S+|part: *\S+|not run: *[^>]+?) *-->$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
INLINE = re.compile(r"(?<!`)`(turnpike(?: [^`]*)?)`(?!`)")


@dataclasses.dataclass(frozen=True)
class Block:
    line: int
    language: str
    text: str
    remark: str  # "" where there is none


@dataclasses.dataclass(frozen=True)
class Document:
    path: Path
    blocks: list

    @property
    def name(self):
        return self.path.relative_to(ROOT).as_posix()

    def is_run(self):
        return any(block.remark in ("run", "fails") for block in self.blocks)


def _line(text, position):
    return text.count("\n", 0, position) + 1


def parse(path, text):
    blocks, taken = [], set()
    remarks = {_line(text, found.end()): found for found in REMARK.finditer(text)}
    for found in BLOCK.finditer(text):
        line = _line(text, found.start())
        remark = remarks.get(line - 1)
        if remark:
            taken.add(line - 1)
        indent = len(found["indent"])
        body = "".join(one[indent:] or "\n" for one in found["text"].splitlines(keepends=True))
        blocks.append(Block(line, found["language"], body, remark[1] if remark else ""))
    blocks += [Block(line, "", "", found[1]) for line, found in remarks.items() if line not in taken]
    return Document(path, sorted(blocks, key=lambda block: block.line))


def all_documents():
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
    return [parse(path, path.read_text(encoding="utf-8")) for path in paths]


def unmarked(document):
    """What is wrong with the marks of a document's blocks."""
    for block in document.blocks:
        where = f"{document.name}:{block.line}"
        if block.language in COMMANDS and not block.remark:
            yield f"{where}: a {block.language} block that is neither run nor marked as not run"
        if not block.text and block.remark != "serve":
            yield f"{where}: <!-- {block.remark} --> stands before no block"
        if block.remark in ("run", "fails") and block.language not in ("sh", "bash"):
            yield f"{where}: only sh can be run"


def inline_commands(document):
    """(line, words) of each `turnpike ...` within the text."""
    text = BLOCK.sub(lambda found: "\n" * found[0].count("\n"), document.path.read_text(encoding="utf-8"))
    for found in INLINE.finditer(text):
        if "\n" not in found[1]:
            yield _line(text, found.start()), found[1].split()


def links(document):
    """(line, target) of each link to a file of ours."""
    text = BLOCK.sub(lambda found: "\n" * found[0].count("\n"), document.path.read_text(encoding="utf-8"))
    for found in LINK.finditer(text):
        if "://" not in found[1]:
            yield _line(text, found.start()), found[1]


def anchors(path):
    """What links can name in it, as Git forges make it out of headings."""
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in HEADING.findall(text)}


# A machine of the document's own: /etc, /run, /var and /usr/local are as they are here, but what is written to them is
# gone afterwards. The names of the examples lead to this machine, whose certificate is the one in letsencrypt's folder.
MACHINE = """set -eu
layer={layers}
mount -t tmpfs none "$layer"
for folder in /etc /run /var /usr/local /root; do
  mkdir -p "$layer$folder/up" "$layer$folder/work"
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$layer$folder/up,workdir=$layer$folder/work" "$folder"
done
{{ echo '127.0.0.1 localhost'; echo '127.0.0.1 turn.example.org turn2.example.org stun.example.org'; }} >/etc/hosts
mkdir -p /etc/turnpike /run/turnpike /var/lib/turnpike /etc/letsencrypt/live/turn.example.org /usr/local/bin
cp {chain} /etc/letsencrypt/live/turn.example.org/fullchain.pem
cp {key} /etc/letsencrypt/live/turn.example.org/privkey.pem
export SSL_CERT_FILE={authority} CURL_CA_BUNDLE={authority}
ln -sf {binary} /usr/local/bin/turnpike
printf '#!/bin/sh\\nexec "$@"\\n' >/usr/local/bin/sudo
chmod 755 /usr/local/bin/sudo
export PATH=/usr/local/bin:$PATH HOME=/root
cd /root
serve() {{
  turnpike serve -c /etc/turnpike/turnpike.toml >>{log} 2>&1 &
  server=$!
  for _ in $(seq 200); do
    turnpike status -c /etc/turnpike/turnpike.toml >/dev/null 2>&1 && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  cat {log}
  return 1
}}
fails() {{
  ! bash -eu -c "$1"
}}
"""


def script(document, world, authority, certificate):
    """A shell script that does what the document says."""
    quoted = {name: shlex.quote(str(value)) for name, value in {
        "layers": world.folder / "layers", "chain": certificate.chain, "key": certificate.key, "authority": authority,
        "binary": Path(world.options.binary).resolve(), "log": world.folder / "served.log"}.items()}
    (world.folder / "layers").mkdir()
    lines = [MACHINE.format(**quoted)]
    for block in document.blocks:
        lines.append(f"echo '# {document.name}:{block.line}'")
        remark, _, path = block.remark.partition(": ")
        if remark == "run":
            lines.append(block.text)
        elif remark == "fails":
            lines.append(f"fails {shlex.quote(block.text)}")
        elif remark == "serve":
            lines.append("serve")
        elif remark in ("file", "part"):
            arrow = ">" if remark == "file" else ">>"
            lines.append(f"mkdir -p {Path(path).parent}\ncat {arrow}{path} <<'END_OF_BLOCK'\n{block.text}END_OF_BLOCK")
    lines.append('[ -z "${server:-}" ] || kill "$server"\necho "# done"')
    return "\n".join(lines) + "\n"
