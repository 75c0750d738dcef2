"""`check`: whether the repository is what generator.yaml says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.generated import advised
from generator.errors import Conflicts, Fault
from generator.git import checkout
from generator.manifests import unlisted
from generator.regenerate import merge, planning
from generator.regenerate.merge import Outcome, State
from generator.regenerate.planning import Plan
from generator.spec.layout import BASE, KUSTOMIZATION, OVERLAY, Location

if TYPE_CHECKING:
    # Most repositories have no change that could have any.
    from generator.regenerate.effect import Effect


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """The repository to look at."""

    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class FileState:
    """State of a file, and whether regenerating would change it.

    A file with a pin is in the state `EDITED`; `pinned_alone` is true if it has no other edit.
    """

    path: str
    state: State
    stale: bool
    pinned: bool = False
    pinned_alone: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Differences between the repository and its spec. `idle` lists files that have no effect.

    `advice` is about fields of the spec that are valid, but will not work or have no effect.
    """

    files: tuple[FileState, ...]
    drift: bool
    idle: tuple[Fault, ...]
    notes: tuple[str, ...]
    effects: tuple[Effect, ...]
    conflicts: Conflicts | None
    advice: tuple[Fault, ...] = ()


def check(request: CheckRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> CheckResult:
    """Find out whether the repository is what the spec says; change nothing."""
    directory = request.directory
    with calling(credentials, directory):
        progress("comparing with the spec")
        planned = planning.plan(directory)
        files = tuple(_file_state(one, planned.updated.get(one.path)) for one in planned.outcomes)
        return CheckResult(
            files=files,
            drift=any(one.stale for one in files) or bool(planned.record),
            idle=tuple(_idle(directory, planned)),
            notes=tuple(note for version in _versions(planned) for note in unlisted.without_effect(*version)),
            effects=planned.effects,
            conflicts=planning.conflicts(directory, planned),
            advice=advised(directory, planned.spec),
        )


def _file_state(outcome: Outcome, updated: bytes | None) -> FileState:
    """Describe a file; only one that is edited is read for a pin."""
    found = FileState(outcome.path, outcome.state, bool(outcome.changes) or outcome.state is State.CONFLICTING)
    content = outcome.content
    if outcome.state is not State.EDITED or content is None or updated is None:
        return found
    if Location.parse(outcome.path).kind != OVERLAY or not outcome.path.endswith(KUSTOMIZATION):
        return found
    from generator.delivery import pin  # most repositories have none

    if pin.read(content, outcome.path) is None:
        return found
    without = pin.write(content, outcome.path, None)
    state = merge.merge_file(outcome.path, updated, without, updated, checkout.merge_lines).state
    return replace(found, pinned=True, pinned_alone=state is not State.EDITED)


def _idle(directory: Path, planned: Plan) -> list[Fault]:
    """Find what is there and does nothing: files that no kustomization lists, objects that select no pods."""
    found = unlisted.faults(directory, _versions(planned))
    idle = {fault.path for fault in found}
    touched = (State.EDITED, State.MISSING)
    places = [Location.parse(one.path) for one in planned.outcomes if one.state in touched]
    apps = dict.fromkeys(place.app for place in places if place.kind == BASE)
    return [*found, *(fault for app in apps for fault in unlisted.in_base(directory, app, idle))]


def _versions(planned: Plan) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield path, generated and local content of the files that users or builds have changed."""
    for outcome in planned.outcomes:
        if outcome.state is not State.GENERATED and outcome.content is not None and outcome.path in planned.updated:
            yield outcome.path, planned.updated[outcome.path], outcome.content
