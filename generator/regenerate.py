"""One unit of work: the spec → *updated* → merged with *original* and *local* → what to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator import merge, original, outputs, tree
from generator.errors import EditedByHand, RepositoryError
from generator.merge import Outcome, State
from generator.spec import loader
from generator.spec.model import Spec

_UNFINISHED: Final = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a regeneration would do. ``record`` is the change of ``.generator/``, by path."""

    spec: Spec
    outcomes: list[Outcome]
    record: dict[str, bytes | None]

    @property
    def changes(self) -> list[Outcome]:
        """The files that would be written or removed."""
        return [outcome for outcome in self.outcomes if outcome.changes]

    def having(self, state: State) -> list[str]:
        """The paths in a state."""
        return [outcome.path for outcome in self.outcomes if outcome.state == state]


def plan(directory: Path) -> Plan:
    """Find out what is to be done. Reads only; ``SpecError`` and ``RepositoryError`` as they come."""
    spec = loader.load(directory)
    updated = outputs.render(spec)
    stored = original.stored(directory)
    former = original.unpack(stored)
    local = tree.read(directory, sorted({*updated, *former}))
    outcomes = merge.merge(former, local, {path: file.text.encode() for path, file in updated.items()})
    packed = original.pack(updated)
    record: dict[str, bytes | None] = {path: content for path, content in packed.items() if stored.get(path) != content}
    record.update({path: None for path in stored if path not in packed})
    return Plan(spec, outcomes, record)


def apply(directory: Path, planned: Plan, *, prune: bool) -> list[Outcome]:
    """Do it, all or nothing, and return what was changed.

    ``EditedByHand`` where a person's change would be lost, and
    ``RepositoryError`` where something is gone from the spec and ``prune`` is
    not given; nothing is written then.
    """
    conflicts = planned.having(State.CONFLICTING)
    if conflicts:
        names = "\n".join(f"  {path}" for path in conflicts)
        raise EditedByHand(
            f"edited by hand, and changed by the spec as well; nothing was written:\n{names}",
            "see both sides with `python -m generator diff`, then take your edit back or put the change in yourself",
        )
    orphans = planned.having(State.ORPHANED)
    if orphans and not prune:
        names = "\n".join(f"  {path}" for path in orphans)
        raise RepositoryError(
            f"no longer in the spec; nothing was written:\n{names}",
            "remove them with `python -m generator generate --prune`, or put them back into the spec",
        )
    changes = planned.changes
    # The record comes last: after a crash in between, new files are recognised as what is to be generated.
    files = {outcome.path: outcome.content for outcome in changes}
    tree.write(directory, {**files, **planned.record})
    return changes


def check_spec_exists(directory: Path) -> None:
    """``RepositoryError`` if there is no ``generator.yaml``: the likeliest mistake, so it is told first."""
    loader.read(directory)


def check_repository(directory: Path) -> None:
    """``RepositoryError`` unless ``directory`` is the top of a git work tree with no merge under way.

    Looks at files instead of running git, which would take longer than everything else.
    """
    dot_git = directory / ".git"
    if not dot_git.exists():
        above = next((parent for parent in directory.resolve().parents if (parent / ".git").exists()), None)
        if above:
            raise RepositoryError(f"{directory}: not the top of its git repository", f"move the spec to {above}")
        raise RepositoryError(f"{directory}: not a git repository, so nothing could be undone", "make it one: git init")
    folder = dot_git
    if dot_git.is_file():  # a linked work tree, or a submodule
        folder = directory / dot_git.read_text().removeprefix("gitdir:").strip()
    for name in _UNFINISHED:
        if (folder / name).exists():
            raise RepositoryError(
                f"{directory}: a merge, rebase or cherry-pick is under way ({name})", "finish it, or abort it, first"
            )
