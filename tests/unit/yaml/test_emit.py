"""What we write, both PyYAML (YAML 1.1) and ruamel.yaml (YAML 1.2) read back as it was."""

from __future__ import annotations

import io

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator.yaml import emit as yaml_emit
from testing.depth import examples

NASTY = [
    "", " ", "y", "N", "on", "OFF", "yes", "true", "Null", "~", "null", "1", "-1", "1.10", "0x1F", "0o17", "017", "1_000", "1e3", ".5",
    "5.", ".inf", "-.INF", ".nan", "12:30", "12:30:45", "190:20:30", "2024-01-01", "2024-01-01T00:00:00Z", "=", "<<", "-", "- a", "--", "---",
    "...", "--- a", "?", "? a", ":", "a: b", "a:", ":a", "a #b", "#", "# a", "a#b", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "|-", "[a]", "{a}",
    "a,b", "'", '"', "it's", '"a"', "\\", "\\n", "a\nb", "a\nb\n", "a\n\n", "\na", " a\nb", "a \nb", "a\n b", "a\n\tb", "a\n  \nb", "\t", "a\tb", "\r",
    "a\r\nb", "\x00", "\x01\nabc", "\x07", "\x1b", "\x7f", "\x85", "\xa0", "\u2028", "\u2029", "\ufeff", "\ufeffa\nb", "\ufffe", "é", "日本語", "🚀", "🚀\n🚀",
    "${A:-b}", "$(id)", "a" * 5000, "#!/bin/sh\nset -e\necho \"$A\"\n", "a\n---\nb", "a\n# b\n", "+1", "0.", "1__0", "0b1", "1,000", "-0", "+.inf", "a\n\n\nb",
]  # fmt: skip
STRINGS = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"])))
SCALARS = st.one_of(STRINGS, st.booleans(), st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
KEYS = STRINGS.filter(lambda text: len(text) < 1000)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


def assert_both_read(value: object) -> None:
    text = yaml_emit.dump(value)
    assert text.endswith("\n")
    assert yaml.safe_load(text) == value
    ruamel = YAML(typ="safe", pure=True)
    ruamel.version = (1, 2)
    assert ruamel.load(io.StringIO(text)) == value


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_nasty_string_is_read_back_everywhere_it_can_stand(text: str) -> None:
    assert_both_read(text)
    assert_both_read([text, [text], {"key": text}, {"key": [text]}])
    if len(text) < 1000:
        assert_both_read({text: text, "other": {text: [{text: None}]}})


@settings(max_examples=examples(150), deadline=None)
@given(DATA)
def test_nested_data_is_read_back(value: object) -> None:
    assert_both_read(value)


@settings(max_examples=examples(200), deadline=None)
@given(STRINGS)
def test_a_scalar_stands_on_one_line(text: str) -> None:
    assert "\n" not in yaml_emit.scalar(text)
    assert yaml.safe_load(yaml_emit.scalar(text)) == text


LAID_OUT = {
    "maps and lists as kubectl lays them out": ({"a": [{"b": 1, "c": [2]}, "d"]}, "a:\n- b: 1\n  c:\n  - 2\n- d\n"),
    "lists in lists": ([["a", "b"], []], "-\n  - a\n  - b\n- []\n"),
    "scripts as blocks": ({"a": "x\ny\n"}, "a: |\n  x\n  y\n"),
    "blocks without a final line end": ({"a": "x\ny"}, "a: |-\n  x\n  y\n"),
    "words that are booleans somewhere in quotes": (["on", "y", "1.10"], '- "on"\n- "y"\n- "1.10"\n'),
    "commands in single quotes": (['echo "$A"'], "- 'echo \"$A\"'\n"),
    "empty collections in flow style": ({"a": {}, "b": []}, "a: {}\nb: []\n"),
}


@pytest.mark.parametrize(("value", "text"), LAID_OUT.values(), ids=LAID_OUT)
def test_layout(value: object, text: str) -> None:
    assert yaml_emit.dump(value) == text


@pytest.mark.parametrize(
    "value",
    [{1, 2}, b"bytes", object(), float("nan"), float("inf")],
    ids=["a set", "bytes", "an object", "NaN", "infinity"],
)
def test_what_is_no_plain_data_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        yaml_emit.dump({"a": value})
