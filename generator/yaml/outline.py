"""Read images and annotations of many kustomizations that are alike, as those of a long history are.

What differs between them is mostly plain words at the ends of lines: names, tags, digests, the build that set them. So
a text is parsed once with a mark in the place of each such word, and for every text of the same form the words are put
where the marks are. A word is nothing that YAML gives a meaning of its own, so it cannot change what is around it.
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
# What `kind` says stays, since all else depends on it.
_KEY: Final = r"(?!kind:)[A-Za-z][A-Za-z0-9_./-]*+:"
_LINE: Final = re.compile(
    rf"""^(\ *+(?:-\ (?:{_KEY}\ )?|{_KEY}\ ))
    (?:"({_WORD})"|({_WORD}|sha256:[0-9a-f]{{64}}|(?<={re.escape(BUILT)}:\ ){_ORDER}))$""",
    re.MULTILINE | re.VERBOSE,
)
# What is taken for nothing.
_NOTHING: Final = frozenset({"null", "Null", "NULL"})
_LONGEST: Final = 65_536


class Outline(NamedTuple):
    """The images of a kustomization, and its annotations."""

    images: tuple[Image, ...]
    annotations: Mapping[str, str]


def read(content: bytes) -> Outline:
    """Return what ``Kustomization`` finds in a file. ``SpecError`` where it cannot be read."""
    form, words = _outlined(content)
    found = form and _form(form)
    return _filled(found, words) if found else _parsed(content)


def _outlined(content: bytes) -> tuple[str, Sequence[str]]:
    """Return a text with marks, and the words that were there; nothing where that is not worth it, or not safe."""
    try:
        text = content.decode() if len(content) <= _LONGEST else ""
    except UnicodeDecodeError:
        return "", ()
    if _MARK in text or "\r" in text or not _is_kustomization(f"\n{text}\n"):
        return "", ()
    # Each word comes with what is before it, and in one of two groups: quoted, or plain.
    parts = _LINE.split(text)
    words = [quoted or plain for quoted, plain in zip(parts[2::4], parts[3::4], strict=True)]
    if not _NOTHING.isdisjoint(words):
        return "", ()
    parts[2::4], parts[3::4] = _marks(len(words)), [""] * len(words)
    return "".join(parts), words


def _is_kustomization(text: str) -> bool:
    """Tell whether one line says the kind, and that it is this one."""
    return text.count("\nkind:") == 1 and "\nkind: Kustomization\n" in text


@lru_cache(maxsize=512)
def _form(text: str) -> Outline | None:
    """Return what a text with marks says; ``None`` where a mark is a part of something."""
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
    """Return it with the words for their marks."""
    said = dict(zip(_marks(len(words)), words, strict=True))

    def filled(text: str) -> str:
        return said.get(text, text)

    images = (
        Image(filled(one.name), one.tag and filled(one.tag), one.digest and filled(one.digest)) for one in found.images
    )
    return Outline(tuple(images), {name: filled(text) for name, text in found.annotations.items()})
