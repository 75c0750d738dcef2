"""What the real API server refuses, the loader or ``validate`` has refused before.

Needs etcd, kube-apiserver and kubectl (``python -m generator tools install local``), and is skipped without them, unless
``GENERATOR_TEST_API_SERVER=1`` insists. ``API_SERVER=1000 pytest tests/integration/test_api_server.py`` tries that many random apps.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from generator.errors import SpecError
from generator.manifests import validation
from generator.render import render
from generator.spec import language, layout, loader, pod_words, targets
from generator.spec.field_groups import OF_ECS_ALONE, STORES
from generator.spec.model import Spec
from generator.spec.reference import schema
from testing import golden, schema_documents
from testing.api_server_corpus import ROWS
from testing.depth import examples
from testing.needs import need
from testing.repository import TEN_LINES
from testing.servers import api_server as api_server_rig
from testing.servers.api_server import ApiServer
from testing.specs import EVERY_FIELD, app

APPS = int(os.environ.get("API_SERVER", examples(80)))
NAMESPACE = "shop-dev"


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    need(*api_server_rig.TOOLS)
    with api_server_rig.started() as found:
        found.make_namespace(NAMESPACE)
        yield found


def refusals(server: ApiServer, spec: Spec) -> list[str]:
    """Return what the server refuses of the app ``web``, in each environment."""
    found = [
        line
        for here in spec.apps["web"].instances.values()
        for line in server.refusals(api_server_rig.instance_manifests(here), NAMESPACE)
    ]
    return list(dict.fromkeys(found))


def row_text(row: str) -> str:
    text = app(row)
    return text.replace("    image: shop/web\n", "", 1) if row.startswith("image:") else text


def problems(spec: Spec) -> list[str]:
    """Return what ``validate`` says of the repository that the spec gives."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, file in render(spec).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(file.text)
        return [problem for result in validation.validate(folder, spec, {}) for problem in result.problems]


# Stores that are never in the cluster.
IN_AWS = set(STORES) - {"databases"}


def test_there_are_rows_for_every_field_of_the_language() -> None:
    # What runs on ECS, and stores in AWS, give an API server nothing.
    assert set(ROWS) == set(language.WORKLOAD) - {"target", *OF_ECS_ALONE, *IN_AWS}
    assert all(rows for rows in ROWS.values())


@pytest.mark.full
@pytest.mark.parametrize("field", ROWS)
def test_what_the_server_refuses_is_refused_before(field: str, server: ApiServer) -> None:
    missed = {}
    for row in ROWS[field]:
        try:
            spec = loader.parse(row_text(row))
        except SpecError:
            continue
        refused = refusals(server, spec)
        if refused and not problems(spec):
            missed[row] = refused
    assert missed == {}


@pytest.mark.full
def test_the_server_does_refuse(server: ApiServer) -> None:
    # Else the tests here would say nothing.
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"ports": [{"port": 0}]}}
    assert server.refusal(manifest, NAMESPACE)
    assert server.refusal({**manifest, "spec": {"prots": []}}, NAMESPACE)
    assert server.refusal({**manifest, "spec": {"ports": [{"port": 1}]}}, NAMESPACE) is None


@pytest.mark.full
@pytest.mark.parametrize("text", [TEN_LINES, EVERY_FIELD], ids=["ten lines", "every field"])
def test_all_that_a_spec_gives_is_taken(text: str, server: ApiServer) -> None:
    spec = loader.parse(text)
    server.make_namespace(spec.argocd_namespace)
    assert server.refusals(api_server_rig.project_manifests(spec), spec.argocd_namespace) == []
    for one in spec.apps.values():
        for here in one.instances.values():
            assert server.refusals(api_server_rig.instance_manifests(here), NAMESPACE) == []


def gives_nothing(name: str, folder: str) -> bool:
    """Tell whether an overlay gives a cluster nothing: its app is on ECS there, or it holds what Terraform gave."""
    place = layout.Location.parse(folder)
    if folder.endswith(f"/{layout.GIVEN}"):
        return True
    if not (place.app and place.environment):
        return False
    app = golden.spec(name).described.get(place.app)
    return app is not None and app.target_in(place.environment) == targets.ECS


@pytest.mark.full
@pytest.mark.parametrize("name", golden.NAMES)
def test_all_that_a_golden_case_gives_is_taken(name: str, server: ApiServer) -> None:
    refused = {}
    for folder, manifests in golden.built(name).items():
        assert manifests or gives_nothing(name, folder), folder
        for manifest in manifests:
            # Where a manifest of the user's names none, Argo CD gives the Application's.
            here = manifest["metadata"].get("namespace", NAMESPACE)
            namespace = None if manifest["kind"] in ("ClusterRole", "Namespace") else here
            if namespace:
                server.make_namespace(namespace)
            if refusal := server.refusal(manifest, namespace):
                refused[folder, manifest["metadata"]["name"]] = refusal
    assert refused == {}


@pytest.mark.full
@pytest.mark.parametrize("name", golden.NAMES)
def test_the_pods_of_a_golden_case_are_admitted_by_the_standard_of_their_environment(
    name: str, server: ApiServer
) -> None:
    server.make_classes("critical", "gvisor")
    refused, levels = {}, {here.name: here.pod_security for here in golden.spec(name).environments.values()}
    for folder, manifests in golden.built(name).items():
        for manifest in manifests:
            if pod := api_server_rig.pod_of(manifest):
                level = levels[folder.split("/")[1]]
                server.make_namespace(level, level)
                account = pod["spec"].get("serviceAccountName")
                server.make_account(account or "default", level)
                pod["metadata"].pop("namespace", None)
                if refusal := server.refusal(pod, level):
                    refused[folder, manifest["metadata"]["name"]] = refusal
    assert refused == {}


def test_only_adopted_pods_ask_for_less_than_the_restricted_standard() -> None:
    asked = {
        name
        for name in golden.NAMES
        for here in golden.spec(name).environments.values()
        if here.pod_security != "restricted"
    }
    assert asked == {"adopted"}


@pytest.mark.full
@pytest.mark.parametrize("fields", ["", "port: 80\nhealth: /h", "port: 80\nwritable: []\nmigration: {command: [a]}"])
def test_pods_are_admitted_by_the_restricted_standard(fields: str, server: ApiServer) -> None:
    server.make_namespace("restricted", "restricted")
    server.make_account("web", "restricted")
    for here in loader.parse(app(fields)).apps["web"].instances.values():
        pods = [pod for m in api_server_rig.instance_manifests(here) if (pod := api_server_rig.pod_of(m))]
        assert pods
        assert server.refusals(pods, "restricted") == []
        root = {**pods[0], "spec": {**pods[0]["spec"], "securityContext": {}}}
        assert "violates PodSecurity" in str(server.refusal(root, "restricted"))


def random_app(data: dict[str, Any]) -> str:
    """Return a spec with this app, and others that it may name. JSON is YAML, too."""
    others = {name: {"image": "x"} for name in ("a", "b")}
    top = {"version": 1, "project": "shop", "repository": "/r", "environments": {"dev": {}, "prod": {}}}
    return json.dumps({**top, "apps": {"web": data, **others}}, ensure_ascii=False)


def schema_of_an_app() -> dict[str, Any]:
    """Return it as editors see it, but for what is Kubernetes' own, and for apps whose manifests others write."""
    described = schema.of(language.APP)
    left = {"pod", "container", "services", *pod_words.FOLDED, *language.chart.FIELDS, *language.adopted.FIELDS}
    properties = {name: about for name, about in described["properties"].items() if name not in left}
    exclusive = [one for one in described["oneOf"] if one["required"][0] not in left]
    return {**described, "properties": properties, "oneOf": exclusive}


@pytest.mark.full
def test_what_the_schema_lets_pass_and_the_loader_takes_the_server_takes(server: ApiServer) -> None:
    taken = 0

    @settings(
        max_examples=APPS, deadline=None, derandomize="API_SERVER" not in os.environ, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(schema_documents.documents(schema_of_an_app()))
    def tried(data: dict[str, Any]) -> None:
        nonlocal taken
        try:
            spec = loader.parse(random_app(data))
        except SpecError:
            return
        taken += 1
        assert refusals(server, spec) == []

    tried()
    assert taken > APPS / 5
