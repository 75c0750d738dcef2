"""Checks of fields that few specs have: each is found by its name, and loaded for the specs that have one of its fields."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from generator.spec import checks, language
from generator.spec.types import MapOf
from testing import ROOT

ENVIRONMENTS = language.SPEC.fields["environments"].type
# Few fields, and each of them in most specs.
USUAL = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps: {web: {image: acme/web, port: 8080, replicas: 2, environments: {prod: {replicas: 3}}}}
"""


@pytest.mark.parametrize("module", checks.RARE)
def test_a_check_is_there_and_its_fields_are_in_the_language(module: str) -> None:
    assert callable(import_module(f"generator.spec.{module}").check)
    assert isinstance(ENVIRONMENTS, MapOf)
    assert isinstance(ENVIRONMENTS.value, type(language.SPEC))
    known = {*language.SPEC.fields, *ENVIRONMENTS.value.fields, *language.APP.fields}
    assert checks.RARE[module] <= known


def loaded(spec: str) -> set[str]:
    code = "import sys; from generator.spec import loader; loader.parse(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, spec], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.removeprefix("generator.spec.") for name in done.stdout.split()}


def test_a_spec_without_rare_fields_loads_no_check_of_them() -> None:
    found = loaded(USUAL)
    assert {"checks", "inherited_checks", "workload_checks"} <= found
    assert found & {*checks.RARE, "chart_checks", "adopted_checks", "traffic_checks", "identity_checks"} == set()
    assert found & {f"language.{name}" for name in ("ci", "scale", "traffic", "database", "stores", "argocd")} == set()


def test_a_rare_field_anywhere_loads_its_check() -> None:
    assert "product_checks" in loaded(USUAL + "products: {all: [web]}\n")
    assert "gate_checks" in loaded(USUAL.replace("prod: {}", "prod: {windows: [{days: [mon]}]}"))
    routed = USUAL.replace("prod: {replicas: 3}", "prod: {ingress: {host: a.example.com}}")
    assert {"address_checks", "traffic_checks", "language.traffic"} <= loaded(routed)
