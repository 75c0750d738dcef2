"""What apps and environments add to kustomizations: built by the real kustomize, merged with hand edits, refused where wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import process
from testing.programs import Run, tool
from testing.templates import Templates

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
"""
SPEC = f"""\
{HEAD}environments: {{dev: {{}}, prod: {{}}}}
apps:
  web:
    image: shop/web
    port: 8080
    components: [parts/otel]
    patches:
      - path: parts/share.yaml
      - target: {{kind: Service}}
        patch: [{{op: add, path: /spec/sessionAffinity, value: ClientIP}}]
    manifests:
      roles: parts/roles.yaml
      settings: {{apiVersion: v1, kind: ConfigMap, metadata: {{name: settings}}, data: {{site: shop, level: low}}}}
    environments:
      prod: {{manifests: {{settings: {{data: {{level: high}}}}}}}}
"""
COMPONENT = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {kind: Deployment}
  patch: |-
    - {op: add, path: /spec/template/metadata/annotations, value: {otel: "true"}}
"""
SHARE = "# Why.\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {hostUsers: false}}}\n"
ROLES = """\
# For leader election.
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules: [{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects: [{kind: ServiceAccount, name: web}]
"""
PARTS = {"otel/kustomization.yaml": COMPONENT, "share.yaml": SHARE, "roles.yaml": ROLES}


def written(repository: Path, spec: str) -> Path:
    (repository / "generator.yaml").write_text(spec)
    for name, text in PARTS.items():
        (repository / "parts" / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / "parts" / name).write_text(text)
    return repository


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        assert generator(cwd=written(repository, SPEC)).returncode == 0

    templates.fill("hatches", make)
    return repository


def built(repository: Path, environment: str) -> dict[tuple[str, str], dict[str, Any]]:
    text = process.run([tool("kustomize"), "build", repository / f"overlays/{environment}/web"]).stdout
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(text)}


@pytest.mark.needs("kustomize")
def test_all_of_it_is_in_what_the_cluster_gets(shop: Path, generator: Run) -> None:
    found = built(shop, "prod")
    pod = found["Deployment", "web"]["spec"]["template"]
    assert (pod["spec"]["hostUsers"], pod["metadata"]["annotations"]) == (False, {"otel": "true"})
    assert found["Service", "web"]["spec"]["sessionAffinity"] == "ClientIP"
    assert found["RoleBinding", "web"]["subjects"][0]["namespace"] == "shop-prod"
    assert found["ConfigMap", "settings"]["data"] == {"site": "shop", "level": "high"}
    assert built(shop, "dev")["ConfigMap", "settings"]["data"] == {"site": "shop", "level": "low"}
    again = generator(cwd=shop)
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)


@pytest.mark.needs("kustomize", "kubeconform")
def test_it_is_valid_and_permitted_without_a_word_more(shop: Path, generator: Run) -> None:
    done = generator("validate", cwd=shop)
    assert (done.returncode, done.stderr) == (0, "")


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: integer}}}}
"""
WIDGET = "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {size: 3}}"
OF_WIDGETS = f"{HEAD}environments: {{dev: {{}}}}\napps:\n  web: {{image: shop/web, manifests: {{w: {WIDGET}}}}}\n"


@pytest.mark.needs("kustomize", "kubeconform")
def test_a_kind_of_an_operator_is_held_against_the_definition_that_the_spec_names(
    repository: Path, generator: Run
) -> None:
    (repository / "generator.yaml").write_text(OF_WIDGETS)
    assert generator(cwd=repository).returncode == 0
    assert "Widget/w: could not find schema" in generator("validate", cwd=repository).stderr
    (repository / "generator.yaml").write_text(OF_WIDGETS + "kubernetes: {crds: [crds/widgets.yaml, parts.yaml]}\n")
    (repository / "parts.yaml").write_text("kind: Widget\napiVersion: v1\n")
    done = generator("validate", cwd=repository)
    assert done.returncode == 1
    assert "generator.yaml:7:21 kubernetes.crds[0]: there is no crds/widgets.yaml" in done.stderr
    assert "kubernetes.crds[1]: parts.yaml has no CustomResourceDefinition" in done.stderr
    (repository / "crds").mkdir()
    (repository / "crds/widgets.yaml").write_text(CRD)
    spec = OF_WIDGETS + "kubernetes: {crds: [crds/widgets.yaml]}\n"
    (repository / "generator.yaml").write_text(spec)
    assert generator("validate", cwd=repository).returncode == 0
    # What was valid under one definition is not known to be valid under another one.
    (repository / "crds/widgets.yaml").write_text(CRD.replace("integer", "string"))
    told = generator("validate", cwd=repository)
    assert (told.returncode, "Widget/w: /spec/size: got number, want string" in told.stderr) == (1, True), told.stderr
    (repository / "crds/widgets.yaml").write_text(CRD.replace("size:", "length:"))
    told = generator("validate", cwd=repository)
    assert (told.returncode, "additional properties 'size' not allowed" in told.stderr) == (1, True), told.stderr


@pytest.mark.needs("kustomize", "kubeconform")
def test_a_definition_among_an_apps_manifests_counts_for_all(repository: Path, generator: Run) -> None:
    spec = OF_WIDGETS + "  ops: {image: shop/ops, manifests: {crd: parts/crd.yaml}}\n"
    allowed = "allow: {kinds: [apiextensions.k8s.io/CustomResourceDefinition]}\n"
    (repository / "generator.yaml").write_text(spec + allowed)
    (repository / "parts").mkdir()
    (repository / "parts/crd.yaml").write_text(CRD)
    assert generator(cwd=repository).returncode == 0
    done = generator("validate", cwd=repository)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_commit_to_a_component_makes_argo_cd_render_the_app_again(shop: Path) -> None:
    application = yaml.safe_load((shop / "gitops/applications/prod/web.yaml").read_text())
    assert application["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"].endswith(";/parts/otel")


def test_comments_of_a_file_come_along_and_hand_edits_of_its_copy_stay(shop: Path, generator: Run) -> None:
    copy = shop / "base/web/manifests/roles.yaml"
    assert copy.read_text() == ROLES
    mine = "verbs: [get, update]"
    copy.write_text(ROLES.replace("verbs: [get]", mine).replace("roleRef:", "# Mine.\nroleRef:"))
    (shop / "parts/roles.yaml").write_text(ROLES.replace("[leases]", "[events]"))
    assert generator(cwd=shop).returncode == 0
    assert copy.read_text() == ROLES.replace("verbs: [get]", mine).replace("roleRef:", "# Mine.\nroleRef:").replace(
        "[leases]", "[events]"
    )


def test_changes_of_a_base_are_promoted_with_it(repository: Path, generator: Run) -> None:
    # What was promoted is kept with the content of its files, so that a new file changes the first environment alone.
    written(repository, SPEC.replace("apps:\n", "promotion: {base: true}\napps:\n"))
    assert generator(cwd=repository).returncode == 0
    (repository / "parts/roles.yaml").write_text(ROLES.replace("verbs: [get]", "verbs: [list]"))
    (repository / "parts/share.yaml").write_text(SHARE.replace("false", "true"))
    assert generator(cwd=repository).returncode == 0
    copy = repository / "overlays/prod/web/base"
    assert "verbs: [list]" in (repository / "base/web/manifests/roles.yaml").read_text()
    assert (copy / "manifests/roles.yaml").read_text() == ROLES
    assert (copy / "own-patches/deployment-web.yaml").read_text() == SHARE
    assert yaml.safe_load((copy / "kustomization.yaml").read_text())["components"] == ["../../../../parts/otel"]


APP = f"{HEAD}environments: {{dev: {{}}, prod: {{}}}}\napps:\n  web:\n    image: shop/web\n    "
MAP = "apiVersion: v1, kind: ConfigMap, metadata: {name: a}"
FAULTS = {
    "a manifest that leaves the namespace": (
        "manifests: {a: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: kube-system}}}",
        "generator.yaml:8:74 apps.web.manifests.a.metadata.namespace: a manifest may not leave the app's namespace",
    ),
    "a kind of the whole cluster": (
        "manifests: {a: {apiVersion: v1, kind: Namespace, metadata: {name: a}}}",
        "8:17 apps.web.manifests.a: Namespace belongs to the whole cluster",
    ),
    "a manifest without a name": ("manifests: {a: {apiVersion: v1, kind: ConfigMap}}", "without metadata.name"),
    "a manifest without a kind": ("manifests: {a: {apiVersion: v1, metadata: {name: a}}}", "without kind"),
    "a Secret with data": (
        "manifests: {a: {apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: b}}}",
        "a Secret with data does not belong into git",
    ),
    "an object twice": (f"manifests: {{a: {{{MAP}}}, b: {{{MAP}}}}}", "ConfigMap a is there twice: in a, too"),
    "another object in an environment": (
        f"manifests: {{a: {{{MAP}}}}}\n    environments: {{prod: {{manifests: {{a: {{metadata: {{name: b}}}}}}}}}}",
        "9:39 apps.web.environments.prod.manifests.a: it would be another object",
    ),
    "a file that is not there": ("manifests: {a: parts/role.yaml}", 'there is no parts/role.yaml\n  hint: did you mean "roles'),
    "a file that is no YAML": ("manifests: {a: parts/odd.yaml}", "parts/odd.yaml:2:1"),
    "a file that leads out": ("manifests: {a: ../roles.yaml}", "8:20 apps.web.manifests.a"),
    "a link that leads out": ("manifests: {a: parts/link.yaml}", "8:20 apps.web.manifests.a"),
    "operations without a target": (
        "patches: [{patch: [{op: remove, path: /spec}]}]", "8:23 apps.web.patches[0].patch: operations without a target",
    ),
    "no operation": ("patches: [{target: {kind: Service}, patch: [{op: put, path: /spec}]}]", "no operation of JSON Patch"),
    "a patch of nothing": ("patches: [{patch: {spec: {}}}]", "a patch without a target"),
    "a text that is no YAML": ("patches: [{target: {kind: Service}, patch: 'a: ['}]", "apps.web.patches[0].patch: line 1"),
    "no component": ("components: [parts]", "8:18 apps.web.components[0]: there is no parts/kustomization.yaml"),
    "a component twice": ("components: [parts/otel, parts/otel]", "is there twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_the_line_of_the_spec_and_nothing_is_written(
    name: str, repository: Path, generator: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text, fault = FAULTS[name]
    written(repository, f"{APP}{text}\n")
    (repository / "parts/odd.yaml").write_text("a: [\n")
    outside = tmp_path_factory.mktemp("outside") / "roles.yaml"
    outside.write_text(ROLES)
    (repository / "parts/link.yaml").symlink_to(outside)
    done = generator(cwd=repository)
    assert done.returncode == 1
    assert fault in done.stderr
    assert not (repository / "base").exists()


def test_a_kind_of_the_whole_cluster_can_be_allowed(repository: Path, generator: Run) -> None:
    role = (
        "manifests: {a: {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}, rules: []}}"
    )
    written(repository, f"{APP}{role}\nallow: {{kinds: [rbac.authorization.k8s.io/ClusterRole]}}\n")
    assert generator(cwd=repository).returncode == 0
    project = yaml.safe_load((repository / "gitops/projects/shop.prod.yaml").read_text())
    assert {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"} in project["spec"]["clusterResourceWhitelist"]


@pytest.mark.needs("kustomize")
def test_an_environment_adds_to_the_overlay_of_every_app(repository: Path, generator: Run) -> None:
    patch = "{patches: [{target: {kind: Deployment}, patch: {spec: {paused: true}}}]}"
    written(repository, SPEC.replace("prod: {}}", f"prod: {patch}}}", 1))
    assert generator(cwd=repository).returncode == 0
    assert built(repository, "prod")["Deployment", "web"]["spec"]["paused"] is True
    assert "paused" not in built(repository, "dev")["Deployment", "web"]["spec"]


NOTHING = f"""\
{HEAD}environments:
  dev: {{}}
  prod:
    patches:
    - {{target: {{kind: Ingress}}, patch: {{metadata: {{labels: {{a: b}}}}}}}}
    - {{target: {{kind: StatefulSet}}, patch: {{spec: {{replicas: 2}}}}}}
apps:
  web:
    image: shop/web
    port: 8080
    patches:
    - {{target: {{kind: Deploymnt}}, patch: {{spec: {{revisionHistoryLimit: 3}}}}}}
    - {{target: {{kind: Deploy.*|Service, name: w.b}}, patch: {{metadata: {{labels: {{a: b}}}}}}}}
    - {{target: {{kind: Ingress}}, patch: {{metadata: {{labels: {{a: b}}}}}}}}
    - {{target: {{kind: Ingress, name: web}}, patch: {{metadata: {{labels: {{a: "{{environment}}"}}}}}}}}
    - {{patch: {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: wbe}}, spec: {{revisionHistoryLimit: 3}}}}}}
    - {{target: {{kind: ConfigMap, name: extra}}, patch: {{data: {{a: b}}}}}}
    environments:
      prod:
        ingress: {{host: a.example.com}}
        patches:
        - {{target: {{kind: Ingress, group: networking.k8s.io, version: v1}}, patch: {{metadata: {{labels: {{a: b}}}}}}}}
        - {{target: {{kind: Ingress, group: extensions}}, patch: {{metadata: {{labels: {{a: b}}}}}}}}
  api: {{image: shop/api}}
"""


@pytest.mark.parametrize("by_hand", [False, True], ids=["generated alone", "with a manifest of a user"])
def test_a_patch_that_selects_no_object_is_refused_with_its_line(
    by_hand: bool, repository: Path, generator: Run
) -> None:
    (repository / "generator.yaml").write_text(NOTHING)
    if by_hand:
        (repository / "base/web").mkdir(parents=True)
        (repository / "base/web/extra.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n")
    done = generator("generate", cwd=repository)
    assert done.returncode == 1
    base = f"ServiceAccount web, Deployment web, Service web{', ConfigMap extra' if by_hand else ''}"
    prod = f"{base}, Ingress web"
    wanted = {
        "9:8 environments.prod.patches[1].target": f"known there: {prod}, ServiceAccount api, Deployment api",
        "15:8 apps.web.patches[0].target": f"known there: {base}",
        "17:8 apps.web.patches[2].target": "only overlays have it: say it under `environments: {prod: {patches: …}}`",
        "19:8 apps.web.patches[4].patch": f"known there: {base}",
        "20:8 apps.web.patches[5].target": f"known there: {base}",
        "26:12 apps.web.environments.prod.patches[1].target": f"known there: {prod}",
    }
    if by_hand:
        del wanted["20:8 apps.web.patches[5].target"]
    told = [
        line
        for place, hint in wanted.items()
        for line in (f"generator.yaml:{place}: the patch selects no object", f"  hint: {hint}")
    ]
    assert done.stderr.splitlines()[:-1] == told


def test_what_a_component_brings_can_be_patched(repository: Path, generator: Run) -> None:
    (repository / "parts/otel").mkdir(parents=True)
    (repository / "parts/otel/kustomization.yaml").write_text(COMPONENT)
    spec = SPEC.partition("    patches:\n")[0] + "    patches: [{target: {kind: Certificate}, patch: {spec: {a: b}}}]\n"
    (repository / "generator.yaml").write_text(spec)
    done = generator("generate", cwd=repository)
    assert done.returncode == 0, done.stderr
