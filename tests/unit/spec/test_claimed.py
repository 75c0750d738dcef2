"""What two workloads claim, and what could never run: told when the spec is read, where it stands."""

from __future__ import annotations

import pytest

from generator.spec import loader
from testing.specs import app, told

SECOND = "  web2: {{image: x, {}}}\n"
FAULTS: dict[str, tuple[str, list[str]]] = {
    "a further Service of another app's name": (
        app("port: 80\nservices: {x: {name: web2, port: 80}}") + SECOND.format("port: 80"),
        ["9:16 apps.web.services.x: Service web2 is also claimed by web2 / another name"],
    ),
    "one of two workloads' name, that both inherit": (
        app("services: {db: {name: db, port: 80}}\nworkloads: {a: {port: 80}, b: {port: 80}}"),
        ["8:16 apps.web.services.db: Service db is also claimed by a of web / another name"],
    ),
    "a further Service of the StatefulSet's headless one": (
        app("kind: StatefulSet\nport: 80\nservices: {headless: {port: 80}}"),
        ["10:16 apps.web.services.headless: is named web-headless, as that of the StatefulSet's pods is / give it another `name:`"],
    ),
    "an app of the name of a StatefulSet's headless Service": (
        app("kind: StatefulSet") + "  web-headless: {image: x, port: 80}\n",
        ["6:3 apps.web: Service web-headless is also claimed by web-headless / another name"],
    ),
    "another workload's Service of the StatefulSet's headless one": (
        app("workloads: {a: {kind: StatefulSet}, b: {port: 80, services: {x: {name: web-a-headless}}}}"),
        ["8:66 apps.web.workloads.b.services.x: Service web-a-headless is also claimed by a of web / another name"],
    ),
    "a Service that CloudNativePG makes": (
        app("databases: {main: {}}\nport: 80\nservices: {main-rw: {}}"),
        ["10:16 apps.web.services.main-rw: Service web-main-rw is also claimed by the database main of web / another name"],
    ),
    "a Service of an app in one environment": (
        app("port: 80\nenvironments: {prod: {services: {x: {name: web2, port: 80}}}}") + SECOND.format("port: 80"),
        ["9:38 apps.web.environments.prod.services.x: Service web2 is also claimed by web2 / another name"],
    ),
    "a need of an app whose workload with a port is taken out": (
        app("needs: [web2]") + SECOND.format("workloads: {a: {port: 80}, b: {}}, environments: {dev: {workloads: {a: null}}}"),
        ["8:13 apps.web.needs[0]: web2 has no port in dev / add it: `environments: {dev: {port: …}}` of web2"],
    ),
    "a size that no quotes make right": (
        app("databases: {main: {size: 0}}"),
        ["8:30 apps.web.databases.main.size: expected a size, got 0 / like 10Gi"],
    ),
    "a claim of another app's name": (
        app("claims: {b-c: {size: 1Gi}}") + "  web-b: {image: x, claims: {c: {size: 1Gi}}}\n",
        ["9:30 apps.web-b.claims.c: PersistentVolumeClaim web-b-c is also claimed by web / another name"],
    ),
    "a sidecar at the app's port": (
        app("port: 80\nsidecars: {p: {image: 'x:1', ports: [{containerPort: 80}]}}"),
        ["9:58 apps.web.sidecars.p.ports[0].containerPort: the app listens on 80 already / have it listen on another port"],
    ),
    "a template of a claim and a volume of one name": (
        app("kind: StatefulSet\nvolumeClaimTemplates: {d: {size: 1Gi, mountPath: /d}}\nvolumes: {d: {emptyDir: {}}}"),
        ["9:28 apps.web.volumeClaimTemplates.d: a second volume named d / rename one of the two"],
    ),
    "one prefix with and without a slash": (
        app("port: 80\ningress: {host: a.example.com, path: /a/}") + SECOND.format("port: 80, ingress: {host: a.example.com, path: /a}"),
        ["10:46 apps.web2.ingress.host: in dev it answers to a.example.com/a, as web does / another host, or another `path`"],
    ),
    "a day that no month has": (
        app("kind: CronJob\nschedule: 0 0 30,31 2/12 *"),
        ['9:15 apps.web.schedule: "0 0 30,31 2/12 *" never comes: no such month has that day / `1 * *` is the first of each month'],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "faults"), FAULTS.values(), ids=FAULTS)
def test_it_is_told_where_it_can_be_changed(text: str, faults: list[str]) -> None:
    assert told(text) == faults


RIGHT = {
    "a name of an app without a Service": app("port: 80\nservices: {x: {name: web2, type: ExternalName, externalName: a.example.com}}")
    + SECOND.format("replicas: 1"),
    "a name in another namespace": app("namespace: 'a-{environment}'\nport: 80\nservices: {x: {name: web2, port: 80}}") + SECOND.format("port: 80"),
    "a Service that an environment changes": app("port: 80\nservices: {x: {name: y, port: 80}}\nenvironments: {prod: {services: {x: {port: 81}}}}"),
    "Services of one name in two environments": app("port: 80\nservices: {x: {name: y, port: 80}}\nenvironments: {dev: false}")
    + SECOND.format("port: 80, services: {x: {name: y, port: 80}}, environments: {prod: false}"),
    "Services that an environment takes out": app("port: 80\nservices: {x: {name: y}}\nenvironments: {dev: {services: {x: null}}}")
    + SECOND.format("port: 80, services: {x: {name: y}}, environments: {prod: {services: {x: null}}}"),
    "Services of workloads that an environment takes out": app(
        "port: 80\nworkloads: {a: {services: {x: {name: y}}}, b: {services: {z: {name: y}}}}\n"
        "environments: {dev: {workloads: {a: null}}, prod: {workloads: {b: null}}}"
    ),
    "a Service of its own that is headless": app("kind: StatefulSet\nport: 80\nservice: {headless: true}\nservices: {headless: {}}"),
    "a Service beside a database in RDS": app("databases: {main: {in: rds}}\nport: 80\nservices: {main-rw: {}}")
    .replace("version: 1", "version: 1\ninfra: {region: eu-west-1, accounts: {dev: '111111111111', prod: '222222222222'}}"),
    "backups to one place, of an app in one environment": app(
        "databases: {main: {backup: {bucket: 's3://acme/main', role: 'arn:aws:iam::123456789012:role/x'}}}\nenvironments: {prod: false}"
    ),
    "a sidecar at another port": app("port: 80\nsidecars: {p: {image: 'x:1', ports: [{containerPort: 81}, {containerPort: 80, protocol: UDP}]}}"),
    "a leap day": app("kind: CronJob\nschedule: 0 0 29 2 *"),
    "a day of the week, whatever the day": app("kind: CronJob\nschedule: 0 0 31 2 mon"),
    "the last days of some months": app("kind: CronJob\nschedule: 0 0 31 */2 *"),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_meets_nothing_is_right(text: str) -> None:
    loader.parse(text)
