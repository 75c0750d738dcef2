"""Versions and flavours of Argo CD: what is written for each is what its own kinds have, and nothing that they lack."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from generator import process
from generator.render import render
from generator.spec import argocd, loader, yaml_data
from generator.tools import schemas
from testing import ROOT, golden
from testing.depth import some
from testing.programs import Run, tool
from testing.repository import TEN_LINES, git
from testing.specs import EVERY_FIELD

SNAPSHOTS = Path(__file__).parent / "snapshots"
HOME = "arn:aws:eks:eu-west-1:123456789012:cluster/tools"
CAPABILITY = f"flavor: eks-capability, version: 3.1.8-eks-1, cluster: '{HOME}'"


def with_argocd(text: str, fields: str) -> str:
    """Return a spec for another Argo CD."""
    if "argocd: {syncWindows: true}" in text:
        return text.replace("{syncWindows: true}", f"{{syncWindows: true, {fields}}}")
    if "argocd: {namespace: argo}" in text:
        return text.replace("{namespace: argo}", f"{{namespace: argo, {fields}}}")
    return f"{text.rstrip()}\nargocd: {{{fields}}}\n"


CLUSTERS = TEN_LINES.replace(
    "dev: {}",
    f"dev: {{cluster: '{HOME}', clusters: {{eu: live-eu, us: 'arn:aws:eks:us-east-1:123456789012:cluster/live'}}}}",
).replace("prod: {sync: manual}", "prod: {sync: manual, clusterSelector: {matchLabels: {tier: edge}}}")
PREVIEWS = TEN_LINES.replace(
    "https://git.example.com/acme/shop-gitops.git", "https://github.com/acme/shop.git"
).replace(
    "prod: {sync: manual}}",
    "prod: {sync: manual}, "
    'pr: {pullRequests: {label: preview, host: "{app}-{number}.example.com", token: {name: t}, apps: [web]}}}',
)
FREEZES = (
    "[{from: 2026-12-20, to: 2027-01-02, reason: holidays, timezone: Europe/Berlin},"
    " {from: 2026-11-27T18:00, to: '2026-11-27T21:29'}]"
)
OPEN = "[{days: [mon, fri, sun], from: '09:30', to: '16:00', timezone: Europe/Berlin}, {from: '22:00', to: '02:00'}]"
WINDOWS = (
    TEN_LINES.replace("prod: {sync: manual}}", f"prod: {{sync: manual, freeze: {FREEZES}, windows: {OPEN}}}}}")
    + "argocd: {syncWindows: true}\n"
)
NOTIFIED = f"""{TEN_LINES}notifications:
  environments: [prod, staging]
  slack: {{channels: [releases, oncall]}}
  email: {{to: [a@example.com], from: b@example.com, host: smtp.example.com, username: argocd}}
  webhook: {{url: "https://hooks.example.com/argocd", authorization: hook}}
"""
SPECS = {
    "ten lines": TEN_LINES,
    "every field": EVERY_FIELD,
    "several clusters": CLUSTERS,
    "previews": PREVIEWS,
    "windows": WINDOWS,
}
KINDS = {f"version {version}": f'version: "{version}"' for version in argocd.VERSIONS} | {"the capability": CAPABILITY}


def manifests(text: str) -> list[dict[str, Any]]:
    """Return what Argo CD gets."""
    files = render(loader.parse(text)).items()
    return [one for path, file in files if path.startswith("gitops/") for one in yaml.safe_load_all(file.text)]


def refused(found: Mapping[str, list[dict[str, Any]]], version: str) -> dict[str, list[str]]:
    """Return what the strict schemas of a version refuse of each of several, in one run that reads the schemas once."""
    with TemporaryDirectory() as folder:
        files = {str(Path(folder, f"{number}.yaml")): name for number, name in enumerate(found)}
        for path, name in files.items():
            Path(path).write_text(yaml.safe_dump_all(found[name]))
        # One reader: several would each read the schemas.
        arguments = [*schemas.kubeconform_arguments(version), "-n", "1", "-output", "json", "-summary", *files]
        done = json.loads(process.run([tool("kubeconform"), *arguments], ok=(0, 1)).stdout)
    # None of them was left out, and none was skipped.
    told = done["summary"]
    assert told["valid"] + told["invalid"] + told["errors"] == sum(map(len, found.values()))
    messages: dict[str, list[str]] = {name: [] for name in found}
    for resource in done["resources"] or ():
        messages[files[resource["filename"]]].append(str(resource["msg"]))
    return messages


@cache
def refused_of(kind: str) -> dict[str, list[str]]:
    """Return what is refused of each spec that is written for a kind of Argo CD."""
    texts = {name: with_argocd(text, KINDS[kind]) for name, text in SPECS.items()}
    [version] = {loader.parse(text).argocd.version for text in texts.values()}
    return refused({name: manifests(text) for name, text in texts.items()}, version)


# What costs is one run for each kind: it is the kinds that are thinned.
@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("kind", some([*KINDS], 3))
def test_what_is_written_for_a_version_is_what_it_has(name: str, kind: str) -> None:
    assert refused_of(kind)[name] == []


@pytest.mark.parametrize("feature", argocd.FEATURES, ids=lambda feature: feature.what)
def test_a_feature_is_left_out_before_its_version_whose_kinds_would_refuse_it(feature: argocd.Feature) -> None:
    # The table is so: Argo CD's own kinds have the field since that version, and not in the one before.
    position = argocd.VERSIONS.index(feature.since)
    before = argocd.VERSIONS[position - 1]
    of_before, of_since = (
        manifests(WINDOWS.replace("syncWindows", f'version: "{one}", syncWindows')) for one in (before, feature.since)
    )
    word = feature.what.strip("`").rpartition(".")[2]
    if feature.what.startswith("annotation"):
        word = feature.what.partition("`")[2].strip("`")
        assert word not in str(of_before)
        assert word in str(of_since)
        return
    there = refused({"of before": of_before, "of since": of_since}, before)
    assert any(word in message for message in there["of since"])
    assert there["of before"] == refused({"of since": of_since}, feature.since)["of since"] == []


SHOWN = {
    "eks-capability": with_argocd(EVERY_FIELD, CAPABILITY),
    "clusters": CLUSTERS,
    "previews": PREVIEWS,
    "windows": WINDOWS,
    "notifications": NOTIFIED,
}


def test_each_of_these_specs_says_something_of_its_own() -> None:
    assert len({*SPECS.values()}) == len(SPECS) == 5


@pytest.mark.parametrize("name", SHOWN)
def test_snapshot(name: str) -> None:
    # After a change that is meant: ``UPDATE_SNAPSHOTS=1 pytest tests/golden``, and read the diff.
    files = render(loader.parse(SHOWN[name]))
    text = "".join(f"-- {path} --\n{file.text}" for path, file in sorted(files.items()) if path.startswith("gitops/"))
    snapshot = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(text)
    assert text == snapshot.read_text()


def test_freezes_and_windows_hold_syncs_where_they_are_to() -> None:
    [prod] = [one for one in manifests(WINDOWS) if one["metadata"]["name"] == "shop.prod"]
    windows = [(one["kind"], one["schedule"], one["duration"], one["timeZone"]) for one in prod["spec"]["syncWindows"]]
    assert windows == [
        ("allow", "30 9 * * 1,5,0", "390m", "Europe/Berlin"),
        ("allow", "0 22 * * *", "4h", "UTC"),
        ("deny", "0 0 20 12 *", "336h", "Europe/Berlin"),
        ("deny", "0 18 27 11 *", "210m", "UTC"),
    ]
    assert all(one["manualSync"] and one["applications"] == ["*"] for one in prod["spec"]["syncWindows"])
    assert "syncWindows" not in str(manifests(WINDOWS.replace("syncWindows: true", "syncWindows: false")))


def test_the_capability_gets_no_address_of_a_cluster_and_one_namespace() -> None:
    found = manifests(with_argocd(TEN_LINES, CAPABILITY))
    assert "kubernetes.default.svc" not in yaml.safe_dump_all(found)
    assert {one["metadata"]["namespace"] for one in found} == {"argocd"}
    for one in found:
        if one["kind"] == "AppProject":
            assert one["spec"]["sourceNamespaces"] == ["argocd"]
        else:
            assert one["spec"]["destination"]["server"] == HOME


def test_a_migration_ends_before_argo_cd_ends_the_sync() -> None:
    app = "\n    migration: {command: [migrate]}\n"
    text = TEN_LINES.rstrip() + app
    deadlines = {}
    for name, about in {"usual": 'version: "3.5"', "capability": CAPABILITY, "own": "syncTimeout: 5m"}.items():
        workload = loader.parse(with_argocd(text, about)).described["web"].base.general
        assert workload.migration is not None
        deadlines[name] = workload.migration.get("timeout")
    assert deadlines == {"usual": None, "capability": 100, "own": 280}


def test_validate_takes_the_kinds_of_the_version(tmp_path: Path, generator: Run) -> None:
    tool("kustomize")
    git(tmp_path, "init", "--quiet")
    (tmp_path / "generator.yaml").write_text(with_argocd(TEN_LINES, 'version: "3.1"'))
    assert generator("generate", "-q", cwd=tmp_path).returncode == 0
    assert generator("validate", cwd=tmp_path).returncode == 0
    bootstrap = tmp_path / "gitops/bootstrap.yaml"
    bootstrap.write_text(bootstrap.read_text().replace("      limit: 5\n", "      limit: 5\n      refresh: true\n"))
    done = generator("validate", cwd=tmp_path)
    assert done.returncode == 1
    assert "refresh" in done.stderr
    (tmp_path / "generator.yaml").write_text(with_argocd(TEN_LINES, 'version: "3.2"'))
    assert generator("validate", cwd=tmp_path).returncode == 0


def test_the_page_lists_each_feature() -> None:
    page = (ROOT / "docs/reference/argocd.md").read_text()
    for feature in argocd.FEATURES:
        assert f"| {feature.since} | {feature.what} | {feature.otherwise} |" in page


FLAVOURS: dict[str, dict[str, str]] = {
    "eks-capability": {"version": "3.1.8-eks-1", "cluster": HOME, "syncTimeout": "1d"},
    "self-managed": {},
}


def in_flavour(name: str, flavor: str) -> str:
    """Return the spec of a golden case for another flavour of Argo CD."""
    data = yaml_data.of_text((golden.CASES / name / "generator.yaml").read_text())
    if data.pop("include", None):
        # A text alone includes nothing: the apps stand in it.
        data["apps"] = golden.spec(name).data["apps"]
    of_case = {key: value for key, value in (data.get("argocd") or {}).items() if key == "namespace"}
    data["argocd"] = {**of_case, "flavor": flavor, **FLAVOURS[flavor]}
    if flavor == "eks-capability":
        for key, one in data["environments"].items():
            if str((one or {}).get("cluster")).startswith("https"):
                data["environments"][key] = {**one, "cluster": HOME}
    return json.dumps(data)


CASES = some(golden.NAMES, 3)


@cache
def of_flavour(flavor: str) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[str]]]:
    """Return the manifests of each case in a flavour, and what is refused of them."""
    texts = {name: in_flavour(name, flavor) for name in CASES}
    [version] = {loader.parse(text).argocd.version for text in texts.values()}
    found = {name: manifests(text) for name, text in texts.items()}
    return found, refused(found, version)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("flavor", FLAVOURS)
def test_each_case_in_both_flavours(flavor: str, name: str) -> None:
    found, refusals = (by_case[name] for by_case in of_flavour(flavor))
    assert refusals == []
    managed = flavor == "eks-capability"
    projects = [one for one in found if one["kind"] == "AppProject"]
    assert all(("sourceNamespaces" in one["spec"]) == managed for one in projects)
    # All on ECS, there is nothing for Argo CD.
    assert not found or ("kubernetes.default.svc" in yaml.safe_dump_all(found)) == (not managed)


def test_regions_one_after_the_other_are_what_the_documentation_says() -> None:
    page = (ROOT / "docs/reference/argocd.md").read_text()
    block = page.partition("### Regions one after the other")[2].partition("```yaml\n")[2].partition("```")[0]
    apps = "apps: {web: {image: shop/web}}\n"
    spec = loader.parse(f"version: 1\nproject: shop\nrepository: https://github.com/acme/shop.git\n{block}{apps}")
    files = render(spec)
    found = {}
    for name in spec.environments:
        application = yaml.safe_load(files[f"gitops/applications/{name}/web.yaml"].text)
        project = yaml.safe_load(files[f"gitops/projects/shop.{name}.yaml"].text)
        place = {
            "namespace": f"shop-{name}",
            **{
                key: application["spec"]["destination"][key]
                for key in ("name", "server")
                if key in application["spec"]["destination"]
            },
        }
        assert project["spec"]["destinations"] == [place]
        found[name] = (application["metadata"]["name"], place.get("name"), spec.environments[name].gates.soak)
    assert found == {
        "staging": ("shop-staging-web", None, None),
        "prod-eu": ("shop-prod-eu-web", "live-eu", 86400),
        "prod-us": ("shop-prod-us-web", "live-us", 7200),
        "prod-ap": ("shop-prod-ap-web", "live-ap", 7200),
    }
