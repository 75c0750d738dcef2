"""Check apps that run on ECS in an environment, and refuse fields for ECS in apps that never do.

An app may run on EKS in one environment and on ECS in another. So each environment on ECS is checked
separately, with the complete data of the app there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.spec import (
    container_values,
    cron,
    ecs,
    ecs_fields,
    event_schedule,
    field_groups,
    folding,
    placeholder,
    targets,
    traffic,
)
from generator.spec.inheritance import complete, in_environment
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath

_Data = dict[str, Any]
_ELSEWHERE: Final = "keep it out of the environment, `environments: {NAME: false}`; or say `target: eks` of the others"
_AMOUNTS: Final = {"cpu": "CPU units", "memory": "MiB"}
_SHIFTED: Final = ("canary", "linear")


def check(data: _Data, findings: Findings) -> None:
    """Add findings about apps on ECS."""
    environments, apps = _map(data.get("environments")), _map(data.get("apps"))
    by_environment = targets.of_environments(environments)
    found: dict[str, list[str]] = {}
    for name, given in apps.items():
        app = _map(given)
        found[name] = [one for one in environments if _is_there(app, one) and _on_ecs(app, one, by_environment)]
        for environment in found[name]:
            _check_app(("apps", name), app, environment, findings)
        if not found[name]:
            _check_nowhere(("apps", name), app, findings)
    _check_environments(data, {name for names in found.values() for name in names}, findings)


def _is_there(app: _Data, environment: str) -> bool:
    return _map(app.get("environments")).get(environment) is not False


def _on_ecs(app: _Data, environment: str, by_environment: Mapping[str, str]) -> bool:
    return targets.of(app, environment, by_environment) == targets.ECS


def _check_nowhere(path: FieldPath, app: _Data, findings: Findings) -> None:
    """Refuse fields for ECS in an app that runs on EKS everywhere."""
    if app.get("chart") is not None or app.get("adopted"):
        return
    for place, said in _said(app):
        for name in sorted(field_groups.OF_ECS_ALONE):
            if said.get(name) is not None:
                hint = "say `target: ecs` of the app, or of an environment; on EKS, `resources` say how much it gets"
                findings.add((*path, *place, name), "nothing of the app runs on ECS", hint, at_key=True)


def _said(app: _Data) -> Iterator[tuple[FieldPath, _Data]]:
    """Yield the path and the data of each map in an app that can have a workload's fields."""
    places: list[tuple[FieldPath, _Data]] = [((), app)]
    places += [(("environments", name), _map(one)) for name, one in _map(app.get("environments")).items()]
    for place, said in places:
        yield place, said
        for key, one in _map(said.get("workloads")).items():
            yield (*place, "workloads", key), _map(one)


def _check_environments(data: _Data, names: set[str], findings: Findings) -> None:
    """Check that the account and region of each environment with ECS are known, and that it has no previews."""
    known = ecs.places(data, names)
    for name in _map(data.get("environments")):
        if name not in names:
            continue
        place: FieldPath = ("environments", name)
        if name not in known:
            hint = "`registry` in ECR tells both; or write `infra: {region: …, accounts: {…}}`"
            findings.add(place, "apps run on ECS here, and no AWS account and region are known", hint, at_key=True)
        if _map(_map(data["environments"]).get(name)).get("pullRequests") is not None:
            hint = "have previews on EKS, in an environment of their own"
            findings.add((*place, "pullRequests"), "previews run on EKS alone", hint, at_key=True)


def _check_app(path: FieldPath, app: _Data, environment: str, findings: Findings) -> None:
    what = "a chart" if app.get("chart") is not None else "an adopted app" if app.get("adopted") else ""
    if what:
        findings.add(path, f"{what} runs on EKS alone, and {environment} is on ECS", _ELSEWHERE, at_key=True)
        return
    override = _map(_map(app.get("environments")).get(environment))
    general = {name: value for name, value in app.items() if name != "environments"}
    there = in_environment(general, override)
    alone: FieldPath = ("environments", environment)
    for key in _map(there.get("workloads")) or [""]:
        own: FieldPath = ("workloads", key) if key else ()
        whole = complete(there, key) if key else there
        places = ((*alone, *own), own, alone, ())
        _Workload(path, app, environment, whole, places, findings).check()


class _Workload:
    """A workload in an environment on ECS, with the places in the spec that can have its fields."""

    def __init__(
        self,
        path: FieldPath,
        app: _Data,
        environment: str,
        whole: _Data,
        places: tuple[FieldPath, ...],
        findings: Findings,
    ) -> None:
        self._path, self._app, self._places = path, app, places
        self._environment, self._whole, self._findings = environment, whole, findings

    def check(self) -> None:
        for name, value in self._whole.items():
            if value is None or (isinstance(value, dict | list) and not value):
                continue
            for inner, message, hint in ecs_fields.wrong(name, value):
                self._add((name, *inner), message.format(environment=self._environment), hint)
        self._check_size()
        self._check_deploy()
        self._check_schedule()
        self._check_ingress()

    def _check_size(self) -> None:
        cpu, memory = self._whole.get("cpu"), self._whole.get("memory")
        if isinstance(cpu, int) and cpu not in ecs.SIZES:
            self._add(("cpu",), f"Fargate has no task with {cpu} CPU units", f"one of {_listed(ecs.SIZES)}")
        elif isinstance(cpu, int) and isinstance(memory, int) and memory not in ecs.SIZES[cpu]:
            hint = f"with {cpu}, one of {_listed(ecs.SIZES[cpu])}"
            self._add(("memory",), f"Fargate has no task with {cpu} CPU units and {memory} MiB", hint)
        elif isinstance(memory, int) and not any(memory in amounts for amounts in ecs.SIZES.values()):
            self._add(("memory",), f"Fargate has no task with {memory} MiB", "a multiple of 1024, or 512")
        else:
            self._check_room({"cpu": cpu, "memory": memory})

    def _check_room(self, given: _Data) -> None:
        """Check that the task has room for what the resources of its containers ask for."""
        said = {name: value for name, value in given.items() if isinstance(value, int)}
        pod = folding.folded(str(self._path[-1]), self._whole).get("pod")
        resources = container_values.requested(_map(self._whole.get("resources")))
        if ecs.has_room(said, resources, _map(pod)):
            return
        units, most = max(ecs.SIZES), ecs.SIZES[max(ecs.SIZES)][-1]
        if not said:
            message = "no task of Fargate has room for what the containers ask for"
            hint = (
                f"the largest has {units} CPU units ({units // 1024} cores) and {most} MiB, for all containers together"
            )
            self._add(("resources",), message, hint)
            return
        sizes = " and ".join(f"{said[name]} {what}" for name, what in _AMOUNTS.items() if name in said)
        message = f"a task with {sizes} has no room for what the containers ask for under `resources`"
        hint = "say more, or leave out `cpu` and `memory`: the size then follows from `resources`"
        if "cpu" in said and "memory" not in said:
            hint = f"Fargate gives {said['cpu']} CPU units {_listed(ecs.SIZES[said['cpu']])} MiB; {hint}"
        self._add((next(iter(said)),), message, hint)

    def _check_deploy(self) -> None:
        about = _map(self._whole.get("deploy"))
        strategy = about.get("strategy") or "rolling"
        if strategy in _SHIFTED and not self._whole.get("ingress"):
            hint = "add `ingress`, or say `strategy: rolling`"
            self._add(("deploy", "strategy"), f"{strategy} moves requests, and no load balancer sends any", hint)
        rolling = {"minimumHealthyPercent", "maximumPercent"}
        unfit = {"percent", "wait"} - (set(about) if strategy in _SHIFTED else set())
        unfit |= rolling if strategy != "rolling" else {"bake"}
        for name in sorted(unfit & {name for name, value in about.items() if value is not None}):
            self._add(("deploy", name), f"{strategy} has no {name}", "take it out, or say another `strategy`")

    def _check_schedule(self) -> None:
        given = self._whole.get("schedule")
        if self._whole.get("kind") != ecs.SCHEDULED or not isinstance(given, str) or placeholder.has(given):
            return
        if cron.mistake(given) is None and (wrong := event_schedule.mistake(given)):
            self._add(("schedule",), *wrong)

    def _check_ingress(self) -> None:
        hosts = traffic.hosts(_map(self._whole.get("ingress")))
        if len({host.paths for host in hosts}) > 1:
            hint = "say `paths` once, beside `hosts`; or make apps of it"
            self._add(("ingress", "hosts"), "one rule of the load balancer has the same paths for all hosts", hint)
        elif (count := len(hosts) + len(ecs.patterns(hosts))) > ecs.CONDITIONS:
            hint = f"{ecs.CONDITIONS} at most, together; or make apps of it"
            self._add(("ingress",), f"one rule of the load balancer cannot have {count} hosts and paths", hint)
        if any(path.port is not None for host in hosts for path in host.paths):
            hint = "take the port out of `paths`, or make an app of it"
            self._add(("ingress",), "on ECS, the load balancer sends all requests to the app's first port", hint)

    def _add(self, inner: FieldPath, message: str, hint: str) -> None:
        """Add a fault at the path of the value: in the workload, the environment, or the app."""
        for place in self._places:
            said: object = self._app
            for part in (*place, *inner[:1]):
                said = _map(said).get(str(part))
            if said is not None:
                self._findings.add((*self._path, *place, *inner), message, hint, at_key=True)
                return
        self._findings.add((*self._path, *inner), message, hint, at_key=True)


def _listed(numbers: Mapping[int, object] | tuple[int, ...]) -> str:
    """Return a list of numbers as text; for many numbers, only the lowest, the step and the highest."""
    known = list(numbers)
    if len(known) <= 8:
        return ", ".join(map(str, known))
    return f"{known[0]}, {known[1]} and so on to {known[-1]}"
