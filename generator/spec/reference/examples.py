"""The examples of the reference, as parts of a valid spec."""

from __future__ import annotations

import copy
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from generator.spec import yaml_data
from generator.spec.override import overridden
from generator.spec.reference.entries import ENTRIES
from generator.spec.reference.entry import Entry

# The spec that an example is merged into.
AROUND: Final = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, prod: {}}
apps:
  web: {image: shop/web, source: src/web}
"""

# Other fields of the spec that examples need: the account, and another app.
_ACCOUNT: Final = 'region: eu-west-1\naccounts: "123456789012"'
_OTHER_APP: Final = "  api: {image: shop/api, port: 8080}\n"
# Fields that a pipeline through the environments needs.
_OF_STAGES: Final = ("environments.<environment>.approval", "environments.<environment>.verify")
# Objects that a cluster can have only once, so that each environment needs its own cluster.
_ONCE: Final = ("apps.<app>.services",)
_NODE_PORT: Final = ".nodePort"
# Fields about AWS, which need an account.
_STORES: Final = ("apps.<app>.databases", "apps.<app>.tables", "apps.<app>.buckets", "apps.<app>.queues")
# Fields that only the first environment can have.
_OF_THE_FIRST: Final = "environments.<environment>.localSecrets"
_NOTHING: Final = Entry()
# Other fields of an app that an example needs, by the path of the field; the longest path that matches counts.
_BESIDE: Final = {
    "apps.<app>": "image: shop/web",
    "apps.<app>.adopted": "image: ghcr.io/acme/blog",
    "apps.<app>.chart": "",
    "apps.<app>.deploy": "image: shop/web\ntarget: ecs",
    "apps.<app>.values": "chart: {repository: 'oci://ghcr.io/grafana/helm-charts', version: 8.5.1}",
    "apps.<app>.build": "image: shop/web\nsource: src/web",
    "apps.<app>.environments": "image: shop/web\nworkloads: {web: {}, worker: {}, beat: {}}",
    "apps.<app>.ingress": "image: shop/web\nport: 8080",
    "apps.<app>.ingress.paths": "image: shop/web\nports: [{containerPort: 8080}, {name: admin, containerPort: 90}]",
    "apps.<app>.gateway": "image: shop/web\nports: [{containerPort: 8080}, {name: grpc, containerPort: 90}]",
    "apps.<app>.livenessProbe": "image: shop/web\nport: 8080",
    "apps.<app>.metrics": "image: shop/web\nports: [{name: http, containerPort: 8080}]",
    "apps.<app>.rollout": "image: shop/web\nport: 8080",
    "apps.<app>.service": "image: shop/web\nport: 8080",
    "apps.<app>.sidecars.<name>.volumeMounts": "image: shop/web\nvolumes: {data: {emptyDir: {}}}",
    "apps.<app>.initContainers.<name>.volumeMounts": "image: shop/web\nvolumes: {data: {emptyDir: {}}}",
    "apps.<app>.services": "image: shop/web\nport: 8080",
    "apps.<app>.ports[].nodePort": "image: shop/web\nservice: {type: NodePort}",
    "apps.<app>.updateStrategy": "image: shop/web\nkind: StatefulSet",
    "apps.<app>.updateStrategy.rollingUpdate": "image: shop/web\nkind: DaemonSet",
    "apps.<app>.workloads.<workload>": "image: shop/web",
}
# The names that examples use for parts of a path. Apps of other types have names of their own.
_STAND_INS: Final = {"<app>": "web", "<environment>": "prod", "<workload>": "worker", "<name>": "data", "<site>": "www"}
_OTHER_APPS: Final = {"apps.<app>.chart": "dashboards", "apps.<app>.values": "dashboards", "apps.<app>.adopted": "blog"}


@cache
def text(path: str) -> str:
    """Return the example of a field with an example of its own as YAML, from the top of the file."""
    lines = ENTRIES[path].example
    place = path.rpartition(".")[0]
    fitting = [text for above, text in _BESIDE.items() if f"{path}.".startswith(f"{above}.")]
    other = next((app for above, app in _OTHER_APPS.items() if path.startswith(above)), None)
    stand_ins = {**_STAND_INS, "<app>": other} if other else _STAND_INS
    if path.startswith("apps.<app>.files."):
        stand_ins = {**stand_ins, "<name>": "/etc/web/web.conf"}
    if path == _OF_THE_FIRST:
        stand_ins = {**stand_ins, "<environment>": "dev"}
    for word in reversed(_words(place)):
        if word == "<app>" and fitting:
            given = {line.partition(":")[0].replace("ports", "port") for line in lines.splitlines()}
            beside = [line for line in fitting[-1].splitlines() if line.partition(":")[0] not in given]
            lines = "\n".join([*beside, lines])
        if word == "infra" and path.startswith("infra."):
            lines = f"{_ACCOUNT}\n{lines}"
        lines = textwrap.indent(lines, "  ")
        lines = f"- {lines[2:]}" if word == "[]" else f"{stand_ins.get(word, word)}:\n{lines}"
    return f"{lines}\n{_beside_it(path)}"


def _beside_it(path: str) -> str:
    """Return the other fields of a spec that the example of a field needs, as YAML."""
    account = f"infra:\n{textwrap.indent(_ACCOUNT, '  ')}\n"
    if path.startswith(("environments.<environment>.infra", *_STORES)):
        return account
    if path.startswith("sites"):
        return f"{account}  domain: {{zone: shop.example.com}}\n"
    if path.startswith("ci.codepipeline"):
        return f"forge: {{kind: github}}\n{account}"
    if path.startswith(_OF_STAGES):
        return f"forge: {{kind: github}}\n{account}ci: {{codepipeline: true}}\n"
    if path in _ONCE or path.endswith(_NODE_PORT):
        return "environments:\n  prod: {cluster: live}\n"
    return _OTHER_APP if path.startswith("apps.<app>.needs") else ""


def _words(path: str) -> list[str]:
    return re.findall(r"\[\]|[^.\[\]]+", path)


@cache
def _around() -> dict[str, Any]:
    return yaml_data.of_text(AROUND)


@cache
def spec(path: str) -> dict[str, Any]:
    """Return the data of a whole spec that contains the example at a path. Copy it before you change it."""
    return overridden(_around(), yaml_data.of_text(text(path)))


@cache
def plain(written: str) -> Any:
    """Return the data of a YAML text, as the loader reads it."""
    return yaml_data.of_text(f"value: {written}")["value"]


@cache
def value(path: str, shown_at: str) -> Any:
    """Return a field's value in the example at a path. Raise KeyError if the example does not contain the field."""
    for found in _values(spec(shown_at), _words(path)):
        return found
    raise KeyError(path)


def _values(data: object, words: list[str]) -> Iterator[Any]:
    if not words:
        yield data
    elif words[0] == "[]" and isinstance(data, list):
        for item in data:
            yield from _values(item, words[1:])
    elif words[0].startswith("<") and isinstance(data, Mapping):
        for item in data.values():
            yield from _values(item, words[1:])
    elif isinstance(data, Mapping) and words[0] in data:
        yield from _values(data[words[0]], words[1:])


def without(path: str, shown_at: str) -> dict[str, Any]:
    """Return the spec of the example at a path without a field in all its places."""
    data = copy.deepcopy(spec(shown_at))
    for place in places(data, path):
        place.pop(path.rpartition(".")[2], None)
    return data


def places(data: Any, path: str) -> list[dict[str, Any]]:
    """Return the maps in a spec's data that contain the field at ``path``."""
    *above, name = _words(path)
    return [place for place in _values(data, above) if isinstance(place, dict) and name in place]
