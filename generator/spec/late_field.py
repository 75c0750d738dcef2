"""Fields that few specs have: their types are imported only when needed."""

from __future__ import annotations

from typing import cast

from generator.spec.types import Field, Type


class LateField(Field):
    """A field whose type is imported when a spec has the field, or when the reference describes it."""

    __slots__ = ("_module", "_name")
    _module: str
    _name: str

    def __init__(self, module: str, name: str, about: str) -> None:
        """Use the object ``name`` of ``module`` as the type."""
        given = {"_module": module, "_name": name, "about": about, "required": False, "null": False}
        for attribute, value in given.items():
            object.__setattr__(self, attribute, value)

    @property
    def type(self) -> Type:
        """Return the type; this imports its module."""
        from importlib import import_module

        return cast("Type", getattr(import_module(self._module), self._name))
