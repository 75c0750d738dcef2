"""What holds for every merge, whatever people did to the file and whatever the generator changed."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from generator.regenerate.merge.conflict import Conflict
from generator.regenerate.merge.three_way import merge
from generator.yaml.reader import Parsed
from testing.depth import examples
from testing.strategies import SEQUENCES, Case, cases

LOAD = yaml.CSafeLoader


class Clash(Exception):
    """A person and the generator disagree."""


class Unknown(Exception):
    """A sequence that both have changed: more than a simple oracle can tell."""


def oracle(old: Any, here: Any, new: Any, field: str = "") -> Any:
    """Return the merged value, by the rules and nothing else: no text, no places, no order but that of sequences."""
    if same(new, old) or same(new, here):
        return here
    kinds = {type(value) for value in (old, here, new) if value is not None}
    if kinds == {dict} and new is not None:
        return fields(old or {}, here or {}, new)
    if kinds == {list} and new is not None:
        return items(old or [], here or [], new, field)
    if same(here, old):
        return new
    raise Clash


def fields(old: dict[str, Any], here: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for key, value in here.items():
        if key in new:
            if key not in old and new[key] is None and value is not None:
                raise Clash
            merged[key] = oracle(old.get(key), value, new[key], key)
        elif key not in old:
            merged[key] = value
        elif not same(value, old[key]):
            raise Clash
    return {**merged, **{key: value for key, value in new.items() if key not in here and key not in old}}


def same(one: Any, other: Any) -> bool:
    """Tell whether two are equal, the order of lists included; but 1 is not True."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def items(old: list[Any], here: list[Any], new: list[Any], field: str) -> list[Any]:
    if field in SEQUENCES:
        if here == old:
            return new
        raise Unknown
    name = naming([*old, *here, *new])
    sides = [{name(item): item for item in side} for side in (old, here, new)]
    if any(len(named) < len(side) for named, side in zip(sides, (old, here, new), strict=True)):
        raise Unknown
    if isinstance(old[0] if old else None, dict) and any(
        set(sides[0]) - set(side) and set(side) - set(sides[0]) for side in sides
    ):
        raise Unknown  # perhaps renamed
    return list(fields(*sides).values())


def naming(everything: list[Any]) -> Any:
    for field in ("mountPath", "containerPort", "name", "path", "group", "secretRef"):
        if all(isinstance(item, dict) and field in item for item in everything):
            return lambda item: str(item[field].get("name") if isinstance(item[field], dict) else item[field])
    if all(isinstance(item, str) and "=" in item for item in everything):
        return lambda item: item.partition("=")[0]
    return repr


def unordered(value: Any, field: str = "") -> Any:
    if isinstance(value, dict):
        return sorted((key, unordered(item, key)) for key, item in value.items())
    if isinstance(value, list):
        found = [unordered(item) for item in value]
        return found if field in SEQUENCES else sorted(found, key=repr)
    return (type(value), value)


def load(text: str) -> list[Any]:
    return list(yaml.load_all(text, Loader=LOAD))


def whole_file(conflicts: list[Conflict]) -> bool:
    return any(not conflict.field and (conflict.local or "").startswith("the file as it is") for conflict in conflicts)


def says(text: str) -> Counter[str]:
    return Counter(comment.says for comment in Parsed(text, "f").comments())


def check(case: Case) -> str:
    """Check all properties of one case.

    Return what came of it: merged, conflict, or whole (not to be merged in place).
    """
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
        assert anyhow(value) == anyhow(expected)
    assert not says(local) - says(merged), "a comment is lost"
    assert merge("f", updated, merged, updated) == (merged, [])
    own = Counter(line for line in local.splitlines() if "mine" in line and not set("{}[]") & set(line))
    assert not own - Counter(merged.splitlines()), "a person's line is lost"
    if not case.has_aliases and not set("{}[]") & set(local):
        gone = lines(local) - lines(merged)
        assert gone.total() <= changed(original, updated), "more lines are touched than were changed"
    return "merged"


def lines(text: str) -> Counter[str]:
    """Return the lines that hold a value."""
    return Counter(
        line.strip()
        for line in text.splitlines()
        if not re.fullmatch(r"[\s-]*([^\s#]*:)?(\s*(&\w+|null|~))?(\s*#.*)?", line)
    )


def changed(one: str, other: str) -> int:
    """Return how many lines of one text are not where they were in the other."""
    matcher = difflib.SequenceMatcher(None, one.splitlines(), other.splitlines(), autojunk=False)
    return sum(end - start for tag, start, end, _, _ in matcher.get_opcodes() if tag != "equal")


def anyhow(value: list[Any]) -> Counter[str]:
    """Return what documents mean, in whatever order they and their lists are."""
    return Counter(repr(unordered(item)) for item in value)


def check_independent(case: Case) -> str:
    """Check that two changes of the generator, one after the other, mean the same in either order."""
    both, open_between = merge("f", case.original, case.updated, case.other)
    gone = lines(case.original) - lines(case.updated), lines(case.original) - lines(case.other)
    if open_between or gone[0] & gone[1]:
        return "dependent"
    results = []
    for first in (case.updated, case.other):
        once, open_first = merge("f", case.original, case.local, first)
        twice, open_second = merge("f", first, once, both)
        if open_first or open_second:
            return "conflict"
        results.append(anyhow(load(twice)))
    assert results[0] == results[1]
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


@settings(max_examples=examples(200), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases())
@pytest.mark.slow
def test_nothing_is_lost_and_the_second_time_changes_nothing(case: Case) -> None:
    check(case)


@settings(max_examples=examples(100), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(plain=True))
@pytest.mark.slow
def test_independent_regenerations_mean_the_same_in_either_order(case: Case) -> None:
    check_independent(case)


@settings(max_examples=examples(200), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(plain=True))
@pytest.mark.slow
def test_what_people_really_write_is_merged_in_place(case: Case) -> None:
    assert check(case) != "whole"
