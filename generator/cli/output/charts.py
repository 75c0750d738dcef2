"""Print which charts are locked, and which were updated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import ChartUpdate, LockChartsResult, UpdateChartsResult

_SHORT_DIGEST: Final = len("sha256:") + 12


def show_lock(result: LockChartsResult, *, as_json: bool) -> None:
    """Print a table of all charts in the lock, or one JSON document."""
    if as_json:
        console.emit(
            {
                "charts": [{**chart._asdict(), "new": chart in result.new} for chart in result.charts],
                "held": list(result.held),
            }
        )
        return
    console.table(
        ("chart", "version", "digest", ""),
        [
            (
                f"{one.repository}/{one.name}",
                one.version,
                one.digest[:_SHORT_DIGEST],
                "new" if one in result.new else "",
            )
            for one in result.charts
        ],
    )
    for path in result.held:
        console.note(f"{path}: from now on, Argo CD must deploy the chart with this digest")


def show_updates(result: UpdateChartsResult, *, as_json: bool) -> None:
    """Print a line for each chart, or one JSON document."""
    if as_json:
        from dataclasses import asdict

        console.emit({"updates": [asdict(one) for one in result.updates]})
        return
    for one in result.updates:
        console.say(f"{one.app} in {one.environment}: {_said(one)}")


def _said(one: ChartUpdate) -> str:
    if one.state == "pinned":
        return f"{one.before} stays, pinned: {one.why}"
    if one.state == "same":
        return f"{one.before} already; nothing to do"
    return f"{one.before} -> {one.after} in {one.path}"
