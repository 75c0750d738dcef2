"""What a spec says in Kubernetes' own shape is held against Kubernetes' schema, with the place of each fault."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.render.kinds.pod import container, pod_spec
from generator.spec import kubernetes, loader, merge_keys
from generator.spec.kubernetes import schema
from generator.spec.kubernetes.words import WORDS
from generator.tools import kubernetes_versions
from generator.tools.schemas import compact
from testing.specs import HEAD, app, told

FAULTS: dict[str, tuple[str, list[str]]] = {
    "an unknown field": ("pod: {volumns: []}", ['8:11 apps.web.pod.volumns: unknown field "volumns" of PodSpec / did you mean "volumes"?']),
    "a map instead of a list": ("pod: {volumes: {a: b}}", ['8:20 apps.web.pod.volumes: expected a list, got a map / start each item with "- "']),
    "text instead of a number": (
        "pod: {securityContext: {fsGroup: x}}",
        ['8:38 apps.web.pod.securityContext.fsGroup: expected a whole number, got "x" / without quotes and without a fraction'],
    ),
    "a number in quotes": (
        "pod: {terminationGracePeriodSeconds: '30'}",
        ['8:42 apps.web.pod.terminationGracePeriodSeconds: expected a whole number, got "30" / take off the quotes'],
    ),
    "a number instead of text": (
        "pod: {nodeSelector: {zone: 1}}", ["8:32 apps.web.pod.nodeSelector.zone: expected text, got 1 / put it in quotes"],
    ),
    "a word for a boolean": (
        "pod: {hostNetwork: yes}",
        ['8:24 apps.web.pod.hostNetwork: expected true or false, got "yes" / write true or false, without quotes'],
    ),
    "a field that is missing": (
        "pod: {volumes: [{name: a, persistentVolumeClaim: {}}, {emptyDir: {}}]}",
        [
            "8:31 apps.web.pod.volumes[0].persistentVolumeClaim: claimName is missing / add `claimName:`, text",
            "8:59 apps.web.pod.volumes[1]: name is missing / add `name:`, text",
        ],
    ),
    "a word that is none": (
        "container: {imagePullPolicy: always}",
        ['8:34 apps.web.container.imagePullPolicy: "always" is not one of Always, IfNotPresent, Never / did you mean "Always"?'],
    ),
    "a size that is none": (
        "pod: {volumes: [{name: a, emptyDir: {sizeLimit: 1Gx}}]}",
        ['8:53 apps.web.pod.volumes[0].emptyDir.sizeLimit: expected a quantity, got "1Gx" / like 250m, 1, 128Mi'],
    ),
    "an address that is none": (
        "pod: {hostAliases: [{ip: 10.0.0.300, hostnames: [a]}]}",
        ["8:30 apps.web.pod.hostAliases[0].ip: '10.0.0.300' is no IP address / write one"],
    ),
    "a container without an image": (
        "pod: {containers: [{name: q2}]}", ["8:24 apps.web.pod.containers[0]: no image / name one"],
    ),
    "an item that is nothing": (
        "pod: {tolerations: [null]}", ["8:25 apps.web.pod.tolerations[0]: nothing there / take the item out, or write what it is"],
    ),
    "two of one name": (
        "pod: {volumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]}",
        ['8:53 apps.web.pod.volumes[1].name: name "a" is there twice / keep one of the two'],
    ),
    "a mark of a merge where nothing is merged": (
        "pod: {volumes: [{name: a, $patch: delete}]}",
        ['8:31 apps.web.pod.volumes[0]."$patch": nothing is merged here / take it out: it is for items of an environment\'s lists that have a key'],
    ),
    "an environment's own, where it stands": (
        "pod: {volumes: [{name: a, emptyDir: {}}]}\nenvironments: {prod: {pod: {volumes: [{name: b, emptyDri: {}}]}}}",
        ['9:53 apps.web.environments.prod.pod.volumes[0].emptyDri: unknown field "emptyDri" of Volume / did you mean "emptyDir"?'],
    ),
    "what is missing once an environment's is laid over the app's": (
        "environments: {prod: {pod: {volumes: [{name: b, emptyDir: {}}, {emptyDir: {}}]}}}",
        ["8:68 apps.web.environments.prod.pod.volumes[1]: name is missing / add `name:`, text"],
    ),
    "the same in a list that is merged with the app's": (
        "pod: {volumes: [{name: a, emptyDir: {}}]}\nenvironments: {prod: {pod: {volumes: [{name: a}, {emptyDir: {}}]}}}",
        ["9:33 apps.web.environments.prod.pod.volumes: pod.volumes[1]: name is missing / add `name:`, text"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "faults"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place_and_a_way_out(fields: str, faults: list[str]) -> None:
    assert told(app(fields)) == faults


def test_all_faults_are_told_in_one_run() -> None:
    fields = "pod: {volumns: [], hostname: 1}\ncontainer: {tty: x}\nenvironments: {dev: {pod: {os: x}}, prod: {container: {stdin: 1}}}"
    assert [fault.split(": ")[0].split(" ")[1] for fault in told(app(fields))] == [
        "apps.web.pod.volumns", "apps.web.pod.hostname", "apps.web.container.tty",
        "apps.web.environments.dev.pod.os", "apps.web.environments.prod.container.stdin",
    ]  # fmt: skip


def test_a_version_has_the_fields_of_its_schema() -> None:
    # `hostnameOverride` came with 1.34; `workloadRef` was in 1.35 alone.

    def faults(version: str, fields: str) -> list[str]:
        return told(app(fields).replace("project: shop\n", f'project: shop\nkubernetes: {{version: "{version}"}}\n'))

    assert faults("1.33", "pod: {hostnameOverride: a}") == [
        "9:11 apps.web.pod.hostnameOverride: Kubernetes 1.33 has no hostnameOverride in PodSpec"
        ' / it came with 1.34: say `kubernetes: {version: "1.34"}`',
    ]
    assert "1.35 was the last that had it" in faults("1.36", "pod: {workloadRef: {name: a, podGroup: b}}")[0]
    loader.parse(app("pod: {hostnameOverride: a}"))


def test_a_version_that_is_not_known_is_refused() -> None:
    text = HEAD.replace("project: shop\n", "project: shop\nkubernetes: {version: VERSION}\n")
    assert told(text.replace("VERSION", '"1.12"')) == [
        '3:23 kubernetes.version: "1.12" is not a version of Kubernetes / one of 1.31, 1.32, 1.33, 1.34, 1.35, 1.36'
    ]
    assert told(text.replace("VERSION", "1.34")) == [
        "3:23 kubernetes.version: expected a version of Kubernetes, got 1.34 / put it in quotes"
    ]


def pod_in(environment: str, fields: str) -> dict[str, Any]:
    workload = loader.parse(app(fields)).apps["web"].instances[environment].workloads["web"]
    return pod_spec(workload, container(workload))


def volumes(pod: dict[str, Any]) -> list[Any]:
    return [(volume.pop("name"), volume) for volume in json.loads(json.dumps(pod.get("volumes", [])))]


MERGES: dict[str, tuple[str, list[Any]]] = {
    "a volume is added to the app's": (
        "pod: {volumes: [{name: a, emptyDir: {}}]}\nenvironments: {prod: {pod: {volumes: [{name: b, emptyDir: {}}]}}}",
        [("tmp", {"emptyDir": {"sizeLimit": "1Gi"}}), ("a", {"emptyDir": {}}), ("b", {"emptyDir": {}})],
    ),
    "a volume is changed in part": (
        "pod: {volumes: [{name: a, emptyDir: {sizeLimit: 1Gi}}]}\n"
        "environments: {prod: {pod: {volumes: [{name: a, emptyDir: {medium: Memory}}]}}}",
        [("tmp", {"emptyDir": {"sizeLimit": "1Gi"}}), ("a", {"emptyDir": {"sizeLimit": "1Gi", "medium": "Memory"}})],
    ),
    "a volume of another kind replaces the app's": (
        "pod: {volumes: [{name: a, emptyDir: {}}]}\nenvironments: {prod: {pod: {volumes: [{name: a, secret: {secretName: s}}]}}}",
        [("tmp", {"emptyDir": {"sizeLimit": "1Gi"}}), ("a", {"secret": {"secretName": "s"}})],
    ),
    "a volume is taken out": (
        "pod: {volumes: [{name: a, emptyDir: {}}]}\nenvironments: {prod: {pod: {volumes: [{name: a, $patch: delete}]}}}",
        [("tmp", {"emptyDir": {"sizeLimit": "1Gi"}})],
    ),
    "all volumes of the app are replaced": (
        "pod: {volumes: [{name: a, emptyDir: {}}]}\n"
        "environments: {prod: {pod: {volumes: [{$patch: replace}, {name: b, emptyDir: {}}]}}}",
        [("tmp", {"emptyDir": {"sizeLimit": "1Gi"}}), ("b", {"emptyDir": {}})],
    ),
    "a volume of the name of ours is laid over it": (
        "pod: {volumes: [{name: tmp, emptyDir: {medium: Memory}}]}",
        [("tmp", {"emptyDir": {"sizeLimit": "1Gi", "medium": "Memory"}})],
    ),
    "a volume of the name of ours, of another kind, replaces it": (
        "pod: {volumes: [{name: tmp, persistentVolumeClaim: {claimName: c}}]}",
        [("tmp", {"persistentVolumeClaim": {"claimName": "c"}})],
    ),
    "a mount where ours is replaces it, and ours is gone": (
        "pod: {volumes: [{name: v, emptyDir: {}}]}\ncontainer: {volumeMounts: [{name: v, mountPath: /tmp}]}",
        [("v", {"emptyDir": {}})],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), MERGES.values(), ids=MERGES)
def test_lists_merge_by_kubernetes_key(fields: str, expected: list[Any]) -> None:
    assert volumes(pod_in("prod", fields)) == expected


def test_items_merge_within_items() -> None:
    side = "containers: [{name: side, image: x, env: [{name: A, value: a}, {name: B, value: b}]}]"
    over = "containers: [{name: side, env: [{name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]"
    found = pod_in("prod", f"pod: {{{side}}}\nenvironments: {{prod: {{pod: {{{over}}}}}}}")["containers"][1]
    assert (found["image"], found["env"]) == (
        "x", [{"name": "A", "value": "a"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
    )  # fmt: skip


def test_a_list_without_a_key_is_replaced_by_an_environments() -> None:
    fields = "pod: {tolerations: [{key: a, operator: Exists}]}\nenvironments: {prod: {pod: {tolerations: [{operator: Exists}]}}}"
    assert pod_in("prod", fields)["tolerations"] == [{"operator": "Exists"}]


def test_the_keys_are_kubernetes() -> None:
    # Of all lists in a pod, by its own schema.
    lists = [
        (name, known.kind.strip("[]").partition(":")[2])
        for kind in ("PodSpec", "Container", "EphemeralContainer")
        for name, known in schema.fields(kind).items()
        if known.kind.startswith("[")
    ]
    keys = {name: tuple(key.split(",")) for name, key in lists if key}
    assert keys == dict(merge_keys.KEYS)
    assert len(lists) > len(keys)


def test_the_words_are_of_fields_that_there_are() -> None:
    for place in WORDS:
        kind, _, name = place.partition(".")
        assert schema.fields(kind)[name].kind == "string"


def test_the_versions_are_those_of_the_file() -> None:
    known = [*(f"{minor}." for minor in kubernetes_versions.FORMER), kubernetes_versions.NEWEST]
    assert [version.rpartition(".")[0] for version in known] == list(kubernetes.VERSIONS)
    source = str(schema.data()["source"])
    assert all(f" {version}." in source for version in kubernetes.VERSIONS)


def test_a_spec_without_it_reads_no_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the schema was read")

    schema.fields.cache_clear()
    monkeypatch.setattr(schema, "types", fail)
    loader.parse(app("port: 8080\nenv: {A: b}\npod: {}"))
    with pytest.raises(AssertionError):
        loader.parse(app("pod: {hostname: a}"))


def test_a_field_of_some_versions_is_marked() -> None:
    def document(**fields: str) -> dict[str, Any]:
        properties = {name: {"type": kind} for name, kind in fields.items()}
        roots = {root: {"properties": {}} for root in compact.ROOTS}
        return {"definitions": {**roots, compact.ROOTS[0]: {"properties": properties, "required": ["a"]}}}

    documents = {
        1: document(a="string", b="integer"),
        2: document(a="string", c="boolean"),
        3: document(a="string", c="boolean"),
    }
    assert compact.table(documents)["PodSpec"] == {"a": "string!", "b": "integer<1", "c": "boolean>2"}
