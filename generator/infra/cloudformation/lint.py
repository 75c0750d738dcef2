"""Run cfn-lint on converted resources: AWS' own enumerations, patterns, and rules between fields.

It is an extra (``pip install 'gitops-generator[infra]'``) and slow to load, so it is imported only when it is
needed.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.infra.cloudformation import convert, names
from generator.infra.findings import Layer
from generator.infra.plan import Plan
from generator.infra.tables import schema as of_terraform

if TYPE_CHECKING:
    from cfnlint.runner import Runner

    from generator.infra.cloudformation.convert import Converted

INSTALL: Final = "pip install 'gitops-generator[infra]'"
# Limits of a template, which there is none of: its size, and how much is in it.
_OF_TEMPLATES: Final = ("E1002", "E2010", "E3010")
_USUAL: Final = "us-east-1"
# Lists of values that are possible may have hundreds.
_LONGEST: Final = 300


class Found(NamedTuple):
    """Fault of one resource, or (``error`` is false) something that is not looked at."""

    address: str
    message: str
    error: bool = True


def missing() -> str:
    """Return what is left out without cfn-lint, and how to install it; empty if it is installed."""
    if is_installed():
        return ""
    return f"{Layer.CLOUDFORMATION.value}: cfn-lint is not installed; run: {INSTALL}"


def is_installed() -> bool:
    """Tell whether cfn-lint is there, without loading it."""
    return importlib.util.find_spec("cfnlint") is not None


def judge(plan: Plan) -> Iterator[Found]:
    """Yield what AWS would refuse, attributes without a counterpart, and unknown fields of documents."""
    region = next((one.text("region") for one in plan.resources if one.text("region")), _USUAL)
    converted: list[tuple[str, Converted]] = []
    for resource in plan.resources:
        if resource.kind not in names.KINDS:
            if resource.kind not in names.APART:
                yield Found(resource.address, f"{resource.kind} is not held against AWS' schemas", error=False)
            continue
        known = _schema(names.KINDS[resource.kind].to, region)
        if known is None:
            yield Found(resource.address, f"{resource.kind} is not there in {region}")
            continue
        one = convert.convert(resource, of_terraform()[resource.kind], known)
        converted.append((resource.address, one))
        yield from _told(resource.address, one)
    yield from _linted(converted, region)


def _told(address: str, one: Converted) -> Iterator[Found]:
    for name in sorted(one.unknown_fields):
        yield Found(address, f"{name.partition('.')[2]} is no field that AWS knows")
    for name in sorted(one.unmapped):
        yield Found(address, f"{name.partition('.')[2]} is not held against AWS' schemas", error=False)


def template(converted: Sequence[tuple[str, Converted]]) -> dict[str, Any]:
    """Return a template of resources; each is named by where it stands in them."""
    parameters: dict[str, Any] = {}
    resources: dict[str, Any] = {}
    for number, (_, one) in enumerate(converted):
        mine = {name: f"{name}Of{number}" for name in one.parameters}
        parameters |= {mine[name]: {"Type": kind} for name, kind in one.parameters.items()}
        resources[f"R{number}"] = {"Type": one.kind, "Properties": _referring(one.properties, mine)}
    return {"Parameters": parameters, "Resources": resources}


def _referring(value: Any, mine: dict[str, str]) -> Any:
    """Return properties whose references to what is unknown are to this resource's own."""
    if isinstance(value, dict):
        if set(value) == {"Ref"} and value["Ref"] in mine:
            return {"Ref": mine[value["Ref"]]}
        return {name: _referring(one, mine) for name, one in value.items()}
    return [_referring(one, mine) for one in value] if isinstance(value, list) else value


def _linted(converted: Sequence[tuple[str, Converted]], region: str) -> Iterator[Found]:
    if not converted:
        return
    from cfnlint.decode.decode import decode_str

    document, _ = decode_str(json.dumps(template(converted)))
    seen = set()
    for match in _runner(region).validate_template(document):
        path = [*(match.path or ())]
        if match.rule.severity != "error" or path[:1] != ["Resources"]:
            continue
        address = converted[_number(str(path[1]))][0]
        message = _message(".".join(map(str, path[3:])), match.message, match.rule.id, converted)
        if (address, message) not in seen:
            seen.add((address, message))
            yield Found(address, message)


def _number(name: str) -> int:
    return int(name.removeprefix("R"))


def _message(field: str, said: str, rule: str, converted: Sequence[tuple[str, Converted]]) -> str:
    """Return what cfn-lint says, in one line that is not too long, with addresses in place of its names."""
    text = re.sub(r"\bR\d+\b", lambda found: converted[_number(found[0])][0], f"{field}: {said}".removeprefix(": "))
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(', ')[0]}, …]"
    return f"{cut} ({rule})"


@cache
def _runner(region: str) -> Runner:
    """Return what runs all rules, which take longer to load than to run."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn(regions=[region], ignore_checks=[*_OF_TEMPLATES]))


@cache
def _schemas() -> Path:
    found = importlib.util.find_spec("cfnlint")
    assert found
    assert found.origin
    return Path(found.origin).parent / "data" / "schemas"


@cache
def _schema(kind: str, region: str) -> dict[str, Any] | None:
    """Return CloudFormation's schema of a type in a region; None where it is not there."""
    index = _region(region)
    if kind not in index:
        return None
    found: dict[str, Any] = json.loads((_schemas() / "resources" / f"{index[kind]}.json").read_text())
    return found


@cache
def _region(region: str) -> dict[str, str]:
    path = _schemas() / "providers" / f"{region}.json"
    path = path if path.is_file() else _schemas() / "providers" / f"{_USUAL}.json"
    found: dict[str, str] = json.loads(path.read_text())
    return found
