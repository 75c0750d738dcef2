"""Read images and annotations of many similar kustomizations, such as those of a long history.

They mostly differ in plain words at the ends of lines: names, tags, digests, the build that set them. So this module
replaces each such word by a mark and parses the text once. For other texts of the same form, it puts their words in
place of the marks. The words have no special meaning in YAML, so they cannot change the meaning of other text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from generator.errors import SpecError
from generator.yaml.kustomization import BUILT, Image, Kustomization

_MARK: Final = "a-word-of-the-outline-"
_IS_MARK: Final = re.compile(rf"{_MARK}[0-9]+")
_WORD: Final = r"[A-Za-z0-9_./][A-Za-z0-9_./-]*+"
_ORDER: Final = r"[A-Za-z0-9][A-Za-z0-9_./-]*+\ [0-9]++\ [0-9TZ:-]++(?:\ [0-9a-f]{40})?"
# The value of `kind` is not replaced, because everything else depends on it.
_KEY: Final = r"(?!kind:)[A-Za-z][A-Za-z0-9_./-]*+:"
_LINE: Final = re.compile(
    rf"""^(\ *+(?:-\ (?:{_KEY}\ )?|{_KEY}\ ))
    (?:"({_WORD})"|({_WORD}|sha256:[0-9a-f]{{64}}|(?<={re.escape(BUILT)}:\ ){_ORDER}))$""",
    re.MULTILINE | re.VERBOSE,
)
# Values that mean null.
_NOTHING: Final = frozenset({"null", "Null", "NULL"})
_LONGEST: Final = 65_536


class Outline(NamedTuple):
    """The images of a kustomization, and its annotations."""

    images: tuple[Image, ...]
    annotations: Mapping[str, str]


def read(content: bytes) -> Outline:
    """Return the images and annotations of a file, as ``Kustomization`` does. Raise SpecError if it cannot be read."""
    form, words = _outlined(content)
    found = form and _form(form)
    return _filled(found, words) if found else _parsed(content)


def _outlined(content: bytes) -> tuple[str, Sequence[str]]:
    """Return a text with marks, and the replaced words; empty if that would not be useful or not be safe."""
    try:
        text = content.decode() if len(content) <= _LONGEST else ""
    except UnicodeDecodeError:
        return "", ()
    if _MARK in text or "\r" in text or not _is_kustomization(f"\n{text}\n"):
        return "", ()
    # Each match has the text before the word, and the word in one of two groups: quoted or plain.
    parts = _LINE.split(text)
    words = [quoted or plain for quoted, plain in zip(parts[2::4], parts[3::4], strict=True)]
    if not _NOTHING.isdisjoint(words):
        return "", ()
    parts[2::4], parts[3::4] = _marks(len(words)), [""] * len(words)
    return "".join(parts), words


def _is_kustomization(text: str) -> bool:
    """Tell whether exactly one line has a ``kind``, and whether it is ``Kustomization``."""
    return text.count("\nkind:") == 1 and "\nkind: Kustomization\n" in text


@lru_cache(maxsize=512)
def _form(text: str) -> Outline | None:
    """Return the outline of a text with marks; ``None`` if a mark is only a part of a value."""
    try:
        found = _parsed(text.encode())
    except SpecError:
        return None
    return None if any(_MARK in one and not _IS_MARK.fullmatch(one) for one in _texts(found)) else found


@lru_cache(maxsize=64)
def _marks(count: int) -> Sequence[str]:
    return [f"{_MARK}{number}" for number in range(count)]


def _parsed(content: bytes) -> Outline:
    whole = Kustomization(content, "kustomization.yaml")
    return Outline(tuple(whole.images), whole.annotations)


def _texts(found: Outline) -> Iterator[str]:
    for image in found.images:
        yield from filter(None, image)
    for name, text in found.annotations.items():
        yield from (name, text)


def _filled(found: Outline, words: Sequence[str]) -> Outline:
    """Return an outline with the words in place of their marks."""
    said = dict(zip(_marks(len(words)), words, strict=True))

    def filled(text: str) -> str:
        return said.get(text, text)

    images = (
        Image(filled(one.name), one.tag and filled(one.tag), one.digest and filled(one.digest)) for one in found.images
    )
    return Outline(tuple(images), {name: filled(text) for name, text in found.annotations.items()})
