"""Print the table of apps by environments again after each change."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from generator.cli import console
from generator.cli.output import status as output
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from generator import Row, StatusResult


def watch(ask: Callable[[], StatusResult], form: str, seconds: float) -> None:
    """Call ``ask`` every ``seconds`` until Ctrl-C. A failure after the first call is printed, and does not end it."""
    shown = ask()
    _show(shown, None, form)
    told = ""
    while True:
        time.sleep(seconds)
        try:
            now = ask()
        except GeneratorError as error:
            if told != str(error):
                console.report(error)
            told = str(error)
            continue
        if now != shown or told:
            _show(now, shown, form)
        shown, told = now, ""


def _show(now: StatusResult, before: StatusResult | None, form: str) -> None:
    if console.is_for_machines():
        console.emit(output.record(now), in_a_stream=True)
    elif console.on_terminal():
        _redraw(now, form)
    else:
        _lines(now, before)
    sys.stdout.flush()


def _redraw(now: StatusResult, form: str) -> None:
    console.clear()
    output.show(now, form)
    output.show_notes(now)
    console.say(console.paint(f"as of {_clock()}; Ctrl-C ends", "grey"))


def _lines(now: StatusResult, before: StatusResult | None) -> None:
    """Print a line for each app in an environment that has changed, and each new note."""
    former = {(row.app, row.environment): _told(row, before) for row in before.rows} if before else {}
    for row in now.rows:
        is_now, was = _told(row, now), former.get((row.app, row.environment), "")
        if is_now != was and not console.is_for_names():
            console.say(f"{_clock()} {row.app} in {row.environment}: {f'{was} → ' if was else ''}{is_now}")
        elif is_now != was:
            console.say(row.app)
    for note in now.notes:
        if before is None or note not in before.notes:
            console.note(f"note: {note}")


def _told(row: Row, result: StatusResult) -> str:
    tag = row.tag or row.digest or "-"
    return ", ".join([tag, *output.marks(row, result)])


def _clock() -> str:
    return time.strftime("%H:%M:%S")
