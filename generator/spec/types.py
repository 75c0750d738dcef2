"""Types of fields, which check plain data. ``reference/schema.py`` converts them to JSON Schema.

A check adds to ``Findings`` and never raises, so that one run reports all
faults. ``None`` means "not set", and all types accept it; only ``Record`` checks
that required fields are there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from generator.spec import spelling
from generator.spec.findings import Finding, Findings, Held, Path, did_you_mean, dotted, shown
from generator.spec.placeholder import PLACEHOLDER
from generator.spec.plain_data import text

# A function that returns a hint for an unknown field, by name and value; "" if it has none.
Elsewhere = Callable[[str, object], str]

# The largest number of field names in a hint.
_FEW: Final = 20


class Type(Protocol):
    """The type of a field's values."""

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""


# No code compares or prints types, and generating the methods for that would take a third of this module's start-up.
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Text:
    """Text of at most ``longest`` characters; ``what`` is its description in messages.

    With a ``pattern``, which must match the whole text, it is a name, and a number
    must be quoted. Without one it is free text, and takes any scalar as written.
    If it is ``filled``, a name with a placeholder is checked after an environment's name has replaced it.
    """

    what: str = "text"
    pattern: str = ""
    longest: int = 4096
    hint: str = ""
    filled: bool = False

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is None:
            return
        if not self.pattern and isinstance(value, int | float):
            findings.texts.append(path)
            return
        if not isinstance(value, str):
            findings.add(path, f"expected {self.what}, got {shown(value)}", self._hint_to_quote(value))
        elif len(value) > self.longest:
            findings.add(path, f"{self.what} of {len(value)} characters", f"at most {self.longest} are possible")
        elif "\0" in value:
            findings.add(path, f"{shown(value)} is not {self.what}", "no NUL character can be in it")
        elif self.filled and PLACEHOLDER in value:
            return
        elif self.pattern and not re.fullmatch(self.pattern, value):
            findings.add(path, f"{shown(value)} is not {self.what}", self._hint(value))

    def _hint_to_quote(self, value: object) -> str:
        """Return the hint for another value than text. Quotes help if the text of a number is right."""
        quoted = isinstance(value, int | float) and (not self.hint or re.fullmatch(self.pattern, text(value)))
        return "put it in quotes" if quoted else self.hint or "one line of text"

    def _hint(self, value: str) -> str:
        if PLACEHOLDER in value:
            return f"{PLACEHOLDER} is not filled in here; if it differs, say so for each environment"
        return self.hint


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scalar:
    """Text of any length, a number or a boolean; it becomes text, for example in an environment variable."""

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is not None and not isinstance(value, str | int | float):
            findings.add(
                path, f"expected text, got {shown(value)}", "only text, numbers and booleans can be values here"
            )
        elif isinstance(value, str) and "\0" in value:
            findings.add(path, "text with a NUL character", "take it out: Kubernetes takes none in a text")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Integer:
    """A whole number between ``least`` and ``most``, both included."""

    least: int
    most: int
    what: str = "a whole number"

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int):
            quoted = isinstance(value, str) and value.isdigit()
            hint = "take off the quotes" if quoted else f"a number {self._range()}"
            findings.add(path, f"expected {self.what}, got {shown(value)}", hint)
        elif not self.least <= value <= self.most:
            findings.add(path, f"{value} is out of range for {self.what}", self._range())

    def _range(self) -> str:
        return f"from {self.least} to {self.most}" if self.least < self.most else f"only {self.most} is known"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Decimal:
    """A number of at least zero, with or without a fraction; only used within an ``Either``."""

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is not None and not isinstance(value, float):
            findings.add(path, f"expected a number, got {shown(value)}", "like 0.5")
        elif value is not None and value < 0:
            findings.add(path, f"{value} is below zero", "like 0.5")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Boolean:
    """``true`` or ``false``; no other words, such as ``yes``."""

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is not None and not isinstance(value, bool):
            findings.add(path, f"expected true or false, got {shown(value)}", "write true or false, without quotes")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is not None and value not in self.words:
            findings.add(path, f"{shown(value)} is not one of {', '.join(self.words)}", did_you_mean(value, self.words))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ListOf:
    """A list of items of one type; ``key`` names a field whose value must differ in all items.

    ``words`` marks a command: users often write it as one text, and the hint then shows the list.
    """

    item: Type
    key: str = ""
    least: int = 0
    words: bool = False

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is None:
            return
        if not isinstance(value, list):
            findings.add(path, f"expected a list, got {shown(value)}", self._hint(value, path))
            return
        if len(value) < self.least:
            what = f"a list of {len(value)}" if value else "an empty list"
            findings.add(path, what, f"at least {self.least} {'is' if self.least == 1 else 'are'} needed")
        seen: set[object] = set()
        for index, item in enumerate(value):
            if item is None:
                findings.add((*path, index), "nothing there", "take the item out, or write what it is")
                continue
            self.item.check(item, (*path, index), findings)
            name = item.get(self.key) if self.key and isinstance(item, dict) else None
            if isinstance(name, str | int):
                if name in seen:
                    findings.add(
                        (*path, index, self.key), f"{self.key} {shown(name)} is there twice", "keep one, or rename it"
                    )
                seen.add(name)

    def _hint(self, value: object, path: Path) -> str:
        if isinstance(value, str) and isinstance(self.item, Text | Choice):
            from generator.spec import listed

            return (listed.as_words if self.words else listed.as_items)(path[-1], value)
        return 'start each item with "- "'


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapOf:
    """A map from names, each a ``key``, to values of one type."""

    key: Text
    value: Type
    least: int = 0

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is None:
            return
        if not isinstance(value, dict):
            findings.add(path, f"expected a map, got {shown(value)}", 'write "name: value" lines')
            return
        if len(value) < self.least:
            findings.add(path, "an empty map", f"at least {self.least} is needed")
        for name, item in value.items():
            before = len(findings.items)
            self.key.check(name, (*path, name), findings)
            for position in range(before, len(findings.items)):
                found = findings.items[position]
                findings.items[position] = Finding(found.path, found.message, found.hint, at_key=True)
            self.value.check(item, (*path, name), findings)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Anything:
    """A value in Kubernetes' own shape. ``of`` is its kind; the loader checks it against Kubernetes' schema."""

    what: str = "a map"
    kind: type = dict
    of: str = ""
    partial: bool = False
    hint: str = "write it as in Kubernetes"

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``, or keep it for Kubernetes' schema (``spec/kubernetes``)."""
        if value is not None and not isinstance(value, self.kind):
            findings.add(path, f"expected {self.what}, got {shown(value)}", self.hint)
        elif value is not None and self.of:
            findings.held.append(Held(self.of, value, path, self.partial))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Either:
    """One of several types: the first type that fits the YAML shape of the value checks it."""

    shapes: tuple[tuple[type | tuple[type, ...], Type], ...]
    what: str
    hint: str = ""

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is None:
            return
        for shape, accepts in self.shapes:
            if isinstance(value, shape) and (shape in (bool, object) or not isinstance(value, bool)):
                accepts.check(value, path, findings)
                return
        findings.add(path, f"expected {self.what}, got {shown(value)}", self.hint or f"write {self.what}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field:
    """A field of a record: its type, and one or two sentences for editors and the reference.

    ``reference/`` has its default, an example, and the field of Kubernetes that it becomes.
    """

    type: Type
    about: str
    required: bool = False
    null: bool = False
    """Whether ``null`` says something here, and not that the field is not set."""

    def partial(self) -> Field:
        """Return the field for overrides; see ``partial``."""
        return Field(partial(self.type), self.about)

    def clause(self) -> str:
        """Return the first sentence without capital letter and full stop, for use in another sentence."""
        first = self.about.partition(". ")[0].rstrip(".")
        return first[:1].lower() + first[1:]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Record:
    """A map with known fields. An unknown field is a fault, so that a misspelled field is not ignored.

    If one of the fields ``instead`` is there, no other field is required. In a record that is ``laid_over`` other
    values, ``null`` removes a value of those.
    """

    fields: Mapping[str, Field]
    exactly_one: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None
    instead: tuple[str, ...] = ()
    laid_over: bool = False
    # Computed once: few records check all maps of all apps, and most records have no required fields.
    _needed: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_needed", tuple(name for name, known in self.fields.items() if known.required))

    def check(self, value: object, path: Path, findings: Findings) -> None:
        """Append what is wrong with ``value``."""
        if value is None:
            if self._needed:
                findings.add(path, "nothing there", f"needs {self._required()}", at_key=True)
            return
        if not isinstance(value, dict):
            hint = self._meant(value, path) or self._listed(path) or f"known here: {', '.join(self.fields)}"
            findings.add(path, f"expected a map, got {shown(value)}", hint)
            return
        for name, item in value.items():
            known = self.fields.get(name) or self.fields.get(spelling.current(name))
            if known is None:
                findings.add((*path, name), f"unknown field {shown(name)}", self._hint(name, item, path), at_key=True)
            else:
                known.type.check(item, (*path, name), findings)
        for name in spelling.twice(value):
            hint = f"keep `{spelling.current(name)}`, its spelling today"
            findings.add((*path, name), f"both {spelling.current(name)} and {name}", hint, at_key=True)
        lacking = [name for name in self._needed if value.get(name) is None]
        if lacking and not any(value.get(name) is not None for name in self.instead):
            for name in lacking:
                findings.add((*path, name), *_lack(name, self.fields[name], there=name in value), at_key=True)
        if self.exactly_one and sum(value.get(name) is not None for name in self.exactly_one) != 1:
            names = ", ".join(self.exactly_one)
            findings.add(path, f"needs exactly one of {names}", "write one of them, and no other", at_key=True)

    def _hint(self, name: str, value: object, path: Path) -> str:
        """Return a hint for an unknown field: the right place, the most similar field, or a command that lists all."""
        if self.elsewhere and (hint := self.elsewhere(name, value)):
            return hint
        return did_you_mean(name, tuple(self.fields), self._listed(path))

    def _listed(self, path: Path) -> str:
        """Return the command that lists the fields, if there are too many for a hint; empty for the top of the spec."""
        many = bool(path) and len(self.fields) > _FEW
        return f"`python -m generator explain {dotted(path)}` lists the fields there" if many else ""

    def _meant(self, value: object, path: Path) -> str:
        """Return a hint with the map that a single value probably stands for; empty if that cannot be told."""
        named = self.exactly_one[:1] or self._needed
        if len(named) != 1 or isinstance(value, list):
            return ""
        tried = Findings()
        self.fields[named[0]].type.check(value, (*path, named[0]), tried)
        return "" if tried.items else f"write it as a map: `{{{named[0]}: {shown(value)}}}`"

    def _required(self) -> str:
        return ", ".join(self._needed)


def _lack(name: str, known: Field, *, there: bool) -> tuple[str, str]:
    """Return the message and the hint for a required field that is missing or (``there``) empty."""
    if not there:
        return f"{name} is missing", f"add `{name}:`, {known.clause()}"
    if isinstance(known.type, MapOf):
        none = "" if known.type.least else f", or `{name}: {{}}` for none"
        return f"{name} is empty", f"write each below it, indented, as `NAME: …`{none}"
    return f"{name} is empty", f"write {known.clause()} behind it"


def hints(known: Mapping[str, str]) -> Elsewhere:
    """Return a function that returns the hint for a field's name from ``known``."""
    return lambda name, _: known.get(name, "")


def partial(accepts: Type) -> Type:
    """Return a copy of a type for overrides: without required fields, because it is merged over the app."""
    if isinstance(accepts, Record):
        fields = {name: known.partial() for name, known in accepts.fields.items()}
        return Record(fields, elsewhere=accepts.elsewhere, laid_over=True)
    if isinstance(accepts, Either):
        return Either(tuple((shape, partial(inner)) for shape, inner in accepts.shapes), accepts.what, accepts.hint)
    if isinstance(accepts, MapOf):
        return MapOf(accepts.key, partial(accepts.value))
    if isinstance(accepts, Anything):
        return Anything(accepts.what, accepts.kind, accepts.of, partial=True)
    return accepts
