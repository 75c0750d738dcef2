"""Random documents from the JSON Schema that ``schema`` prints, for hypothesis: what an editor would let pass.

Only the words of JSON Schema that the language uses are known; another one is an error here.
"""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
Strategy = st.SearchStrategy[Any]
_KNOWN = {
    "type", "enum", "pattern", "maxLength", "minimum", "maximum", "items", "minItems", "propertyNames", "minProperties",
    "additionalProperties", "properties", "required", "oneOf", "anyOf", "allOf", "description", "deprecated", "default", "examples",
}  # fmt: skip
# What people write, and what YAML or Kubernetes takes for something else.
UGLY = (
    "", "a", "A", "0", "-1", "1.10", "on", "true", "null", "a b", " a", "a ", "a.b", "a..b", "a-", "-a", "a--b", "a_b", "é", "/", "/a", "//",
    "/a/../b", "/é", "/tmp", "*", "*.a", "a/b", "a/b/c", "{environment}", "a-{environment}", "{enviroment}", "${A}", "$(A)", "{{ x }}", "l1\nl2",
    "a" * 63, "a" * 64, "10.0.0.0/8", "10.0.0.1/8", "::/0", "1Gi", "100m", "0.1", "1e3", "25%", "100%", "web", "http", "cpu", "memory",
    "example.com", "example.com/a", "https://a.example.com", "metadata.name", "limits.cpu", "'q'", '"q"', "# c", "a: b", "\t", "🙂",
)  # fmt: skip
_NAMES = ("a", "b", "web", "x-y", "A", "A_B", "example.com/a", "cpu", "memory", "dev", "prod")


def documents(schema: Schema, depth: int = 0) -> Strategy:
    """Return values that satisfy the schema."""
    unknown = set(schema) - _KNOWN
    assert not unknown, unknown
    if "anyOf" in schema:
        return st.one_of([documents(one, depth) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    # Fields that are there and say nothing are rare.
    wanted = [kind for kind in kinds if kind != "null"]
    choices = [_MAKERS[kind](schema, depth) for kind in wanted]
    if "null" in kinds:
        choices = [*choices * 4, st.none()]
    return st.one_of(choices)


def _text(schema: Schema, depth: int) -> Strategy:
    pattern = re.compile(schema.get("pattern", ""))
    longest = schema.get("maxLength", 10_000)
    fitting = [word for word in UGLY if pattern.search(word) and len(word) <= longest]
    drawn = st.from_regex(pattern.pattern, alphabet=st.characters(max_codepoint=127)) if pattern.pattern else st.text()
    made = drawn.filter(lambda word: len(word) <= longest and pattern.search(word))
    return st.one_of(st.sampled_from(fitting), made) if fitting else made


def _whole(schema: Schema, depth: int) -> Strategy:
    least, most = schema.get("minimum"), schema.get("maximum")
    edges = st.sampled_from([edge for edge in (least, most) if edge is not None] or [0])
    return st.one_of(edges, st.integers(least, min(most, (least or 0) + 100) if most is not None else None))


def _number(schema: Schema, depth: int) -> Strategy:
    return st.one_of(
        st.sampled_from([0.0, 0.1, 0.5, 1.5]),
        # Without an exponent, as people write them: a quantity has none.
        st.integers(int(schema.get("minimum", -1e6)) * 100, 10**8).map(lambda hundredths: hundredths / 100),
    )


def _list(schema: Schema, depth: int) -> Strategy:
    least = schema.get("minItems", 0)
    items = documents(schema["items"], depth + 1) if "items" in schema else st.sampled_from(UGLY)
    return st.lists(items, min_size=least, max_size=least + 2)


def _map(schema: Schema, depth: int) -> Strategy:
    if "properties" in schema:
        return _record(schema, depth)
    more, names = schema.get("additionalProperties"), schema.get("propertyNames")
    if names is None:
        return st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(UGLY), max_size=2)
    least = schema.get("minProperties", 0)
    return st.dictionaries(documents(names), documents(more or {}, depth + 1), min_size=least, max_size=max(2, least))


@st.composite
def _record(draw: st.DrawFn, schema: Schema, depth: int) -> dict[str, Any]:
    """Return the required fields, one of those that exclude each other, and a few more."""
    properties: dict[str, Schema] = schema["properties"]
    exclusive = [one["required"][0] for one in schema.get("oneOf", ())]
    wanted = [*schema.get("required", ()), *([draw(st.sampled_from(exclusive))] if exclusive else [])]
    rest = sorted(set(properties) - set(wanted) - set(exclusive))
    wanted += draw(st.lists(st.sampled_from(rest), max_size=6 if depth < 2 else 3, unique=True)) if rest else []
    for pair in schema.get("allOf", ()):
        wanted = [
            name for name in wanted if name != pair["not"]["required"][1] or pair["not"]["required"][0] not in wanted
        ]
    made = {name: draw(documents(properties[name], depth + 1)) for name in wanted}
    for name in exclusive:
        if name in made and made[name] is None:
            made[name] = draw(documents(properties[name], depth + 1).filter(lambda value: value is not None))
    return made


_MAKERS = {
    "string": _text, "integer": _whole, "number": _number, "boolean": lambda schema, depth: st.booleans(),
    "array": _list, "object": _map, "null": lambda schema, depth: st.none(),
}  # fmt: skip
