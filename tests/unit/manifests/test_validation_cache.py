"""What is known to be valid: anything that a build could read makes it unknown again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.manifests.validation_cache import Known, Reader, Validity

OVERLAY = "overlays/dev/web"
FILES = {
    f"{OVERLAY}/kustomization.yaml": """\
resources: [../../../base/web, extra.yaml, 2024-01-01]
components: ["../../../components/on"]
patches: [{path: patches/deployment.yaml}]
configMapGenerator: [{name: c, files: [settings/app.conf], literals: ["URL=https://example.com"]}]
""",
    f"{OVERLAY}/extra.yaml": "kind: A",
    f"{OVERLAY}/patches/deployment.yaml": "kind: B",
    f"{OVERLAY}/settings/app.conf": "a = 1",
    f"{OVERLAY}/2024-01-01/kustomization.yml": "resources: []",
    "base/web/kustomization.yaml": "resources: [service.yaml, ../common]",
    "base/web/service.yaml": "kind: C",
    "base/common/Kustomization": "resources: [role.yaml]",
    "base/common/role.yaml": "kind: D",
    "components/on/kustomization.yaml": "kind: Component",
    "gitops/project.yaml": "kind: E",
    "gitops/applications/dev/web.yaml": "kind: F",
    "unrelated/file.yaml": "kind: G",
}
EXPECTED = {OVERLAY: Known(7, ("a1", "b2")), "gitops": Known(3)}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tool").write_bytes(b"#!")
    directory = tmp_path / "repository"
    for name, text in FILES.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    remembered(directory)
    return directory


def validity(directory: Path, facts: str = "") -> Validity:
    return Validity(directory, {OVERLAY: facts}, {"gitops": ""}, [directory.parent / "tool"])


def remembered(directory: Path) -> None:
    """Find everything valid."""
    validity(directory).keep(EXPECTED)


def edit(name: str, text: str = "kind: Z") -> Callable[[Path], object]:
    return lambda directory: (directory / name).write_text(text)


def test_what_is_unchanged_is_known(place: Path) -> None:
    assert validity(place).valid() == EXPECTED
    edit("unrelated/file.yaml")(place)
    assert validity(place).valid() == EXPECTED


def test_other_facts_make_it_unknown(place: Path) -> None:
    assert validity(place, "another project").valid() == {"gitops": EXPECTED["gitops"]}


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("unrelated")])
@pytest.mark.parametrize(
    "change", [lambda file: file.write_text("kind: Z"), lambda file: file.unlink()], ids=["edited", "gone"]
)
def test_a_change_of_any_file_that_is_read_is_noticed(name: str, change: Callable[[Path], object], place: Path) -> None:
    changed = "gitops" if name.startswith("gitops") else OVERLAY
    change(place / name)
    assert validity(place).valid() == {path: count for path, count in EXPECTED.items() if path != changed}


KUSTOMIZATION = f"{OVERLAY}/kustomization.yaml"
UNCERTAIN: dict[str, Callable[[Path], object]] = {
    "a remote base": edit(KUSTOMIZATION, "resources: ['https://example.com/x?ref=main']"),
    "a remote base without a scheme": edit(KUSTOMIZATION, "resources: [github.com/a/b//base]"),
    "a remote base in a base": edit("base/common/Kustomization", "resources: ['git@example.com:a/b']"),
    "a remote file of a ConfigMap": edit(KUSTOMIZATION, "configMapGenerator: [{files: ['a=http://example.com/a']}]"),
    "a remote patch": edit(KUSTOMIZATION, "patches: [{path: 'https://example.com/p'}]"),
    "a folder above itself": edit(KUSTOMIZATION, "resources: ['../..']"),
    "an absolute path": edit(KUSTOMIZATION, "resources: [/]"),
    "nothing at the path": edit(KUSTOMIZATION, "resources: [nowhere]"),
    "no YAML": edit(KUSTOMIZATION, "a: ["),
    "not UTF-8": lambda directory: (directory / KUSTOMIZATION).write_bytes(b"a: \xff"),
    "nested too deeply": edit(KUSTOMIZATION, "[" * 100_000),
    "two kustomizations": edit(f"{OVERLAY}/kustomization.yml", "resources: []"),
    "a link": lambda directory: (directory / OVERLAY / "link").symlink_to("/etc/hostname"),
    "a pipe": lambda directory: os.mkfifo(directory / OVERLAY / "pipe"),
    "a base behind a link": lambda directory: (
        (directory / "base").rename(directory / "real"), (directory / "base").symlink_to("real"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("spoil", UNCERTAIN.values(), ids=UNCERTAIN)
def test_what_cannot_be_followed_is_never_known(spoil: Callable[[Path], object], place: Path) -> None:
    spoil(place)
    remembered(place)
    assert validity(place).valid() == {"gitops": EXPECTED["gitops"]}


def test_another_tool_starts_anew(place: Path) -> None:
    (place.parent / "tool").write_bytes(b"#! ")
    assert validity(place).valid() == {}


def test_what_changes_while_it_is_checked_is_not_remembered(place: Path) -> None:
    edit("base/web/service.yaml", "kind: Y")(place)
    before = validity(place)
    edit("base/web/service.yaml", "kind: X")(place)
    before.keep(EXPECTED)
    assert validity(place).valid() == {"gitops": EXPECTED["gitops"]}
    edit("base/web/service.yaml", "kind: Y")(place)
    assert validity(place).valid() == {"gitops": EXPECTED["gitops"]}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a b c\n" * 9, b"0 0\n", b"x" * 10_000])
def test_a_damaged_cache_knows_nothing(content: bytes, place: Path) -> None:
    (place.parent / "cache" / "proven").write_bytes(content)
    assert validity(place).valid() == {}
    remembered(place)
    assert validity(place).valid() == EXPECTED


def test_not_to_be_able_to_remember_is_no_fault(place: Path) -> None:
    file = place.parent / "cache" / "proven"
    file.unlink()
    file.mkdir()
    remembered(place)
    assert validity(place).valid() == {}


def test_what_was_read_is_read_once_and_says_the_same(place: Path) -> None:
    text = b"kind: A\nmetadata: {name: x}\n--- \nkind: B\n"
    first = Reader()
    read = first.split(text, "a.yaml")
    first.keep()
    file = place.parent / "cache" / "manifests"
    again = Reader().split(text, "b.yaml")
    assert [(one.text, one.data, one.line) for one in again[0]] == [(one.text, one.data, one.line) for one in read[0]]
    assert {one.file for one in again[0]} == {"b.yaml"}
    stamp = file.stat().st_mtime_ns
    same = Reader()
    same.split(text, "a.yaml")
    same.keep()
    assert file.stat().st_mtime_ns == stamp


@pytest.mark.parametrize("text", [b"kind: [", b"- a\n", b"\xff", b"kind: A\ndate: 2024-01-01\n"])
def test_faults_and_what_is_no_json_are_read_anew(text: bytes, place: Path) -> None:
    one = Reader()
    found = one.split(text, "a.yaml")
    one.keep()
    assert not (place.parent / "cache" / "manifests").exists()
    assert Reader().split(text, "a.yaml") == found


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a b\n", b"KEY []]\n"])
def test_a_damaged_memory_of_manifests_is_no_fault(content: bytes, place: Path) -> None:
    text = b"kind: A\n"
    one = Reader()
    one.split(text, "a.yaml")
    one.keep()
    file = place.parent / "cache" / "manifests"
    file.write_bytes(content.replace(b"KEY", file.read_bytes().split(b" ")[0]))
    documents, faults = Reader().split(text, "a.yaml")
    assert ([one.data for one in documents], faults) == ([{"kind": "A"}], [])
