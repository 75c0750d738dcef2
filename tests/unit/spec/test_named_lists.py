"""Lists in Kubernetes' shape: they mean what the language's maps mean, and faults in them have their place."""

from __future__ import annotations

import pytest

from generator.errors import SpecError
from generator.render import render
from generator.spec import loader

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps:
  web:
    image: shop/web
"""
MAPS = """\
    kind: StatefulSet
    volumes: {cache: {emptyDir: {}, mountPath: /cache}}
    initContainers: {wait: {image: docker.io/library/busybox, command: [wait]}}
    sidecars: {logs: {image: docker.io/acme/logs}}
    volumeClaimTemplates: {data: {size: 1Gi, storageClassName: fast, mountPath: /data}}
    environments: {prod: {volumes: {cache: {emptyDir: {sizeLimit: 2Gi}}}}}
"""
LISTS = """\
    kind: StatefulSet
    volumes: [{name: cache, emptyDir: {}, mountPath: /cache}]
    initContainers: [{name: wait, image: docker.io/library/busybox, command: [wait]}]
    sidecars: [{name: logs, image: docker.io/acme/logs}]
    volumeClaimTemplates:
      - metadata: {name: data}
        spec: {storageClassName: fast, resources: {requests: {storage: 1Gi}}}
    volumeMounts: [{name: data, mountPath: /data}]
    environments: {prod: {volumes: [{name: cache, emptyDir: {sizeLimit: 2Gi}}]}}
"""


def test_a_list_of_named_items_is_the_map() -> None:
    lists, maps = (loader.parse(HEAD + text) for text in (LISTS, MAPS))
    assert {path: file.text for path, file in render(lists).items()} == {
        path: file.text for path, file in render(maps).items()
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("    sidecars: [{name: logs, imag: x}]", (8, 29)),
        ("    volumes: [{emptyDir: {}}]", (8, 14)),
        ("    kind: StatefulSet\n    volumeClaimTemplates:\n      - metadata: {name: data}\n        spec: {volumeMode: Block}", (10, 9)),
    ],
)  # fmt: skip
def test_a_fault_in_a_list_has_its_place(text: str, fault: tuple[int, int]) -> None:
    with pytest.raises(SpecError) as raised:
        loader.parse(f"{HEAD}{text}\n")
    assert fault in [(one.line, one.column) for one in raised.value.faults]
