"""A namespace of an app's own: its Application, its project, its policies, and names that meet."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from generator.render import render
from generator.spec import loader
from testing.specs import app, told

SPEC = app("port: 80\nnetwork: {from: [db]}").replace(
    "apps:\n", "apps:\n  db: {image: shop/db, namespace: 'shop-{environment}-db'}\n"
)


def rendered(path: str) -> Any:
    return yaml.safe_load(render(loader.parse(SPEC))[path].text)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_app_is_deployed_to_it(environment: str) -> None:
    own = f"shop-{environment}-db"
    assert rendered(f"overlays/{environment}/db/kustomization.yaml")["namespace"] == own
    application = rendered(f"gitops/applications/{environment}/db.yaml")["spec"]
    assert application["destination"]["namespace"] == own
    assert "pod-security.kubernetes.io/enforce" in application["syncPolicy"]["managedNamespaceMetadata"]["labels"]
    project = rendered(f"gitops/projects/shop.{environment}.yaml")["spec"]
    assert [one["namespace"] for one in project["destinations"]] == [f"shop-{environment}", own]
    assert own in [one.get("name") for one in project["clusterResourceWhitelist"]]


def test_a_policy_lets_in_the_pods_of_the_other_namespace() -> None:
    (rule,) = rendered("overlays/prod/web/patches/network-policy.yaml")["spec"]["ingress"]
    (peer,) = rule["from"]
    assert peer["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "shop-prod-db"}}
    assert peer["podSelector"]["matchExpressions"][0]["values"][0] == "db"


FAULTS = {
    "one for both environments": (
        "namespace: db",
        ["8:16 apps.web.namespace: is db in prod and in dev, on one cluster / give each environment its own: `{environment}` in it stands for its name"],
    ),
    "that of another environment": (
        "namespace: 'shop-prod'",
        ["8:16 apps.web.namespace: is shop-prod in dev and in prod, on one cluster / give each environment its own: `{environment}` in it stands for its name"],
    ),
    "a system's": ("namespace: 'kube-{environment}'", ["8:16 apps.web.namespace: kube-dev is a system's own / give the app another one", "8:16 apps.web.namespace: kube-prod is a system's own / give the app another one"]),
    "none at all": (
        "namespace: 'A-{environment}'",
        ["8:16 apps.web.namespace: A-dev is not a namespace / a DNS label of at most 63 characters", "8:16 apps.web.namespace: A-prod is not a namespace / a DNS label of at most 63 characters"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "faults"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place_and_a_way_out(fields: str, faults: list[str]) -> None:
    assert told(app(fields)) == faults


def test_environments_of_different_clusters_may_have_one_name() -> None:
    text = app("namespace: db").replace("prod: {}", "prod: {cluster: other}")
    assert loader.parse(text).environments["prod"].app_namespaces == ("db",)
