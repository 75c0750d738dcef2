"""The Pod Security Standards: a table of our own, and the fixtures of the admission plugin where its module is here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.manifests.pod_security import LATEST, template_of, violations
from testing.needs import not_here
from testing.pods import CASES, pod


@pytest.mark.parametrize(("template", "level", "refused", "taken"), CASES.values(), ids=CASES)
def test_what_a_level_refuses(
    template: dict[str, Any], level: str, refused: tuple[int, ...], taken: tuple[int, ...]
) -> None:
    for minor in refused:
        assert violations("restricted", f"v1.{minor}", template)
        if level == "baseline":
            assert violations("baseline", f"v1.{minor}", template)
        if minor != 0 and level == "restricted" and "35" not in str(refused):
            assert not violations("baseline", f"v1.{minor}", template)
    for minor in taken:
        assert not violations(level or "restricted", f"v1.{minor}", template)
    assert not violations("privileged", "latest", template)
    assert violations("restricted", "latest", template) == violations("restricted", f"v1.{LATEST}", template)
    assert violations("restricted", "v1.99", template) == violations("restricted", "latest", template)


KINDS = [
    "Pod",
    "PodTemplate",
    "Deployment",
    "ReplicaSet",
    "DaemonSet",
    "StatefulSet",
    "Job",
    "CronJob",
    "ReplicationController",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_with_pods_is_looked_into(kind: str) -> None:
    template = pod("hostNetwork: true")
    nested = {
        "Pod": {**template},
        "PodTemplate": {"template": template},
        "CronJob": {"spec": {"jobTemplate": {"spec": {"template": template}}}},
    }.get(kind, {"spec": {"template": template}})
    found = template_of({"kind": kind, **nested})
    assert found is not None
    assert violations("baseline", "latest", found) == ["hostNetwork must not be true"]
    assert template_of({"kind": kind}) in (None, {}, {"kind": kind})


@pytest.mark.parametrize(
    "odd", [None, [], "x", {"spec": "x"}, {"spec": {"containers": "x", "volumes": [1], "securityContext": []}}]
)
def test_what_has_a_wrong_type_is_the_schemas_fault(odd: Any) -> None:
    violations("restricted", "latest", odd if isinstance(odd, dict) else {"spec": odd})


def fixtures() -> Path | None:
    """Return the admission plugin's own, in Go's cache of modules.

    Four thousand pods, by level, version and outcome.
    """
    home = os.environ.get("GOMODCACHE") or subprocess.run(
        ["sh", "-c", "command -v go >/dev/null && HOME=$(getent passwd $(id -u) | cut -d: -f6) go env GOMODCACHE"],
        capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    found = sorted(Path(home).glob("k8s.io/pod-security-admission@v0.36*/test/testdata")) if home else []
    return found[-1] if found else None


@pytest.mark.slow
def test_the_plugins_own_pods_have_the_plugins_own_outcome() -> None:
    root = fixtures()
    if root is None:
        not_here("the module k8s.io/pod-security-admission is not in Go's cache")
    wrong = []
    count = 0
    for file in sorted(root.glob("*/*/*/*.yaml")):
        level, version, outcome = file.relative_to(root).parts[:3]
        found = violations(level, version, yaml.load(file.read_text(), yaml.CSafeLoader))
        count += 1
        if bool(found) != (outcome == "fail"):
            wrong.append((str(file.relative_to(root)), found))
    assert not wrong
    assert count > 4000
