"""Find the fields of the language by path, with their descriptions.

A path has the names from the top of the file, such as ``apps.<app>.ports[].name``. ``<app>`` and ``<environment>``
stand for names in a spec, ``<name>`` for another key of a map.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from generator.spec import spelling, workload_kinds
from generator.spec.findings import did_you_mean
from generator.spec.language import SPEC
from generator.spec.reference.entries import ENTRIES
from generator.spec.reference.entry import Entry
from generator.spec.types import (
    Anything,
    Boolean,
    Choice,
    Decimal,
    Either,
    Field,
    Integer,
    ListOf,
    MapOf,
    Record,
    Scalar,
    Text,
    Type,
)

_NAMES: Final = {"apps": "<app>", "environments": "<environment>", "workloads": "<workload>", "sites": "<site>"}
# Other places with the fields of an app. These are described once, except fields of workloads only.
_AGAIN: Final = re.compile(
    r"apps\.<app>\.(?:(?:environments\.<environment>\.)?workloads\.<workload>\.(?!name\b)|environments\.<environment>\.(?!workloads$))"
)
_NOTHING: Final = Entry()


@dataclass(frozen=True)
class Described:
    """A field with its path.

    Attributes:
        like: The path where the same field was described first, if several records share it.
        rivals: A group of fields that contains this one; exactly one of the group must be there.
    """

    path: str
    field: Field
    like: str = ""
    rivals: tuple[str, ...] = ()

    @property
    def entry(self) -> Entry:
        """Return the entry of the field, or of the field that it is like."""
        return ENTRIES.get(self.path) or ENTRIES.get(self.like) or _NOTHING

    @property
    def container(self) -> str:
        """Return the path of the map that contains it, including the item of a list or the name in a map."""
        return self.path.rpartition(".")[0]

    @property
    def parent(self) -> str:
        """Return the path of the parent field; empty at the top."""
        return re.sub(r"(?:\[\]|\.<[a-z]+>)*$", "", self.container)

    @property
    def name(self) -> str:
        """Return the last word of the path."""
        return self.path.rpartition(".")[2]


class _Walk:
    """Walk over the fields of the language; a record in several places is visited once."""

    def __init__(self) -> None:
        self.found: dict[str, Described] = {}
        self.shared: dict[str, str] = {}
        self._records: dict[int, str] = {}
        self._fields: dict[int, str] = {}

    def into(self, accepts: Type, path: str) -> None:
        if isinstance(accepts, Record):
            self._record(accepts, path)
        elif isinstance(accepts, Either):
            for _, inner in accepts.shapes:
                self.into(inner, path)
        elif isinstance(accepts, MapOf):
            self.into(accepts.value, named(path))
        elif isinstance(accepts, ListOf):
            self.into(accepts.item, f"{path}[]")

    def _record(self, accepts: Record, path: str) -> None:
        if first := self._records.get(id(accepts)):
            self.shared[path] = first
            return
        self._records[id(accepts)] = path
        for name, known in accepts.fields.items():
            here = f"{path}.{name}" if path else name
            if _AGAIN.match(here):
                continue
            like = self._fields.setdefault(id(known), here)
            rivals = accepts.exactly_one if name in accepts.exactly_one else ()
            self.found[here] = Described(here, known, like if like != here else "", rivals)
            self.into(known.type, here)


def named(path: str) -> str:
    """Return the path of the values in the map at ``path``, such as ``apps.<app>`` for ``apps``."""
    return f"{path}.{_NAMES.get(path.rpartition('.')[2], '<name>')}"


@cache
def _walked() -> _Walk:
    walk = _Walk()
    walk.into(SPEC, "")
    return walk


def every() -> Mapping[str, Described]:
    """Return all fields by path, in the language's order; shared fields at their first path."""
    return _walked().found


def shared() -> Mapping[str, str]:
    """Return, for maps whose fields are described elsewhere, the path of that description by path."""
    return _walked().shared


def described(path: str) -> Described:
    """Return the field at a path of the language, or the field with which it shares its description."""
    for place, first in shared().items():
        if path.startswith((f"{place}.", f"{place}[")):
            return described(f"{first}{path.removeprefix(place)}")
    return every()[path]


def default(path: str) -> str:
    """Return the default of a field as Markdown: what happens if a spec does not have it."""
    here = described(path)
    entry = here.entry
    if here.field.required:
        return "required"
    if here.rivals and not entry.unset:
        return f"one of {', '.join(f'`{name}`' for name in here.rivals)} is required"
    return f"`{entry.default}`" if entry.default else entry.unset


def kubernetes(path: str) -> tuple[str, ...]:
    """Return the fields of Kubernetes that a field becomes, from its own entry or from that of a parent."""
    if (own := ENTRIES.get(path, _NOTHING)).kubernetes:
        return own.kubernetes
    if own.effect or not (above := path.rpartition(".")[0]):
        return ()
    parent = re.sub(r"(?:\[\]|\.<[a-z]+>)*$", "", above)
    rest = path.removeprefix(parent).replace(".<name>", "")
    return tuple(f"{place}{rest}" for place in kubernetes(parent)) if parent else ()


def kinds(path: str) -> tuple[str, ...]:
    """Return the kinds of workloads that have a field; empty if all have it, or if it is no field of workloads."""
    found = re.match(r"apps\.<app>\.(\w+)", path)
    taking = workload_kinds.that_take(found[1]) if found else ()
    return taking if len(taking) < len(workload_kinds.NAMES) else ()


def effect(path: str) -> str:
    """Return the effect of a field that is no field of Kubernetes, or that of its parent."""
    here = every()[path]
    if here.entry.effect or not here.parent:
        return here.entry.effect
    return effect(here.parent) if not kubernetes(path) else ""


def shown_at(path: str) -> str:
    """Return the path of the field whose example contains a field: its own, or that of a parent."""
    here = every()[path]
    while not ENTRIES.get(here.path, _NOTHING).example:
        here = every()[here.parent or here.like]
    return here.path


def described_at(path: str) -> str:
    """Return the path of the description of a field that an environment or a workload may also have."""
    return _AGAIN.sub("apps.<app>.", path)


def find(path: str) -> str | None:
    """Return the path in the language of a field in a spec, such as ``apps.web.ports[0].name``; None if unknown."""
    words = [word for word in re.split(r"\.|\[[^\]]*\]", path) if word]
    return _find(SPEC, words, "") if words else None


def _find(accepts: Type, words: Sequence[str], path: str) -> str | None:
    if not words:
        return path or None
    name = spelling.current(words[0])
    if isinstance(accepts, Record):
        known = accepts.fields.get(name)
        here = described_at(f"{path}.{name}" if path else name)
        return _find(known.type, words[1:], here) if known else None
    if isinstance(accepts, Either):
        return next(filter(None, (_find(inner, words, path) for _, inner in accepts.shapes)), None)
    if isinstance(accepts, ListOf):
        return _find(accepts.item, words, f"{path}[]")
    if isinstance(accepts, MapOf):
        return _find(accepts.value, words[1:], named(path)) if len(words) > 1 else path
    return None


def nearest(path: str) -> str:
    """Return a hint for an unknown path: a similar field, or the fields of the nearest known parent."""
    words = [word for word in re.split(r"\.|\[[^\]]*\]", path) if word]
    for end in range(len(words) - 1, -1, -1):
        above = find(".".join(words[:end])) if end else ""
        if above is not None:
            known = [item.name for item in below(above)]
            place = ".".join(words[:end])
            meant = did_you_mean(words[end], known, "" if known else f"{place} has no fields")
            return meant.replace('did you mean "', f'did you mean "{place}.' if place else 'did you mean "')
    raise AssertionError("the top is always found")


def below(path: str) -> list[Described]:
    """Return the fields directly in a field; for the empty path, the fields at the top."""
    own = [item for item in every().values() if item.parent == path]
    firsts = [first for place, first in shared().items() if re.sub(r"(?:\[\]|\.<[a-z]+>)*$", "", place) == path]
    return own or [item for first in firsts for item in every().values() if item.container == first]


def type_of(accepts: Type) -> str:
    """Return the type of a field in words."""
    return _WORDS[type(accepts)](accepts)


def _choice(accepts: Choice) -> str:
    *others, last = (f"`{word}`" for word in accepts.words)
    return f"{', '.join(others)} or {last}" if others else last


def _integer(accepts: Integer) -> str:
    if accepts.least == accepts.most:
        return f"the number {accepts.most}"
    what = "a number" if accepts.what == "a whole number" else accepts.what
    return f"{what} from {accepts.least} to {accepts.most}"


_WORDS: Final[Mapping[type, Callable[[Any], str]]] = {
    ListOf: lambda accepts: f"a list, each {type_of(accepts.item)}",
    MapOf: lambda accepts: f"a map from {accepts.key.what} to {type_of(accepts.value)}",
    Choice: _choice,
    Integer: _integer,
    Text: lambda accepts: accepts.what,
    Either: lambda accepts: accepts.what,
    Anything: lambda _: "a map, as in Kubernetes",
    Record: lambda _: "a map",
    Boolean: lambda _: "`true` or `false`",
    Decimal: lambda _: "a number",
    Scalar: lambda _: "text, a number or a boolean",
}
