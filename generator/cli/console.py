"""Print: tables, colours on a terminal, plain text in a pipe, JSON or YAML where asked for."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from generator.errors import Conflict, Conflicts, GeneratorError, SpecError
from generator.escaping import CONTROLS, escape, harmless

COLORS: Final = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "grey": "90", "bold": "1"}
_STYLES: Final = {"grey": "bright_black", "red": "red", "green": "green", "yellow": "yellow", "blue": "blue"}
# `text` and `wide` are tables, `name` is the first column of a table.
FORMS: Final = ("text", "wide", "name", "json", "yaml")
# What is installed, and what messages say.
INSTALLED: Final = "gitops-generator"
CANONICAL: Final = "python -m generator"
# Words that a table shows in a colour, wherever they stand alone in a cell.
MEANINGS: Final = {
    "generated": "grey", "pipeline": "blue", "edited": "yellow", "missing": "yellow", "orphaned": "yellow",
    "conflicting": "red", "failed": "red", "ok": "green", "passed": "green", "running": "green", "stopped": "red",
    "valid": "green", "invalid": "red", "behind": "yellow", "pinned": "yellow", "proposed": "blue",
    "person": "yellow", "build": "blue", "default": "grey", "spec": "green",
    "Synced": "green", "OutOfSync": "yellow", "Healthy": "green", "Progressing": "blue", "Degraded": "red",
    "Missing": "red", "Suspended": "yellow", "Unknown": "grey",
}  # fmt: skip


# The colours that `paint` writes, or what would steer a terminal.
_STEERING: Final = re.compile(rf"(?P<own>\x1b\[(?:0|1|3[1-4]|90)m)|(?:{CONTROLS})")


def _shown(text: str, stream: object) -> str:
    """Escape control characters, but for the colours of `paint`."""
    keep = colored(stream)
    return _STEERING.sub(lambda found: found[0] if keep and found["own"] else escape(found), text)


def on_terminal(stream: object = None) -> bool:
    """Tell whether this is a terminal, and one that is not dumb."""
    target = stream or sys.stdout
    return bool(getattr(target, "isatty", lambda: False)()) and os.environ.get("TERM") != "dumb"


def colored(stream: object = None) -> bool:
    """Tell whether to use colours: on a terminal, unless NO_COLOR is set."""
    return on_terminal(stream) and "NO_COLOR" not in os.environ


def paint(text: str, color: str, stream: object = None) -> str:
    """Colour a text, where colours are used."""
    return f"\x1b[{COLORS[color]}m{text}\x1b[0m" if colored(stream) else text


class _Output:
    """Form of this run's output: one of ``FORMS``."""

    form: str = "text"


def configure(form: str) -> None:
    """Choose one of ``FORMS`` for all that is printed from now on."""
    _Output.form = form


def is_for_machines() -> bool:
    """Tell whether each command is to print one document, and nothing else, on standard output."""
    return _Output.form in ("json", "yaml")


def is_for_names() -> bool:
    """Tell whether tables are their first column alone."""
    return _Output.form == "name"


def program() -> str:
    """Return how this program was called, in a form that can be pasted."""
    return INSTALLED if os.path.basename(sys.argv[0]) == INSTALLED else CANONICAL  # noqa: PTH119 (as light as it gets)


def pasted(text: str) -> str:
    """Return help or a hint with the commands in it spelled as this program was called."""
    return text if program() == CANONICAL else text.replace(CANONICAL, program())


def say(text: str = "") -> None:
    """Print a line of output."""
    sys.stdout.write(_shown(f"{text}\n", sys.stdout))


def note(text: str) -> None:
    """Print a line about progress on standard error, so that output stays clean."""
    sys.stderr.write(_shown(f"{text}\n", sys.stderr))
    sys.stderr.flush()


def plain(notes: Iterable[str]) -> list[str]:
    """Return notes as JSON has them, without what marks them as notes in a terminal."""
    return [text.removeprefix("note: ") for text in notes]


def iso(seconds: float) -> str:
    """Return a time as JSON has it everywhere: ISO 8601, in UTC."""
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def clear() -> None:
    """Clear the terminal, for what is shown anew."""
    sys.stdout.write("\x1b[H\x1b[2J")


def emit(data: Mapping[str, object], *, in_a_stream: bool = False) -> None:
    """Print one JSON document, or one of YAML for `-o yaml`; in a stream of them, JSON is one line each."""
    if _Output.form == "yaml":
        from generator.yaml import emit as yaml_emit

        text = yaml_emit.dump(data)
        say(("---\n" if in_a_stream else "") + text.rstrip("\n"))
        return
    import json

    text = json.dumps(data, indent=None if in_a_stream else 2, ensure_ascii=False)
    # Within strings alone, and in JSON's own way.
    sys.stdout.write(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns.

    On a terminal they fit its width (`-o wide` leaves them as wide as they are), the head is bold and states
    are coloured; in a pipe it is plain text, one line a row. `-o name` prints the first column alone. A cell may
    have several lines, which a pipe gets in one, with commas.
    """
    if _Output.form == "name":
        for row in rows:
            say(row[0])
    elif on_terminal() and _Output.form != "wide":
        _print_fitting(head, rows)
    else:
        rows = [[cell.replace("\n", ", ") for cell in row] for row in rows]
        widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
        say(paint(_line(head, widths), "bold"))
        for row in rows:
            say(_line(row, widths))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _print_fitting(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table that wraps the text of its cells where the terminal is too narrow."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in head:
        # No word of a head is cut in two; the text of cells may be.
        shown.add_column(name, overflow="fold", min_width=max(map(len, name.split()), default=0))
    for row in rows:
        shown.add_row(*(Text("\n").join(Text.assemble(*_styled(line)) for line in cell.split("\n")) for cell in row))
    Console(highlight=False, soft_wrap=False, color_system="auto" if colored() else None).print(shown)


def _styled(line: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a cell's line, each with its style: of `2 behind` the last word tells it."""
    for number, part in enumerate(line.split(", ")):
        word = part if part in MEANINGS else part.rpartition(" ")[2]
        yield f"{', ' if number else ''}{harmless(part)}", _STYLES.get(MEANINGS.get(word, ""), "")


def report(error: GeneratorError) -> None:
    """Print an error on standard error, with its hint; for a spec, every fault with its place."""
    for text in getattr(error, "__notes__", ()):
        note(f"note: {text}")
    if isinstance(error, SpecError):
        for fault in error.faults:
            _error(str(fault), fault.hint, prefix="", excerpt=fault.excerpt)
    if isinstance(error, Conflicts):
        for conflict in error.conflicts:
            show_conflict(conflict)
    _error(error.message, error.hint)


def show_conflict(conflict: Conflict) -> None:
    """Print a conflict with its place and its three sides."""
    note(f"{conflict.path}:{conflict.line}: {conflict.field or 'the file'}")
    for name, value in (("original", conflict.original), ("local", conflict.local), ("updated", conflict.updated)):
        author = f" ({conflict.author})" if name == "local" and conflict.author else ""
        note(f"  {paint(name.ljust(8), 'grey', sys.stderr)} {'-' if value is None else value}{author}")


def _error(message: str, hint: str, prefix: str = "error: ", excerpt: str = "") -> None:
    note(f"{paint(prefix, 'red', sys.stderr)}{pasted(message)}")
    for line in excerpt.splitlines():
        note(f"    {line}")
    if hint:
        indent = "  " if not prefix else ""
        note(f"{indent}{paint('hint:', 'blue', sys.stderr)} {pasted(hint)}")


@contextmanager
def progress(what: str = "") -> Iterator[Callable[[str], None]]:
    """Yield a function that tells what is being done: beside a spinner on a terminal, and silent in a pipe."""
    if not colored(sys.stderr):
        yield lambda _text: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(harmless(what))) as status:
        yield lambda text: status.update(Text(harmless(text)))
