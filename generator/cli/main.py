"""The command line: parse, dispatch, and turn errors into exit codes.

0 done, or nothing to do · 1 something for the user to fix · 2 usage ·
3 a bug in here · 4 conflicts with hand edits · 130 interrupted
"""

from __future__ import annotations

import argparse
import errno
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from generator import __version__
from generator.cli import console
from generator.cli.commands import COMMANDS, DEFAULT
from generator.errors import Conflicts, GeneratorError
from generator.git import hosts

EXIT_BUG: Final = 3
EXIT_INTERRUPTED: Final = 130
# What a machine may refuse at any moment, and what is no bug in here.
MACHINE: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENAMETOOLONG)

EPILOG: Final = """\
examples:
  python -m generator init shop            a new repository
  python -m generator                      regenerate the one in this folder
  python -m generator diff                 what that would change
  python -m generator bump web --env dev --tag 1.4.2 --push

exit codes:
  0 done, or nothing to do    1 something for you to fix    2 wrong usage
  3 a bug in the generator    4 conflicts with hand edits   130 interrupted
"""


def parser(*names: str) -> argparse.ArgumentParser:
    """The command line with one subparser for each of these commands; all of them, if none is named."""
    top = argparse.ArgumentParser(
        prog="python -m generator",
        description="Turns generator.yaml into a GitOps repository for Argo CD on AWS. Hand edits survive.",
        epilog=EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and exit")
    shared = argparse.ArgumentParser(add_help=False)
    for target in (top, shared):
        # SUPPRESS, so that an option given before the command is not reset by the command's default.
        target.add_argument("-C", dest="directory", metavar="DIR", default=argparse.SUPPRESS, help="the repository")
        target.add_argument(
            "--output", choices=("text", "json"), default=argparse.SUPPRESS, help="for people or for machines"
        )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name in names or COMMANDS:
        command = COMMANDS[name]
        sub = commands.add_parser(
            name,
            parents=[shared],
            help=command.HELP,
            description=f"{command.HELP[0].upper()}{command.HELP[1:]}.",
            epilog=f"example:\n{command.EXAMPLE}",
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(sub)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    # A run makes very many objects that stay, and hardly a cycle: looking for cycles would take a fifth of its time.
    gc.set_threshold(1_000_000)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        # A path may hold bytes that are no text, and a terminal may know less than UTF-8: neither is a bug.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            code = _run(words)
        except SystemExit as stop:  # argparse, after --help or a usage error
            code = int(stop.code or 0)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        console.note("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 (the one place where bugs surface)
        import traceback

        traceback.print_exc()
        console.note("error: this is a bug in the generator")
        console.note("hint: please report it with the lines above")
        return EXIT_BUG


def _run(words: Sequence[str]) -> int:
    words, command = _with_command(words)
    options = (parser(command) if command in COMMANDS else parser()).parse_args(words)
    if options.version:
        console.say(__version__)
        return 0
    options.directory = Path(getattr(options, "directory", "."))
    # What the user has written may get the user's token; what the spec says may not.
    hosts.name(options.directory, getattr(options, "remote", None), getattr(options, "api", None))
    options.json = getattr(options, "output", "text") == "json"
    # A polite kill cleans up just as Ctrl-C does.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return COMMANDS[options.command].run(options)
    except OSError as exc:
        if exc.errno not in MACHINE:
            raise
        what = f"{exc.filename}: {exc.strerror}" if exc.filename else str(exc.strerror)
        return _failed(GeneratorError(what, "this machine refuses it; free some space, or change the rights"), options)
    except GeneratorError as error:
        return _failed(error, options)


def _with_command(words: Sequence[str]) -> tuple[list[str], str]:
    """The words with the command among them, and the command as it is written; it may be ``--help``.

    Without one the default is meant, so its options may follow at once: ``generator --prune``.
    """
    place = 0
    while place < len(words) and words[place].startswith(("-C", "--output")):
        place += 1 if words[place] not in ("-C", "--output") else 2
    rest = words[place:]
    named = bool(rest) and (not rest[0].startswith("-") or rest[0] in ("-h", "--help", "--version"))
    return (list(words), rest[0]) if named else ([*words[:place], DEFAULT, *rest], DEFAULT)


def _failed(error: GeneratorError, options: argparse.Namespace) -> int:
    if options.json:
        console.emit(_as_json(error))
    console.report(error)
    return error.exit_code


def _as_json(error: GeneratorError) -> dict[str, object]:
    faults = [fault._asdict() for fault in getattr(error, "faults", [])]
    conflicts = [conflict._asdict() for conflict in error.conflicts] if isinstance(error, Conflicts) else []
    return {
        "error": error.message,
        "hint": error.hint,
        **({"faults": faults} if faults else {}),
        **({"conflicts": conflicts} if conflicts else {}),
    }
