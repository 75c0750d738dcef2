"""Print the previews of pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import Preview, PreviewsResult


def record(result: PreviewsResult, *, ended: bool) -> dict[str, object]:
    """Return the JSON document."""
    over = [{**_described(one), "over": True, "ended": ended} for one in result.over]
    return {"previews": [*({**_described(one), "over": False, "ended": False} for one in result.previews), *over]}


def show(result: PreviewsResult, *, ended: bool) -> None:
    """Print a table with a row for each preview."""
    if not result.previews and not result.over:
        console.say("no open request has a preview")
        return
    state = "ended" if ended else "too old: --expire ends it"
    rows = [_row(one, console.iso(one.until) if one.until else "-") for one in result.previews]
    rows += [_row(one, state) for one in result.over]
    console.table(("environment", "request", "label since", "until", "addresses"), rows)


def _row(preview: Preview, until: str) -> tuple[str, ...]:
    addresses = " ".join(one.address for one in preview.apps if one.address) or "-"
    return preview.environment, preview.request.number, console.iso(preview.since), until, addresses


def _described(preview: Preview) -> dict[str, object]:
    return {
        "environment": preview.environment,
        "request": preview.request.number,
        "url": preview.request.url,
        "commit": preview.commit,
        "time": console.iso(preview.since),
        "until": console.iso(preview.until) if preview.until else None,
        "apps": [
            {"app": one.app, "application": one.application, "image": one.image, "address": one.address or None}
            for one in preview.apps
        ],
    }
