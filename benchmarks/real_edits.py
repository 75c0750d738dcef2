"""What people really write, as hand edits: files of public Kustomize repositories over ours, then the spec changes.

    python -m benchmarks.real_edits FOLDER…

Each FOLDER holds the YAML files of one repository. Every object in them that
has a counterpart in our output is taken for a person's edit of that file,
twice: *laid over*, where their fields, lists, comments and formatting take the
place of ours or come beside them, and *instead*, where their text replaces the
whole file. Then the spec changes in each of several ways, and the repository
is regenerated. Besides, every object of theirs, whatever it is, is taken for
one of ours that a person has only *written otherwise*, and changes at random.

A fact of theirs, that is a comment or a scalar at its path, is lost if it is
gone although nothing but the person had touched it; a change of the spec is
missed if it neither arrives nor is reported as a conflict. Exits 1 if anything
is lost or missed, if lines are written anew that did not change, if a second
run would write, or if `kustomize build` fails where it had worked.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from benchmarks import chance, loss, overlay
from generator import tools
from generator.errors import SpecError
from generator.regenerate import planning
from generator.regenerate.merge import Conflict, Side, three_way
from generator.render import render
from generator.spec import loader
from generator.yaml import emit as yaml_emit
from generator.yaml.reader import Parsed

Spec = dict[str, Any]

SPEC: Spec = yaml.safe_load("""
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, prod: {sync: manual}}
apps:
  web:
    image: shop/web
    source: web
    port: 8080
    health: /healthz
    replicas: 2
    command: [python, -m, web]
    env: {LEVEL: info, MODE: plain}
    resources: {requests: {cpu: 100m, memory: 128Mi}}
    config: {SITE: a, LIMIT: "1"}
    secrets: {DATABASE_URL: "shop/{environment}/web#database_url"}
    migration: {command: [flask, db, upgrade]}
    ingress: {host: shop.example.com}
    network: {fromCidr: [10.0.0.0/8]}
    writable: [/tmp]
    environments: {dev: {replicas: 1}, prod: {autoscale: {min: 3, max: 12}}}
""")

BASE, DEV, PROD = "base/web", "overlays/dev/web", "overlays/prod/web"
# Which of our files an object of a kind is an edit of; what makes pods is an edit of what makes pods.
PLACES = {
    "Deployment": [f"{BASE}/deployment.yaml", f"{PROD}/patches/deployment.yaml"],
    "StatefulSet": [f"{BASE}/deployment.yaml"],
    "DaemonSet": [f"{BASE}/deployment.yaml"],
    "Service": [f"{BASE}/service.yaml"],
    "ServiceAccount": [f"{BASE}/service-account.yaml"],
    "Job": [f"{BASE}/migration.yaml"],
    "PodDisruptionBudget": [f"{BASE}/pdb.yaml"],
    "HorizontalPodAutoscaler": [f"{PROD}/hpa.yaml"],
    "NetworkPolicy": [f"{BASE}/network-policy.yaml"],
    "Ingress": [f"{BASE}/ingress.yaml"],
    "ExternalSecret": [f"{DEV}/external-secret.yaml"],
    "Kustomization": [f"{BASE}/kustomization.yaml", f"{DEV}/kustomization.yaml", f"{PROD}/kustomization.yaml"],
    "Component": [f"{BASE}/kustomization.yaml"],
    "Application": ["gitops/applications/dev/web.yaml"],
    "AppProject": ["gitops/projects/shop.dev.yaml"],
}


def _app(**fields: Any) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        spec["apps"]["web"].update(fields)

    return change


def _without(*names: str) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        for name in names:
            del spec["apps"]["web"][name]

    return change


def _environment(spec: Spec) -> None:
    spec["environments"]["staging"] = {}


def _all(spec: Spec) -> None:
    for name, change in CHANGES.items():
        if name not in ("everything", "things go"):
            change(spec)


CHANGES: dict[str, Callable[[Spec], None]] = {
    "replicas": _app(replicas=3),
    "image": _app(image="shop/front"),
    "env": _app(env={"LEVEL": "debug", "REGION": "eu", "MODE": "plain"}),
    "resources": _app(resources={"requests": {"cpu": "150m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}),
    "probes": _app(health="/ready"),
    "port": _app(port=9090),
    "command": _app(command=["python", "-X", "dev", "-m", "web"]),
    "labels": _app(labels={"team": "checkout", "tier": "front"}),
    "config and host": _app(config={"SITE": "b", "NEW": "x"}, ingress={"host": "www.example.com"}),
    "autoscale": _app(environments={"dev": {"replicas": 2}, "prod": {"autoscale": {"min": 4, "max": 20}}}),
    "a new environment": _environment,
    "things go": _without("network", "writable", "migration", "env"),
    "everything": _all,
}


# How often each object of theirs is changed at random.
VARIANTS = 8


@dataclass
class Tally:
    """What became of one repository's files."""

    files: int = 0
    skipped: int = 0
    fields: int = 0
    comments: int = 0
    merges: int = 0
    conflicts: int = 0
    builds: int = 0
    objects: int = 0
    shapes: int = 0
    lost: list[str] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Return a line of the table."""
        cells = (
            self.files,
            self.fields,
            self.comments,
            self.merges,
            self.conflicts,
            self.builds,
            self.objects,
            self.shapes,
            len(self.lost),
        )
        return f"| {name} | {' | '.join(f'{cell:,}' for cell in cells)} |"


HEAD = (
    "| repository | files | fields | comments | merges | conflicts | builds | objects changed | not in place | lost |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def main() -> int:
    """Run what the module describes."""
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    print(HEAD)
    tallies = [_repository(Path(name)) for name in sys.argv[1:]]
    for line in (line for tally in tallies for line in tally.lost[:20]):
        print(line, file=sys.stderr)
    return 1 if any(tally.lost for tally in tallies) else 0


def _repository(folder: Path) -> Tally:
    """Try every object of one repository, in rounds in which each of our files is edited at most once."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="real-edits-") as name:
        ours = Path(name) / "ours"
        ours.mkdir()
        _write_spec(ours, SPEC)
        planning.apply(ours, planning.plan(ours), prune=False)
        for edits in _rounds(folder, ours, tally):
            for write in (overlay.laid_over, overlay.instead):
                _round(ours, Path(name), {path: write(_text(ours, path), text) for path, text in edits.items()}, tally)
    print(tally.row(folder.name), flush=True)
    return tally


def _rounds(folder: Path, ours: Path, tally: Tally) -> Iterator[dict[str, str]]:
    """Yield edits by path, until every object has had its turn."""
    queues: dict[str, list[str]] = {}
    for file in sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml")):
        used = False
        for kind, text in _objects(file, tally):
            _written_otherwise(file.name, text, tally)
            places = [place for place in PLACES.get(kind, []) if (ours / place).exists()]
            if places:
                queues.setdefault(min(places, key=lambda place: len(queues.get(place, []))), []).append(text)
                used = True
        tally.files += used
    # A kustomization of theirs names files that are not here; what it is edited with could not be built.
    for alone in (False, True):
        some = {place: texts for place, texts in queues.items() if place.endswith("kustomization.yaml") is alone}
        for texts in zip_longest(*some.values()):
            yield {place: text for place, text in zip(some, texts, strict=True) if text is not None}


def _objects(file: Path, tally: Tally) -> Iterator[tuple[str, str]]:
    """Return kind and text of each object in a file, with the comments above it.

    A kustomization may leave its kind out.
    """
    try:
        text = file.read_text()
        documents = Parsed(text, str(file)).documents
    except (SpecError, UnicodeDecodeError):
        tally.skipped += 1
        return
    ends = [document.mark for document in documents[1:]] + [len(text)]
    start = 0
    for document, end in zip(documents, ends, strict=True):
        data = yaml.load(text[document.root.start : end], yaml.CSafeLoader) if document.root.kind == "map" else None
        if isinstance(data, dict):
            body = text[start:end].removeprefix("---\n")
            yield str(data.get("kind", "Kustomization" if file.stem == "kustomization" else "")), body
        start = end


# -- objects that are written otherwise --------------------------------------------


def _written_otherwise(name: str, local: str, tally: Tally) -> None:
    """Merge changes at random into their text; what the emitter writes of it stands for what was generated.

    Every second time, what was generated is something else, so that a person has edited it, too. Items then keep
    their names, since it is by these that facts are compared.
    """
    data = yaml.load(local, yaml.CSafeLoader)
    if Parsed(yaml_emit.dump(data), name).value != Parsed(local, name).value:
        return  # a date, or what else the emitter would not be given
    for seed in range(VARIANTS):
        draw = random.Random(f"{name} {seed}")
        edited = bool(seed % 2)
        former = chance.mutated(data, draw, renames=False) if edited else data
        sides = yaml_emit.dump(former), local, yaml_emit.dump(chance.mutated(former, draw, renames=not edited))
        _, conflicts = three_way.merge(name, *sides)
        merged, _ = three_way.merge(name, *sides, lambda _: Side.LOCAL)
        tally.objects += 1
        tally.conflicts += len(conflicts)
        tally.shapes += any(not conflict.field for conflict in conflicts)
        tally.lost += [f"seed {seed}: {name}: {what}" for what in loss.lost(*sides, merged, conflicts)]
        if three_way.merge(name, sides[2], merged, sides[2]) != (merged, []):
            tally.lost.append(f"seed {seed}: {name}: a second time changes it")


# -- one round ------------------------------------------------------------------


def _round(ours: Path, place: Path, edits: dict[str, str], tally: Tally) -> None:
    """Make all changes of the spec, each from the same repository with the same edits."""
    edited = place / "edited"
    shutil.copytree(ours, edited)
    for path, text in edits.items():
        (edited / path).write_text(text)
        tally.fields += sum((loss.facts(text) - loss.facts(_text(ours, path))).values())
        tally.comments += sum((loss.comments(text) - loss.comments(_text(ours, path))).values())
    built = {name for name in _overlays(edited) if _builds(edited / name)}
    for name, change in CHANGES.items():
        work = place / "work"
        shutil.copytree(edited, work)
        spec = deepcopy(SPEC)
        change(spec)
        _write_spec(work, spec)
        try:
            _regenerated(work, ours, edits, built, tally, name)
        finally:
            shutil.rmtree(work)
    shutil.rmtree(edited)


def _regenerated(work: Path, ours: Path, edits: dict[str, str], built: set[str], tally: Tally, name: str) -> None:
    updated = {path: file.text for path, file in render(loader.load(work)).items()}
    conflicts = planning.plan(work).conflicts
    tally.conflicts += len(conflicts)
    planned = planning.plan(work, lambda _: Side.LOCAL)
    merged = {outcome.path: (outcome.content or b"").decode() for outcome in planned.outcomes}
    for path, text in edits.items():
        if updated.get(path) == (original := _text(ours, path)):
            tally.lost += [f"{name}: {path} was changed for nothing"] if merged[path] != text else []
            continue
        tally.merges += 1
        about = [conflict for conflict in conflicts if conflict.path == path]
        sides = original, text, updated.get(path, ""), merged[path]
        tally.lost += [f"{name}: {path}: {what}" for what in loss.lost(*sides, about)]
        tally.lost += [f"{name}, settled for the spec: {path}: {what}" for what in _comments_lost(work, path, about)]
    planning.apply(work, planned, prune=True)
    again = planning.plan(work)
    tally.lost += [f"{name}: a second run writes {outcome.path}" for outcome in again.changes]
    tally.lost += [f"{name}: a second run has a conflict in {conflict.path}" for conflict in again.conflicts]
    for overlay_path in sorted(built | (_overlays(work) - _overlays(ours))) if built else ():
        tally.builds += 1
        tally.lost += [] if _builds(work / overlay_path) else [f"{name}: {overlay_path} builds no more"]


def _comments_lost(work: Path, path: str, conflicts: list[Conflict]) -> list[str]:
    """Return the comments that are gone where each conflict is settled against the user."""
    if not conflicts or any(not conflict.field for conflict in conflicts):
        return []
    outcomes = planning.plan(work, lambda _: Side.UPDATED).outcomes
    (content,) = (outcome.content for outcome in outcomes if outcome.path == path)
    return list(loss.comments(_text(work, path)) - loss.comments((content or b"").decode()))


# -- files and programs ------------------------------------------------------------


def _text(folder: Path, path: str) -> str:
    return (folder / path).read_text()


def _write_spec(folder: Path, spec: Spec) -> None:
    (folder / "generator.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))


def _overlays(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.glob("overlays/*/*")}


def _builds(folder: Path) -> bool:
    done = subprocess.run([tools.find("kustomize"), "build", folder], capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
