"""What an app says of its pods in words of its own: folded into the pod, and refused where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from generator.render.kinds import manifests
from generator.spec import loader, pod_words
from generator.spec.folding import folded
from generator.spec.language import WORKLOAD
from testing.specs import app, told

FAULTS: dict[str, tuple[str, list[str]]] = {
    "a word that is passed through as well": (
        "nodeSelector: {a: b}\npod: {nodeSelector: {c: d}}",
        ["9:11 apps.web.pod.nodeSelector: nodeSelector is set twice / keep `nodeSelector:` of the app"],
    ),
    "a word of Kubernetes' shape with an unknown field": (
        "affinity: {nodeAfinity: {}}",
        ['8:16 apps.web.affinity.nodeAfinity: unknown field "nodeAfinity" of Affinity / did you mean "nodeAffinity"?'],
    ),
    "a list of Kubernetes' shape that lacks a field": (
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a}]",
        [
            "8:33 apps.web.topologySpreadConstraints[0]: whenUnsatisfiable is missing"
            " / add `whenUnsatisfiable:`, text"
        ],
    ),
    "a drain that is too long": (
        "lifecycle: {preStop: {sleep: {seconds: 40}}}",
        [
            "8:44 apps.web.lifecycle.preStop.sleep.seconds: 40 is too long"
            " / the pod has 30 seconds to end: `terminationGracePeriodSeconds: 50` gives more"
        ],
    ),
    "two volumes at one place": (
        "volumes: {a: {emptyDir: {}, mountPath: /a}, b: {emptyDir: {}, mountPath: /a/}}",
        ["8:78 apps.web.volumes.b.mountPath: a lies at /a already / mount one of them elsewhere"],
    ),
    "a volume and a claim of one name": (
        "volumes: {a: {emptyDir: {}}}\nclaims: {a: {size: 1Gi}}",
        ["9:14 apps.web.claims.a: a second volume named a / rename one of the two"],
    ),
    "a volume that is two things": (
        "volumes: {a: {emptyDir: {}, claim: b}}",
        [
            "8:15 apps.web.volumes.a: needs exactly one of emptyDir, claim, persistentVolumeClaim, secret, configMap,"
            " projected, downwardAPI, csi, ephemeral, hostPath, nfs, image / write one of them, and no other"
        ],
    ),
    "a mount of no volume, in a sidecar": (
        "sidecars: {a: {image: x, volumeMounts: [{name: b, mountPath: /b}]}}",
        [
            '8:52 apps.web.sidecars.a.volumeMounts[0].name: no volume is named "b"'
            " / add it: `volumes: {b: {emptyDir: {}}}`"
        ],
    ),
    "a sidecar of the app's name": (
        "sidecars: {web: {image: x}}",
        ["8:21 apps.web.sidecars.web: a second container named web / rename it"],
    ),
    "an init container of a sidecar's name": (
        "sidecars: {a: {image: x}}\ninitContainers: {a: {image: x}}",
        ["8:19 apps.web.sidecars.a: a second container named a / rename it"],
    ),
    "a sidecar's probe without a port": (
        "sidecars: {a: {image: x, readinessProbe: {httpGet: {path: /}}}}",
        ["8:47 apps.web.sidecars.a.readinessProbe.httpGet: needs a port / add `port:` with its number"],
    ),
    "another tag of the app's image in a sidecar": (
        "sidecars: {a: {image: 'shop/web:2'}}",
        [
            "8:27 apps.web.sidecars.a.image: `bump` sets the tag of each shop/web in the app"
            " / write it as `shop/web`, and it is released with the app; another tag needs another repository"
        ],
    ),
    "a claim that may be less than it is": (
        "claims: {a: {size: 10Gi, limit: 5Gi}}",
        ["8:37 apps.web.claims.a.limit: 10Gi is more than that / say at least `limit: 10Gi`"],
    ),
    "two processors": (
        "arch: arm64\nnodeSelector: {kubernetes.io/arch: amd64}",
        [
            '9:40 apps.web.nodeSelector."kubernetes.io/arch": its nodes are arm64, by `arch`'
            " / keep one of the two: `arch: amd64`, or the selector"
        ],
    ),
    "a processor that the image is not built for, in an environment": (
        "source: web\nbuild: {platforms: [linux/amd64, linux/arm/v7]}\narch: amd64\nenvironments: {prod: {arch: arm64}}",
        [
            "11:33 apps.web.environments.prod.arch: the image is built for linux/amd64, linux/arm/v7 alone"
            " / add linux/arm64 to `build: {platforms: […]}`, or say another `arch`"
        ],
    ),
    "a container that never ends, beside one that shall": (
        "kind: CronJob\nschedule: '@daily'\nsidecars: {a: {image: x, native: false}}",
        ["10:38 apps.web.sidecars.a.native: the pods of a CronJob never end with it / take `native: false` out"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "faults"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_where_it_stands(fields: str, faults: list[str]) -> None:
    assert told(app(fields)) == faults


def pod(fields: str, environment: str = "prod") -> dict[str, Any]:
    here = loader.parse(app(fields)).apps["web"].instances[environment]
    found: dict[str, Any] = manifests(here)["deployment.yaml"]["spec"]["template"]["spec"]
    return found


def test_every_word_is_a_field_of_the_language() -> None:
    assert WORKLOAD.keys() >= pod_words.FOLDED


def test_words_become_fields_of_the_pod_and_the_container() -> None:
    found = pod(
        "hostNetwork: true\nworkingDir: /srv\nimagePullSecrets: [{name: a}]\npod: {imagePullSecrets: [{name: b}]}"
    )
    assert (found["hostNetwork"], found["containers"][0]["workingDir"]) == (True, "/srv")
    assert found["imagePullSecrets"] == [{"name": "a"}, {"name": "b"}]


def test_native_sidecars_come_before_init_containers_and_others_beside_the_app() -> None:
    found = pod("initContainers: {i: {}}\nsidecars: {n: {image: 'x:1'}, o: {image: 'x:1', native: false}}")
    assert [(one["name"], one.get("restartPolicy")) for one in found["initContainers"]] == [
        ("n", "Always"),
        ("i", None),
    ]
    assert [one["name"] for one in found["containers"]] == ["web", "o"]
    assert found["initContainers"][1]["image"] == "shop/web"


def test_a_sidecar_is_as_safe_as_the_app_and_has_a_folder_of_its_own() -> None:
    (sidecar,) = pod("sidecars: {a: {image: 'x:1', securityContext: {runAsUser: 5}}}")["initContainers"]
    assert sidecar["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True, "runAsUser": 5,
    }  # fmt: skip
    assert sidecar["resources"] == {"requests": {"cpu": "50m", "memory": "128Mi"}}
    assert sidecar["volumeMounts"] == [{"name": "a-tmp", "mountPath": "/tmp"}]


VOLUMES: dict[str, tuple[str, dict[str, Any]]] = {
    "a size": ("{emptyDir: 2Gi}", {"emptyDir": {"sizeLimit": "2Gi"}}),
    "a claim": ("{claim: c}", {"persistentVolumeClaim": {"claimName": "c"}}),
    "a Secret": ("{secret: s}", {"secret": {"secretName": "s"}}),
    "a ConfigMap": ("{configMap: c}", {"configMap": {"name": "c"}}),
    "Kubernetes' own": (
        "{secret: {secretName: s, defaultMode: 288}}",
        {"secret": {"secretName": "s", "defaultMode": 288}},
    ),
}


@pytest.mark.parametrize(("written", "expected"), VOLUMES.values(), ids=VOLUMES)
def test_a_volume_has_shorthands(written: str, expected: dict[str, Any]) -> None:
    found = pod(f"volumes: {{data: {written}}}\nvolumeMounts: [{{name: data, mountPath: /data}}]")
    assert found["volumes"][-1] == {"name": "data", **expected}


OVERRIDES: dict[str, tuple[str, str, str, Any]] = {
    "aliases are added": (
        "hostAliases: [{ip: 1.1.1.1, hostnames: [a]}]", "hostAliases: [{ip: 1.1.1.2, hostnames: [b]}]", "hostAliases",
        [{"ip": "1.1.1.1", "hostnames": ["a"]}, {"ip": "1.1.1.2", "hostnames": ["b"]}],
    ),
    "an alias is taken out": (
        "hostAliases: [{ip: 1.1.1.1, hostnames: [a]}]", "hostAliases: [{ip: 1.1.1.1, $patch: delete}]", "hostAliases", [],
    ),
    "tolerations are replaced": ("tolerations: [{key: a, operator: Exists}]", "tolerations: [{operator: Exists}]", "tolerations", [{"operator": "Exists"}]),
    "labels of nodes merge": ("nodeSelector: {a: b}", "nodeSelector: {c: d}", "nodeSelector", {"a": "b", "c": "d"}),
    "null takes a word out": ("hostNetwork: true", "hostNetwork: null", "hostNetwork", None),
    "a volume of another kind stays where it lies": (
        "volumes: {a: {emptyDir: 1Gi, mountPath: /a}}", "volumes: {a: {claim: b}}", "volumes",
        [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "a", "persistentVolumeClaim": {"claimName": "b"}}],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("general", "override", "field", "expected"), OVERRIDES.values(), ids=OVERRIDES)
def test_an_environment_changes_a_part(general: str, override: str, field: str, expected: Any) -> None:
    assert pod(f"{general}\nenvironments: {{prod: {{{override}}}}}").get(field) == expected


def test_a_spread_counts_the_apps_own_pods() -> None:
    fields = "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, labelSelector: {}}, {maxSkew: 1, topologyKey: b, whenUnsatisfiable: ScheduleAnyway}]"
    assert [one["labelSelector"] for one in pod(fields)["topologySpreadConstraints"]] == [
        {}, {"matchLabels": {"app.kubernetes.io/name": "web"}},
    ]  # fmt: skip


def test_a_claim_is_an_object_that_asks_before_it_goes() -> None:
    fields = "claims: {data: {size: 10Gi, mountPath: /data, storageClassName: gp3}}\nmigration: {command: [m]}"
    here = manifests(loader.parse(app(fields)).apps["web"].instances["dev"])
    claim = here["data-claim.yaml"]
    assert claim["metadata"]["name"] == "web-data"
    assert claim["metadata"]["annotations"] == {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", "resources": {"requests": {"storage": "10Gi"}},
    }  # fmt: skip
    assert here["deployment.yaml"]["spec"]["strategy"] == {"type": "Recreate"}
    assert "persistentVolumeClaim" not in str(here["migration.yaml"])


@pytest.mark.parametrize(
    ("fields", "strategy"),
    [
        ("claims: {a: {size: 1Gi, accessModes: [ReadWriteMany]}}", "RollingUpdate"),
        ("claims: {a: {size: 1Gi}}\nstrategy: {type: RollingUpdate}", "RollingUpdate"),
    ],
)
def test_pods_roll_where_the_claim_lets_them(fields: str, strategy: str) -> None:
    here = manifests(loader.parse(app(fields)).apps["web"].instances["dev"])
    assert here["deployment.yaml"]["spec"]["strategy"]["type"] == strategy


def test_data_without_such_words_is_not_touched() -> None:
    given = {"image": "x", "pod": {"hostname": "a"}}
    assert folded("web", given) is given
