"""ECS: AWS knows what runs there, and git whether it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from generator.clients.aws.ecs import Ecs
from generator.delivery import image
from generator.delivery.ecs import likeness, reasons, scheduling, standing
from generator.delivery.ecs import wanted as wanting
from generator.delivery.ecs.deploying import COMMIT
from generator.delivery.live_state import Answer, Running
from generator.delivery.rollout import Verdict
from generator.errors import GeneratorError, UsageError, reason
from generator.spec import aws_names, ecs, targets

if TYPE_CHECKING:
    from generator.delivery.diagnosis import Wanted
    from generator.delivery.image import Slot
    from generator.delivery.live_state import Key, Read
    from generator.delivery.rollout import Looking
    from generator.git.history import Clone
    from generator.manifests.ecs import Unit
    from generator.spec.model import Spec

# As Argo CD says it, by how a service stands.
_HEALTH: Final = {"healthy": "Healthy", "waiting": "Progressing", "failed": "Degraded", "other": "Healthy"}
_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """A workload as git has it and as it runs.

    Attributes:
        differences: The fields in which what runs is not what git says.
        definition: The ARN of the revision that git says; empty while it is registered nowhere.
    """

    unit: Unit
    running: Mapping[str, Any]
    differences: tuple[str, ...]
    definition: str
    standing: standing.Standing


def see(api: Ecs, cluster: str, unit: Unit, there: Mapping[str, Mapping[str, Any]]) -> Seen:
    """Return how a workload stands; `there` has the services and schedules that AWS has, by name."""
    service = there.get(unit.name, {})
    current = scheduling.starts(service) if unit.schedule else service.get("taskDefinition")
    running = api.definition(str(current)) if current else None
    newest = api.definition(unit.family)
    if unit.service is None and unit.schedule is None:
        running = newest
    differences = likeness.differences(unit.definition, running or {}) if running else ["nothing is there"]
    known = running if running and not differences else newest
    arn = str(known["taskDefinitionArn"]) if known and not likeness.differences(unit.definition, known) else ""
    if unit.schedule is not None:
        changed = scheduling.differences(unit, service) if service else []
        stands = standing.of_schedule(service, str(current or ""), arn, changed)
        differences = [*differences, *changed]
    elif unit.service is None:
        stands = standing.Standing("other" if differences else "healthy", "the newest revision")
    else:
        stands = standing.of(service, arn or "none")
        if stands.result == "other" and arn:
            stands = standing.of(service, arn, api.failed_revision(cluster, unit.name))
        count = unit.service.get("desiredCount")
        if service and count not in (None, service.get("desiredCount")):
            differences = [*differences, "desiredCount"]
    return Seen(unit, running or {}, tuple(differences), arn, stands)


def every(api: Ecs, found: wanting.Wanted) -> list[Seen]:
    """Return how each workload of an app stands."""
    services = api.services(found.cluster, [one.name for one in found.units if one.service])
    schedules = scheduling.found(found.region, found.units)
    return [see(api, found.cluster, one, schedules if one.schedule else services) for one in found.units]


def running(spec: Spec, read: Read) -> Answer:
    """Ask AWS what runs of each app that is on ECS, and compare it with what git says."""
    result: dict[Key, Running] = {}
    notes: list[str] = []
    apis: dict[str, Ecs] = {}
    try:
        for place in _places(spec):
            found = wanting.of(spec, place, read)
            api = apis.setdefault(found.region, Ecs(found.region))
            seen = [_with_last_run(api, found.cluster, one) for one in every(api, found)]
            result[place.app, place.environment] = _told(seen)
            notes += _notes(place, seen)
    except GeneratorError as exc:
        return Answer(result or None, tuple(notes), f"ECS is left out: {reason(exc)}")
    return Answer(result, tuple(notes))


def _with_last_run(api: Ecs, cluster: str, one: Seen) -> Seen:
    """Return that a workload has failed whose last run has, if that was of the revision that git says."""
    if one.unit.schedule is None or one.standing.result != "healthy":
        return one
    if failed := reasons.of_last_run(api, cluster, one.unit.family, one.definition):
        return replace(one, standing=standing.Standing("failed", "; ".join(["its last run failed", *failed])))
    return one


def _places(spec: Spec) -> Iterator[Slot]:
    for app in spec.described.values():
        for environment in app.environments:
            if app.target_in(environment) == targets.ECS:
                yield image.slot(spec, app.name, environment)


def _told(seen: list[Seen]) -> Running:
    words = [_HEALTH[one.standing.result] if one.running else "Missing" for one in seen]
    worst = next((word for word in ("Degraded", "Missing", "Progressing") if word in words), "Healthy")
    tags = {str(tag.get("key")): str(tag.get("value")) for one in seen for tag in one.running.get("tags") or ()}
    containers = [item for one in seen for item in one.running.get("containerDefinitions") or ()]
    images = tuple(dict.fromkeys(str(item.get("image")) for item in containers))
    sync = "OutOfSync" if any(one.differences for one in seen) else "Synced"
    return Running(sync, worst, tags.get(COMMIT, ""), images)


def _notes(place: Slot, seen: list[Seen]) -> Iterator[str]:
    where = f"{place.app} in {place.environment}"
    for one in seen:
        if one.standing.result == "failed":
            yield f"{where}: {one.unit.name}: {one.standing.said}"
        if one.differences and one.running:
            more = f" and {len(one.differences) - _MOST} more" if len(one.differences) > _MOST else ""
            said = ", ".join(one.differences[:_MOST]) + more
            yield f"{where}: {one.unit.name} runs something else than git says: {said}"


def page(spec: Spec, app: str, environment: str | None) -> str:
    """Return the page of an app's service, or of its schedule, in AWS' console."""
    if environment is None:
        raise UsageError(f"{app} has a service in each environment", "name one with --env")
    region, app_ = spec.aws[environment].region, spec.described[app]
    cluster = aws_names.cluster(spec.project, environment)
    first = next(iter(app_.instances[environment].workloads.values()))
    console = f"https://{region}.{_console(region)}"
    if first.kind == ecs.SCHEDULED:
        group = aws_names.schedule_group(spec.project, environment)
        return f"{console}/scheduler/home?region={region}#schedules/{group}/{aws_names.schedule(first.name)}"
    return f"{console}/ecs/v2/clusters/{cluster}/services/{aws_names.service(first.name)}/health?region={region}"


def _console(region: str) -> str:
    """Return the host of AWS' console, which each partition has for itself."""
    domain = {"cn": "amazonaws.cn", "us-gov": "amazonaws-us-gov.com"}
    return f"console.{next((one for start, one in domain.items() if region.startswith(f'{start}-')), 'aws.amazon.com')}"


@dataclass
class _Api:
    """Setting of the loop that waits; AWS' clients have their own time-outs."""

    until: float | None = None


def connect() -> _Api:
    """Return what is asked; AWS' own credentials are found by boto3 when it is."""
    return _Api()


def watch(api: _Api, spec: Spec, clone: Clone, place: Slot, wanted: Wanted, _patience: float) -> tuple[Looking, str]:
    """Look at the app's services and schedules."""
    found = wanting.of(spec, place, lambda path: clone.read(wanted.commit, path))
    return Watch(api, clone, Ecs(found.region), found, wanted.commit), f"{found.cluster}/{place.app}"


@dataclass
class Watch:
    """Observer of an app's services and schedules until they run what git says."""

    api: Any
    clone: Clone
    ecs: Ecs
    wanted: wanting.Wanted
    commit: str
    _seen: list[Seen] = field(default_factory=list)

    def look(self) -> Verdict:
        """Return how it stands now."""
        self._seen = every(self.ecs, self.wanted)
        for one in self._seen:
            if one.standing.result == "failed":
                why = reasons.of_family(self.ecs, self.wanted.cluster, one.unit.family, one.definition)
                said = "; ".join([f"{one.unit.name}: {one.standing.said}", *why])
                return Verdict("failed", said, self.commit, self._back())
        left = [one for one in self._seen if one.standing.result != "healthy"]
        if not left:
            counts = "; ".join(f"{one.unit.name}: {one.standing.said}" for one in self._seen)
            return Verdict("healthy", counts, self.commit)
        return Verdict("waiting", "; ".join(map(self._lacks, left)), self.commit, self._hint(left))

    def why(self) -> list[str]:
        """Return why tasks of what git says have ended, while the time was running."""
        names = [(one.unit.family, one.definition) for one in self._seen if one.definition]
        return [text for name, arn in names for text in reasons.of_family(self.ecs, self.wanted.cluster, name, arn)]

    def _lacks(self, one: Seen) -> str:
        if one.standing.result == "other":
            return f"{one.unit.name} {one.standing.said}, and what git says is not deployed"
        return f"{one.unit.name}: {one.standing.said}"

    def _hint(self, left: list[Seen]) -> str:
        place = f"{self.wanted.app} --env {self.wanted.environment}"
        if any(one.standing.result == "other" for one in left):
            return f"the pipeline deploys it, or: python -m generator deploy {place}"
        return f"`python -m generator open {place}` shows it in AWS' console"

    def _back(self) -> str:
        place = f"{self.wanted.app} --env {self.wanted.environment}"
        back = f"`python -m generator rollback {place} --push` puts back in git what ran before"
        return f"{back}, and `python -m generator deploy {place}` makes that run"
