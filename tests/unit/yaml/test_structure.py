"""Structural edits change what they are asked to, and no other line, whatever a user's file looks like."""

from __future__ import annotations

import difflib
import random
from collections import Counter
from pathlib import Path

import pytest
import yaml

from generator.errors import SpecError
from generator.yaml import structure
from generator.yaml.edit import Unspliceable
from generator.yaml.reader import Parsed
from generator.yaml.structure import Enter, Put, Remove, Rename
from generator.yaml.tree import Node
from testing import ROOT
from testing.pages import blocks

MAP = "version: 1   # one\nenvironments:   # in order\n  dev: {}\n\n  # the big one\n  prod: {sync: manual}   # by hand\n\n# end\nlast: 1\n"

# What a file looks like, an edit, and what the file looks like then.
EDITS: dict[str, tuple[str, list[structure.Edit], str]] = {
    "entered last, above what follows": ("a:\n  x: 1\n\n# of b\nb: 2\n", [Enter(("a",), "k", 2)], "a:\n  x: 1\n  k: 2\n\n# of b\nb: 2\n"),
    "entered between, above the next one's comment": ("a:\n  x: 1\n  # of z\n  z: 3\n", [Enter(("a",), "k", 2, 1)], "a:\n  x: 1\n  k: 2\n  # of z\n  z: 3\n"),
    "entered first": ("a:\n  x: 1\n", [Enter(("a",), "w", 0, 0)], "a:\n  w: 0\n  x: 1\n"),
    "a comment within the last one stays with it": ("a:\n  x:\n    p: 1\n    # more of x\nb: 2\n", [Enter(("a",), "k", {"p": 2})], "a:\n  x:\n    p: 1\n    # more of x\n  k:\n    p: 2\nb: 2\n"),
    "with blank lines between, as the others": ("a:\n  x: {p: 1}\n\n  k: {p: 2}\n", [Enter(("a",), "z", {"p": 3})], "a:\n  x: {p: 1}\n\n  k: {p: 2}\n\n  z: {p: 3}\n"),
    "in braces, as the others": ("a: {x: {}, k: {p: 1}}  # c\n", [Enter(("a",), "z", {"p": 2})], "a: {x: {}, k: {p: 1}, z: {p: 2}}  # c\n"),
    "the first one of all": ("a: {}\nb: 1\n", [Enter(("a",), "x", {"p": 1})], "a:\n  x:\n    p: 1\nb: 1\n"),
    "no final line end": ("a:\n  x: 1", [Enter(("a",), "k", 2)], "a:\n  x: 1\n  k: 2"),
    "CRLF": ("a:\r\n  x: 1\r\n", [Enter(("a",), "k", 2)], "a:\r\n  x: 1\r\n  k: 2\r\n"),
    "text that another reader would take for something else": ("a:\n  x: 1\n", [Enter(("a",), "k", {"p": "on", "q": "1.10"})], 'a:\n  x: 1\n  k:\n    p: "on"\n    q: "1.10"\n'),
    "what ruamel.yaml would lay out anew stays": ("l:\n    -   a:   1\n    -   b\na:\n  x: 1\n", [Enter(("a",), "k", 2)], "l:\n    -   a:   1\n    -   b\na:\n  x: 1\n  k: 2\n"),
    "renamed, and its comment stays": ("a:\n  # of x\n  x: 1   # one\n", [Rename(("a",), "x", "k")], "a:\n  # of x\n  k: 1   # one\n"),
    "renamed, in quotes": ('a:\n  "x" : 1\n', [Rename(("a",), "x", "k")], "a:\n  k : 1\n"),
    "renamed where an alias shares it": ("a: &m {x: 1}\nb: *m\n", [Rename(("a",), "x", "k"), Rename(("b",), "x", "k")], "a: &m {k: 1}\nb: *m\n"),
    "renamed, and entered below it": ("a:\n  x: {p: 1}  # c\n", [Rename(("a",), "x", "k"), Enter(("a", "k"), "o", 0, 0)], "a:\n  k: {o: 0, p: 1}  # c\n"),
    "another value": ("version: 1   # c\n", [Put(("version",), 2)], "version: 2   # c\n"),
    "another item": ("a: [x,  y]\n", [Put(("a", 1), "z")], "a: [x,  z]\n"),
    "a value where there was none": ("a:\n  x:\n  k: 1\n", [Put(("a", "x"), {"p": 1})], "a:\n  x:\n    p: 1\n  k: 1\n"),
    "removed": ("a:\n  x: 1\n  k: 2  # c\n", [Remove(("a", "x"))], "a:\n  k: 2  # c\n"),
    "as a spec is written": (MAP, [Enter(("environments",), "qa", {"sync": "manual"}, 1)], MAP.replace("  dev: {}\n", "  dev: {}\n\n  qa: {sync: manual}\n")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "edits", "wanted"), EDITS.values(), ids=EDITS)
def test_an_edit(text: str, edits: list[structure.Edit], wanted: str) -> None:
    assert structure.edited(text, edits, "x") == wanted


REFUSED: dict[str, tuple[str, list[structure.Edit]]] = {
    "a field that only an alias has": ("a: &m {x: 1}\nb: *m\n", [Rename(("b",), "x", "k")]),
    "a field that is inherited": ("a: &m {x: 1}\nb: {<<: *m}\n", [Rename(("b",), "x", "k")]),
    "a field that is not there": ("a: {x: 1}\n", [Remove(("a", "k"))]),
    "a comment would go": ("a:\n  x: 1  # mine\n  k: 2\n", [Remove(("a", "x"))]),
    "a map that is a text": ("a: x\n", [Enter(("a",), "k", 1)]),
}


@pytest.mark.parametrize(("text", "edits"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_had_is_refused(text: str, edits: list[structure.Edit]) -> None:
    with pytest.raises(Unspliceable):
        structure.edited(text, edits, "x")


@pytest.mark.full
@pytest.mark.slow
def test_on_what_users_write_no_other_line_changes() -> None:
    # The texts of the merge's cases, and of the documentation: hardly any shape is refused, and none comes out wrong.
    counts: Counter[str] = Counter()
    for text in corpus():
        chance = random.Random(text)
        for path, node in chance.sample(
            found := list(maps(Parsed(text, "x").documents[0].root, ())), min(2, len(found))
        ):
            names = [entry.name for entry in node.entries if not entry.inherits]
            tries: list[structure.Edit] = [Enter(path, "entered", {"a": "b"})]
            tries += [Rename(path, chance.choice(names), "renamed")] if names else []
            for edit in tries:
                counts[only_that(text, edit)] += 1
    assert counts["edited"] > 400
    assert counts["refused"] < counts["edited"] / 50, counts


def only_that(text: str, edit: structure.Edit) -> str:
    try:
        edited = structure.edited(text, [edit], "x")
    except Unspliceable:
        return "refused"
    changes = difflib.ndiff(text.splitlines(), edited.splitlines())
    gone = [line for line in changes if line.startswith("- ")]
    # In braces, the line of the map changes; the line of a name that is another one does.
    assert len(gone) <= 1, (text, edited)
    return "edited"


def corpus() -> list[str]:
    texts = [block.text for block in blocks() if block.language == "yaml"]
    texts += {text for case in yaml.safe_load((ROOT / "tests/merge/cases.yaml").read_text()) for text in strings(case)}
    return sorted({text for text in texts if is_map(text)})[::4]


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if "\n" in value else []
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in strings(item)]


def is_map(text: str) -> bool:
    try:
        documents = Parsed(text, "x").documents
    except SpecError:
        return False
    return len(documents) == 1 and documents[0].root.kind == "map"


def maps(node: Node, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Node]]:
    below = [
        one
        for entry in node.entries
        if entry.key and entry.node.kind == "map" and not entry.inherits
        for one in maps(entry.node, (*path, entry.name))
    ]
    return [(path, node), *below]


def test_only_this_module_loads_ruamel() -> None:
    using = [
        path
        for path in Path(ROOT / "generator").rglob("*.py")
        if "import ruamel" in path.read_text() or "from ruamel" in path.read_text()
    ]
    assert [path.name for path in using] == ["structure.py"]
