"""Print tables: with colours on a terminal, as plain text in a pipe, or as JSON or YAML with ``-o``."""

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
# `text` and `wide` print tables; `name` prints the first column only.
FORMS: Final = ("text", "wide", "name", "json", "yaml")
# The name of the installed script, and the form of it in messages.
INSTALLED: Final = "gitops-generator"
CANONICAL: Final = "python -m generator"
# Words that a table prints in a colour, if they stand alone in a cell.
MEANINGS: Final = {
    "generated": "grey", "pipeline": "blue", "edited": "yellow", "missing": "yellow", "orphaned": "yellow",
    "conflicting": "red", "failed": "red", "ok": "green", "passed": "green", "running": "green", "stopped": "red",
    "valid": "green", "invalid": "red", "behind": "yellow", "pinned": "yellow", "proposed": "blue",
    "person": "yellow", "build": "blue", "default": "grey", "spec": "green",
    "Synced": "green", "OutOfSync": "yellow", "Healthy": "green", "Progressing": "blue", "Degraded": "red",
    "Missing": "red", "Suspended": "yellow", "Unknown": "grey",
}  # fmt: skip


# Escape sequences that `paint` writes, or other characters that would control a terminal.
_STEERING: Final = re.compile(rf"(?P<own>\x1b\[(?:0|1|3[1-4]|90)m)|(?:{CONTROLS})")


def _shown(text: str, stream: object) -> str:
    """Return the text with control characters escaped, except the colours of `paint`."""
    keep = colored(stream)
    return _STEERING.sub(lambda found: found[0] if keep and found["own"] else escape(found), text)


def on_terminal(stream: object = None) -> bool:
    """Tell whether ``stream`` (standard output if None) is a terminal, and not a dumb one."""
    target = stream or sys.stdout
    return bool(getattr(target, "isatty", lambda: False)()) and os.environ.get("TERM") != "dumb"


def colored(stream: object = None) -> bool:
    """Tell whether to print colours: if the stream is a terminal and NO_COLOR is not set."""
    return on_terminal(stream) and "NO_COLOR" not in os.environ


def paint(text: str, color: str, stream: object = None) -> str:
    """Return the text in a colour if the stream shows colours, else unchanged."""
    return f"\x1b[{COLORS[color]}m{text}\x1b[0m" if colored(stream) else text


class _Output:
    """The form of this run's output, one of ``FORMS``."""

    form: str = "text"


def configure(form: str) -> None:
    """Set the form of all further output, one of ``FORMS``."""
    _Output.form = form


def is_for_machines() -> bool:
    """Tell whether a command must print one JSON or YAML document, and nothing else, on standard output."""
    return _Output.form in ("json", "yaml")


def is_for_names() -> bool:
    """Tell whether tables print their first column only (``-o name``)."""
    return _Output.form == "name"


def program() -> str:
    """Return how the user called this program, such as ``python -m generator``, ready to paste into a shell."""
    return INSTALLED if os.path.basename(sys.argv[0]) == INSTALLED else CANONICAL  # noqa: PTH119 (as light as it gets)


def pasted(text: str) -> str:
    """Return a text with ``python -m generator`` in it replaced by how the user called this program."""
    return text if program() == CANONICAL else text.replace(CANONICAL, program())


def say(text: str = "") -> None:
    """Print a line of output."""
    sys.stdout.write(_shown(f"{text}\n", sys.stdout))


def note(text: str) -> None:
    """Print a line about progress on standard error, so that standard output has results only."""
    sys.stderr.write(_shown(f"{text}\n", sys.stderr))
    sys.stderr.flush()


def plain(notes: Iterable[str]) -> list[str]:
    """Return notes for JSON: without the prefix that marks them as notes on a terminal."""
    return [text.removeprefix("note: ") for text in notes]


def iso(seconds: float) -> str:
    """Return a time, in seconds since 1970, for JSON: ISO 8601, in UTC."""
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def clear() -> None:
    """Clear the terminal before the next table of ``--watch``."""
    sys.stdout.write("\x1b[H\x1b[2J")


def emit(data: Mapping[str, object], *, in_a_stream: bool = False) -> None:
    """Print one JSON document (YAML with ``-o yaml``); ``in_a_stream`` prints JSON on one line."""
    if _Output.form == "yaml":
        from generator.yaml import emit as yaml_emit

        text = yaml_emit.dump(data)
        say(("---\n" if in_a_stream else "") + text.rstrip("\n"))
        return
    import json

    text = json.dumps(data, indent=None if in_a_stream else 2, ensure_ascii=False)
    # Such characters occur only inside of strings, where JSON has escapes for them.
    sys.stdout.write(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns.

    On a terminal, the table fits the width (except with `-o wide`), the head is bold and states are coloured.
    In a pipe, the table is plain text with one line for each row. `-o name` prints the first column only. A cell
    may have several lines; a pipe gets them joined by commas.
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
    """Print a table; if the terminal is too narrow, wrap the text of cells."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in head:
        # Words of the head are never split; words of cells may be.
        shown.add_column(name, overflow="fold", min_width=max(map(len, name.split()), default=0))
    for row in rows:
        shown.add_row(*(Text("\n").join(Text.assemble(*_styled(line)) for line in cell.split("\n")) for cell in row))
    Console(highlight=False, soft_wrap=False, color_system="auto" if colored() else None).print(shown)


def _styled(line: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a cell's line, each with its style. Its last word decides: `behind` in `2 behind`."""
    for number, part in enumerate(line.split(", ")):
        word = part if part in MEANINGS else part.rpartition(" ")[2]
        yield f"{', ' if number else ''}{harmless(part)}", _STYLES.get(MEANINGS.get(word, ""), "")


def report(error: GeneratorError) -> None:
    """Print an error and its hint on standard error; for a faulty spec, each fault with its place."""
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
    """Print a conflict on standard error: its place and its three sides."""
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
    """Yield a function that shows the current step beside a spinner on a terminal; in a pipe it prints nothing."""
    if not colored(sys.stderr):
        yield lambda _text: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(harmless(what))) as status:
        yield lambda text: status.update(Text(harmless(text)))
