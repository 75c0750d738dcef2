"""Destroy an environment's Terraform, and report in advance its resources and those that are protected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from generator import process, tools
from generator.errors import GeneratorError
from generator.spec.infra import PROGRAMS

_SECONDS: Final = 300.0
# A cluster takes a quarter of an hour, a network with many parts about as long.
_DESTROY_SECONDS: Final = 7200.0
_BLOCK: Final = re.compile(r'^resource "([^"]+)" "([^"]+)" \{$(.*?)^\}$', re.MULTILINE | re.DOTALL)
_KEPT: Final = re.compile(r"^\s*prevent_destroy\s*=\s*true\b", re.MULTILINE)
# What serves sites, with the attribute that names it, in the order of the fields of `State`.
_SERVING: Final = {"aws_cloudfront_distribution": "comment", "aws_amplify_app": "name"}
_PROTECTION: Final = ("deletion_protection", "enable_deletion_protection", "deletion_protection_enabled")


class Kept(NamedTuple):
    """A protected resource, the field that protects it, and its place."""

    address: str
    field: str
    file: str
    line: int


class Bucket(NamedTuple):
    """A bucket that Terraform destroys: only with its files if `emptied`, and else only if it is empty."""

    name: str
    emptied: bool
    place: Kept


class State(NamedTuple):
    """The number of resources in a state, the protected ones, its other buckets, and what serves sites, by name."""

    resources: int
    kept: tuple[Kept, ...]
    buckets: tuple[Bucket, ...] = ()
    distributions: tuple[str, ...] = ()
    amplify: tuple[str, ...] = ()


class Terraform:
    """Terraform or OpenTofu in the folder of an environment, which has to be initialized."""

    def __init__(self, root: Path, environment: str, engine: str) -> None:
        self._root, self._name = root, f"infra/environments/{environment}"
        self._folder = root / self._name
        if not self._folder.is_dir():
            raise GeneratorError(f"{self._name}: there is no such folder", "generate it: python -m generator")
        self._program = tools.find(PROGRAMS[engine])

    def state(self) -> State:
        """Read the state. Its values are not returned, because some are secrets."""
        said = json.loads(self._run("show", "-json", "-no-color", seconds=_SECONDS))
        module = (said.get("values") or {}).get("root_module") or {}
        found = [(folder, one) for folder, one in self._resources(module, "") if one.get("mode") == "managed"]
        blocks = {folder: dict(self._blocks(folder)) for folder, _ in found}
        kept = [one for folder, about in found if (one := self._kept(about, blocks[folder]))]
        held = {one.address for one in kept}
        buckets = [
            self._bucket(one, blocks[folder])
            for folder, one in found
            if one["type"] == "aws_s3_bucket" and one["address"] not in held
        ]
        served = {kind: _values(found, kind, name) for kind, name in _SERVING.items()}
        return State(len(found), tuple(sorted(kept)), tuple(sorted(buckets)), *served.values())

    def destroy(self) -> None:
        """Destroy all resources of the state."""
        words = ("destroy", "-auto-approve", "-input=false", "-no-color", "-lock-timeout=5m")
        self._run(*words, seconds=_DESTROY_SECONDS)

    def _run(self, *words: str, seconds: float) -> str:
        setting = process.Setting(self._folder, {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"})
        hint = f"in {self._name}: {self._program.name} init; then run this again"
        return process.run([self._program, *words], setting, timeout=seconds, hint=hint).stdout

    def _resources(self, module: Mapping[str, Any], key: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """Yield each resource with the folder that its block is in."""
        folder = self._modules().get(key, self._folder)
        yield from ((folder, one) for one in module.get("resources") or ())
        for child in module.get("child_modules") or ():
            yield from self._resources(child, _key(child["address"]))

    def _modules(self) -> dict[str, Path]:
        """Return the folders of modules by key, as ``init`` has written them down."""
        file = self._folder / ".terraform/modules/modules.json"
        if not file.is_file():
            return {}
        return {one["Key"]: (self._folder / one["Dir"]).resolve() for one in json.loads(file.read_text())["Modules"]}

    def _blocks(self, folder: Path) -> Iterator[tuple[tuple[str, str], tuple[str, str, int]]]:
        """Yield file, text and line of each resource's block in a folder, by type and name."""
        for path in sorted(folder.glob("*.tf")):
            text = path.read_text(errors="replace")
            for found in _BLOCK.finditer(text):
                name = path.resolve().relative_to(self._root.resolve()).as_posix()
                yield (found[1], found[2]), (name, found[0], text.count("\n", 0, found.start()) + 1)

    def _bucket(self, about: Mapping[str, Any], blocks: Mapping[tuple[str, str], tuple[str, str, int]]) -> Bucket:
        file, text, line = blocks.get((about["type"], about["name"]), (self._name, "", 0))
        values = about.get("values") or {}
        there = re.search(r"^\s*force_destroy\s*=", text, re.MULTILINE)
        place = Kept(about["address"], "force_destroy", file, line + (text.count("\n", 0, there.end()) if there else 0))
        return Bucket(str(values.get("bucket")), values.get("force_destroy") is True, place)

    def _kept(self, about: Mapping[str, Any], blocks: Mapping[tuple[str, str], tuple[str, str, int]]) -> Kept | None:
        file, text, line = blocks.get((about["type"], about["name"]), (self._name, "", 0))
        if found := _KEPT.search(text):
            return Kept(about["address"], "prevent_destroy", file, line + text.count("\n", 0, found.end()))
        for field in _PROTECTION:
            if (about.get("values") or {}).get(field) is True:
                there = re.search(rf"^\s*{field}\s*=", text, re.MULTILINE)
                return Kept(about["address"], field, file, line + (text.count("\n", 0, there.end()) if there else 0))
        return None


def _values(found: Sequence[tuple[Path, Mapping[str, Any]]], kind: str, name: str) -> tuple[str, ...]:
    """Return an attribute of all resources of a kind."""
    return tuple(sorted(str((one.get("values") or {}).get(name)) for _, one in found if one["type"] == kind))


def _key(address: str) -> str:
    """Return a module's key: its address without `module.` and the instances of `for_each`."""
    return ".".join(re.findall(r"(?:^|\.)module\.([A-Za-z_][\w-]*)", re.sub(r"\[[^\]]*\]", "", address)))
