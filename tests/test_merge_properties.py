"""What holds for every merge, whatever people did to the file and whatever the generator changed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings

from generator.merge.conflict import Conflict
from generator.merge.structural import merge
from generator.merge.tree import Parsed
from tests.strategies import SEQUENCES, Case, cases

LOAD = yaml.CSafeLoader


class Clash(Exception):
    """A person and the generator disagree."""


class Unknown(Exception):
    """A sequence that both have changed: more than a simple oracle can tell."""


def oracle(old: Any, here: Any, new: Any, field: str = "") -> Any:
    """The merged value, by the rules and nothing else: no text, no places, no order but that of sequences."""
    if new in (old, here) and not (isinstance(new, dict | list) and new == old and type(here) is not type(new)):
        return here
    kinds = {type(value) for value in (old, here, new) if value is not None}
    if kinds == {dict} and new is not None:
        return fields(old or {}, here or {}, new)
    if kinds == {list} and new is not None:
        return items(old or [], here or [], new, field)
    if here == old and type(here) is type(old):
        return new
    if new == old:
        return here
    raise Clash


def fields(old: dict[str, Any], here: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for key, value in here.items():
        if key in new:
            merged[key] = oracle(old.get(key), value, new[key], key)
        elif key not in old:
            merged[key] = value
        elif value != old[key]:
            raise Clash
    return {**merged, **{key: value for key, value in new.items() if key not in here and key not in old}}


def items(old: list[Any], here: list[Any], new: list[Any], field: str) -> list[Any]:
    if field in SEQUENCES:
        if here == old:
            return new
        raise Unknown
    name = naming([*old, *here, *new], (old, here, new))
    return list(fields(*({name(item): item for item in side} for side in (old, here, new))).values())


def naming(everything: list[Any], lists: tuple[list[Any], ...]) -> Any:
    for field in ("name", "mountPath", "containerPort", "path", "group"):
        names = [[item.get(field) if isinstance(item, dict) else None for item in side] for side in lists]
        if all(None not in row and len(set(map(str, row))) == len(row) for row in names):
            return lambda item, field=field: str(item[field])
    if all(isinstance(item, str) and "=" in item for item in everything):
        return lambda item: item.partition("=")[0]
    return repr


def unordered(value: Any, field: str = "") -> Any:
    if isinstance(value, dict):
        return sorted((key, unordered(item, key)) for key, item in value.items())
    if isinstance(value, list) and field not in SEQUENCES:
        return sorted((unordered(item) for item in value), key=repr)
    return (type(value), value)


def load(text: str) -> list[Any]:
    return list(yaml.load_all(text, Loader=LOAD))


def whole_file(conflicts: list[Conflict]) -> bool:
    return any(not conflict.field and (conflict.local or "").startswith("the file as it is") for conflict in conflicts)


def says(text: str) -> Counter[str]:
    return Counter(comment.says for comment in Parsed(text, "f").comments())


def check(case: Case) -> str:
    """All properties of one case; what came of it: merged, conflict, or whole (not to be merged in place)."""
    original, local, updated = case.original, case.local, case.updated
    assert load(local) == case.values[1], "the test wrote it wrong"
    assert merge("f", original, original, updated) == (updated, []) or load(original) != load(updated)
    assert merge("f", original, local, original) == (local, [])
    assert merge("f", original, updated, updated) == (updated, [])
    merged, conflicts = merge("f", original, local, updated)
    if whole_file(conflicts):
        return "whole"
    expected: Any = None
    if not case.has_aliases:
        try:
            expected = by_documents(*case.values)
        except Unknown:
            pass
        except Clash:
            assert conflicts, "a conflict that was not seen"
    if conflicts:
        assert merged == local
        assert expected is None, f"no conflict: {conflicts}"
        for conflict in conflicts:
            assert 1 <= conflict.line <= local.count("\n") + 1
        return "conflict"
    value = load(merged)
    if expected is not None:
        assert Counter(repr(unordered(item)) for item in value) == Counter(repr(unordered(item)) for item in expected)
    assert not says(local) - says(merged), "a comment is lost"
    assert merge("f", updated, merged, updated) == (merged, [])
    own = Counter(line for line in local.splitlines() if "mine" in line and not set("{}[]") & set(line))
    assert not own - Counter(merged.splitlines()), "a person's line is lost"
    return "merged"


def by_documents(old: list[Any], here: list[Any], new: list[Any]) -> list[Any]:
    if len(old) == len(here) == len(new) == 1:
        return [oracle(old[0], here[0], new[0])]

    if not all(isinstance(document.get("metadata", {}), dict) for side in (old, here, new) for document in side):
        raise Unknown

    def name(document: Any) -> str:
        return repr((document["kind"], document.get("metadata", {}).get("name")))

    sides = [[name(document) for document in side] for side in (old, here, new)]
    renamed = any(set(side) - set(sides[0]) and set(sides[0]) - set(side) for side in sides)
    if renamed or any(len(set(side)) < len(side) for side in sides):
        raise Unknown
    return list(fields(*({name(item): item for item in side} for side in (old, here, new))).values())


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_nothing_is_lost_and_the_second_time_changes_nothing(case: Case) -> None:
    check(case)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(plain=True))
def test_what_people_really_write_is_merged_in_place(case: Case) -> None:
    assert check(case) != "whole"
