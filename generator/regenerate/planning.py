"""Plan and apply a regeneration: read and render, merge *original*, *local* and *updated*, and write."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import Conflicts, RepositoryError, SpecError
from generator.files import work_tree
from generator.git import checkout
from generator.regenerate import base_copies, conflict_markers, merge, record_files, split_files
from generator.regenerate import record as generation_record
from generator.regenerate import renames as path_renames
from generator.regenerate.merge import Side, State
from generator.regenerate.render_cache import RenderCache
from generator.regenerate.sides import Renaming, Sides, moved
from generator.spec import loader, said
from generator.spec.layout import APPLICATION, Location

if TYPE_CHECKING:
    from generator.regenerate.effect import Effect
    from generator.regenerate.merge import Outcome, Settle
    from generator.spec.findings import Findings
    from generator.spec.loader import Texts
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a regeneration.

    Attributes:
        record: The changes of ``.generator/``, by path.
        vacated: The old paths of files whose app or environment the spec renames.
        carried: The users' own files beside them, as old path → new path.
        tidied: The paths of generated files that are gone; empty folders of them are removed.
        effects: The effects on objects that already run in the cluster.
        updated: The files that are generated now, by path.
        beside: Other files that are written or removed at the same time.
    """

    spec: Spec
    outcomes: list[Outcome]
    record: dict[str, bytes | None]
    vacated: tuple[str, ...] = ()
    carried: Mapping[str, str] = field(default_factory=dict)
    tidied: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    updated: Mapping[str, bytes] = field(default_factory=dict)
    beside: Mapping[str, bytes | None] = field(default_factory=dict)

    @property
    def changes(self) -> list[Outcome]:
        """Return the outcomes of files that would be written or removed."""
        return [outcome for outcome in self.outcomes if outcome.changes]

    def having(self, state: State) -> list[str]:
        """Return the paths of files in a state."""
        return [outcome.path for outcome in self.outcomes if outcome.state == state]

    @property
    def conflicts(self) -> list[merge.Conflict]:
        """Return all conflicts, sorted by file and line."""
        return [conflict for outcome in self.outcomes for conflict in outcome.conflicts]


def plan(
    directory: Path, settle: Settle = merge.leave_open, *, adopt: bool = False, texts: Texts | None = None
) -> Plan:
    """Return the plan, without writing anything.

    With ``adopt``, files without a record count as edits of the generated ones.
    ``texts`` replaces the texts of the spec's files. Raise SpecError or RepositoryError.
    """
    spec = loader.load(directory, texts)
    stored = record_files.stored(directory)
    original, updated, packed = versions(spec, stored, RenderCache(directory, spec), adopt=adopt)
    _check_references(directory, spec, updated)
    renaming = _renamed(directory, spec, original, updated, adopt=adopt)
    sides, by_hand = _moved_by_hand(directory, renaming.sides)
    copies = base_copies.find(directory, spec, *sides, by_hand)
    sides = Sides(copies.under(sides.original), copies.under(sides.local), updated)
    by_hand = {**by_hand, **copies.moved(by_hand)}

    parts = split_files.split(*sides)
    sides = Sides(parts.original, parts.local, updated)

    rivals = moved(_rivals(directory, stored, adopt=adopt), renaming.renames)
    settled = _placed(_adopting(settle) if adopt else settle, by_hand)
    merged = parts.told(_merged(directory, sides, settled, rivals))
    moving = {*renaming.renames.values(), *(by_hand.get(path, path) for path in copies.sources)}
    outcomes = path_renames.placed(merged, by_hand, moving)

    record = {**_changed(stored, packed), **base_copies.record(directory, spec, copies, outcomes)}
    record = record_files.signed(directory, record)
    outcomes += base_copies.beside(directory, copies)
    carried = renaming.carried(outcomes)
    return Plan(
        spec,
        outcomes,
        record,
        vacated=tuple(path for path in renaming.vacated if path not in carried),
        carried=carried,
        tidied=_gone(renaming.before) if record else (),
        effects=_effects(renaming, sides, outcomes) if record and original else (),
        updated=updated,
    )


def _check_references(directory: Path, spec: Spec, updated: Mapping[str, bytes]) -> None:
    """Check the spec's references to generated files. Most specs have none, and load no code for this."""
    if said.has_hatches(spec.data):
        from generator.regenerate import patch_targets

        _require_none(directory, patch_targets.find(directory, spec, updated))
    if spec.infra is not None:
        from generator.spec import infra_reference

        if infra_reference.START in repr(spec.data):
            from generator.regenerate import infra_references

            _require_none(directory, infra_references.find(directory, spec, updated))


def _require_none(directory: Path, findings: Findings) -> None:
    if findings.items:
        raise SpecError(loader.faults(directory, findings))


def _renamed(
    directory: Path, spec: Spec, original: dict[str, bytes], updated: dict[str, bytes], *, adopt: bool
) -> Renaming:
    """Read the local side, and move all files that the spec renames."""
    renames = path_renames.renamed_by_spec(directory, spec, original)
    links = path_renames.links(directory, renames, known={*original, *updated})
    paths = {*updated, *original, *renames, *renames.values()} - {*links, *links.values()}
    local = work_tree.read(directory, sorted(paths))
    path_renames.check_names(directory, updated, local)
    if not original:
        _require_record(local, updated, adopt=adopt)
    return Renaming.of(Sides(original, local, updated), renames, links)


def _moved_by_hand(directory: Path, sides: Sides) -> tuple[Sides, dict[str, str]]:
    """Return the sides with users' moved files under their generated paths, and generated path → user's path."""
    by_hand = path_renames.moved_by_hand(directory, *sides)
    on_disk = work_tree.read(directory, [place for place in by_hand.values() if place not in sides.local])
    contents = {**on_disk, **sides.local}
    placed = {path: contents[place] for path, place in by_hand.items()}
    return sides._replace(local={**sides.local, **placed}), by_hand


def _merged(directory: Path, sides: Sides, settle: Settle, rivals: Mapping[str, bytes | None]) -> list[Outcome]:
    """Merge all files. Files with git's conflict markers are resolved first."""
    marked = conflict_markers.marked(*sides)
    reconciled = conflict_markers.reconcile(directory, marked, merge.merge_file, settle) if marked else []
    original, updated = _without(sides.original, marked), _without(sides.updated, marked)
    outcomes = merge.merge(original, sides.local, updated, checkout.merge_lines, settle, rivals)
    return sorted([*outcomes, *reconciled], key=lambda outcome: outcome.path) if reconciled else outcomes


def _changed(stored: Mapping[str, bytes], packed: Mapping[str, bytes]) -> dict[str, bytes | None]:
    """Return the changed files of the record, by path; ``None`` for removed ones."""
    changed = {path: content for path, content in packed.items() if stored.get(path) != content}
    return {**changed, **dict.fromkeys(path for path in stored if path not in packed)}


def _gone(before: Sides) -> tuple[str, ...]:
    """Return the paths of formerly generated files that are neither in the work tree nor generated now."""
    return tuple(path for path in before.original if path not in before.local and path not in before.updated)


def _effects(renaming: Renaming, sides: Sides, outcomes: Sequence[Outcome]) -> tuple[Effect, ...]:
    from generator.regenerate import effects

    return tuple(effects.of_regeneration(renaming, sides, outcomes))


def _rivals(directory: Path, stored: Mapping[str, bytes], *, adopt: bool) -> dict[str, bytes | None]:
    """Return the other branch's generated files, if git could not merge the records of two branches."""
    found = generation_record.rivals(stored, adopt=adopt)
    if checkout.unfinished(directory):
        # One branch pruned the app: the files that the other branch did not change are gone.
        pruned = [path for path in checkout.deleted_on_one_side(directory, generation_record.FOLDER) if path in stored]
        found.update(dict.fromkeys(generation_record.unpack({path: stored[path] for path in pruned}, adopt=adopt)))
    return found


def _without(files: dict[str, bytes], paths: Container[str]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path not in paths} if paths else files


def versions(
    spec: Spec, stored: Mapping[str, bytes], cache: RenderCache, *, adopt: bool
) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    """Return *original* and *updated* by path, and the records of *updated*.

    Files that are known to be equal in both are not rendered.
    """
    kept = cache.current(stored)
    same = generation_record.unpack(kept)
    if generation_record.PROJECT in kept:
        rest = {path: content for path, content in stored.items() if path not in kept}
        cache.learn({}, project=True)
        return {**same, **generation_record.unpack(rest, adopt=adopt)}, same, {**generation_record.pack({}), **kept}
    # If everything is known, the renderer is not loaded.
    from generator.render import render
    from generator.render.file import File
    from generator.render.outputs.argocd import leaving as leaving_of

    rendered = render(spec, leave_out={generation_record.app_of(path) for path in kept})
    updated = {**same, **{path: file.text.encode() for path, file in rendered.items()}}
    rest = {path: content for path, content in stored.items() if path not in kept}
    original = {**same, **generation_record.unpack(rest, adopt=adopt)}
    former = leaving_of.former_project(spec, original)
    if path := former:
        rendered[path] = File(path, original[path].decode())
        updated[path] = original[path]
    leaving = {file.path: file for file in leaving_of.projects(spec, original)}
    rendered |= leaving
    updated |= {path: file.text.encode() for path, file in leaving.items()}
    packed = generation_record.pack(rendered)
    # The cache cannot cover files that also depend on former files.
    cache.learn(packed, project=former is None and not leaving)
    return original, updated, {**packed, **kept}


def _require_record(local: Mapping[str, bytes], contents: Mapping[str, bytes], *, adopt: bool) -> None:
    """Raise RepositoryError without ``.generator/``: an edit could be mistaken for an older output, and be lost."""
    differing = sorted(path for path, content in contents.items() if path in local and local[path] != content)
    if differing and not adopt:
        names = "\n".join(f"  {path}" for path in differing)
        raise RepositoryError(
            f"{generation_record.FOLDER}/ is missing, so edits cannot be told from what was generated; "
            f"nothing was written:\n{names}",
            f"get it back: git checkout HEAD -- {generation_record.FOLDER}; "
            "or keep all of these as edits: python -m generator generate --adopt",
        )


def _adopting(settle: Settle) -> Settle:
    def adopted(conflict: merge.Conflict) -> Side | None:
        if conflict.original is None and not conflict.field:
            return Side.LOCAL
        return settle(conflict)

    return adopted


def _placed(settle: Settle, by_hand: Mapping[str, str]) -> Settle:
    """Return a ``settle`` that gets the users' paths of moved files."""
    return lambda conflict: settle(conflict._replace(path=by_hand.get(conflict.path, conflict.path)))


def conflicts(directory: Path, planned: Plan) -> Conflicts | None:
    """Return an error with all conflicts of a plan and the authors of hand edits; ``None`` without conflicts."""
    return Conflicts(list(_attributed(directory, planned.conflicts))) if planned.conflicts else None


def preview(directory: Path, texts: Texts | None = None) -> tuple[Plan, Conflicts | None]:
    """Return a plan that keeps the local side of each conflict, and the conflicts."""
    planned = plan(directory, texts=texts)
    found = conflicts(directory, planned)
    return (plan(directory, lambda _: Side.LOCAL, texts=texts), found) if found else (planned, None)


def apply(
    directory: Path, planned: Plan, *, prune: bool, replace: bool = False, texts: Texts | None = None
) -> list[Outcome]:
    """Write everything or nothing, and return the changed files. ``texts`` are written to the spec's files, too.

    Raise Conflicts, or RepositoryError if something is gone from the spec without ``prune``, or if an object must be
    deleted in the cluster without ``replace``. Nothing is written then.
    """
    if found := conflicts(directory, planned):
        if guess := _renaming(planned):
            found.hint = f"{guess}; else {found.hint}"
        raise found
    orphans = planned.having(State.ORPHANED)
    if orphans and not prune:
        names = "\n".join(f"  {path}" for path in orphans)
        raise RepositoryError(
            f"no longer in the spec; nothing was written:\n{names}{_pruned_applications(orphans)}{_told(planned)}",
            _way_out(planned),
        )
    if not replace:
        _refuse_replacements(planned)
    write(directory, planned, texts)
    return planned.changes


def _way_out(planned: Plan) -> str:
    """Return the hint about files that are gone from the spec, with the most likely way first."""
    remove = "remove them with `python -m generator generate --prune`"
    if guess := _renaming(planned):
        return f"{guess}; else {remove}"
    return (
        f"{remove}, or put them back into the spec; "
        "where something has a new name only, say `renamedFrom: OLD` there, which keeps edits and tags"
    )


def _renaming(planned: Plan) -> str:
    """Return the `renamedFrom` to write if something only has a new name; empty if that is not likely."""
    there = {outcome.path: outcome.local for outcome in planned.outcomes if outcome.local is not None}
    gone = {path: content for path, content in there.items() if path not in planned.updated}
    if not gone:
        return ""
    from generator.regenerate import rename_guess

    return rename_guess.hint(planned.spec, gone, there.keys() - gone.keys())


def _told(planned: Plan) -> str:
    """Return the effects in the cluster as lines of an error message."""
    if not planned.effects:
        return ""
    from generator.regenerate.effect import Effect

    return "".join(f"\nin the cluster: {line}" for line in Effect.lines(planned.effects))


def _refuse_replacements(planned: Plan) -> None:
    replacing = [effect for effect in planned.effects if effect.replaces]
    if not replacing:
        return
    from generator.regenerate.effect import Effect

    raise RepositoryError(
        "what runs would have to be deleted for this; nothing was written:\n"
        + "\n".join(f"  {line}" for line in Effect.lines(replacing)),
        "accept that with `python -m generator generate --replace`, or take the change back",
    )


def write(directory: Path, planned: Plan, texts: Texts | None = None) -> None:
    """Write a plan without asking about conflicts and removed files; ``apply`` checks these first."""
    spec = loader.encoded(directory, texts or {})
    files = {**spec, **planned.beside, **{outcome.path: outcome.content for outcome in planned.changes}}
    gone = dict.fromkeys((*planned.vacated, *planned.tidied))
    # The record is written last: after a crash before it, the new files are recognised as equal to the generated ones.
    work_tree.write(directory, {**files, **gone}, planned.record, planned.carried)


def _attributed(directory: Path, conflicts: Sequence[merge.Conflict]) -> Iterator[merge.Conflict]:
    """Yield conflicts with the author of the local side, if git knows it."""
    from generator.git.blame import Blame  # Imported here, because most runs have no conflict.

    blames: dict[str, Blame] = {}
    for conflict in conflicts:
        blame = blames.setdefault(conflict.path, Blame(directory, conflict.path))
        yield conflict._replace(author=blame.line(conflict.line)) if conflict.field else conflict


def _pruned_applications(orphans: list[str]) -> str:
    places = [place for place in map(Location.parse, orphans) if place.kind == APPLICATION]
    if not places:
        return ""
    lines = "\n".join(f"  {place.environment}/{place.app}" for place in places)
    return f"\nArgo CD would remove these Applications once that is pushed (their pods keep running):\n{lines}"


def check_spec_exists(directory: Path) -> None:
    """Raise RepositoryError if there is no ``generator.yaml``. This mistake is likely, so it is checked first."""
    loader.read(directory)


def check_repository(directory: Path) -> None:
    """Raise RepositoryError unless ``directory`` is the top of a git work tree without a merge in progress.

    This reads files instead of running git, because git would take longer than everything else.
    """
    dot_git = directory / ".git"
    if not dot_git.exists():
        above = next((parent for parent in directory.resolve().parents if (parent / ".git").exists()), None)
        if above:
            raise RepositoryError(f"{directory}: not the top of its git repository", f"move the spec to {above}")
        raise RepositoryError(f"{directory}: not a git repository, so nothing could be undone", "make it one: git init")
    unfinished = checkout.unfinished(directory)
    if unfinished is None:
        return
    from generator.render import render

    # Users must resolve this file, because they write the spec.
    resolved = not conflict_markers.has_markers(loader.read(directory).encode())
    spec_files = {*loader.written(directory).texts, *render(loader.load(directory))} if resolved else set()
    ours = {*spec_files, *generation_record.unpack(record_files.stored(directory), adopt=True)}
    open_files = [
        path
        for path in checkout.unmerged(directory)
        if path not in ours and not path.startswith(generation_record.FOLDER)
    ]
    if open_files:
        names = "\n".join(f"  {path}" for path in open_files)
        raise RepositoryError(
            f"{directory}: a merge, rebase or cherry-pick is under way ({unfinished}):\n{names}",
            "resolve these first; what is generated is then mended by `python -m generator`",
        )
