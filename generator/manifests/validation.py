"""Validate the manifests: would Argo CD read, build and be allowed to apply them, and would the API server take them?

It works offline, with the package's schemas of Kubernetes, Argo CD and External Secrets. A manifest without a schema
is an error, because kubeconform would skip it and report success. Valid folders that have not changed are not
checked again (see ``validation_cache``).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from generator import process, tools
from generator.errors import Fault, RepositoryError, ToolError
from generator.manifests import admission, applications, definitions, ecs, folder, kustomize, sources, stream, unlisted
from generator.manifests.admission import Unit
from generator.manifests.applications import Policy
from generator.manifests.build_inputs import NAMES
from generator.manifests.charts import crds, deployed
from generator.manifests.validation_cache import Known, Reader, Validity
from generator.spec import loader, targets
from generator.spec.layout import GITOPS, base_path, environment_of, overlay_path
from generator.tools import schemas

if TYPE_CHECKING:
    from generator.manifests.stream import Document
    from generator.spec.model import Spec

# A misspelled field that a strict check must refuse; if it passes, the check itself is broken.
CONTROL: Final = b"apiVersion: v1\nkind: Service\nmetadata:\n  name: control\nspec:\n  prots: []\n"
_CONTROL_FILE: Final = "control.yaml"
# What gives kinds of their own a schema; adopted apps that have one say so.
_DEFINITION: Final = ("apiextensions.k8s.io", "CustomResourceDefinition")
_SECONDS: Final = 1800


@dataclass(frozen=True, slots=True)
class Result:
    """Result for an overlay, another applied folder, or ``gitops``: the number of manifests, and their problems."""

    path: str
    manifests: int
    problems: tuple[str, ...]


def validate(
    directory: Path, spec: Spec, generated: Mapping[str, bytes], only: Sequence[str] | None = None
) -> list[Result]:
    """Return a result for each folder that Argo CD applies, ``gitops`` last.

    Args:
        directory: The repository.
        spec: What it is generated from.
        generated: What the last generation wrote, by path.
        only: The overlays to look at besides ``gitops``; all, and what else is applied, if left out.

    Raises:
        ToolError: A tool is missing.
    """
    return _Validation(directory, spec, generated, only).results()


class _Validation:
    def __init__(self, directory: Path, spec: Spec, generated: Mapping[str, bytes], only: Sequence[str] | None) -> None:
        self._directory = directory
        self._kustomize, self._kubeconform = tools.find("kustomize"), tools.find("kubeconform")
        self._argocd = spec.argocd.version
        self._has_infra = spec.infra is not None
        self._rules, self._policy = sources.rules(spec, loader.written), Policy(spec)
        reader = Reader()
        self._documents, self._faults = folder.documents(directory, GITOPS, split=reader.split)
        reader.keep()
        links = [
            fault for fault in sources.links_out(directory) if fault.file not in {one.file for one in self._faults}
        ]
        self._faults = [*self._faults, *links]
        if not self._documents and not self._faults and not _is_all_on_ecs(spec):
            raise RepositoryError(f"{GITOPS}: no files", "generate them: python -m generator")
        self._ground = applications.ground(self._documents, spec.repository)
        self._apps = tuple(spec.apps)
        self._secrets = {app.name: app.chart.secrets for app in spec.charts.values()}
        self._defining = [
            overlay_path(environment, app.name)
            for app in spec.adopted.values()
            for environment in app.environments
            if _DEFINITION in app.kinds
        ]
        self._defining += [
            overlay_path(environment, app.name)
            for app in spec.described.values()
            for environment in app.environments
            if _DEFINITION in app.own_kinds
        ]
        self._named = definitions.read(directory, spec)
        self._unlisted = unlisted.faults(directory, unlisted.on_disk(directory, generated))
        self._overlays = [
            overlay_path(environment, name)
            for environment in spec.environments
            for name, app in spec.apps.items()
            if environment in app.environments
        ]
        others = (path for path in self._ground.applications if path not in self._overlays and path != GITOPS)
        paths = [*self._overlays, *others] if only is None else only
        self._paths = [*paths, GITOPS]
        self._on_ecs = {path for path in paths if ecs.is_overlay(directory, path)}
        self._units = {path: self._unit(path) for path in self._paths if path not in self._on_ecs}
        self._rendered: dict[str, tuple[list[Document], list[str]]] = {}
        self._charts = {path: chart for path in self._overlays if (chart := deployed.find(directory, path))}

    def _unit(self, path: str) -> Unit:
        environment = self._policy.environment(path)
        own = None if path == GITOPS else frozenset(self._policy.own(environment))
        return Unit(path, environment, self._ground.applications.get(path, ()), own, self._ground)

    def results(self) -> list[Result]:
        """Combine the results of earlier runs with those of this run."""
        # What follows from a chart is kept where it is rendered; its own kinds' schemas are wanted each time.
        kept = (item for item in self._units.items() if item[0] != GITOPS and item[0] not in self._charts)
        built = {path: self._facts(unit) for path, unit in kept}
        whole = {
            GITOPS: self._units[GITOPS].facts
            + self._argocd
            + repr([str(fault) for fault in (*self._faults, *self._policy.faults(self._ground))])
        }
        validity = Validity(self._directory, built, whole, (self._kustomize, self._kubeconform))
        known = validity.valid()
        places = {path: found.places for path, found in known.items()}
        found: dict[str, Result] = {path: Result(path, about.manifests, ()) for path, about in known.items()}
        checked = self._checked([path for path in self._units if path not in found])
        twice = _several([*places.values(), *(one.digests for one in checked.values())])
        # Of what is only known by its digests, the names are to be told.
        again = [path for path, digests in places.items() if twice.intersection(digests)]
        checked |= self._checked(again)
        shared = _shared(checked.values(), twice)
        found |= {path: one.result(shared.get(path, ())) for path, one in checked.items()}
        good = {path: Known(one.manifests, one.digests) for path, one in checked.items() if not found[path].problems}
        validity.keep({**{path: about for path, about in known.items() if path not in checked}, **good})
        found |= {path: self._ecs(path) for path in self._on_ecs}
        return [found[path] for path in self._paths]

    def _ecs(self, path: str) -> Result:
        """Look at an overlay of ECS, which neither kustomize nor Argo CD reads."""
        from generator.manifests import ecs_rules

        return Result(path, *ecs_rules.judged(self._directory, path))

    def _facts(self, unit: Unit) -> str:
        """Serialise everything that decides a result, apart from the files that are built."""
        return (
            unit.facts
            + repr((sorted(self._rules.references), self._rules.environments, self._idle(unit.path), self._argocd))
            + repr([document.text for document in self._named])
            + repr(self._waits_for_infra(unit))
        )

    def _waits_for_infra(self, unit: Unit) -> bool:
        """Tell whether a value that Terraform has not given yet would be synced."""
        return self._has_infra and any(one.automated for one in unit.applications)

    def _checked(self, paths: Sequence[str]) -> dict[str, _Checked]:
        """Build in parallel, then check everything with one kubeconform: it reads each schema once."""
        if not paths:
            return {}
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            read = dict(zip(paths, pool.map(self._read, paths), strict=True))
        with TemporaryDirectory(prefix="gitops-generator-") as name:
            place, own = Path(name, "manifests"), Path(name, "schemas")
            place.mkdir()
            defining = (read.get(path) or self._read(path) for path in self._defining)
            more = crds.write([*self._named, *self._of_charts(), *(one for found in defining for one in found[0])], own)
            for number, (documents, _) in enumerate(read.values()):
                (place / f"{number}.yaml").write_text("---\n".join(document.text for document in documents))
            (place / _CONTROL_FILE).write_bytes(CONTROL)
            arguments = [*schemas.kubeconform_arguments(self._argocd), *more]
            answers = _conform(self._kubeconform, place, arguments)
        return {
            path: _Checked(
                self._units[path], documents, (*problems, *self._wrong(path, documents, answers.get(f"{number}.yaml")))
            )
            for number, (path, (documents, problems)) in enumerate(read.items())
        }

    def _read(self, path: str) -> tuple[list[Document], list[str]]:
        """Read the manifests of a folder as Argo CD would get them, or why it would not."""
        if path == GITOPS:
            faults = [*self._faults, *self._policy.faults(self._ground)]
            return self._documents, [_told(fault) for fault in faults]
        if path in self._charts:
            return self._chart(path)
        if not any((self._directory / path / name).exists() for name in NAMES) and (self._directory / path).is_dir():
            recurse = any(one.recurse for one in self._units[path].applications)
            documents, faults = folder.documents(self._directory, path, recurse=recurse)
            return documents, [*(_told(fault) for fault in faults), *self._without_kustomization(path)]
        if faults := sources.faults(self._directory, path, self._rules):
            return [], [_told(fault) for fault in faults]
        idle = self._idle(path)
        try:
            online = sources.reaches_out(self._directory, path, self._rules)
            text = kustomize.build(self._directory, path, self._kustomize, online=online)
        except kustomize.BuildError as exc:
            return [], [exc.message, *idle]
        documents, faults = stream.split(text.encode(), "")
        return documents, [*(_told(fault) for fault in faults), *idle]

    def _chart(self, path: str) -> tuple[list[Document], list[str]]:
        """Render the chart of an overlay, once."""
        from generator.manifests.charts import building
        from generator.manifests.charts.template import TemplateError

        if path not in self._rendered:
            try:
                text = building.build(self._directory, self._charts[path], self._rules)
            except TemplateError as exc:
                self._rendered[path] = [], list(exc.problems)
            else:
                documents, faults = stream.split(text.encode(), "")
                self._rendered[path] = documents, [_told(fault) for fault in faults]
        return self._rendered[path]

    def _of_charts(self) -> list[Document]:
        """Return the manifests of all charts: they may define kinds that other apps have objects of."""
        return [document for path in self._charts for document in self._chart(path)[0]]

    def _without_kustomization(self, path: str) -> Iterator[str]:
        """Yield why an overlay's other files are not enough."""
        if path in self._overlays:
            file = f"{path}/{NAMES[0]}"
            about = "is not there, so Argo CD would apply the other files of this folder alone, and remove all else"
            yield f"{file}: {about}; put it back from git: `git log -- {file}` tells which commit took it out"

    def _idle(self, path: str) -> list[str]:
        """List what no kustomization lists, for an overlay and the base of its app."""
        folders = f"{path}/", f"{base_path(path.rpartition('/')[2])}/"
        return [_told(fault) for fault in self._unlisted if fault.file.startswith(folders)]

    def _others(self, path: str) -> set[str]:
        """Return the other apps, whose pods a manifest must not select."""
        return {app for app in self._apps if app != path.rpartition("/")[2]}

    def _wrong(self, path: str, documents: Sequence[Document], answer: list[dict[str, Any]] | None) -> Iterator[str]:
        if not documents:
            return
        if answer is None or len(answer) != len(documents):
            yield "kubeconform has not judged each of its manifests"
        yield from sorted(_problem(resource) for resource in answer or () if resource["status"] != "statusValid")
        yield from _plaintext_secrets(documents, self._secrets.get(path.rpartition("/")[2]))
        for document, message, hint in unlisted.without_pods(documents, self._others(path)):
            yield f"{stream.title(document.data)}: {message}; {hint}"
        if self._waits_for_infra(self._units[path]):
            from generator.manifests import given

            yield from given.problems(documents, environment_of(path))
        yield from admission.problems(self._units[path], documents)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A folder that was looked at in this run."""

    unit: Unit
    documents: Sequence[Document]
    problems: tuple[str, ...]

    @property
    def manifests(self) -> int:
        return len(self.documents)

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.digest for place, _ in admission.places(self.unit, self.documents)))

    def result(self, shared: Iterable[str]) -> Result:
        return Result(self.unit.path, self.manifests, (*self.problems, *shared))


def _is_all_on_ecs(spec: Spec) -> bool:
    """Tell whether no app is for Argo CD, so that nothing is generated for it."""
    return (
        bool(spec.described)
        and all(
            app.target_in(environment) == targets.ECS
            for app in spec.described.values()
            for environment in app.environments
        )
        and len(spec.described) == len(spec.apps)
    )


def _several(digests: Iterable[Iterable[str]]) -> set[str]:
    """Return the digests that more than one folder has."""
    counted = Counter(digest for those in digests for digest in those)
    return {digest for digest, count in counted.items() if count > 1}


def _shared(checked: Iterable[_Checked], twice: set[str]) -> Mapping[str, list[str]]:
    """Return objects that several Applications would apply, by folder; each would undo what the other does."""
    holders: dict[str, dict[str, str]] = {}
    for one in checked if twice else ():
        for place, document in admission.places(one.unit, one.documents):
            if place.digest in twice:
                holders.setdefault(place.digest, {})[one.unit.path] = stream.title(document.data)
    found: dict[str, list[str]] = {}
    for those in holders.values():
        for path, title in those.items():
            others = ", ".join(other for other in those if other != path)
            if others:
                found.setdefault(path, []).append(f"{title}: {others} has the same object; rename one of them")
    return found


def _told(fault: Fault) -> str:
    return f"{fault}; {fault.hint}" if fault.hint else str(fault)


def _conform(kubeconform: Path, place: Path, arguments: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Run kubeconform and return its answer for each manifest, by file name."""
    how = ["-verbose", "-output", "json", "-n", str(os.cpu_count() or 2)]
    done = process.run([kubeconform, *arguments, *how, place], ok=(0, 1), timeout=_SECONDS)
    try:
        resources = json.loads(done.stdout)["resources"]
    except (json.JSONDecodeError, KeyError) as exc:
        raise ToolError(f"kubeconform gave no answer: {done.stderr.strip()}", "see what it says of its own") from exc
    answers: dict[str, list[dict[str, Any]]] = {}
    for resource in resources:
        if resource["status"]:  # an empty document has none
            answers.setdefault(Path(resource["filename"]).name, []).append(resource)
    if [resource["status"] for resource in answers.get(_CONTROL_FILE, [])] != ["statusInvalid"]:
        raise ToolError("kubeconform accepts a misspelled field", "its schemas are damaged; clear the cache folder")
    return answers


def _problem(resource: dict[str, Any]) -> str:
    details = [f"{error.get('path', '')}: {error.get('msg', '')}" for error in resource.get("validationErrors") or []]
    if resource["status"] == "statusSkipped":
        details = ["was skipped, having no schema"]
    return f"{resource.get('kind')}/{resource.get('name')}: " + ("; ".join(details) or resource.get("msg", "invalid"))


def _plaintext_secrets(documents: Iterable[Document], harmless: Sequence[str] | None) -> Iterator[str]:
    """Secrets with data: git is no place for them. A chart may have ``harmless`` ones; ``None``: it is no chart."""
    for document in documents:
        data = document.data
        if data.get("kind") != "Secret" or not (data.get("data") or data.get("stringData")):
            continue
        name = str((data.get("metadata") or {}).get("name"))
        if harmless is None:
            yield f"{stream.title(data)}: has data in git; use `secrets:` in the spec, and AWS Secrets Manager"
        elif name not in harmless:
            yield (
                f"{stream.title(data)}: the chart renders it with data; name a Secret that exists in the values, "
                f"or if nothing in it is secret: `chart: {{secrets: [{name}]}}`"
            )
