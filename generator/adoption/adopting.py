"""Adopt a folder of manifests: plan all steps, prove that no object changes, and write the result."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generator import tools
from generator.adoption import (
    arranging,
    detecting,
    existing,
    flux,
    handover,
    images,
    merging,
    noting,
    origin,
    proof,
    source,
    upstream,
)
from generator.adoption.arranging import Arranged
from generator.adoption.images import Image, Listed
from generator.adoption.source import Shape, Source
from generator.errors import Fault, SpecError, UsageError
from generator.files import work_tree
from generator.manifests import sources
from generator.manifests.build_inputs import NAMES
from generator.manifests.stream import Document
from generator.regenerate import planning
from generator.spec import edits, layout, loader
from generator.spec.findings import Findings
from generator.spec.language.names import APP_NAME
from generator.spec.layout import overlay_file, overlay_path
from generator.spec.model import Spec
from generator.spec.places import Written


@dataclass(frozen=True, slots=True)
class Wanted:
    """Folder to adopt, and how.

    Attributes:
        app: The name that the app gets; the folder's if empty.
        folders: The folder of an environment, below the path.
        image: The name of the image that is released, where there are several.
        keep: The side that wins where later edits and a new version disagree: local or updated.
    """

    path: str
    app: str = ""
    folders: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """Steps that adopting a folder takes.

    Attributes:
        places: The folder of each environment, as it is now.
        objects: How many objects each environment has.
        images: The images that run, by environment.
        released: The image that releases set.
        moved: Old path → new path.
        edited: The new paths of files in which a reference or an image was changed. written: The paths of new
        kustomizations.
        left: Files beside them that stay where they are.
        entry: The app, as generator.yaml gets it.
        faults: What prevents the adoption. notes: Remarks for the user. handover: The steps by which the
        Applications that deploy it today give up its objects.
        texts: The files of the spec that change, with the app in them.
        files: Everything that is adopted, by its new path.
        original: The same files without later edits: the original of the next merge. again: It was adopted before,
        and a new version is merged with later edits. removed: Files that the source has removed, and that nobody has
        edited.
        kept: Files with edits of the user.
    """

    app: str
    folder: str
    inside: bool
    places: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, int] = field(default_factory=dict)
    images: Mapping[str, tuple[Image, ...]] = field(default_factory=dict)
    released: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    edited: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    entry: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()
    handover: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    original: Mapping[str, bytes] = field(default_factory=dict)
    again: bool = False
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def find(directory: Path, wanted: Wanted) -> Adoption:
    """Plan the adoption of a folder; write nothing.

    Raises:
        UsageError: The folder of an environment, or the image, is ambiguous. Conflicts: It was adopted before, and
        the new version and later edits disagree.
    """
    spec = loader.load(directory)
    with upstream.opened(directory, wanted.path) as (where, came_from):
        app = _name(directory, spec, wanted.app or posixpath.basename(where.folder))
        places = source.places(where, tuple(spec.environments), wanted.folders)
        shape = source.shape(where, places)
        finding = _Finding(
            directory, spec, loader.written(directory), where, app, shape, wanted.image, came_from, wanted.keep
        )
        return finding.adoption()


def _name(directory: Path, spec: Spec, app: str) -> str:
    findings = Findings()
    APP_NAME.check(app, (), findings)
    if findings.items:
        raise UsageError(f"{app}: {findings.items[0].message}", "name the app with --app NAME")
    if app in spec.adopted and origin.read(directory, app) is None:
        about = (
            f"{app} is adopted, and {layout.adopted_path(app)} is missing, which tells your edits from what was adopted"
        )
        raise UsageError(about, "get it back from git")
    if app in spec.apps and app not in spec.adopted:
        raise UsageError(f"there is an app {app!r} already", "name another with --app NAME")
    return app


@dataclass
class _Finding:
    directory: Path
    spec: Spec
    written: Written
    source: Source
    app: str
    shape: Shape
    image: str | None
    upstream: str
    keep: str | None

    def adoption(self) -> Adoption:
        """Go as far as there is no fault."""
        self.deployed = existing.find(self.directory, self.spec, self.shape.places, self.source)
        self.namespace = existing.namespace(self.spec, self.deployed)
        nothing = Adoption(self.app, self.source.folder, self.source.inside, self.shape.places)
        self.flux = flux.find(self.directory, self.shape.places) if self.source.inside else []
        if faults := [*detecting.faults(self.source, self.shape), *self._of_flux()]:
            return replace(nothing, faults=tuple(faults))
        self.program, self.rules = tools.find("kustomize"), sources.rules(self.spec)
        before = {name: self._before(place) for name, place in self.shape.places.items()}
        if faults := [fault for built in before.values() for fault in built.faults]:
            return replace(nothing, faults=tuple(dict.fromkeys(faults)))
        arranged = arranging.arrange(self.source, self.shape, self.app)
        documents = {name: built.documents for name, built in before.items()}
        return self._arranged(nothing, arranged, documents)

    def _of_flux(self) -> Iterator[Fault]:
        """Yield what only Flux would make of the folder."""
        yield from flux.faults(self.spec, self.flux)
        if self.source.inside:
            yield from flux.releases(self.directory, self.source.folder)

    def _before(self, place: str) -> proof.Built:
        return proof.before(self.source, place, self.program, self.rules)

    def _arranged(self, nothing: Adoption, arranged: Arranged, before: Mapping[str, Sequence[Document]]) -> Adoption:
        originals = {path: self.source.read(name) for path, name in arranged.origins.items()}
        if self.app in self.spec.adopted:
            return self._again(nothing, arranged, before)
        try:
            overlays = self._overlays(arranged, before)
        except SpecError as error:
            return replace(nothing, faults=tuple(error.faults))
        released = images.released(self.app, overlays, self.image)
        entry = self._entry(released, before)
        faults = self._faults(arranged, before)
        return replace(
            nothing,
            objects={name: len(documents) for name, documents in before.items()},
            images={name: one.running for name, one in overlays.items()},
            released=released,
            moved={old: path for path, old in arranged.origins.items()},
            edited=tuple(path for path, content in originals.items() if arranged.files[path] != content),
            written=tuple(sorted(arranged.files.keys() - originals.keys())),
            left=tuple(arranged.left),
            entry=entry,
            faults=tuple(dict.fromkeys(faults)),
            notes=tuple(self._notes(arranged, before, overlays)),
            handover=(*handover.steps(self.spec, self.deployed, self.shape.places), *flux.steps(self.flux)),
            texts=edits.added(self.written, "apps", self.app, entry),
            files=arranged.files,
            original=arranged.files,
        )

    def _again(self, nothing: Adoption, arranged: Arranged, before: Mapping[str, Sequence[Document]]) -> Adoption:
        """Merge what is new with what was made of it since it was adopted last."""
        overlays = self._overlays(arranged, before)
        done = merging.merged(self.directory, self.app, arranged.files, self.keep)
        faults = [*arranged.faults, *self._refused(before)]
        with tempfile.TemporaryDirectory(prefix="gitops-generator-") as name:
            place = Path(name)
            work_tree.write(place, {path: content for path, content in done.files.items() if content is not None})
            for environment in before:
                faults += proof.build(place, overlay_path(environment, self.app), self.program, self.rules).faults
        return replace(
            nothing,
            inside=False,
            again=True,
            objects={name: len(documents) for name, documents in before.items()},
            images={name: one.running for name, one in overlays.items()},
            released={name: self.spec.apps[self.app].image_in(name) for name in before},
            edited=done.changed,
            removed=done.removed,
            kept=done.kept,
            faults=tuple(dict.fromkeys(faults)),
            notes=tuple(self._notes(arranged, before, overlays)),
            texts=self._with_upstream(),
            files={path: content for path, content in done.files.items() if content is not None},
            original=arranged.files,
        )

    def _with_upstream(self) -> dict[str, str]:
        """Return the spec with where the manifests are from now, if it said where they were from."""
        app = self.spec.adopted[self.app]
        if not (self.upstream and app.upstream):
            return {}
        return edits.put(self.written, ("apps", self.app, "adopted", "upstream"), self.upstream)

    def _refused(self, before: Mapping[str, Sequence[Document]]) -> list[Fault]:
        """List pods that the namespaces of environments would refuse."""
        found = (noting.refused(self.spec.environments[name], documents) for name, documents in before.items())
        return [fault for those in found for fault in those]

    def _faults(self, arranged: Arranged, before: Mapping[str, Sequence[Document]]) -> list[Fault]:
        """List what keeps the arranged files from taking the place of those that were there."""
        return [
            *existing.faults(self.spec, self.deployed, self.namespace),
            *arranged.faults,
            *self._taken(arranged),
            *self._left_behind(arranged),
            *self._unlike(arranged, before),
            *self._refused(before),
        ]

    def _overlays(self, arranged: Arranged, before: Mapping[str, Sequence[Document]]) -> dict[str, Listed]:
        """Enter the images that run into the overlays."""
        found: dict[str, Listed] = {}
        for environment, documents in before.items():
            path = overlay_file(environment, self.app)
            found[environment] = images.listed(arranged.files[path], path, images.running(documents))
            arranged.files[path] = found[environment].content
        return found

    def _entry(self, released: Mapping[str, str], before: Mapping[str, Sequence[Document]]) -> dict[str, Any]:
        """Return what generator.yaml says of the app."""
        kinds = noting.kinds(document for documents in before.values() for document in documents)
        usual = next(iter(released.values()))
        names = existing.names(self.deployed)
        name = existing.template(names) if len(names) == len(self.shape.places) else None
        overrides: dict[str, dict[str, Any]] = {
            environment: {"image": image} for environment, image in released.items() if image != usual
        }
        out = {environment: False for environment in self.spec.environments if environment not in self.shape.places}
        for environment, own in names.items() if name is None else ():
            overrides.setdefault(environment, {})["adopted"] = {"application": own}
        about = {**({"application": name} if name else {}), **({"kinds": kinds} if kinds else {})}
        about |= {"upstream": self.upstream} if self.upstream else {}
        return {
            "adopted": about or True,
            "image": usual,
            **({"namespace": self.namespace} if self.namespace else {}),
            **({"environments": {**overrides, **out}} if overrides or out else {}),
        }

    def _taken(self, arranged: Arranged) -> list[Fault]:
        """List paths that are taken by files that are not adopted."""
        there = work_tree.read(self.directory, sorted(arranged.files))
        mine = set(arranged.origins.values()) if self.source.inside else set()
        hint = f"move it away, or choose another name with --app: that of {self.app} is taken"
        return [Fault(path, 1, 1, "", "is there already", hint) for path in there if path not in mine]

    def _left_behind(self, arranged: Arranged) -> list[Fault]:
        """List what builds on the files that move, and is not adopted with them."""
        if not self.source.inside:
            return []
        adopted = set(arranged.origins.values())
        folders = {posixpath.dirname(name) for name in adopted if posixpath.basename(name) in NAMES}
        found: list[Fault] = []
        for name in _kustomizations(self.source.root):
            if name in adopted:
                continue
            for target, reference, file in source.references(self.source, posixpath.dirname(name) or ".", []):
                if target in folders:
                    mark = reference.node.start_mark
                    about = f"builds on {target}, which would move"
                    hint = "adopt it as an environment, with --env ENV=FOLDER, or take it away first"
                    found.append(Fault(file, mark.line + 1, mark.column + 1, reference.field, about, hint))
        return found

    def _unlike(self, arranged: Arranged, before: Mapping[str, Sequence[Document]]) -> list[Fault]:
        """Build what is arranged, and list each object that is not what it was."""
        with tempfile.TemporaryDirectory(prefix="gitops-generator-") as name:
            place = Path(name)
            work_tree.write(place, arranged.files)
            found: list[Fault] = []
            for environment, documents in before.items():
                path = overlay_path(environment, self.app)
                built = proof.build(place, path, self.program, self.rules)
                found += built.faults
                about = f"would be another one in {environment} once it is adopted"
                hint = "this is a fault of `adopt`, or of a transformer that it does not know; adopt it without that"
                unlike = proof.differences(documents, built.documents) if not built.faults else []
                found += [Fault(path, 1, 1, title, about, hint) for title in unlike]
            return found

    def _notes(
        self, arranged: Arranged, before: Mapping[str, Sequence[Document]], overlays: Mapping[str, Listed]
    ) -> list[Fault]:
        known = {image for one in overlays.values() for image in one.running}
        everything = [document for documents in before.values() for document in documents]
        found = [note for one in overlays.values() for note in one.notes]
        found += noting.hidden_images(arranged, everything, known)
        for environment, documents in before.items():
            found += noting.elsewhere(self.spec.environments[environment], self.namespace, documents)
        return list(dict.fromkeys(found))


def _kustomizations(root: Path) -> list[str]:
    found: list[str] = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git" and not name.startswith(".venv")]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in files if name in NAMES]  # noqa: PTH118
    return found


def write(directory: Path, found: Adoption) -> planning.Plan:
    """Write the plan: the adopted files, the spec, and the app's generated files, all or nothing.

    Raises:
        SpecError: There are faults.
    """
    if found.faults:
        raise SpecError(list(found.faults))
    planning.check_repository(directory)
    with work_tree.locked(directory):
        planned = planning.plan(directory, texts=found.texts)
        moves = {old: new for old, new in found.moved.items() if old != new} if found.inside else {}
        unchanged = {old: new for old, new in moves.items() if new not in found.edited}
        gone = dict.fromkeys(old for old in moves if old not in unchanged and old not in found.files)
        files = {path: content for path, content in found.files.items() if path not in unchanged.values()}
        gone |= dict.fromkeys(found.removed)
        record = {**planned.record, layout.adopted_path(found.app): origin.pack(found.original)}
        whole = replace(planned, beside={**files, **gone}, carried={**planned.carried, **unchanged}, record=record)
        planning.apply(directory, whole, prune=False, texts=found.texts)
    return whole
