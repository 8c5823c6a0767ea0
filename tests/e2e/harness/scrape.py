"""A strict reader of Prometheus's text format, version 0.0.4."""

import dataclasses
import math
import re

from harness.cases import expect

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)(?: -?\d+)?")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


@dataclasses.dataclass
class Family:
    kind: str = ""
    help: str = ""
    samples: dict = dataclasses.field(default_factory=dict)  # (name, labels as sorted pairs): value


def _labels(text):
    rest, pairs = text, []
    while rest:
        found = LABEL.match(rest)
        expect(found, f"labels in bad form: {{{text}}}")
        pairs.append(found.groups())
        rest = rest[found.end():].removeprefix(",")
    names = [name for name, _ in pairs]
    expect(len(set(names)) == len(names), f"a label twice: {{{text}}}")
    return tuple(sorted(pairs))


def _family_of(families, sample):
    for name, family in families.items():
        if sample in (name + end for end in PARTS.get(family.kind, ("",))):
            return family
    return None


def parse(text):
    """Name to Family. Raises Failed at the first line in bad form, a sample without a type, one that comes twice."""
    families = {}
    expect(text.endswith("\n"), "the last line has no end")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, _, told = line[7:].partition(" ")
            families.setdefault(name, Family()).help = told
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            expect(kind in ("counter", "gauge", "histogram", "summary", "untyped"), f"the type of {line!r}")
            families.setdefault(name, Family()).kind = kind
        elif line and not line.startswith("#"):
            found = SAMPLE.fullmatch(line)
            expect(found, f"no sample: {line!r}")
            name, labels, value = found.groups()
            family = _family_of(families, name)
            expect(family is not None and family.kind, f"no type for {name}")
            place = (name, _labels(labels or ""))
            expect(place not in family.samples, f"{line!r} comes twice")
            family.samples[place] = float(value.replace("Inf", "inf"))
    return families


def total(families, name, **labels):
    """The sum over all samples of `name` that have these labels; 0 when there is none."""
    return sum(value for (found, pairs), value in families.get(name, Family()).samples.items()
               if found == name and labels.items() <= dict(pairs).items() and not math.isnan(value))
