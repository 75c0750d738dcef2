"""Fields that few specs have: their types are imported only when needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from generator.spec.types import Field, Type, partial


class LateField(Field):
    """A field whose type is imported when a spec has the field, or when the reference describes it."""

    __slots__ = ("_is_partial", "_module", "_name")
    _module: str
    _name: str
    _is_partial: bool

    def __init__(self, module: str, name: str, about: str, *, is_partial: bool = False) -> None:
        """Use the object ``name`` of a ``module`` of the language as the type, or as the type for overrides."""
        given = {"_module": module, "_name": name, "about": about, "required": False, "null": False}
        for attribute, value in {**given, "_is_partial": is_partial}.items():
            object.__setattr__(self, attribute, value)

    @property
    def type(self) -> Type:
        """Return the type; this imports its module."""
        return _type(self._module, self._name, is_partial=self._is_partial)

    def partial(self) -> Field:
        """Return the field for overrides, whose type is imported as late."""
        return LateField(self._module, self._name, self.about, is_partial=True)


@cache
def _type(module: str, name: str, *, is_partial: bool) -> Type:
    found = cast("Type", getattr(import_module(f"generator.spec.language.{module}"), name))
    return partial(found) if is_partial else found
