"""Ports of the nodes: each is one Service's in a cluster, whatever its namespace and environment."""

from __future__ import annotations

import pytest

from generator.spec import loader
from testing.specs import app, told

HINT = "another `nodePort`, or none: the cluster chooses one"
APART = "another one in each environment, as in `environments: {prod: …}`, or none"
NODE_PORT = "port: 80\nservice: {type: NodePort, nodePort: 30080}"
SECOND = "  web2: {{image: x, {}}}\n"
DNS = (
    "service: {{type: NodePort}}\n"
    "ports: [{{name: tcp, containerPort: 53, nodePort: 30053}}, {{name: udp, {}, protocol: UDP, nodePort: 30053}}]"
)


def apart(text: str) -> str:
    """Return a spec whose environments have a cluster each."""
    return text.replace("prod: {}}", "prod: {cluster: live}}", 1)


FAULTS: dict[str, tuple[str, list[str]]] = {
    "two environments on one cluster": (
        app(NODE_PORT),
        [f"9:31 apps.web.service.nodePort: nodePort 30080 is claimed in dev and in prod, on one cluster / {APART}"],
    ),
    "an environment that says the number of another": (
        app("port: 80\nservice: {type: NodePort, nodePort: 30080}\nenvironments: {prod: {service: {nodePort: 30080}}}"),
        [
            "10:37 apps.web.environments.prod.service.nodePort: nodePort 30080 is claimed in dev and in prod, on one cluster"
            f" / {APART}",
        ],
    ),
    "one cluster of several": (
        app(NODE_PORT)
        .replace("dev: {}", "dev: {clusters: {eu: a, us: b}}")
        .replace("prod: {}", "prod: {clusters: {eu: c, us: b}}"),
        [f"9:31 apps.web.service.nodePort: nodePort 30080 is claimed in dev and in prod, on one cluster / {APART}"],
    ),
    "clusters by the same labels": (
        app(NODE_PORT).replace("{}", "{clusterSelector: {matchLabels: {of: shop}}}"),
        [f"9:31 apps.web.service.nodePort: nodePort 30080 is claimed in dev and in prod, on one cluster / {APART}"],
    ),
    "two apps in two environments": (
        app(f"{NODE_PORT}\nenvironments: {{prod: false}}")
        + SECOND.format("environments: {dev: false}, port: 80, service: {type: NodePort, nodePort: 30080}"),
        [
            "11:84 apps.web2.service.nodePort: nodePort 30080 is also claimed by web in dev, on the same cluster"
            f" / {HINT}",
        ],
    ),
    "two workloads": (
        apart(app("workloads: {a: {port: 80, service: {type: NodePort, nodePort: 30080}}, b: {port: 81, service: {type: NodePort, nodePort: 30080}}}")),
        [f"8:116 apps.web.workloads.b.service.nodePort: nodePort 30080 is also claimed by a of web / {HINT}"],
    ),
    "two apps in other namespaces": (
        apart(
            app("namespace: 'a-{environment}'\nservice: {type: NodePort}\nports: [{containerPort: 80, nodePort: 30080}]")
            + SECOND.format("port: 80, services: {s: {type: NodePort, port: 80, nodePort: 30080}}")
        ),
        [f"11:71 apps.web2.services.s.nodePort: nodePort 30080 is also claimed by web / {HINT}"],
    ),
    "an environment's own": (
        apart(app(NODE_PORT) + SECOND.format("port: 80, environments: {prod: {service: {type: NodePort, nodePort: 30080}}}")),
        [f"10:78 apps.web2.environments.prod.service.nodePort: nodePort 30080 is also claimed by web / {HINT}"],
    ),
    "two protocols, of two apps": (
        apart(
            app("service: {type: NodePort}\nports: [{name: a, containerPort: 53, nodePort: 30053}]")
            + SECOND.format("service: {type: NodePort}, ports: [{name: a, containerPort: 53, protocol: UDP, nodePort: 30053}]")
        ),
        [f"10:99 apps.web2.ports[0].nodePort: nodePort 30053 is also claimed by web / {HINT}"],
    ),
    "two Services of one app": (
        apart(app(f"{NODE_PORT}\nservices: {{x: {{type: LoadBalancer, ports: [{{port: 81, targetPort: http, nodePort: 30080}}]}}}}")),
        [f"10:77 apps.web.services.x.ports[0].nodePort: nodePort 30080 is there twice / {HINT}"],
    ),
    "two ports of one Service": (
        apart(app("service: {type: NodePort}\nports: [{name: a, containerPort: 80, nodePort: 30080}, {name: b, containerPort: 81, nodePort: 30080}]")),
        [f"9:89 apps.web.ports[1].nodePort: nodePort 30080 is there twice / {HINT}"],
    ),
    "two protocols at two ports of one Service": (
        apart(app(DNS.format("containerPort: 54"))),
        [f"9:108 apps.web.ports[1].nodePort: nodePort 30053 is there twice / {HINT}"],
    ),
    "previews, which are many": (
        app(f"source: web\n{NODE_PORT}")
        .replace("https://git.example.com/acme", "https://github.com/acme")
        .replace("{dev: {}, prod: {}}", "{dev: {cluster: dev}, pr: {pullRequests: {label: preview}}}")
        + SECOND.format("port: 80, service: {type: NodePort, nodePort: 30081}"),
        [
            "10:31 apps.web.service.nodePort: each preview would claim nodePort 30080"
            " / take it out there, in `environments: {pr: …}`: the cluster chooses one",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "faults"), FAULTS.values(), ids=FAULTS)
def test_a_port_that_is_claimed_twice_is_told_where_it_can_be_changed(text: str, faults: list[str]) -> None:
    assert told(text) == faults


RIGHT = {
    "environments with a cluster each": apart(app(NODE_PORT)),
    "clusters by other labels": app(NODE_PORT)
    .replace("dev: {}", "dev: {clusterSelector: {matchLabels: {of: dev}}}")
    .replace("prod: {}", "prod: {clusterSelector: {matchLabels: {of: prod}}}"),
    "a number for each environment": app(f"{NODE_PORT}\nenvironments: {{prod: {{service: {{nodePort: 30081}}}}}}"),
    "a number that an environment takes out": app(f"{NODE_PORT}\nenvironments: {{prod: {{service: {{nodePort: null}}}}}}"),
    "a Service that an environment has not": app(f"{NODE_PORT}\nenvironments: {{prod: {{service: false}}}}"),
    "ports that replace others": app(
        "service: {type: NodePort}\nports: [{containerPort: 80, nodePort: 30080}]\n"
        "environments: {prod: {ports: [{containerPort: 80, nodePort: 30081}]}}"
    ),
    "an app that is in one environment": app(f"{NODE_PORT}\nenvironments: {{prod: false}}"),
    "a port that is never open at the same time": apart(
        app(f"{NODE_PORT}\nenvironments: {{prod: false}}")
        + SECOND.format("port: 80, service: {type: NodePort}, environments: {dev: false, prod: {service: {nodePort: 30080}}}")
    ),
    "workloads that are never there at the same time": apart(
        app(
            "port: 80\nworkloads: {a: {}, b: {}}\nservice: {type: NodePort, nodePort: 30080}\n"
            "environments: {dev: {workloads: {a: null}}, prod: {workloads: {b: null}}}"
        )
    ),
    "two protocols at one port of one Service": apart(app(DNS.format("containerPort: 53"))),
    "a port that one of two workloads does not inherit": apart(
        app(f"{NODE_PORT}\nworkloads: {{a: {{}}, b: {{service: {{nodePort: null}}}}}}")
    ),
    "a workload without a Service": apart(app(f"{NODE_PORT}\nworkloads: {{a: {{}}, b: {{kind: CronJob, schedule: 0 0 * * *}}}}")),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_port_that_one_service_has_is_right(text: str) -> None:
    loader.parse(text)
