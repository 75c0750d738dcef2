"""The three-way merge by files: what was generated, what is there, what would be generated → whose it is, what is written."""

from __future__ import annotations

import pytest

from generator.errors import RepositoryError, SpecError
from generator.git import checkout
from generator.regenerate import merge, record
from generator.regenerate.merge import Outcome, State
from generator.render.file import HEADER, File
from generator.yaml.reader import Parsed

PLAIN = "base/web/service.yaml"
OVERLAY = "overlays/dev/web/kustomization.yaml"
DIGEST = "sha256:" + "a" * 64


def merge_file(path: str, before: bytes | None, local: bytes | None, updated: bytes | None) -> Outcome:
    return merge.merge_file(path, before, local, updated, checkout.merge_lines)


WAS, NEW, MINE = b"original\n", b"updated\n", b"edited\n"
# original, local, updated → state, content
TABLE: dict[str, tuple[bytes | None, bytes | None, bytes | None, State, bytes | None]] = {
    "never there, now generated": (None, None, NEW, State.GENERATED, NEW),
    "never generated, but somebody wrote the same": (None, NEW, NEW, State.GENERATED, NEW),
    "never generated, but somebody wrote something else": (None, MINE, NEW, State.CONFLICTING, MINE),
    "unchanged by all": (WAS, WAS, WAS, State.GENERATED, WAS),
    "changed by the spec": (WAS, WAS, NEW, State.GENERATED, NEW),
    "changed by a person": (WAS, MINE, WAS, State.EDITED, MINE),
    "changed by both to the same": (WAS, NEW, NEW, State.GENERATED, NEW),
    "changed by both": (WAS, MINE, NEW, State.CONFLICTING, MINE),
    "deleted by a person": (WAS, None, WAS, State.MISSING, None),
    "deleted by a person, changed by the spec": (WAS, None, NEW, State.MISSING, None),
    "gone from the spec": (WAS, WAS, None, State.ORPHANED, None),
    "gone from the spec, changed by a person": (WAS, MINE, None, State.CONFLICTING, MINE),
    "gone from the spec, deleted by a person": (WAS, None, None, State.GENERATED, None),
    "emptied by a person": (WAS, b"", WAS, State.EDITED, b""),
}


@pytest.mark.parametrize(("before", "local", "updated", "state", "content"), TABLE.values(), ids=TABLE)
def test_a_file(
    before: bytes | None, local: bytes | None, updated: bytes | None, state: State, content: bytes | None
) -> None:
    outcome = merge_file(PLAIN, before, local, updated)
    assert (outcome.state, outcome.content) == (state, content)


# What `outputs` wrote is the pipeline's as a whole, whatever is generated in its place.
OUTPUTS: dict[str, tuple[bytes | None, bytes, bytes | None, State, bytes | None]] = {
    "as it was seeded": (WAS, WAS, WAS, State.GENERATED, WAS),
    "what Terraform gave": (WAS, MINE, WAS, State.PIPELINE, MINE),
    "what Terraform gave, where another seed is generated": (WAS, MINE, NEW, State.PIPELINE, MINE),
    "what Terraform gave before any app named it": (None, MINE, NEW, State.PIPELINE, MINE),
    "no app names any more": (WAS, MINE, None, State.ORPHANED, None),
}


@pytest.mark.parametrize(("before", "local", "updated", "state", "content"), OUTPUTS.values(), ids=OUTPUTS)
def test_outputs_of_terraform(
    before: bytes | None, local: bytes, updated: bytes | None, state: State, content: bytes | None
) -> None:
    outcome = merge_file("overlays/dev/_infra/outputs.yaml", before, local, updated)
    assert (outcome.state, outcome.content) == (state, content)
    # Beside it lies what is generated.
    beside = merge_file("overlays/dev/_infra/declared.yaml", WAS, MINE, NEW)
    assert beside.state == State.CONFLICTING


def overlay(tag: str, digest: str = "", more: str = "") -> bytes:
    line = f"  digest: {digest}\n" if digest else ""
    return f"images:\n- name: web\n  newTag: {tag}\n{line}{more}".encode()


SEED, CHANGED = overlay("unreleased"), overlay("unreleased", more="patches: []\n")
PIPELINE: dict[str, tuple[bytes | None, bytes, bytes | None, State, bytes | None]] = {
    "a tag of the pipeline's": (SEED, overlay("v1"), SEED, State.PIPELINE, overlay("v1")),
    "a tag and a digest": (SEED, overlay("v1", DIGEST), SEED, State.PIPELINE, overlay("v1", DIGEST)),
    "carried over a change of the spec": (SEED, overlay("v1", DIGEST), CHANGED, State.PIPELINE, overlay("v1", DIGEST, "patches: []\n")),
    "kept where another tag is seeded": (SEED, overlay("v1"), overlay("v0"), State.PIPELINE, overlay("v1")),
    "and an edit besides": (SEED, overlay("v1", more="# mine\n"), SEED, State.EDITED, overlay("v1", more="# mine\n")),
    "and an edit besides, and a change of the spec": (SEED, overlay("v1", more="# mine\n"), CHANGED, State.EDITED, overlay("v1", more="patches: []\n# mine\n")),
    "gone from the spec": (SEED, overlay("v1", DIGEST), None, State.ORPHANED, None),
    "the entry taken out": (SEED, b"images: []\n", SEED, State.EDITED, b"images: []\n"),
    "without a record of what was generated": (None, overlay("v1"), SEED, State.PIPELINE, overlay("v1")),
}  # fmt: skip


@pytest.mark.parametrize(("before", "local", "updated", "state", "content"), PIPELINE.values(), ids=PIPELINE)
def test_an_overlay(
    before: bytes | None, local: bytes, updated: bytes | None, state: State, content: bytes | None
) -> None:
    outcome = merge_file(OVERLAY, before, local, updated)
    assert (outcome.state, outcome.content) == (state, content)
    assert outcome.changes == (content != local)


def test_what_is_no_longer_yaml_is_told_with_its_line() -> None:
    with pytest.raises(SpecError) as caught:
        merge_file(OVERLAY, SEED, b"images: [\n", CHANGED)
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [(OVERLAY, 1)]


@pytest.mark.parametrize(("before", "local", "updated", "state", "content"), [*TABLE.values(), *PIPELINE.values()])
def test_a_second_run_writes_nothing(
    before: bytes | None, local: bytes | None, updated: bytes | None, state: State, content: bytes | None
) -> None:
    first = merge_file(OVERLAY, before, local, updated)
    if first.state is not State.CONFLICTING:
        assert not merge_file(OVERLAY, updated, first.content, updated).changes


# -- the record of what was generated

FILES = [
    File("base/web/a.yaml", "a: |\n  -- base/web/b.yaml --\n  x\n", "web"),
    File("base/web/b.yaml", "b: 1\n", "web"),
    File("gitops/p.yaml", "--- \nc: é\n"),
]


def test_the_record_gives_back_what_was_packed() -> None:
    packed = record.pack({file.path: file for file in FILES})
    assert sorted(packed) == [".generator/.gitattributes", ".generator/apps/web", ".generator/project"]
    assert record.unpack(packed) == {file.path: file.text.encode() for file in FILES}


DAMAGED = {
    "empty": b"",
    "another format": b"gitops-generator original, format 2\n",
    "cut off before its first header": record.FORMAT + b"a: 1\n",
    **{
        f"a path that we never write: {name.decode(errors='replace')!r}": record.FORMAT + HEADER.encode() + b"-- " + name + b" --\nx\n"
        for name in (
            b"/etc/passwd", b"../x", b"a/../../x", b"a//b", b"./a", b"a/.", b".git/config", b".GIT/config",
            b".generator/project", b"generator.yaml", b"a\\b", b"a\0b", b"a b", b"\xff", b"a/", b"~/x",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_is_refused(content: bytes) -> None:
    with pytest.raises(RepositoryError, match=r"\.generator/project") as caught:
        record.unpack({".generator/project": content})
    assert "git checkout HEAD -- .generator" in caught.value.hint


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_place_is_the_line_and_column_of_an_offset(newline: str) -> None:
    text = newline.join(["a: 1", "", "b:", "- é", "- |", "  x", "", "c: 2"])
    parsed = Parsed(text, "f.yaml")
    for offset in range(len(text)):
        before = text[:offset]
        assert parsed.place(offset) == (before.count("\n") + 1, offset - before.rfind("\n"))
