"""rendered(overlay) = rendered(the app as it is in that environment), for random apps, by the real kustomize.

``OVERLAYS=5000 pytest tests/integration/test_overlays.py`` tries that many examples, each of several apps in two environments.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator import process
from generator.render import render
from generator.render.kinds import manifests as manifests_of
from generator.render.kinds.metadata import config_name, own_config_name
from generator.spec import language, loader
from generator.spec.field_groups import OF_ECS, STORES
from generator.spec.model import Spec
from generator.yaml import emit as yaml_emit
from testing import random_apps
from testing.depth import examples
from testing.programs import Run, tool
from testing.repository import TEN_LINES

EXAMPLES = int(os.environ.get("OVERLAYS", examples(25)))
APPS = 6
_HASHED = re.compile(r"\b(app\d(?:-[a-z0-9]+)?-(?:config|files))-[a-z0-9]{10}\b")
# Stores that are never in the cluster.
IN_AWS = set(STORES) - {"databases"}


def test_every_field_of_the_language_is_tried() -> None:
    # What runs on ECS has no manifests that kustomize could build, and stores in AWS have none at all.
    assert set(random_apps.FIELDS) == set(language.WORKLOAD) - {"target", *OF_ECS, *IN_AWS}


@pytest.mark.full
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize="OVERLAYS" not in os.environ, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
)  # fmt: skip
@given(st.lists(random_apps.apps().filter(random_apps.accepted), min_size=1, max_size=APPS).map(random_apps.together))
def test_an_overlay_gives_the_app_as_it_is_in_that_environment(apps: list[random_apps.Data]) -> None:
    spec = loader.parse(random_apps.spec_text([*apps, {"image": "x", "tag": "v1"}, {"image": "x", "tag": "v1"}]))
    with tempfile.TemporaryDirectory() as folder:
        found = built(Path(folder), spec)
    for app in spec.apps.values():
        for environment, here in app.instances.items():
            place = (environment, app.name)
            wanted = {(m["kind"], m["metadata"]["name"]): tagged(m, here.image) for m in manifests_of(here).values()}
            manifests = found.get(place, {})
            configs = {config_name(here.general): here.general.config}
            configs |= {own_config_name(one): one.own_config for one in here.workloads.values()}
            given = {name: m.get("data") or {} for (kind, name), m in manifests.items() if kind == "ConfigMap"}
            assert {name: given.get(name) or {} for name in configs} == configs, place
            others = {name: m for name, m in manifests.items() if name[0] != "ConfigMap"}
            for name in wanted | others:
                assert others.get(name) == wanted.get(name), (place, name)


def built(folder: Path, spec: Spec) -> dict[tuple[str, str], dict[tuple[str, str], Any]]:
    """Return all overlays by environment and app, in one run of kustomize; without namespaces and hashes."""
    for path, file in render(spec).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(file.text)
    roots = "".join(f"- overlays/{environment}/{app}\n" for environment in spec.environments for app in spec.apps)
    (folder / "kustomization.yaml").write_text(f"resources:\n{roots}")
    text = process.run([tool("kustomize"), "build", folder]).stdout
    found: dict[tuple[str, str], dict[tuple[str, str], Any]] = {}
    for manifest in yaml.load_all(re.sub(_HASHED, r"\1", text), Loader=yaml.CBaseLoader):
        namespace = manifest["metadata"].pop("namespace")
        name = manifest["metadata"]["name"]
        for subject in manifest.get("subjects", ()):
            del subject["namespace"]
        manifests = found.setdefault((namespace.removeprefix(f"{spec.project}-"), name.partition("-")[0]), {})
        assert (manifest["kind"], name) not in manifests
        manifests[manifest["kind"], name] = manifest
    return found


def tagged(manifest: Any, image: str) -> Any:
    """Add the tag that overlays set, and make every scalar text, as kustomize's output is read."""
    text = yaml_emit.dump(manifest).replace(f"image: {image}\n", f"image: {image}:v1\n")
    return yaml.load(text, Loader=yaml.CBaseLoader)


def test_an_edit_of_a_patch_by_operations_survives(repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    ports = "ports: [{name: a, containerPort: 1}, {name: b, containerPort: 1, servicePort: 2}]"
    spec.write_text(TEN_LINES.replace("port: 8080", ports).replace("{replicas: 4}", "{labels: {team: a}}"))
    assert generator("-C", repository, "generate", "-q").returncode == 0
    patch = repository / "overlays/prod/web/patches/deployment.yaml"
    mine = "# ours\n- op: add\n  path: /spec/minReadySeconds\n  value: 5\n"
    patch.write_text(patch.read_text() + mine)
    spec.write_text(spec.read_text().replace("team: a", "team: b"))
    assert generator("-C", repository, "generate", "-q").returncode == 0
    assert patch.read_text().endswith(mine)
    assert "value: b" in patch.read_text()
    assert "value: a" not in patch.read_text()


def test_a_container_of_the_apps_own_image_is_released_where_an_environment_has_another(tmp_path: Path) -> None:
    more = {"initContainers": {"first": {"command": ["a"]}}, "image": "shop/other"}
    app = {"image": "shop/web", "tag": "v1", "environments": {"dev": more}}
    manifests = built(tmp_path, loader.parse(random_apps.spec_text([app])))["dev", "app0"]
    pod = manifests["Deployment", "app0"]["spec"]["template"]["spec"]
    images = [one["image"] for one in [*pod["initContainers"], *pod["containers"]]]
    assert images == ["registry.example.com/shop/other:v1"] * 2
