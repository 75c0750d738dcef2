"""The cache of what need not be checked again: it finds each fault that a run without it finds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.errors import SpecError
from generator.files import package_digest
from generator.spec import check_cache, checks, inherited_checks, loader
from generator.spec.check_cache import CheckCache
from testing.specs import EVERY_FIELD

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
kubernetes: {version: "1.35"}
environments: {dev: {}, prod: {}}
apps:
  api: {image: acme/api, port: 8080, environments: {prod: {replicas: 3}}}
  web:
    image: acme/web
    port: 8080
    needs: [api]
    network: {from: [shop-front]}
    ingress: {host: shop.example.com}
  shop-front: {image: acme/front, config: {GREETING: hello}}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return known(tmp_path, SPEC)


def known(directory: Path, text: str) -> Path:
    """Return the folder of a spec that was found right."""
    (directory / loader.FILE_NAME).write_text(text)
    loader.load(directory)
    return directory


def faults(directory: Path, text: str) -> list[str]:
    (directory / loader.FILE_NAME).write_text(text)
    try:
        loader.load(directory)
    except SpecError as error:
        return [str(fault) for fault in error.faults]
    return []


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the apps whose own check has run."""
    names: list[str] = []
    check = inherited_checks.check

    def noted(path: tuple[str, str], *rest: object, **more: object) -> None:
        names.append(path[1])
        check(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(inherited_checks, "check", noted)
    return names


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dev: {}, prod: {}", "dev: {}"),
        ("  api: {image: acme/api, port: 8080, ", "  api: {image: acme/api, "),
        ("  shop-front: {", "  front: {"),
        ("GREETING: hello", "GREETING: hello}, ingress: {host: shop.example.com}, port: 80, env: {A: b"),
        ("GREETING: hello", "GREETING: hello, GREETING: hi"),
        ("project: shop", "project: Shop"),
        ("  shop-front: {image: acme/front, ", "  Shop: {image: acme/front, "),
        ("replicas: 3", "replicas: three"),
        ("GREETING: hello", "GREETING: hello}, renamedFrom: web, env: {A: b"),
    ],
)
def test_a_fault_that_comes_with_a_change_is_found(directory: Path, tmp_path: Path, before: str, after: str) -> None:
    assert SPEC.count(before) == 1
    changed = SPEC.replace(before, after)
    (bare := tmp_path / "without").mkdir()
    assert faults(directory, changed) == faults(bare, changed) != []
    # Of a spec with a fault nothing is kept, and what was known before still is.
    assert faults(directory, changed) != []
    assert faults(directory, SPEC) == []


def test_a_field_that_another_version_of_kubernetes_has_not_is_found(tmp_path: Path) -> None:
    text = SPEC.replace("GREETING: hello}", 'GREETING: hello}, pod: {hostnameOverride: "a"}')
    (tmp_path / ".git").mkdir()
    known(tmp_path, text)
    assert any("hostnameOverride" in fault for fault in faults(tmp_path, text.replace('"1.35"', '"1.33"')))


def test_what_is_known_is_not_checked(directory: Path, checked: list[str]) -> None:
    assert faults(directory, SPEC) == []
    assert faults(directory, f"{SPEC}# a comment\n") == []
    assert checked == []


def test_of_a_changed_spec_only_the_apps_that_changed_are_checked(directory: Path, checked: list[str]) -> None:
    assert faults(directory, SPEC.replace("hello", "hi")) == []
    assert checked == ["shop-front"]


@pytest.mark.parametrize(
    "before", ["project: shop", 'version: "1.35"', "dev: {}", "  shop-front: {", "host: shop.example.com"]
)
def test_what_an_app_is_checked_against_is_part_of_what_is_known(
    directory: Path, checked: list[str], before: str
) -> None:
    changes = {
        "project: shop": "project: store",
        'version: "1.35"': 'version: "1.34"',
        "dev: {}": "dev: {}, staging: {}",
        "  shop-front: {": "  another: {image: acme/another}\n  shop-front: {",
        # What is no placeholder may look like one, everywhere.
        "host: shop.example.com": 'host: "{environment}.example.com"',
    }
    assert faults(directory, SPEC.replace(before, changes[before])) == []
    assert {"api", "web", "shop-front"} <= {*checked}


@pytest.mark.parametrize("changed", ["spec/checks.py", "tools/schemas/schemas.zip"])
def test_another_version_of_the_generator_checks_again(
    directory: Path, checked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    shutil.copytree(package_digest._PACKAGE, tmp_path / "package")
    (tmp_path / "package" / changed).write_text("another version\n")
    monkeypatch.setattr(package_digest, "_PACKAGE", tmp_path / "package")
    assert faults(directory, SPEC) == []
    assert checked == ["api", "web", "shop-front"]


def test_a_spec_of_every_field_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / loader.FILE_NAME).write_text(EVERY_FIELD)
    first = loader.load(tmp_path)

    def check(*_: object, **__: object) -> None:
        raise AssertionError("checked again")

    monkeypatch.setattr(checks, "check", check)
    assert loader.load(tmp_path) == first


def test_a_fact_is_no_fact_of_another_spec(directory: Path, tmp_path: Path) -> None:
    data = {"project": "shop", "apps": {"a": {"port": 1}, "b": {"port": True}}}
    cache = CheckCache(directory)
    cache.about(data, placeholders=False).learn()
    assert CheckCache(directory).about(data, placeholders=False).whole
    assert not CheckCache(directory).about(data, placeholders=True).whole
    for apps in ({"a": {"port": "1"}, "b": {"port": True}}, {"a": {"port": 1}, "b": {"port": 1}}):
        other = CheckCache(directory).about({**data, "apps": apps}, placeholders=False)
        assert not other.whole
        assert len(other.apps) == 1
    assert CheckCache(tmp_path / "no folder").about(data, placeholders=False).apps == frozenset()
    assert (directory / ".git" / check_cache.PLACE).read_text().count("\n") == 3
