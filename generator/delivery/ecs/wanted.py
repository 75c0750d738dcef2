"""Read an app on ECS from git, at a commit or in a work tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.errors import RepositoryError
from generator.manifests import ecs as overlays
from generator.spec import infra_reference
from generator.spec.image_reference import UNRELEASED
from generator.spec.layout import KUSTOMIZATION, outputs_file, overlay_path
from generator.spec.model import App

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.manifests.ecs import Unit
    from generator.spec.model import Spec

Read = Callable[[str], bytes | None]
"""Return a file's bytes; ``None`` where there is none."""
MIGRATION = "migration-"
_FILES = (overlays.DEFINITION, overlays.SERVICE, overlays.SCHEDULE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Content of git for an app in an environment.

    Attributes:
        cluster: The cluster that its services are in.
        units: Its workloads, without the migration.
        migration: The task that runs before its services are updated.
    """

    app: str
    environment: str
    region: str
    cluster: str
    units: tuple[Unit, ...]
    migration: Unit | None

    @property
    def every(self) -> tuple[Unit, ...]:
        """Return its workloads, and its migration first."""
        return (*([self.migration] if self.migration else []), *self.units)


def of(spec: Spec, place: Slot, read: Read) -> Wanted:
    """Return the app as git has it.

    Raises ``RepositoryError`` if git does not have it, and ``SpecError`` if it cannot be read.
    """
    from generator.spec import aws_names

    folder = overlay_path(place.environment, place.app)
    names = [f"{start}{name}" for start in _prefixes(spec, place) for name in _FILES]
    paths = [*(f"{folder}/{name}" for name in [*names, KUSTOMIZATION]), outputs_file(place.environment)]
    found = {path: read(path) for path in paths}
    units = overlays.units({path: content for path, content in found.items() if content is not None}, folder)
    if not units:
        raise RepositoryError(f"{folder}: no task definition there", "generate it, and commit: python -m generator")
    of_services = tuple(one for one in units if not _is_migration(one))
    clusters = {str(one.service["cluster"]) for one in of_services if one.service and one.service.get("cluster")}
    clusters |= {_cluster(one.schedule) for one in of_services if one.schedule} - {""}
    usual = aws_names.cluster(spec.project, place.environment)
    migration = next((one for one in units if _is_migration(one)), None)
    cluster = min(clusters, default=usual)
    return Wanted(place.app, place.environment, spec.aws[place.environment].region, cluster, of_services, migration)


def _cluster(schedule: Mapping[str, Any]) -> str:
    """Return the cluster that a schedule starts its tasks in."""
    return str((schedule.get("Target") or {}).get("Arn") or "").rpartition(":cluster/")[2]


def require_released(wanted: Wanted) -> None:
    """Raise ``RepositoryError`` if no build has set the image yet."""
    if any(one.image.endswith(f":{UNRELEASED}") for one in wanted.units):
        raise RepositoryError(
            f"{wanted.app} was never released to {wanted.environment}",
            f"run: python -m generator bump {wanted.app} --env {wanted.environment} --tag TAG --push; or promote it",
        )


def require_given(wanted: Wanted) -> None:
    """Raise ``RepositoryError`` if an output of Terraform that git refers to has no value yet."""
    found = infra_reference.names([(one.definition, one.service, one.schedule) for one in wanted.every])
    if found:
        hint = f"apply it, and commit what it gave: python -m generator outputs --env {wanted.environment} --push"
        raise RepositoryError(f"{wanted.environment}: Terraform has not given {', '.join(found)} yet", hint)


def _prefixes(spec: Spec, place: Slot) -> list[str]:
    """Return what the names of an app's files may begin with."""
    app = spec.apps[place.app]
    if not isinstance(app, App):
        return [""]
    workloads = app.instances[place.environment].workloads.values()
    return [*dict.fromkeys("" if one.main else f"{one.key}-" for one in workloads), MIGRATION]


def _is_migration(unit: Unit) -> bool:
    return unit.file.rpartition("/")[2] == f"{MIGRATION}{overlays.DEFINITION}"
