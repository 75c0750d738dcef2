"""What ``validate`` says of pods that fit the schema and that the API server refuses; ``tests/integration/test_api_server.py`` compares."""

from __future__ import annotations

from typing import Any

import pytest

from generator.manifests import api_rules

GOOD: dict[str, Any] = {
    "volumes": [{"name": "a", "emptyDir": {}}],
    "containers": [{"name": "web", "image": "x", "volumeMounts": [{"name": "a", "mountPath": "/a"}]}],
}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no image": ({"containers": [{"name": "web"}]}, "container web: no image; name one"),
    "a policy that there is not": (
        {"containers": [{"name": "web", "image": "x", "imagePullPolicy": "Sometimes"}]},
        "container web: imagePullPolicy cannot be Sometimes; one of Always, IfNotPresent, Never",
    ),
    "a hook without a command": (
        {"containers": [{"name": "web", "image": "x", "lifecycle": {"preStop": {"exec": {"command": []}}}}]},
        "container web: lifecycle.preStop runs nothing; add a command",
    ),
    "a mount of nothing": ({"volumes": []}, "container web: mounts a, and no volume is named so; add it under volumes"),
    "two containers of one name": (
        {"initContainers": [{"name": "web", "image": "x"}]},
        "two containers are named web; rename one",
    ),
    "two volumes of one name": (
        {"volumes": [{"name": "a", "emptyDir": {}}, {"name": "a", "emptyDir": {}}]},
        "two volumes are named a; rename one",
    ),
    "a volume that is two": (
        {"volumes": [{"name": "a", "emptyDir": {}, "secret": {}}]},
        "volume a is emptyDir and secret; keep one",
    ),
    "a probe of an init container": (
        {"initContainers": [{"name": "i", "image": "x", "startupProbe": {}}]},
        "init container i: startupProbe needs `restartPolicy: Always`; add it, or take it out",
    ),
    "a label's value with a space": (
        {"nodeSelector": {"a": "b c"}},
        "nodeSelector.a: cannot be 'b c'; letters, digits, -, _ and ., with a letter or digit first and last",
    ),
    "a toleration of no key": (
        {"tolerations": [{"operator": "Equal"}]},
        "tolerations[0]: a toleration of no key cannot be Equal; name a key, or say `operator: Exists`",
    ),
    "no skew": ({"topologySpreadConstraints": [{"maxSkew": 0}]}, "maxSkew cannot be 0; at least 1"),
    "no server of names": (
        {"dnsPolicy": "None"},
        "dnsPolicy: None needs servers; add `dnsConfig: {nameservers: […]}`",
    ),
    "an address that is none": ({"hostAliases": [{"ip": "x"}]}, "hostAliases[0].ip: 'x' is no IP address; write one"),
}


def problems(kind: str, pod: dict[str, Any], **more: Any) -> list[str]:
    spec = {"template": {"metadata": {"labels": {}}, "spec": {**GOOD, **pod}}, **more}
    return list(api_rules.problems({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "x"}, "spec": spec}))


@pytest.mark.parametrize(("pod", "told"), WRONG.values(), ids=WRONG)
def test_what_the_server_would_refuse_is_told(pod: dict[str, Any], told: str) -> None:
    assert problems("Deployment", pod) == [told]


def test_a_good_pod_is_good() -> None:
    more = {
        "tolerations": [{"operator": "Exists"}, {"key": "a", "value": "b"}],
        "initContainers": [{"name": "side", "image": "x", "restartPolicy": "Always", "startupProbe": {}}],
        "dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.0.0.1"]}, "nodeSelector": {"a": ""},
        "hostAliases": [{"ip": "::1"}], "resourceClaims": [{"name": "a", "resourceClaimName": "b"}],
    }  # fmt: skip
    assert problems("Deployment", more) == []


def test_the_claims_of_a_stateful_set_are_volumes() -> None:
    assert problems("StatefulSet", {"volumes": []}, volumeClaimTemplates=[{"metadata": {"name": "a"}}]) == []
