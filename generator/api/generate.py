"""`load_spec` and `generate`: from generator.yaml to the files of the repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from generator.api import generated
from generator.api.call import NONE, Credentials, Progress, calling, noting, silent
from generator.api.generated import GenerateResult
from generator.errors import Conflict, UsageError
from generator.files import work_tree
from generator.regenerate import planning
from generator.regenerate.merge import Side
from generator.spec import loader
from generator.spec.findings import did_you_mean
from generator.spec.model import Spec

_PLACE: Final = "the place of a conflict is FILE:FIELD, as it is told"

Ask = Callable[[Conflict], Side | None]
"""Decides whose value a conflict keeps; None leaves it open."""


def load_spec(directory: Path = Path()) -> Spec:
    """Read and check the generator.yaml in a folder. Raises SpecError with every fault."""
    return loader.load(directory)


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """A regeneration. `keep` resolves conflicts: path, folder or FILE:FIELD ("" for all) → `local` or `updated`.

    `ask` is called for the other conflicts. `prune` removes files that are no longer in the spec. `replace` accepts
    changes for which an object must be deleted in the cluster. `adopt` keeps files without a record as hand edits.
    """

    directory: Path = Path()
    prune: bool = False
    replace: bool = False
    adopt: bool = False
    keep: Mapping[str, str] = field(default_factory=dict)
    ask: Ask | None = None


def generate(
    request: GenerateRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> GenerateResult:
    """Regenerate the repository; hand edits and pipeline tags are kept.

    Raises Conflicts, and writes nothing, where a hand edit and the spec disagree and neither `keep` nor `ask` decides.
    """
    directory = request.directory
    rules = _Rules(request.keep, request.ask)
    with calling(credentials, directory):
        planning.check_spec_exists(directory)
        planning.check_repository(directory)
        progress("regenerating")
        with work_tree.locked(directory):
            planned = planning.plan(directory, rules, adopt=request.adopt)
            with noting(notes := rules.unused()):
                changes = planning.apply(directory, planned, prune=request.prune, replace=request.replace)
    return generated.result(directory, planned, changes, notes, rules.decided)


class _Rules:
    """Settle conflicts by rules, the longest path that fits; then by asking."""

    def __init__(self, keep: Mapping[str, str], ask: Ask | None) -> None:
        self._rules: dict[str, Side] = {}
        self._met: dict[str, None] = {}
        self._used: set[str] = set()
        self._ask = ask
        self.decided: dict[str, str] = {}
        for path, side in keep.items():
            if side not in tuple(Side):
                raise UsageError(f"--keep {side}: neither local nor updated", "write --keep local [PATH…]")
            self._rules[path.removeprefix("./").rstrip("/")] = Side(side)

    def __call__(self, conflict: Conflict) -> Side | None:
        full = f"{conflict.path}:{conflict.field}" if conflict.field else conflict.path
        self._met[full] = None
        fitting = [path for path in self._rules if not path or full == path or full.startswith(_within(path))]
        self._used.update(fitting)
        side = self._rules[max(fitting, key=len)] if fitting else self._ask(conflict) if self._ask else None
        if side is not None:
            self.decided[full] = side.value
        return side

    def unused(self) -> list[str]:
        """Return the rules that match no conflict. They are no error, because a repeated run has no conflict left."""
        return [
            f"--keep {side} {path}: no conflict there{self._near(path)}"
            for path, side in self._rules.items()
            if path and path not in self._used
        ]

    def _near(self, path: str) -> str:
        return f"; {did_you_mean(path, tuple(self._met), _PLACE)}" if self._met else ""


def _within(path: str) -> tuple[str, ...]:
    """Return how what lies in a folder, a file or a field begins."""
    return (f"{path}.", f"{path}[") if ":" in path else (f"{path}/", f"{path}:")
