"""Check fields of the spec against each other, over the whole project: names that refer, and names that collide."""

from __future__ import annotations

from collections.abc import Container, Mapping
from importlib import import_module
from typing import Final, Protocol, cast

from generator.spec import (
    app_checks,
    cluster_checks,
    container_values,
    field_groups,
    forge_kinds,
    placeholder,
    said,
    spelling,
    targets,
)
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.image_reference import ECR
from generator.spec.language.stages import STAGE
from generator.spec.placeholder import PLACEHOLDER
from generator.spec.plain_data import as_map as _map


class _Check(Protocol):
    """A module with a check of the whole spec."""

    def check(self, data: Mapping[str, object], findings: Findings) -> None:
        """Add findings about one part of the language."""


# The checks of fields that few specs have: each is a module, which is loaded if a spec has one of the fields.
RARE: Final[Mapping[str, frozenset[str]]] = {
    "address_checks": frozenset({"ingress", "gateway"}),
    "argocd_checks": frozenset({"argocd", "notifications", "namespaceMetadata"}),
    "claimed_checks": frozenset({"services", "claims", "volumeClaimTemplates", "databases", "kind"}),
    "gate_checks": frozenset({"freeze", "windows"}),
    "infra_checks": frozenset({"infra"}),
    "name_checks": frozenset({"workloads"}),
    "needs_checks": frozenset({"needs", "needsCidr", "pullRequests"}),
    "node_port_checks": frozenset({"ports", "service", "services"}),
    "preview_checks": frozenset({"pullRequests"}),
    "product_checks": frozenset({"products"}),
    "site_checks": frozenset({"sites"}),
}


def check(data: dict[str, object], findings: Findings, *, filled: Container[str] | None) -> None:
    """Add findings about fields that do not fit together, such as references to unknown names.

    ``filled`` are the fields of an app in which placeholders are replaced; ``None`` where the data contains no
    placeholders, nor texts that look like them.
    """
    environments, apps = _map(data.get("environments")), _map(data.get("apps"))
    names = tuple(environments)
    deployed = _map(data.get("ci")).get("environment")
    if isinstance(deployed, str) and names and deployed not in names:
        findings.add(("ci", "environment"), "no such environment", did_you_mean(deployed, names))
    _check_requests(data, findings)
    cluster_checks.check(data, findings)
    _check_local_secrets(environments, findings)
    _check_renames("environments", environments, findings)
    _check_renames("apps", apps, findings)
    if filled is not None:
        _check_placeholders(data, filled, findings)
    for name, app in apps.items():
        if isinstance(app, dict):
            _check_scan(("apps", name), app, data.get("registry"), findings)
            _check_platforms(("apps", name), app, app, findings)
    _check_caches(apps, str(data.get("registry") or ""), findings)
    app_checks.check(apps, environments, str(data.get("registry") or ""), findings)
    _check_rare(data, environments, apps, findings)


def _check_rare(
    data: dict[str, object], environments: dict[str, object], apps: dict[str, object], findings: Findings
) -> None:
    """Add findings about fields that few specs have; only the checks that a spec needs are loaded."""
    used = {*data, *(name for one in environments.values() for name in _map(one)), *said.used(apps)}
    for module, fields in RARE.items():
        if not fields.isdisjoint(used):
            cast("_Check", import_module(f"{__package__}.{module}")).check(data, findings)
    if _has_stages(data, environments):
        from generator.spec import stage_checks

        stage_checks.check(data, _forge(data).name, findings)
    if targets.ECS in targets.used(data) or any(said.of_ecs(_map(app)) for app in apps.values()):
        from generator.spec import ecs_checks

        ecs_checks.check(data, findings)
    if any(field_groups.has_stores(said.told(_map(app))) for app in apps.values()):
        from generator.spec import stores_checks

        stores_checks.check(data, findings)


def _has_stages(data: dict[str, object], environments: dict[str, object]) -> bool:
    """Tell whether the spec has settings of a pipeline through the environments."""
    said = any(name in _map(one) for one in environments.values() for name in STAGE)
    return said or _map(data.get("ci")).get("codepipeline") not in (None, False)


def kubernetes_version(data: dict[str, object]) -> str:
    """Return the version of Kubernetes in the spec; empty if there is none."""
    return str(_map(data.get("kubernetes")).get("version") or "")


def _check_requests(data: dict[str, object], findings: Findings) -> None:
    """Check that a build has credentials to open pull requests. CodeBuild's own credentials for git cannot open any.

    The exception is a forge where the build's role opens requests.
    """
    ci = _map(data.get("ci"))
    asked = spelling.used(ci, "pullRequest")
    known = ci.get("credentials") or ci.get(spelling.used(ci, "githubApp")) or ci.get("codebuild") is False
    if not ci.get(asked) or known:
        return
    if not _forge(data).opens_with_role:
        findings.add(
            ("ci", asked),
            "CodeBuild has nothing to open pull requests with",
            "add ci.credentials, a secret with git `username` and `token`, or ci.githubApp",
        )


def _forge(data: dict[str, object]) -> forge_kinds.ForgeKind:
    return forge_kinds.find(str(data.get("repository")), str(_map(data.get("forge")).get("kind")))


def _check_local_secrets(environments: dict[str, object], findings: Findings) -> None:
    """Refuse Secrets made by hand in later environments, because nothing in git would tell which ones are missing."""
    for index, (name, given) in enumerate(environments.items()):
        path: FieldPath = ("environments", name)
        if not _map(given).get("localSecrets"):
            continue
        if index:
            hint = "read a store: `secretStore`; or keep them encrypted: `encryptedSecret` of the apps"
            findings.add((*path, "localSecrets"), "only the first environment can have Secrets by hand", hint)
        if _map(given).get("secretStore") is not None:
            findings.add((*path, "secretStore"), "no store is read here, by `localSecrets`", "keep one of the two")


def _check_renames(section: str, items: dict[str, object], findings: Findings) -> None:
    """Check that no other app or environment has or claims a former name: only one can take over its files."""
    former: set[str] = set()
    for name, item in items.items():
        field = spelling.used(_map(item), "renamedFrom")
        old = _map(item).get(field)
        if not isinstance(old, str):
            continue
        if old in items or old in former:
            findings.add((section, name, field), f"{old} is taken", "name what this one was called before")
        former.add(old)


def _check_scan(path: FieldPath, app: dict[str, object], registry: object, findings: Findings) -> None:
    """Refuse a scan of an image that is not in ECR, because it could never stop a release."""
    wanted, image = _map(app.get("build")).get("scan"), app.get("image")
    if not wanted or not isinstance(image, str):
        return
    if not ECR.fullmatch(container_values.full_image(image, str(registry or "")).partition("/")[0]):
        findings.add(
            (*path, "build", "scan"), "ECR scans images, and this one is not in ECR", "take it out", at_key=True
        )


def _check_platforms(path: FieldPath, said: dict[str, object], app: dict[str, object], findings: Findings) -> None:
    """Refuse an ``arch`` that the image is not built for, because no container would start."""
    arch, platforms = said.get("arch"), _map(app.get("build")).get("platforms")
    if not isinstance(platforms, list):
        return
    if isinstance(arch, str) and not any(f"{one}/".startswith(f"linux/{arch}/") for one in platforms):
        hint = f"add linux/{arch} to `build: {{platforms: […]}}`, or say another `arch`"
        findings.add((*path, "arch"), f"the image is built for {', '.join(map(str, platforms))} alone", hint)
    for section in ("environments", "workloads"):
        for name, one in _map(said.get(section)).items():
            _check_platforms((*path, section, name), _map(one), app, findings)


def _check_caches(apps: dict[str, object], registry: str, findings: Findings) -> None:
    """Refuse a build cache in the repository of an app's images: it could be deployed by mistake, or expire images."""
    images = {
        container_values.full_image(image, registry): name
        for name, app in apps.items()
        if isinstance(image := _map(app).get("image"), str)
    }
    for name, app in apps.items():
        fields = _map(app)
        image, given = fields.get("image"), _map(fields.get("build")).get("cache")
        if not isinstance(image, str) or not fields.get("source") or given is False:
            continue
        cache = container_values.full_image(given if isinstance(given, str) else f"{image}-cache", registry)
        if cache in images:
            findings.add(
                ("apps", name, "build", "cache") if isinstance(given, str) else ("apps", name, "image"),
                f"its build cache is {cache}, where the images of {images[cache]} are",
                "name another with `build: {cache: IMAGE}`, or turn it off: `build: {cache: false}`",
            )


def _check_placeholders(data: dict[str, object], filled: Container[str], findings: Findings) -> None:
    """Check that ``{environment}`` occurs only in values where it is replaced, and is spelled right."""
    for path, value in placeholder.texts(data):
        if not _is_filled(path, filled):
            if placeholder.has(value):
                findings.add(
                    path,
                    f"{PLACEHOLDER} is not filled in here",
                    "it stands for an environment's name in what an app is in one; write it out, or leave it out",
                )
        elif wrong := placeholder.misspelled(value):
            findings.add(path, f"{wrong} is not filled in", f"did you mean {PLACEHOLDER}?")


def _is_filled(path: FieldPath, filled: Container[str]) -> bool:
    """Tell whether placeholders are replaced in the value at ``path``: they are in apps and sites of an environment."""
    if path[:1] == ("sites",):
        return path[2:] == ("host",)
    if path[:1] != ("apps",):
        return False
    rest = path[2:]
    for section in ("environments", "workloads"):
        rest = rest[2:] if rest[:1] == (section,) else rest
    return rest[:1] != () and rest[0] in filled
