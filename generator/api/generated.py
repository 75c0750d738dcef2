"""What a generation has done, or would do, with advice on the spec."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import Fault
from generator.spec import advice, loader
from generator.spec.layout import Location

if TYPE_CHECKING:
    # Most runs change nothing that could have any.
    from generator.regenerate.effect import Effect
    from generator.regenerate.merge import Outcome
    from generator.regenerate.planning import Plan
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """Paths that were written, removed, and moved (old → new); `files` is the number of generated files.

    `advice` is about fields of the spec that are valid but will not work. `decided` has the side of each conflict that
    was decided, by FILE:FIELD.
    """

    files: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    moved: Mapping[str, str]
    effects: tuple[Effect, ...]
    advice: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    decided: Mapping[str, str] = field(default_factory=dict)


def result(
    directory: Path, planned: Plan, changes: Sequence[Outcome], notes: Sequence[str] = (),
    decided: Mapping[str, str] | None = None,
) -> GenerateResult:  # fmt: skip
    """Return a plan's changes, which were made or would be."""
    apps = dict.fromkeys(Location.parse(outcome.path).app for outcome in changes)
    return GenerateResult(
        files=len(planned.outcomes),
        written=tuple(outcome.path for outcome in changes if outcome.content is not None),
        removed=(*(outcome.path for outcome in changes if outcome.content is None), *planned.vacated),
        moved=dict(planned.carried),
        effects=planned.effects,
        advice=advised(directory, planned.spec, [name for name in apps if name]),
        notes=tuple(notes),
        decided=dict(decided or {}),
    )


def advised(directory: Path, spec: Spec, apps: Collection[str] = ()) -> tuple[Fault, ...]:
    """Return advice on a spec, and on what Pod Security refuses of some apps, with its places.

    The spec is read again only if there is any.
    """
    found = advice.of(directory, spec)
    if apps:
        from generator.manifests import security_advice

        found = found._replace(findings=[*found.findings, *security_advice.of(spec, apps)])
    return tuple(found.told(loader.written(directory))) if any(found) else ()
