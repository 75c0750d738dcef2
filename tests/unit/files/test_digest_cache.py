"""What is known between runs: kept whole or not at all, bounded, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.files.digest_cache import DigestCache

ONE, TWO, THREE = ("a" * 64, "b" * 64, "c" * 64)


def test_what_is_kept_is_known_to_the_next(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "known"
    cache = DigestCache(file, 10)
    assert cache.known == {}
    cache.keep({ONE: "1 x,y", TWO: ""})
    assert DigestCache(file, 10).known == {ONE: "1 x,y", TWO: ""}
    DigestCache(file, 10).keep({THREE: "3"})
    assert list(DigestCache(file, 10).known) == [ONE, TWO, THREE]
    DigestCache(file, 10).keep({TWO: "2"}, instead=True)
    assert DigestCache(file, 10).known == {TWO: "2"}
    assert [path.name for path in file.parent.iterdir()] == ["known"]


def test_the_newest_stay_where_there_are_too_many(tmp_path: Path) -> None:
    file = tmp_path / "known"
    DigestCache(file, 2).keep(dict.fromkeys((ONE, TWO, THREE), ""))
    assert list(DigestCache(file, 2).known) == [TWO, THREE]
    assert list(DigestCache(file, 1).known) == [THREE]


def test_what_is_known_already_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "known"
    DigestCache(file, 10).keep({ONE: "1"})
    before = file.stat()
    DigestCache(file, 10).keep({ONE: "1"})
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    DigestCache(file, 10).keep({ONE: "mended"})
    assert DigestCache(file, 10).known == {ONE: "mended"}


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"a b c\n", b"\0" * 99, b"0 0\n", f"{ONE[:31]} short\n".encode()]
)
def test_what_is_damaged_is_not_known(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "known"
    file.write_bytes(content)
    assert DigestCache(file, 10).known == {}
    DigestCache(file, 10).keep({ONE: "1"})
    assert DigestCache(file, 10).known == {ONE: "1"}


def test_what_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "known").mkdir()
    DigestCache(tmp_path / "known", 10).keep({ONE: ""})
    DigestCache(None, 10).keep({ONE: ""})
    assert [path.name for path in tmp_path.iterdir()] == ["known"]
    assert DigestCache(tmp_path / "known", 10).known == {}
