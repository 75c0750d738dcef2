"""Fields whose types are loaded late, for those that few specs have."""

from __future__ import annotations

from typing import cast

from generator.spec.types import Field, Type


class LateField(Field):
    """A field whose type is loaded with its module, once a spec has it or the reference tells of it."""

    __slots__ = ("_module", "_name")
    _module: str
    _name: str

    def __init__(self, module: str, name: str, about: str) -> None:
        """Take what ``name`` in ``module`` is for the type."""
        given = {"_module": module, "_name": name, "about": about, "required": False, "null": False}
        for attribute, value in given.items():
            object.__setattr__(self, attribute, value)

    @property
    def type(self) -> Type:
        """Return the type."""
        from importlib import import_module

        return cast("Type", getattr(import_module(self._module), self._name))
