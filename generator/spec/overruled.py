"""Find values of an environment for a whole app that have no effect, because a workload has its own value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from generator.spec import merge_keys, override
from generator.spec.findings import Path, dotted, shown
from generator.spec.plain_data import as_map

Data = Mapping[str, Any]


class Overruled(NamedTuple):
    """A value of an environment that a workload does not take.

    Attributes:
        path: The path of the environment's value.
        winner: The path of the workload's value, which takes precedence.
        value: The environment's value.
        own: The workload's value.
    """

    path: Path
    winner: Path
    value: object
    own: object

    def message(self, place: str) -> str:
        """Return the message; ``place`` is the position of the workload's value."""
        field = dotted(self.winner[4:])
        return f"workload {self.winner[3]} keeps its own {field}: {shown(self.own)} ({place})"

    @property
    def hint(self) -> str:
        """Return a hint with the line that gives the workload the environment's value."""
        field = "".join(f"{name}: {{" for name in self.path[4:-1])
        braces = "}" * (len(self.path) - 5)
        value = "…" if isinstance(self.value, dict | list) else shown(self.value)
        said = f"{field}{self.path[-1]}: {value}{braces}"
        there = f"{{{self.path[3]}: {{workloads: {{{self.winner[3]}: {{{said}}}}}}}}}"
        return f"if it is to change, too: `environments: {there}`"


def of(app: str, given: Data) -> Iterator[Overruled]:
    """Yield the values of environments that have no effect in an app."""
    workloads = as_map(given.get("workloads"))
    if not workloads:
        return
    for environment, change in as_map(given.get("environments")).items():
        said = {name: value for name, value in as_map(change).items() if name != "workloads"}
        meant = as_map(as_map(change).get("workloads"))
        for key, own in workloads.items():
            if key in meant and meant[key] is None:
                continue
            for path, winner, value, mine in _masked(said, as_map(own), as_map(meant.get(key)), ()):
                here: Path = ("apps", app, "environments", environment, *path)
                yield Overruled(here, ("apps", app, "workloads", key, *winner), value, mine)


def _masked(said: Data, own: Data, meant: Data, at: Path) -> Iterator[tuple[Path, Path, object, object]]:
    """Yield where a workload's ``own`` value takes precedence over one for all workloads, except in ``meant``."""
    for name, value in said.items():
        mine = own.get(name)
        if isinstance(value, dict) and isinstance(mine, dict):
            yield from _masked(value, mine, as_map(meant.get(name)), (*at, name))
            continue
        group = override.rivals(name)
        winner = next((one for one in group if own.get(one) is not None), None)
        if winner is None or any(one in meant for one in group) or (value is None and winner != name):
            continue
        if value != own[winner] and not (isinstance(value, list) and name in merge_keys.KEYS):
            yield (*at, name), (*at, winner), value, own[winner]
