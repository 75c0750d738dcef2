"""Faults of generator.yaml: each with its place, its field and a way out; and the language when it is well written."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.errors import GeneratorError, SpecError
from generator.spec import loader, yaml_data
from generator.spec.model import Spec
from testing.depth import examples
from testing.spec_faults import FAULTS
from testing.specs import EVERY_FIELD, HEAD, OVERRIDES, app, as_shown, faults, told, top, workload

# Two tests ask of each.
known_faults = cache(faults)


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_told_with_its_place_its_field_and_a_way_out(text: str, expected: list[str]) -> None:
    assert as_shown(known_faults(text)) == expected


def test_ten_faults_are_told_in_one_run() -> None:
    assert len(FAULTS["ten faults in one file"][1]) >= 10


@pytest.mark.parametrize("text", [text for text, _ in FAULTS.values()], ids=FAULTS)
def test_every_fault_has_a_hint_and_lies_within_the_file(text: str) -> None:
    for fault in known_faults(text):
        assert fault.hint
        assert_within(text, fault.line, fault.column)


def assert_within(text: str, line: int, column: int) -> None:
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1


def test_no_fault_repeats_a_password() -> None:
    assert "hunter2" not in "".join(told(top("", repository="https://me:hunter2@git.example.com/a.git")))


# -- bytes

BYTES = {
    "Latin-1 is named, with its line": (HEAD.encode() + b"    # caf\xe9\n", ["8:1: is not UTF-8 / save it as UTF-8"]),
    "UTF-16 is named": (HEAD.encode("utf-16"), ["1:1: is not UTF-8 / save it as UTF-8"]),
}


@pytest.mark.parametrize(("content", "expected"), BYTES.values(), ids=BYTES)
def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    (tmp_path / "generator.yaml").write_bytes(content)
    with pytest.raises(SpecError) as caught:
        loader.load(tmp_path)
    assert [f"{fault} / {fault.hint}".removeprefix("generator.yaml:") for fault in caught.value.faults] == expected


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + HEAD.encode(), HEAD.replace("\n", "\r\n").encode(), HEAD.rstrip("\n").encode()],
    ids=["a byte order mark", "CRLF", "no final newline"],
)
def test_how_an_editor_saves_the_file_does_not_matter(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "generator.yaml").write_bytes(content)
    assert loader.load(tmp_path) == loader.parse(HEAD)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "generator.yaml").open("wb") as stream:
        stream.truncate(yaml_data.MAX_BYTES + 1)
    with pytest.raises(GeneratorError, match="larger than 10,000,000 bytes"):
        loader.load(tmp_path)


@pytest.mark.slow
def test_ten_thousand_faults_are_all_told() -> None:
    text = top("".join(f"field{number}: 1\n" for number in range(10_000)))
    assert len(told(text)) == 10_000


# -- arbitrary input

PIECES = st.sampled_from(
    ["version: 1\n", "apps:\n", "  web:\n", "    image: a\n", "- ", "? ", ": ", "&a ", "*a", "<<: *a\n", "{", "}", "[", "]",
     "|\n", ">-\n", "'", '"', "\t", "\r\n", "\x85", "\u2028", "\ufeff", "---\n", "...\n", "%YAML 1.1\n", "!!str ", "!x ", "#",
     "environments: {dev: {cluster: [1], namespace: {}}}\n", "null", "1.10", "~", "\0", "é", "\U0001f680"]
)  # fmt: skip


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
@pytest.mark.slow
def test_arbitrary_text_gives_a_spec_or_faults_within_the_file(text: str) -> None:
    try:
        loader.parse(text)
    except SpecError as exc:
        for fault in exc.faults:
            assert_within(text, fault.line, fault.column)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_arbitrary_bytes_give_a_spec_or_an_error_of_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "generator.yaml").write_bytes(content)
    with pytest.raises(GeneratorError):
        loader.load(tmp_path)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 70000),
        st.sampled_from(["a", "../x", "http", "1", "", "{environment}"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "port", "containerPort", "min", "max", "from", "a", "httpGet", "path"]), inner
        ),
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "image",
        "port",
        "ports",
        "command",
        "args",
        "env",
        "config",
        "secrets",
        "resources",
        "health",
        "livenessProbe",
        "replicas",
        "autoscale",
        "service",
        "ingress",
        "migration",
        "disruption",
        "network",
        "serviceAccount",
        "labels",
        "writable",
        "container",
        "pod",
        "source",
        "build",
        "environments",
    ]
)
APPS = st.dictionaries(st.sampled_from(["web", "db", "a;b"]), st.dictionaries(FIELDS, VALUES))


@settings(max_examples=examples(100), deadline=None)
@given(APPS, st.dictionaries(FIELDS, VALUES), VALUES)
@pytest.mark.slow
def test_arbitrary_values_in_known_fields_give_a_spec_or_faults(
    apps: dict, override: dict, environment: object
) -> None:
    from generator.render import render
    from generator.yaml import emit as yaml_emit

    for fields in apps.values():
        fields.setdefault("environments", {"dev": override})
    data = {"version": 1, "project": "p", "repository": "/r", "environments": {"dev": environment}, "apps": apps}
    try:
        spec = loader.parse(yaml_emit.dump(data))
    except SpecError:
        return
    render(spec)


# -- well written


def test_every_field_of_the_language_is_read() -> None:
    spec = loader.parse(EVERY_FIELD)
    web = spec.apps["web"].base.general
    assert (spec.branch, spec.argocd_namespace, web.image) == (
        "release/1.x",
        "argo",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web",
    )
    assert spec.apps["worker"].image == "docker.io/library/busybox"
    assert spec.subject == "chore: {subject}"
    assert spec.environments["prod"].destination == {
        "server": "arn:aws:eks:eu-west-1:123456789012:cluster/live", "namespace": "live",
    }  # fmt: skip
    assert web.config == {"MODE": "on", "RATE": "0.50", "COUNT": "007"}
    assert web.env[0] == {"name": "LITERAL", "value": "1.10"}
    assert [(port.name, port.number, port.service) for port in web.ports] == [
        ("http", 8080, 80),
        ("port-9090", 9090, 9090),
    ]
    assert web.probes["livenessProbe"] == {"tcpSocket": {"port": "http"}, "periodSeconds": 7}
    prod = spec.apps["web"].instances["prod"].workloads["web"]
    assert (prod.autoscale, prod.replicas) == (None, 9)
    assert prod.secrets["TOKEN"].key == "shop/prod/web"


def spec_of(fields: str) -> Spec:
    return loader.parse(app(fields))


@pytest.mark.parametrize(("general", "override", "field", "expected"), OVERRIDES.values(), ids=OVERRIDES)
def test_overrides(general: str, override: str, field: str, expected: object) -> None:
    lines = f"{general}\nenvironments:\n  prod:\n" + textwrap.indent(override, "    ")
    assert getattr(workload(lines), field) == expected


def test_the_base_knows_nothing_of_an_environment() -> None:
    spec = spec_of("config: {E: '{environment}', A: 1}\nenv: {E2: '{environment}'}")
    assert spec.apps["web"].base.general.config == {"A": "1"}
    assert spec.apps["web"].base.general.env == ()


def test_maps_inherit_through_merge_keys_as_yaml_says() -> None:
    spec = loader.parse(top("", apps="\n  one: &one {image: a, port: 80}\n  two: {<<: *one, image: b}"))
    assert (spec.apps["two"].image, spec.apps["two"].base.general.ports[0].number) == ("b", 80)


@pytest.mark.parametrize(
    ("written", "read"),
    [("1_000", "1_000"), ("0x1F", "0x1F"), ("on", "on"), ("2024-01-01", "2024-01-01"), ("1.10", "1.10"), ("12:30", "12:30"),
     ("true", "true"), ('"true"', "true"), ("!!str 1.10", "1.10"), ("1e3", "1e3"), ("0o17", "0o17"), ("-0", "0")],
)  # fmt: skip
def test_values_stay_what_they_look_like(written: str, read: str) -> None:
    assert spec_of(f"config: {{A: {written}}}").apps["web"].base.general.config == {"A": read}
