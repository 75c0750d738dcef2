"""The folder of AWS Copilot: its application, environments and manifests, and the spec that is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.adoption.copilot import Imported
from generator.errors import RepositoryError
from generator.files import reader, work_tree
from generator.spec.image_reference import ECR
from generator.spec.plain_data import as_map
from generator.yaml import emit
from generator.yaml import plain as yaml_plain

IMPORTS: Final = "infra/shared/copilot-imports.tf"
_FOLDER: Final = "copilot"
_NO_SERVICES: Final = frozenset({"environments", "pipelines", "templates"})


@dataclass(frozen=True, slots=True)
class Folder:
    """Content of the folder: the application, its environments, and the manifests by their paths."""

    application: str
    environments: tuple[str, ...]
    manifests: Mapping[str, str]


def read(source: Path) -> Folder:
    """Read the folder. Raises ``RepositoryError`` where it is none of Copilot's."""
    place = source / _FOLDER
    if not place.is_dir():
        raise RepositoryError(f"{place}: no such folder", "name the folder that `copilot/` is in")
    names = sorted(path.parent.name for path in place.glob("*/manifest.yml"))
    manifests = {f"{_FOLDER}/{name}/manifest.yml": _text(source, name) for name in names if name not in _NO_SERVICES}
    if not manifests:
        raise RepositoryError(f"{place}: no manifests", "there is one for each service: copilot/NAME/manifest.yml")
    environments = sorted(path.parent.name for path in (place / "environments").glob("*/manifest.yml"))
    said = {key for text in manifests.values() for one in yaml_plain.load(text, "") for key in _environments(one)}
    found = tuple(dict.fromkeys([*environments, *sorted(said)])) or ("prod",)
    return Folder(_application(source), _in_order(found), manifests)


def _text(source: Path, name: str) -> str:
    return reader.read(source, f"{_FOLDER}/{name}/manifest.yml").decode("utf-8-sig")


def _environments(manifest: object) -> list[str]:
    return [str(name) for name in as_map(as_map(manifest).get("environments"))]


def _application(source: Path) -> str:
    if (source / _FOLDER / ".workspace").is_file():
        (found,) = yaml_plain.load(reader.read(source, f"{_FOLDER}/.workspace").decode(), ".workspace") or ({},)
        if name := as_map(found).get("application"):
            return str(name)
    return source.resolve().name


def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return environments in the order of promotion, as far as their names tell: production comes last."""
    late = ("prod", "production", "live")
    return tuple(sorted(names, key=lambda name: (name in late, name not in ("dev", "test"), name)))


def spec(folder: Folder, found: Imported, registry: str, repository: str) -> str:
    """Write the spec."""
    data = {
        "version": 1,
        "project": folder.application,
        "repository": repository,
        "registry": registry,
        **({"infra": infra} if (infra := account(registry)) else {}),
        "environments": {name: {"target": "ecs"} for name in folder.environments},
        "apps": found.apps,
        **({"sites": found.sites} if found.sites else {}),
    }
    return emit.dump(data)


def account(registry: str) -> dict[str, str] | None:
    """Return `infra` for the account and region of a registry in ECR; ``None`` for another registry."""
    found = ECR.fullmatch(registry)
    return {"region": found["region"], "accounts": found["account"]} if found else None


def imports(found: Imported, registry: str) -> str:
    """Write the blocks by which Terraform takes over the repositories of images, in place of making them anew.

    They exist for the images that Copilot built, and for those that a manifest names in this registry.
    """
    images = {name: str(app["image"]) for name, app in found.apps.items()}
    names = [
        image.removeprefix(f"{registry}/")
        for name, image in images.items()
        if name in found.built or image.startswith(f"{registry}/")
    ]
    head = "# Repositories that exist already. Take this file out once it is applied.\n"
    address = "module.registry.aws_ecr_repository.this"
    blocks = (f'\nimport {{\n  to = {address}["{name}"]\n  id = "{name}"\n}}\n' for name in dict.fromkeys(names))
    return head + "".join(blocks) if names and account(registry) else ""


def write(directory: Path, files: Mapping[str, str]) -> None:
    """Write new files, all or none."""
    work_tree.write(directory, {path: text.encode() for path, text in files.items()})
