"""Further Services of an app: what they lead to, and what is refused of them."""

from __future__ import annotations

from typing import Any

import pytest

from generator.render.kinds import manifests
from generator.spec import loader
from testing.specs import app, told

FAULTS: dict[str, tuple[str, list[str]]] = {
    "no port": ("services: {a: {}}", ["8:16 apps.web.services.a: needs a port / add `port:`"]),
    "a target that there is not": (
        "port: 80\nservices: {a: {port: 81, targetPort: htp}}",
        ['9:42 apps.web.services.a.targetPort: no port is named "htp" / did you mean "http"?'],
    ),
    "a node port of a cluster's own": (
        "port: 80\nservices: {a: {nodePort: 30080}}",
        ["9:20 apps.web.services.a.nodePort: is for a NodePort or LoadBalancer only / say its `type:`, or take it out"],
    ),
    "an external name without a host": (
        "services: {a: {type: ExternalName}}",
        ["8:16 apps.web.services.a: an ExternalName needs a host / add `externalName: db.example.com`"],
    ),
    "a host without its type": (
        "services: {a: {port: 80, externalName: a.b}}",
        ["8:30 apps.web.services.a.externalName: is for an ExternalName only / add `type: ExternalName`"],
    ),
    "the name of the app's own": (
        "port: 80\nservices: {a: {name: web}}",
        ["9:16 apps.web.services.a: is named web, as the app's own is / give it another `name:`"],
    ),
    "ports without names": (
        "services: {a: {ports: [{port: 80}, {port: 81}]}}",
        [
            "8:28 apps.web.services.a.ports[0]: needs a name, as there are several / add `name:`",
            "8:40 apps.web.services.a.ports[1]: needs a name, as there are several / add `name:`",
        ],
    ),
    "an unknown field of a port": (
        "services: {a: {ports: [{port: 80, nodeport: 30000}]}}",
        ['8:39 apps.web.services.a.ports[0].nodeport: unknown field "nodeport" of ServicePort / did you mean "nodePort"?'],
    ),
    "of a job": (
        "kind: Job\nservices: {a: {port: 80}}",
        ["9:5 apps.web.services: a Job has no services / take it out: its pods run to an end, and serve no requests"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "faults"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place_and_a_way_out(fields: str, faults: list[str]) -> None:
    assert told(app(fields)) == faults


def services(fields: str) -> dict[str, dict[str, Any]]:
    here = manifests(loader.parse(app(fields)).apps["web"].instances["prod"])
    return {one["metadata"]["name"]: one["spec"] for one in here.values() if one["kind"] == "Service"}


def test_a_further_service_leads_to_the_apps_ports_or_where_it_says() -> None:
    found = services(
        "ports: [{containerPort: 8080}, {name: admin, containerPort: 9000, servicePort: null}]\n"
        "services: {same: {}, other: {port: 81, targetPort: 9000}, first: {port: 82}}"
    )
    assert found["web-same"]["ports"] == [{"name": "http", "port": 80, "targetPort": "http"}]
    assert found["web-other"]["ports"] == [{"port": 81, "targetPort": 9000}]
    assert found["web-first"]["ports"] == [{"port": 82, "targetPort": "http"}]
    assert all(spec["selector"] == {"app.kubernetes.io/name": "web"} for spec in found.values())


def test_a_name_for_a_host_elsewhere_selects_nothing() -> None:
    found = services("services: {db: {name: db, type: ExternalName, externalName: db.example.com}}")
    assert found == {"db": {"type": "ExternalName", "externalName": "db.example.com"}}


def test_each_workload_has_its_own() -> None:
    found = services("port: 80\nworkloads: {web: {}, api: {services: {admin: {port: 9}}}}")
    assert found["web-api-admin"]["selector"] == {"app.kubernetes.io/name": "web.api"}
    assert found.keys() == {"web", "web-api", "web-api-admin"}
