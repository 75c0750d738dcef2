"""Find the fields of the language by path, with all that is said of them.

A path is written as a spec is indented: ``apps.<app>.ports[].name``. ``<app>`` and ``<environment>`` stand for the
names that a spec gives, ``<name>`` for any other key of a map.
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
# Where the fields of an app stand again: they are described once, but for what is said of a workload alone.
_AGAIN: Final = re.compile(
    r"apps\.<app>\.(?:(?:environments\.<environment>\.)?workloads\.<workload>\.(?!name\b)|environments\.<environment>\.(?!workloads$))"
)
_NOTHING: Final = Entry()


@dataclass(frozen=True)
class Described:
    """A field with its path.

    Attributes:
        like: The path where the same field was described first, for one that several records share.
        rivals: The fields of which exactly one has to be there, this one among them.
    """

    path: str
    field: Field
    like: str = ""
    rivals: tuple[str, ...] = ()

    @property
    def entry(self) -> Entry:
        """Return what is said of the field beyond its type, or of the one that it is like."""
        return ENTRIES.get(self.path) or ENTRIES.get(self.like) or _NOTHING

    @property
    def container(self) -> str:
        """Return the path of the map that it stands in, down to the item of a list or the name in a map."""
        return self.path.rpartition(".")[0]

    @property
    def parent(self) -> str:
        """Return the path of the field that it stands in; empty at the top."""
        return re.sub(r"(?:\[\]|\.<[a-z]+>)*$", "", self.container)

    @property
    def name(self) -> str:
        """Return the last word of the path."""
        return self.path.rpartition(".")[2]


class _Walk:
    """Walk over the fields of the language; a record that stands in several places is entered once."""

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
    """Return the path of the values of the map at a path."""
    return f"{path}.{_NAMES.get(path.rpartition('.')[2], '<name>')}"


@cache
def _walked() -> _Walk:
    walk = _Walk()
    walk.into(SPEC, "")
    return walk


def every() -> Mapping[str, Described]:
    """Return all fields by path, in the language's order; what several fields share, where it stands first."""
    return _walked().found


def shared() -> Mapping[str, str]:
    """Return the path of each map whose fields are described at another one, with that one."""
    return _walked().shared


def described(path: str) -> Described:
    """Return the field at a path of the language, or the one that it shares its description with."""
    for place, first in shared().items():
        if path.startswith((f"{place}.", f"{place}[")):
            return described(f"{first}{path.removeprefix(place)}")
    return every()[path]


def default(path: str) -> str:
    """Return what leaving a field out means, as Markdown."""
    here = described(path)
    entry = here.entry
    if here.field.required:
        return "required"
    if here.rivals and not entry.unset:
        return f"one of {', '.join(f'`{name}`' for name in here.rivals)} is required"
    return f"`{entry.default}`" if entry.default else entry.unset


def kubernetes(path: str) -> tuple[str, ...]:
    """Return what a field becomes in Kubernetes: by its own entry, or under the same names in that of its parent."""
    if (own := ENTRIES.get(path, _NOTHING)).kubernetes:
        return own.kubernetes
    if own.effect or not (above := path.rpartition(".")[0]):
        return ()
    parent = re.sub(r"(?:\[\]|\.<[a-z]+>)*$", "", above)
    rest = path.removeprefix(parent).replace(".<name>", "")
    return tuple(f"{place}{rest}" for place in kubernetes(parent)) if parent else ()


def kinds(path: str) -> tuple[str, ...]:
    """Return the kinds of workload that a field is for; none where it is for all of them, or for none."""
    found = re.match(r"apps\.<app>\.(\w+)", path)
    taking = workload_kinds.that_take(found[1]) if found else ()
    return taking if len(taking) < len(workload_kinds.NAMES) else ()


def effect(path: str) -> str:
    """Return what becomes of a field that is none of Kubernetes', or of the field that it stands in."""
    here = every()[path]
    if here.entry.effect or not here.parent:
        return here.entry.effect
    return effect(here.parent) if not kubernetes(path) else ""


def described_at(path: str) -> str:
    """Return the path where a field is described that may stand in an environment or a workload, too."""
    return _AGAIN.sub("apps.<app>.", path)


def find(path: str) -> str | None:
    """Return the path in the language of a field that is written as in a spec, like ``apps.web.ports[0].name``."""
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
    """Return a hint for a path that is no field: the field that it is like, or those at the nearest place above."""
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
    """Return the fields that stand directly in a field; those at the top for the empty path."""
    own = [item for item in every().values() if item.parent == path]
    firsts = [first for place, first in shared().items() if re.sub(r"(?:\[\]|\.<[a-z]+>)*$", "", place) == path]
    return own or [item for first in firsts for item in every().values() if item.container == first]


def type_of(accepts: Type) -> str:
    """Return what a field accepts, in words."""
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
