"""Count how much of an app's public manifests a spec of ours says: `python -m benchmarks.coverage NAME UPSTREAM`.

UPSTREAM is a folder with the public manifests, which are not ours to hold: `benchmarks/coverage/NAME.yaml` names their
source. Each leaf field is in one class, by what is rendered for one environment with the real kustomize:

- *equal*: the rendered object has the same value there,
- *on purpose*: it differs, and a row of `NAME.yaml` says why,
- *pass-through*, *patch*: equal, but only because of `pod` or `container`, or of `patches` or `manifests`,
- *edit*: none of these, so the output would have to be edited.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from generator import process
from generator.render import render
from generator.spec import file_sources, hatch_sources, hatches, loader, model, said
from generator.spec.override import PASS_THROUGH
from testing import ROOT
from testing.programs import tool

CASES: Final = ROOT / "benchmarks" / "coverage"
CLASSES: Final = ("equal", "on purpose", "pass-through", "patch", "edit")
_KEYS: Final = ("mountPath", "containerPort", "port", "name", "configMapRef", "secretRef")
# Of these there is one, whatever its name is.
_ALONE: Final = frozenset({"containers", "volumeClaimTemplates"})
# Why our output differs from anyone's manifests: the pattern of an object and field, and the reason.
COMMON: Final = yaml.safe_load((CASES / "common.yaml").read_text())
Leaves = dict[tuple[str, ...], object]


def leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each leaf with its path; items of lists go by their name, port or path, where each has one."""
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from leaves(item, (*path, str(name)))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        names = ["0"] if path[-1:] and path[-1] in _ALONE and len(value) == 1 else _names(value)
        for item, name in zip(value, names, strict=True):
            yield from leaves(item, (*path, f"[{name}]"))
    else:
        yield path, value


def _names(items: list[Any]) -> list[str]:
    for key in _KEYS:
        names = [str(item.get(key)) for item in items]
        if all(key in item for item in items) and len({*names}) == len(names):
            return names
    return [str(index) for index in range(len(items))]


def objects(documents: list[Any], named: Mapping[str, str]) -> dict[str, Leaves]:
    """Return the leaves of each object, by kind and name; `named` gives one object the name of another."""
    found: dict[str, Leaves] = {}
    for one in documents:
        name = f"{one['kind']}/{one['metadata']['name']}"
        name = re.sub(r"-[a-z0-9]{10}$", "", name) if one["kind"] == "ConfigMap" else name
        found[named.get(name, name)] = dict(leaves(one))
    return found


def built(folder: Path, environment: str, without: frozenset[str] = frozenset()) -> list[Any]:
    """Return what the cluster gets in an environment, if the spec did not say these fields."""
    spec = loader.parse((folder / "generator.yaml").read_text())
    spec = model.build(_without(spec.data, without))
    spec = model.build(file_sources.attached(folder, spec.data, loader.faults)) if said.has_files(spec.data) else spec
    spec = model.build(hatch_sources.attached(folder, spec, loader.faults)) if said.has_hatches(spec.data) else spec
    documents: list[Any] = []
    with tempfile.TemporaryDirectory() as scratch:
        for path, file in render(spec).items():
            (Path(scratch) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(scratch) / path).write_text(file.text)
        for app in spec.described:
            overlay = Path(scratch, "overlays", environment, app)
            documents += yaml.safe_load_all(process.run([tool("kustomize"), "build", overlay]).stdout)
    return documents


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(item, names) for name, item in value.items() if name not in names}
    return value


class Counts(NamedTuple):
    """How many leaves are in each class, how many have each reason, and what would have to be edited."""

    classes: Counter[str]
    reasons: Counter[str]
    left: list[str]


def count(case: Mapping[str, Any], upstream: list[Any], folder: Path) -> Counts:
    """Hold each leaf of the public manifests against what is rendered."""
    environment = case["environment"]
    named = case.get("named") or {}
    ours = objects(built(folder, environment), named)
    narrow = objects(built(folder, environment, PASS_THROUGH), named)
    plain = objects(built(folder, environment, frozenset(hatches.NAMES)), named)
    rows = [*COMMON, *(case.get("differs") or ())]
    counts = Counts(Counter(dict.fromkeys(CLASSES, 0)), Counter(), [])
    for name, wanted in objects(upstream, {}).items():
        for path, value in wanted.items():
            place = f"{name} {'.'.join(path)}"
            if name in ours and _same(ours[name].get(path), value):
                counts.classes[_by(path, value, narrow.get(name, {}), plain.get(name, {}))] += 1
            elif reason := next((row["reason"] for row in rows if re.fullmatch(row["field"], place)), None):
                counts.classes["on purpose"] += 1
                counts.reasons[reason] += 1
            else:
                counts.classes["edit"] += 1
                counts.left.append(f"{place}: {value!r}, here {ours.get(name, {}).get(path)!r}")
    return counts


def _by(path: tuple[str, ...], value: object, narrow: Leaves, plain: Leaves) -> str:
    if not _same(plain.get(path), value):
        return "patch"
    return "equal" if _same(narrow.get(path), value) else "pass-through"


def _same(one: object, other: object) -> bool:
    return one == other or (one is not None and str(one) == str(other))


def main() -> int:
    """Print the row of the table for an app, and what is in no class but the last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a file of benchmarks/coverage/, without its ending")
    parser.add_argument("upstream", type=Path, help="the folder with the public manifests")
    options = parser.parse_args()
    case = yaml.safe_load((CASES / f"{options.name}.yaml").read_text())
    files = sorted(options.upstream.rglob("*.y*ml"))
    upstream = [one for path in files for one in yaml.safe_load_all(path.read_text()) if one]
    counts = count(case, upstream, ROOT / "examples" / options.name)
    numbers = " | ".join(str(counts.classes[name]) for name in CLASSES)
    print(f"| {case['app']} | {len(upstream)} | {counts.classes.total()} | {numbers} |")
    print("\n".join([*(f"{number:4} {reason}" for reason, number in counts.reasons.most_common()), *counts.left]))
    return 1 if counts.left else 0


if __name__ == "__main__":
    raise SystemExit(main())
