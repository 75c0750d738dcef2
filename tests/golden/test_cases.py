"""Hold golden cases: each generates what it did, to the byte; what it gives is built, valid, and asked for by some case."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.manifests import validation
from generator.render import kinds, outputs
from generator.render.kinds import KINDS, Scope
from generator.render.outputs import OUTPUTS
from generator.spec import argocd, loader
from generator.spec.model import Spec
from testing import chart_stand_ins, golden
from testing.programs import Run, tool
from testing.repository import git

SPECS = {name: golden.spec(name) for name in golden.NAMES}


@pytest.mark.parametrize("name", golden.NAMES)
def test_a_case_generates_what_it_did(name: str, pytestconfig: pytest.Config) -> None:
    # After a change that is meant: `pytest tests/golden --update-golden`, and read the diff.
    if pytestconfig.getoption("--update-golden", default=False):
        golden.update(name)
    assert golden.rendered(name) == golden.stored(name)


def rendered(kind: kinds.Kind) -> bool:
    """Tell whether some case has an object of this module of kinds, in an environment or in general."""
    for spec in SPECS.values():
        for app in spec.described.values():
            for here in (app.base, *app.instances.values()):
                asked = here.workloads.values() if kind.SCOPE is Scope.WORKLOAD else [here]
                if any(kind.render(one) for one in asked):
                    return True
    return False


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_a_case(name: str) -> None:
    assert rendered(kinds.module(name))


@pytest.mark.parametrize("name", golden.NAMES)
def test_no_kind_is_left_out_that_an_app_asks_for(name: str) -> None:
    for app in SPECS[name].described.values():
        for here in (app.base, *app.instances.values()):
            assert kinds.manifests(here, kinds.asked([app])) == kinds.manifests(here)


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_output_has_a_case(name: str) -> None:
    output = outputs.output(name)
    assert any(
        next(files, None)
        for spec in SPECS.values()
        for files in (
            output.render_project(spec),
            *(output.render_app(spec, app) for app in spec.apps.values()),
        )
    )


@pytest.mark.parametrize("flavor", argocd.FLAVORS)
def test_every_flavour_has_a_case(flavor: str) -> None:
    assert flavor in {spec.argocd.flavor for spec in SPECS.values()}


WITH_CHARTS = sorted(name for name, spec in SPECS.items() if spec.charts)


@pytest.mark.thin(4)
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SPECS.keys() - {*WITH_CHARTS}))
def test_what_a_case_gives_is_built_and_valid(name: str) -> None:
    # By the real kustomize and, strictly, the schemas of its Kubernetes and its Argo CD.
    tool("kustomize")
    tool("kubeconform")
    require_valid(golden.CASES / name, SPECS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_CHARTS)
def test_what_a_case_with_a_chart_gives_is_built_and_valid(
    name: str, tmp_path: Path, generator: Run, own_cache: Path
) -> None:
    tool("kustomize")
    tool("kubeconform")
    folder = tmp_path / name
    shutil.copytree(golden.CASES / name, folder)
    git(folder, "init", "--quiet")
    (tmp_path / "charts").mkdir()
    with chart_stand_ins.served(folder, tmp_path / "charts"):
        assert generator("charts", "lock", cwd=folder).returncode == 0
        require_valid(folder, loader.load(folder))


def require_valid(folder: Path, spec: Spec) -> None:
    results = validation.validate(folder, spec, {})
    assert {result.path: result.problems for result in results if result.problems} == {}
    apps = spec.apps
    overlays = {f"overlays/{environment}/{app}" for app in apps for environment in apps[app].environments}
    # A project whose apps are all on ECS has nothing for Argo CD.
    on_ecs = all(app.target_in(one) == "ecs" for app in spec.described.values() for one in app.environments)
    gitops = set() if on_ecs and len(spec.described) == len(apps) else {"gitops"}
    assert overlays | gitops <= {result.path for result in results if result.manifests}


def test_nothing_lies_in_the_folder_of_cases_but_cases() -> None:
    there = {path.name for path in Path(golden.CASES).iterdir()}
    assert there == set(golden.NAMES)
