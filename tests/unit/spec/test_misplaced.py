"""A field of Kubernetes that stands in the wrong place: the line to write in place of it."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import pytest

from generator.spec import misplaced
from generator.spec.language import APP
from generator.tools import schemas
from testing.specs import app, told


def test_every_field_of_a_pod_and_of_a_container_is_known() -> None:
    # Against Kubernetes' own schema: a field that a new version adds is missed here.
    pod = _in_deployment("template", "spec")
    container = pod["containers"]["items"]["properties"]
    words = APP.fields.keys()
    # `serviceAccount` is an old name of `serviceAccountName`, and a word of the language.
    assert pod.keys() - words - misplaced.SPECIAL.keys() == misplaced.POD
    assert container.keys() - words - misplaced.SPECIAL.keys() == misplaced.CONTAINER


def _in_deployment(*path: str) -> dict[str, Any]:
    with zipfile.ZipFile(schemas.PACKED) as packed:
        here = json.loads(packed.read("apps/deployment_v1.json"))["properties"]["spec"]["properties"]
    for part in path:
        here = here[part]["properties"]
    return dict(here)


@pytest.mark.parametrize("name", sorted(misplaced.POD))
def test_a_field_of_the_pod_is_written_under_pod(name: str) -> None:
    assert told(app(f"{name}: [x]"))[0].endswith(
        f'apps.web.{name}: unknown field "{name}" / that is the pod\'s: `pod: {{{name}: […]}}`'
    )


@pytest.mark.parametrize("name", sorted(misplaced.CONTAINER))
def test_a_field_of_the_container_is_written_under_container(name: str) -> None:
    assert told(app(f"{name}: x"))[0].endswith(
        f'apps.web.{name}: unknown field "{name}" / that is the container\'s: `container: {{{name}: x}}`'
    )


OTHERS = {
    "with its value": (
        "serviceAccountName: other",
        "that is the pod's: `pod: {serviceAccountName: other}`",
    ),
    "with a number": (
        "priority: 60",
        "that is the pod's: `pod: {priority: 60}`",
    ),
    "with a boolean": (
        "automountServiceAccountToken: true",
        "write `serviceAccount: {token: true}`",
    ),
    "with a map": (
        "os: {name: linux}",
        "that is the pod's: `pod: {os: …}`",
    ),
    "misspelled": (
        "imagePullPolcy: Always",
        'did you mean "imagePullPolicy"?',
    ),
    "misspelled, of the container": (
        "resizePolcy: x",
        'did you mean "resizePolicy"? that is the container\'s: `container: {resizePolicy: x}`',
    ),
    "misspelled, and nearer to a word of the language": (
        "serviceAccounts: x",
        'did you mean "serviceAccount"?',
    ),
    "of a probe": (
        "initialDelaySeconds: 5",
        "that is a probe's: `readinessProbe: {initialDelaySeconds: 5}`, or `livenessProbe` or `startupProbe`",
    ),
    "of the Deployment": (
        "paused: true",
        "that is the Deployment's: add `paused: true` to base/APP/deployment.yaml by hand; edits are kept",
    ),
    "of a manifest": (
        "metadata: {name: web}",
        "this is no manifest: an app's fields stand directly under its name",
    ),
    "the name": (
        "name: web",
        "the app's name is the key that it stands under",
    ),
    "more containers": (
        "containers: [{name: proxy}]",
        "an app is one container, whose fields stand here; more of them: `sidecars: {NAME: {image: …}}`",
    ),
    "in an environment": (
        "environments: {prod: {os: {name: linux}}}",
        "that is the pod's: `pod: {os: …}`",
    ),
    "a field of the app in an environment": (
        "environments: {prod: {source: src}}",
        "that is the same in every environment: write it outside of the app's `environments`",
    ),
    "an amount without requests or limits": (
        "resources: {memory: 1Gi}",
        "write `requests: {memory: …}`, `limits: {memory: …}`, or both",
    ),
    "a word near nothing": (
        "zzz: 1",
        "`python -m generator explain apps.web` lists the fields there",
    ),
}


@pytest.mark.parametrize(("fields", "hint"), OTHERS.values(), ids=OTHERS)
def test_what_to_write_in_place_of_it(fields: str, hint: str) -> None:
    assert [fault.split(" / ")[1] for fault in told(app(fields))] == [hint]


def test_what_the_hint_says_loads() -> None:
    from generator.spec import loader

    spec = loader.parse(app("container: {imagePullPolicy: Always}\npod: {volumes: []}\nserviceAccount: {token: true}"))
    assert spec.apps["web"].base.general.container == {"imagePullPolicy": "Always"}
