"""Read a plan as JSON: its resources, their planned values, and their places in the code."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Resource:
    """One planned resource: ``values`` are known, ``unknown`` marks the unknown ones."""

    address: str
    kind: str
    values: dict[str, Any]
    unknown: dict[str, Any]

    def text(self, name: str) -> str:
        """Return a string attribute, or an empty text."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def blocks(self, name: str) -> list[dict[str, Any]]:
        """Return the nested blocks of a name."""
        value = self.values.get(name)
        return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def document(self, name: str) -> Any:
        """Return an attribute that is a JSON document; None if it is none, or unknown."""
        try:
            return json.loads(self.text(name)) if self.text(name) else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Plan:
    """Resources of a plan, and the folders of its modules by their addresses."""

    resources: tuple[Resource, ...]
    folders: dict[str, str] = field(default_factory=dict)

    def of(self, *kinds: str) -> Iterator[Resource]:
        """Yield the resources of these kinds."""
        return (one for one in self.resources if one.kind in kinds)

    def by(self, attribute: str, *kinds: str) -> dict[str, Resource]:
        """Return the resources of these kinds by an attribute that identifies them."""
        return {one.text(attribute): one for one in self.of(*kinds) if one.text(attribute)}


def read(document: dict[str, Any]) -> Plan:
    """Return the plan that ``terraform show -json`` wrote."""
    changes = [one for one in document.get("resource_changes", ()) if one["mode"] == "managed"]
    resources = tuple(
        Resource(one["address"], one["type"], one["change"]["after"], one["change"]["after_unknown"] or {})
        for one in changes
        if one["change"]["after"] is not None
    )
    return Plan(resources, dict(_folders(document["configuration"]["root_module"], "", ".")))


def _folders(module: dict[str, Any], address: str, folder: str) -> Iterator[tuple[str, str]]:
    yield address, folder
    for name, call in module.get("module_calls", {}).items():
        inner = f"{address}.module.{name}" if address else f"module.{name}"
        yield from _folders(call["module"], inner, f"{folder}/{call['source']}")


def place(plan: Plan, address: str, configuration: Path) -> tuple[str, int]:
    """Return file (relative to the configuration) and line of the resource at an address."""
    *modules, kind, label = _INDEX.sub("", address).split(".")
    head = re.compile(rf'^resource\s+"{re.escape(kind)}"\s+"{re.escape(label)}"', re.MULTILINE)
    folder = configuration / plan.folders.get(".".join(modules), ".")
    for path in sorted(folder.glob("*.tf")):
        text = path.read_text()
        if found := head.search(text):
            return os.path.relpath(path, configuration), text.count("\n", 0, found.start()) + 1
    return ".", 0
