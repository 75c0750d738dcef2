"""Several workloads of one app: what each is, and what is wrong between them, at the line that says it."""

from __future__ import annotations

import textwrap

import pytest

from generator.spec import loader
from generator.spec.instance import Instance
from testing.specs import app, told


def here(fields: str, environment: str = "prod") -> Instance:
    return loader.parse(app(textwrap.dedent(fields))).apps["web"].instances[environment]


# -- what a workload is

INHERITED = """\
port: 8080
replicas: 2
config: {A: 1, B: 2}
secrets: {S: shop/s}
resources: {requests: {cpu: 1}}
network: {from: [web]}
workloads:
  web: {}
  worker: {port: null, replicas: 1, config: {B: 3}, resources: {limits: {memory: 1Gi}}}
  beat: {config: {A: null}, secrets: {S: null}, network: {from: []}}
  nightly: {kind: CronJob, schedule: "@daily"}
environments:
  prod:
    replicas: 5
    config: {C: 4}
    resources: {requests: {cpu: 2}}
    workloads:
      worker: {config: {B: null, D: 5}}
      beat: null
"""


def test_a_workload_is_its_app_but_for_what_it_says() -> None:
    dev = here(INHERITED, "dev").workloads
    assert [(key, one.name, one.label, one.container_name) for key, one in dev.items()] == [
        ("web", "web", "web", "web"),
        ("worker", "web-worker", "web.worker", "worker"),
        ("beat", "web-beat", "web.beat", "beat"),
        ("nightly", "web-nightly", "web.nightly", "nightly"),
    ]
    assert [(one.replicas, len(one.ports)) for one in dev.values()] == [(2, 1), (1, 0), (2, 1), (None, 0)]
    assert dev["worker"].resources == {"requests": {"cpu": "1", "memory": "128Mi"}, "limits": {"memory": "1Gi"}}
    assert (dev["nightly"].service, dev["nightly"].disruption) == (None, None)


def test_what_is_its_own_goes_over_what_is_shared_or_in_its_place() -> None:
    dev, prod = here(INHERITED, "dev").workloads, here(INHERITED).workloads
    assert (dev["web"].shared_config, dev["web"].own_config) == ({"A": "1", "B": "2"}, {})
    assert (dev["worker"].shared_config, dev["worker"].own_config) == ({"A": "1", "B": "2"}, {"B": "3"})
    # Of a map that others are laid over, nothing can be taken out.
    assert (dev["beat"].shared_config, dev["beat"].own_config) == ({}, {"B": "2"})
    assert (dev["beat"].shared_secrets, dev["beat"].own_secrets) == ({}, {})
    assert [one.own_network for one in dev.values()] == [False, False, True, False]
    assert (prod["worker"].shared_config, prod["worker"].own_config) == ({}, {"A": "1", "C": "4", "D": "5"})


def test_what_is_said_of_a_workload_goes_before_what_an_environment_says_of_all() -> None:
    prod = here(INHERITED).workloads
    assert [*prod] == ["web", "worker", "nightly"]
    assert (prod["web"].replicas, prod["worker"].replicas) == (5, 1)
    assert prod["worker"].resources["requests"]["cpu"] == "2"


def test_a_workload_with_the_apps_name_is_what_the_app_was() -> None:
    alone = here("port: 80").workloads["web"]
    for fields in ("workloads: {web: {port: 80}, more: {}}", "workloads: {front: {port: 80, name: web}, more: {}}"):
        first, second = here(fields).workloads.values()
        assert (first.name, first.label, first.container_name) == (alone.name, alone.label, alone.container_name)
        assert not {first.label, first.name} & {second.label, second.name}


def test_null_in_an_environment_takes_out_what_the_workload_or_the_app_says() -> None:
    fields = """\
    port: 80
    env: {A: 1}
    workloads: {worker: {env: {B: 2}, command: [w]}}
    environments: {prod: {workloads: {worker: {env: {A: null}, command: null, port: null}}}}
    """
    prod = here(fields).workloads["worker"]
    assert ([item["name"] for item in prod.env], prod.command, prod.ports) == (["B"], (), ())


def test_the_environments_name_is_filled_in() -> None:
    fields = "workloads: {job: {kind: CronJob, schedule: '@daily', config: {E: '{environment}'}}}"
    assert here(fields).workloads["job"].config == {"E": "prod"}


# -- faults: what the app says, and what is told

SEVERAL = "workloads:\n  web: {port: 80}\n  worker: "
FAULTS: dict[str, tuple[str, list[str]]] = {
    "none at all": ("workloads: {}", ["8:16 apps.web.workloads: an empty map / at least 1 is needed"]),
    "a field that is the app's": (
        f"{SEVERAL}{{image: x}}",
        ['10:16 apps.web.workloads.worker.image: unknown field "image" / that is the same for all workloads of an app: write it outside of `workloads`'],
    ),
    "a kind that there is not": (
        f"{SEVERAL}{{kind: Cronjob}}",
        ['10:22 apps.web.workloads.worker.kind: "Cronjob" is not one of Deployment, StatefulSet, DaemonSet, CronJob, Job / did you mean "CronJob"?'],
    ),
    "a CronJob without a schedule": (
        f"{SEVERAL}{{kind: CronJob}}",
        ['10:22 apps.web.workloads.worker.kind: a CronJob needs a schedule / add `schedule: "0 3 * * *"`, which is 03:00 every day'],
    ),
    "a Deployment with a schedule": (
        f"{SEVERAL}{{schedule: '@daily'}}",
        ["10:16 apps.web.workloads.worker.schedule: a Deployment has no schedule / take it out, or say `kind: CronJob`"],
    ),
    "a CronJob with a port": (
        f"{SEVERAL}{{kind: CronJob, schedule: '@daily', port: 80}}",
        ["10:51 apps.web.workloads.worker.port: a CronJob has no port / take it out: its pods run to an end, and serve no requests"],
    ),
    "a field that only some other kind has, in an environment": (
        f"{SEVERAL}{{kind: DaemonSet}}\nenvironments: {{prod: {{workloads: {{worker: {{replicas: 2}}}}}}}}",
        ["11:48 apps.web.environments.prod.workloads.worker.replicas: a DaemonSet has no replicas / take it out: there is one pod on each node; `pod: {nodeSelector: …}` says on which"],
    ),
    "a field that no workload inherits": (
        "ingress: {host: a.example.com}\nworkloads: {job: {kind: Job}}",
        ["8:5 apps.web.ingress: no workload of the app has ingress / take it out, or give it to a workload whose kind has it"],
    ),
    "two of one name": (
        f"{SEVERAL}{{name: web}}",
        ["10:16 apps.web.workloads.worker.name: its object is web, as is that of web / give it another one: `name: …`"],
    ),
    "a name that is too long": (
        "workloads: {" + "a" * 40 + ": {name: " + "b" * 53 + "}}",
        ["8:66 apps.web.workloads." + "a" * 40 + ".name: a name (DNS label) of 53 characters / at most 52 are possible"],
    ),
    "the name of the migration's label": (
        "workloads: {migration: {}}",
        ["8:17 apps.web.workloads.migration: this name is taken / the label of its pods would be that of the migration's"],
    ),
    "the name of the migration's Job": (
        "migration: {command: [m]}\nworkloads: {migrate: {kind: Job}}",
        ["9:17 apps.web.workloads.migrate: its Job would be that of the migration / give it another name"],
    ),
    "an environment's workload that there is not": (
        f"{SEVERAL}{{}}\nenvironments: {{prod: {{workloads: {{wroker: {{}}}}}}}}",
        ['11:39 apps.web.environments.prod.workloads.wroker: no such workload / did you mean "worker"?'],
    ),
    "an environment's workload of an app that has one": (
        "environments: {prod: {workloads: {worker: {}}}}",
        ["8:39 apps.web.environments.prod.workloads.worker: no such workload / the app has one workload, whose fields stand here"],
    ),
    "one host for two": (
        "port: 80\ningress: {host: a.example.com}\nworkloads: {web: {}, worker: {}}",
        ["10:34 apps.web.workloads.worker: in dev it answers to a.example.com/, as web of web does / another host, or another `path`; or `ingress: null` of the one that has none"],
    ),
    "one host for two in an environment": (
        "port: 80\nworkloads: {web: {ingress: {host: a.example.com}}, worker: {}}\nenvironments: {prod: {workloads: {worker: {ingress: {host: a.example.com}}}}}",
        ["10:64 apps.web.environments.prod.workloads.worker.ingress.host: in prod it answers to a.example.com/, as web of web does / another host, or another `path`; or `ingress: null` of the one that has none"],
    ),
    "a fault at the top, of all": (
        "resources: {requests: {cpu: 2}, limits: {cpu: 1}}\nworkloads: {web: {}, worker: {}}",
        ["8:33 apps.web.resources.requests.cpu: 2 is more than the limit, 1 / ask for less, or raise the limit"],
    ),
    "a fault at the top, of one": (
        "health: /h\nworkloads: {web: {port: 80}, worker: {}}",
        ["8:5 apps.web.health: needs a port (of worker) / add `port: 8080`"],
    ),
    "a fault of what is inherited with what is its own": (
        "resources: {limits: {cpu: 1}}\nworkloads: {web: {resources: {requests: {cpu: 2}}}}",
        ["9:51 apps.web.workloads.web.resources.requests.cpu: 2 is more than the limit, 1 / ask for less, or raise the limit"],
    ),
    "a variable that only another workload has": (
        "workloads: {web: {config: {A: 1}}, worker: {env: {B: $(A)}}}",
        ["8:58 apps.web.workloads.worker.env.B: refers to A, which is not set / set A, or write $$(A) for the text itself"],
    ),
    "a budget that lets no pod go": (
        "replicas: 2\nworkloads: {web: {disruption: {minAvailable: 2}}}",
        ["9:50 apps.web.workloads.web.disruption.minAvailable: keeping 2 of 2 pods lets no pod go: no node could ever be drained while it runs / at most 1, or more replicas"],
    ),
    "a volume where there is one": (
        "kind: StatefulSet\nvolumeClaimTemplates: {data: {size: 1Gi, mountPath: /tmp}}",
        ["9:57 apps.web.volumeClaimTemplates.data.mountPath: /tmp has a volume already / mount one volume there; `writable` has /tmp by default: `writable: []`"],
    ),
    "a pace of what has none": (
        "strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}",
        ["8:32 apps.web.strategy.rollingUpdate: Recreate has no pace / take it out, or `type`"],
    ),
    "a partition of a DaemonSet": (
        "kind: DaemonSet\nupdateStrategy: {rollingUpdate: {partition: 1}}",
        ["9:38 apps.web.updateStrategy.rollingUpdate.partition: a DaemonSet has no partition / take it out"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "faults"), FAULTS.values(), ids=FAULTS)
def test_faults(fields: str, faults: list[str]) -> None:
    assert told(app(fields)) == faults


def test_a_workload_may_not_have_the_name_of_another_app() -> None:
    others = "  web-worker: {image: x}\n  jobs: {image: x, workloads: {a: {name: web}}}\n"
    assert told(app("workloads: {web: {}, worker: {}}") + others) == [
        "8:26 apps.web.workloads.worker: its object is web-worker, as is that of web-worker / give it another one: `name: …`",
        "10:32 apps.jobs.workloads.a: its object is web, as is that of web of web / give it another one: `name: …`",
    ]


# -- schedules

SCHEDULES: dict[str, str] = {
    "0 3 * * 7": '"7" is no day of the week: a number from 0 to 6; 0 is Sunday',
    "60 * * * *": '"60" is no minute: a number from 0 to 59',
    "0 3 * *": '"0 3 * *" is no schedule: it has 4 fields and not 5',
    "": '"" is no schedule: it has 0 fields and not 5',
    "0 0 3 * * *": '"0 0 3 * * *" is no schedule: it has 6 fields and not 5',
    "*/0 * * * *": '"*/0" is no minute: after the / comes the step, at least 1',
    "10-5 * * * *": '"10-5" is no minute: 10 is after 5',
    "@dayly": '"@dayly" is no schedule',
    "@every 5": '"@every 5" is no schedule: that is no duration',
    "TZ=Europe/Berlin 0 3 * * *": "a time zone in the schedule",
}


@pytest.mark.parametrize(("schedule", "message"), SCHEDULES.items(), ids=SCHEDULES)
def test_a_schedule_that_is_none(schedule: str, message: str) -> None:
    (fault,) = told(app(f"kind: CronJob\nschedule: {schedule!r}"))
    assert fault.startswith(f"9:{15 if schedule else 5} apps.web.schedule: {message} / ")


def test_a_time_zone_that_is_not_there() -> None:
    (fault,) = told(app("kind: CronJob\nschedule: '@daily'\ntimeZone: Europe/Berln"))
    assert fault == '10:15 apps.web.timeZone: there is no time zone "Europe/Berln" / did you mean "Europe/Berlin"?'
