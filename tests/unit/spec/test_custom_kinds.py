"""What a spec says in the shape of a custom kind is held against that kind's schema, with the line of the spec."""

from __future__ import annotations

import pytest

from generator.errors import SpecError
from generator.spec import loader
from generator.spec.language import SPEC
from generator.spec.types import Anything, Either, ListOf, MapOf, Record, Type
from testing.specs import app

ROUTE = "port: 80\ngateway: {name: g, rules: "
# What is of no kind that is known beforehand: it is held against the chart's own schema, or built and validated.
OF_ANY_KIND = {"patch", "patches", "replacements", "components", "manifests", "values", "rules"}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        (f"{ROUTE}[{{matchs: []}}]}}", 'gateway.rules[0].matchs: unknown field "matchs" (did you mean "matches"?)'),
        (f"{ROUTE}[{{matches: {{}}}}]}}", "gateway.rules[0].matches: expected a list, got a map"),
        (f"{ROUTE}[{{matches: [{{path: {{type: Prefix}}}}]}}]}}", "is not one of Exact, PathPrefix, RegularExpression"),
        (f"{ROUTE}[{{backendRefs: [{{port: 80}}]}}]}}", "gateway.rules[0].backendRefs[0]: name is missing"),
        (f"{ROUTE}[{{backendRefs: [{{name: a, port: 0}}]}}]}}", "0 is too small (at least 1)"),
        (f"{ROUTE}[{{backendRefs: [{{name: a, weight: x}}]}}]}}", 'expected a whole number, got "x"'),
        (f"{ROUTE}[{{timeouts: {{request: 5}}}}]}}", "expected text, got 5 (put it in quotes)"),
        (f"{ROUTE}[{{timeouts: {{request: soon}}}}]}}", '"soon" cannot stand here'),
        (f"{ROUTE}[{{backendRefs: [{{name: a}}]}}]}}", "backendRefs[0]: a Service needs a port"),
        (f"{ROUTE}[{{matches: [{{path: {{value: a}}}}]}}]}}", "it starts with /"),
        (f"{ROUTE}[{{filters: [{{type: RequestRedirect}}]}}]}}", "a RequestRedirect needs requestRedirect"),
        (
            f"{ROUTE}[{{filters: [{{type: URLRewrite, uRLRewrite: {{}}, urlRewrite: {{}}}}]}}]}}",
            'unknown field "uRLRewrite"',
        ),
        (f"{ROUTE}[{{matches: [{{method: {{}}}}]}}], kind: GRPCRoute}}", "needs service or method"),
        (f"{ROUTE}[null]}}", "nothing there"),
        (f"{ROUTE}[{{matches: [{{path: {{}}}}]}}], kind: GRPCRoute}}", 'unknown field "path"'),
        ("externalSecret: {dataFrom: [a], template: {typ: Opaque}}", 'template.typ: unknown field "typ"'),
        ("externalSecret: {dataFrom: [a], template: {data: {a: 1}}}", "template.data.a: expected text, got 1"),
        ("port: 80\nrollout: {canary: {step: []}}", 'rollout.canary.step: unknown field "step"'),
        (
            "port: 80\nrollout: {canary: {steps: [{setWeight: x}]}}",
            "canary.steps[0].setWeight: expected a whole number",
        ),
        ("port: 80\nrollout: {blueGreen: {activService: a}}", 'did you mean "activeService"?'),
        ("port: 80\nrollout: {canary: {}, analysis: {a: {metrics: []}}}", ""),
        ("port: 80\nrollout: {canary: {}, analysis: {a: {metrics: [{name: m}]}}}", "metrics[0]: provider is missing"),
    ],
)
def test_a_fault_names_the_field(fields: str, fault: str) -> None:
    if not fault:
        loader.parse(app(fields))
        return
    with pytest.raises(SpecError) as caught:
        loader.parse(app(fields))
    told = [f"{one.path}: {one.message} ({one.hint})" for one in caught.value.faults]
    assert [one for one in told if fault in one], told
    assert all(one.line > 1 for one in caught.value.faults)


@pytest.mark.parametrize(
    "fields",
    [
        f"{ROUTE}[{{matches: [{{path: {{type: PathPrefix, value: '/{{environment}}'}}}}], timeouts: {{request: 5s}}}}]}}",
        f"{ROUTE}[{{matches: [{{method: {{service: a}}}}]}}], kind: GRPCRoute}}",
        f"{ROUTE}[{{filters: [{{type: URLRewrite, urlRewrite: {{hostname: a.b}}}}]}}]}}",
        "externalSecret: {dataFrom: [a], template: {type: Opaque, data: {a: '{{ .b }}'}}}",
        "port: 80\nrollout: {blueGreen: {autoPromotionEnabled: false}}",
        "port: 80\nrollout: {canary: {maxSurge: 25%, steps: [{setWeight: 10}, {pause: {duration: 1h}}]}}",
        "port: 80\nrollout: {canary: {maxSurge: 2}}\nenvironments: {prod: {rollout: {canary: {maxSurge: 3}}}}",
    ],
)
def test_what_the_kind_has_is_taken(fields: str) -> None:
    assert loader.parse(app(fields)).apps


def anything(accepts: Type, name: str = "") -> set[str]:
    """Return the fields that take any shape, and name no kind of which it is."""
    if isinstance(accepts, Anything):
        return set() if accepts.of else {name}
    if isinstance(accepts, Record):
        return {found for field, known in accepts.fields.items() for found in anything(known.type, field)}
    if isinstance(accepts, Either):
        return {found for _, inner in accepts.shapes for found in anything(inner, name)}
    if isinstance(accepts, MapOf):
        return anything(accepts.value, name)
    return anything(accepts.item, name) if isinstance(accepts, ListOf) else set()


def test_a_field_of_any_shape_says_of_which_kind_it_is() -> None:
    assert anything(SPEC) <= OF_ANY_KIND
