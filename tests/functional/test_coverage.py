"""The count of what a spec says of public manifests: each class is met, and the last one fails the run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from benchmarks import adoption, coverage

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {prod: {}}
apps:
  web:
    image: shop/web
    replicas: 2
    pod: {schedulerName: slow}
    patches: [{target: {kind: Deployment}, patch: {spec: {paused: true}}}]
"""
UPSTREAM = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: elsewhere}
spec:
  replicas: 2
  paused: true
  template: {spec: {schedulerName: slow, hostname: web}}
"""


@pytest.mark.needs("kustomize")
def test_each_leaf_is_in_one_class(tmp_path: Path) -> None:
    (tmp_path / "generator.yaml").write_text(SPEC)
    counts = coverage.count({"environment": "prod"}, [yaml.safe_load(UPSTREAM)], tmp_path)
    assert counts.classes == {"equal": 4, "on purpose": 1, "pass-through": 1, "patch": 1, "edit": 1}
    assert counts.left == ["Deployment/web spec.template.spec.hostname: 'web', here None"]
    assert counts.reasons == {"overlays set the namespace of the environment": 1}


def test_each_case_has_an_example_and_says_where_its_manifests_are_from() -> None:
    cases = sorted(path for path in coverage.CASES.glob("*.yaml") if path.stem != "common")
    assert cases
    for path in cases:
        case = yaml.safe_load(path.read_text())
        assert (coverage.ROOT / "examples" / path.stem / "generator.yaml").is_file()
        assert case["source"]
        assert case["commits"]
        assert case["app"] in (coverage.ROOT / "docs/reference/coverage.md").read_text()


@pytest.mark.needs("kustomize")
def test_an_adopted_app_is_built_as_it_was_and_what_is_not_is_told(tmp_path: Path) -> None:
    upstream, scratch = tmp_path / "upstream", tmp_path / "scratch"
    upstream.mkdir()
    scratch.mkdir()
    (upstream / "all.yaml").write_text(
        UPSTREAM.replace("hostname: web", "containers: [{name: web, image: shop/web:v1}]")
    )
    before = adoption.documents(upstream)
    after = adoption.adopted("shop", upstream, None, scratch)
    assert (len(after), list(adoption.differences(before, after))) == (1, [])
    other = {**after[0], "spec": {**after[0]["spec"], "replicas": 3}}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    assert list(adoption.differences([*before, service], [other])) == [
        "apps/v1 Deployment/web: another one",
        "v1 Service/web: gone",
    ]
    assert list(adoption.differences([], [service])) == ["v1 Service/web: new"]
