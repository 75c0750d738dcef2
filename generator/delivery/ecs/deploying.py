"""Deploy a commit to ECS: verify, register new revisions, migrate, update services and schedules, and wait."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from generator.backoff import Backoff
from generator.clients.aws.scheduler import Scheduler
from generator.delivery.ecs import likeness, reasons, scheduling, standing
from generator.errors import DeployError

if TYPE_CHECKING:
    from generator.clients.aws.ecs import Ecs
    from generator.delivery.ecs.wanted import Wanted
    from generator.manifests.ecs import Unit

Tell = Callable[[str], None]
LOOKS: Final = Backoff(first=0.5, longest=5.0, factor=1.4)
COMMIT: Final = "commit"
_FROM_TERRAFORM: Final = "Terraform makes it: apply infra/environments, and deploy again"


@dataclass(frozen=True, slots=True)
class Step:
    """Step for one workload, to do or done.

    Attributes:
        service: The service's name; empty where it has none.
        definition: The ARN of the revision; empty if it is not registered yet. differences: The fields that differ
        between git and the running definition, service or schedule. schedule: The schedule's name; empty if it has
        none.
    """

    family: str
    image: str
    service: str
    definition: str
    registers: bool
    updates: bool
    differences: tuple[str, ...]
    schedule: str = ""

    @property
    def changes(self) -> bool:
        """Tell whether there is anything to do."""
        return self.registers or self.updates


class Deployment:
    """One deployment of an app to an environment."""

    def __init__(self, api: Ecs, wanted: Wanted, commit: str, tell: Tell) -> None:
        self._api, self._wanted, self._commit, self._tell = api, wanted, commit, tell
        names = [str(one.service["service"]) for one in wanted.units if one.service]
        self._services = api.services(wanted.cluster, names) if names else {}
        self._schedules = scheduling.found(api.region, wanted.units)

    def absent(self) -> Iterator[str]:
        """Yield the services and schedules that are not there."""
        for one in self._wanted.units:
            if one.service and one.name not in self._services:
                yield f"no service {one.name} in the cluster {self._wanted.cluster}; {_FROM_TERRAFORM}"
            if one.schedule and one.name not in self._schedules:
                yield f"no schedule {one.name} in the group {one.schedule['GroupName']}; {_FROM_TERRAFORM}"

    def steps(self) -> list[Step]:
        """Return what is to be done."""
        return [self._step(one) for one in self._wanted.units]

    def _step(self, unit: Unit) -> Step:
        service = self._services.get(unit.name) if unit.service else None
        schedule = self._schedules.get(unit.name) if unit.schedule else None
        current = str(service["taskDefinition"]) if service else scheduling.starts(schedule) if schedule else ""
        running = self._api.definition(current) if current else None
        newest = self._api.definition(unit.family)
        known = next((one for one in (running, newest) if one and not likeness.differences(unit.definition, one)), None)
        arn = str(known["taskDefinitionArn"]) if known else ""
        found = likeness.differences(unit.definition, running or newest or {}) if not known or known is newest else []
        changed = _changed(unit.service or {}, service) if service else []
        changed += scheduling.differences(unit, schedule) if schedule else []
        return Step(
            family=unit.family,
            image=unit.image,
            service=unit.name if unit.service else "",
            definition=arn,
            registers=not arn,
            updates=bool(service or schedule) and (not arn or arn != current or bool(changed)),
            differences=(*found, *changed),
            schedule=unit.name if unit.schedule else "",
        )

    def run(self, steps: list[Step], timeout: float) -> list[Step]:
        """Do what is to be done, and wait until it runs.

        Raises:
            DeployError: The new version does not run; services are in the state that the circuit breaker has left.
        """
        deadline = time.monotonic() + timeout
        if self._wanted.migration and any(one.updates for one in steps):
            self._migrate(self._wanted.migration, deadline)
        done = [self._apply(unit, step) for unit, step in zip(self._wanted.units, steps, strict=True)]
        self._wait([one for one in done if one.service], deadline)
        return done

    def _apply(self, unit: Unit, step: Step) -> Step:
        arn = step.definition or self._register(unit)
        if step.updates and step.schedule:
            self._tell(f"updating the schedule {step.schedule} to {arn.rpartition('/')[2]}")
            Scheduler(self._api.region).update(scheduling.whole(unit, self._schedules[step.schedule], arn))
        elif step.updates:
            self._tell(f"updating the service {step.service} to {arn.rpartition('/')[2]}")
            current = self._services[step.service]
            self._api.update({**_update(unit.service or {}, current), "taskDefinition": arn})
        return replace(step, definition=arn)

    def _register(self, unit: Unit) -> str:
        self._tell(f"registering a revision of {unit.family}")
        tags = [one for one in unit.definition.get("tags") or () if one.get("key") != COMMIT]
        return self._api.register({**unit.definition, "tags": [*tags, {"key": COMMIT, "value": self._commit}]})

    def _migrate(self, unit: Unit, deadline: float) -> None:
        """Run the migration to its end, in the network of the app's service or schedule."""
        newest = self._api.definition(unit.family)
        same = newest is not None and not likeness.differences(unit.definition, newest)
        arn = str(newest["taskDefinitionArn"]) if newest and same else self._register(unit)
        network = next((one.get("networkConfiguration") for one in self._services.values()), None)
        network = network or scheduling.network(self._schedules)
        self._tell(f"running {arn.rpartition('/')[2]}")
        task = self._api.run(self._wanted.cluster, arn, network, {"launchType": "FARGATE"}, "deploy")
        for looks in itertools.count(1):
            (found,) = self._api.tasks(self._wanted.cluster, [task]) or ({},)
            if found.get("lastStatus") == "STOPPED":
                break
            self._pause(looks, deadline, f"the migration {unit.family} has not ended")
        codes = [one.get("exitCode") for one in found.get("containers") or () if one.get("name") == _first(unit)]
        if codes != [0]:
            said = "; ".join(reasons.of_task(self._api, found, self._api.definition(arn) or {}))
            raise DeployError(
                f"the migration {unit.family} failed: {said}", "nothing else was changed; mend it, and bump"
            )

    def _wait(self, steps: list[Step], deadline: float) -> None:
        told = ""
        for looks in itertools.count(1):
            services = self._api.services(self._wanted.cluster, [one.service for one in steps])
            found = {one.service: self._stands(one, services.get(one.service) or {}) for one in steps}
            for name, one in found.items():
                if one.result in ("failed", "other"):
                    raise self._failed(next(step for step in steps if step.service == name), one)
            waiting = [f"{name}: {one.said}" for name, one in found.items() if one.result == "waiting"]
            if not waiting:
                return
            if told != (told := "; ".join(waiting)):
                self._tell(told)
            self._pause(looks, deadline, told)

    def _stands(self, step: Step, service: Mapping[str, Any]) -> standing.Standing:
        found = standing.of(service, step.definition)
        if found.result != "other":
            return found
        failed = self._api.failed_revision(self._wanted.cluster, step.service)
        return standing.of(service, step.definition, failed)

    def _failed(self, step: Step, found: standing.Standing) -> DeployError:
        why = reasons.of_family(self._api, self._wanted.cluster, step.family, step.definition)
        said = (
            found.said if found.result == "failed" else f"{found.said}: another deployment, or a rollback, came between"
        )
        place = f"{self._wanted.app} --env {self._wanted.environment}"
        return DeployError(
            f"{step.service} in {self._wanted.environment}: {'; '.join([said, *why])}",
            f"`python -m generator rollback {place} --push` puts back in git what ran before; then deploy that",
        )

    def _pause(self, looks: int, deadline: float, said: str) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            place = f"{self._wanted.app} --env {self._wanted.environment}"
            raise DeployError(f"not done in time: {said}", f"`python -m generator wait {place}` goes on waiting")
        time.sleep(min(left, LOOKS.pause(looks)))


def _first(unit: Unit) -> str:
    return str(unit.definition["containerDefinitions"][0].get("name"))


def _changed(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """Return the fields of a service that are not as git says; what git says nothing about does not count."""
    about = {name: value for name, value in wanted.items() if name not in ("cluster", "service")}
    theirs = {name: current.get(name) for name in about}
    return [f"service.{name}" for name in likeness.unlike(about, theirs)]


def _update(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to send: another kind of capacity only counts for tasks that are started anew."""
    strategy = wanted.get("capacityProviderStrategy")
    forced = strategy is not None and likeness.unlike({"s": strategy}, {"s": current.get("capacityProviderStrategy")})
    return {**wanted, "forceNewDeployment": True} if forced else dict(wanted)
