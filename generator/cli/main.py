"""The command line: parse the arguments, run the command, and turn errors into exit codes.

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
from typing import Any, Final, NoReturn

from generator import __version__
from generator.cli import console
from generator.cli.commands import ALIASES, COMMANDS, DEFAULT, GROUPS
from generator.cli.help_text import Formatter
from generator.errors import Conflicts, GeneratorError, UsageError

EXIT_BUG: Final = 3
EXIT_INTERRUPTED: Final = 130
# Errors that the machine can cause at any moment, such as a full disk. They are no bugs of the generator.
MACHINE: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENAMETOOLONG)

_WIDTH: Final = 80

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


class _Parser(argparse.ArgumentParser):
    """A parser whose help fits the terminal and spells commands as the user called this program."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=Formatter, **settings)

    def format_help(self) -> str:
        return console.pasted(super().format_help())

    def error(self, message: str) -> NoReturn:
        lacks_environment = "required" in message and "--env" in message
        hint = "add --env ENV, such as --env dev" if lacks_environment else ""
        if console.is_for_machines():
            console.emit({"error": message, "hint": hint or f"{self.prog} --help"})
        super().error(f"{message}\nhint: {hint}" if hint else message)


class _Top(_Parser):
    """The parser of the whole command line; its help lists the commands by task."""

    def format_help(self) -> str:
        head, options, rest = super().format_help().partition("\noptions:")
        return f"{head}\n{_listed()}\n{options}{rest}"


def _listed() -> str:
    """Return the list of commands for the help: grouped by task, each with one line that says what it does."""
    import textwrap

    width = max(map(len, COMMANDS)) + 4
    lines: list[str] = []
    for title, names in GROUPS.items():
        lines.append(f"{title}:")
        for name in names:
            first, *more = textwrap.wrap(COMMANDS[name].HELP, _WIDTH - width)
            lines += [f"  {name:<{width - 2}}{first}", *(" " * width + line for line in more)]
    return "\n".join(lines)


def parser(*names: str, completing: bool = False) -> argparse.ArgumentParser:
    """Return the parser of the command line, with subparsers for these commands, or for all if none is named.

    ``completing`` makes the subcommands visible to code that reads the parser, such as the completion script.
    """
    top = _Top(
        prog=console.program(),
        usage=f"{console.program()} [-C DIR] [-o FORM] COMMAND ...",
        description="Write a GitOps repository for Argo CD on AWS from generator.yaml. Hand edits are kept.",
        epilog=EPILOG,
    )
    top.add_argument("--version", action="store_true", help="print the version and exit")
    shared = _Parser(add_help=False)
    for target in (top, shared):
        # Without SUPPRESS, the command's default would overwrite an option that stands before the command.
        target.add_argument(
            "-C",
            dest="directory",
            metavar="DIR",
            default=argparse.SUPPRESS,
            help="the repository; otherwise the one that this folder is in",
        )
        target.add_argument(
            "-o",
            "--output",
            choices=console.FORMS,
            metavar="FORM",
            default=argparse.SUPPRESS,
            help=f"{', '.join(console.FORMS)}: tables that fit or are wide, names only, or for machines",
        )
    commands = top.add_subparsers(
        dest="command", metavar="COMMAND", help=None if completing else argparse.SUPPRESS, parser_class=_Parser
    )
    for name in names or COMMANDS:
        command = COMMANDS[name]
        sub = commands.add_parser(
            name,
            prog=f"{console.program()} {name}",
            parents=[shared],
            help=command.HELP,
            description=f"{command.HELP[0].upper()}{command.HELP[1:]}.",
            epilog=f"example:\n{command.EXAMPLE}",
        )
        command.add_arguments(sub)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command with the arguments ``argv`` (``sys.argv`` if None), and return the exit code."""
    # A run keeps its many objects to the end, with few cycles: the search for cycles would take a fifth of the time.
    gc.set_threshold(1_000_000)
    words = list(sys.argv[1:] if argv is None else argv)
    console.configure(_form(words))
    try:
        # A path may contain bytes that are no text, and a terminal may not support UTF-8: neither is a bug.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            code = _run(words)
        except SystemExit as stop:  # argparse exits after --help or a usage error.
            code = int(stop.code or 0)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        console.note("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of the pipe (head, less) has ended. Without this, Python would print an error while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 (the one place where bugs surface)
        import traceback

        traceback.print_exc()
        bug = GeneratorError("this is a bug in the generator", "please report it with the lines above")
        _failed(bug)
        return EXIT_BUG


def _form(words: Sequence[str]) -> str:
    """Return the value of ``-o`` before the arguments are parsed, so that errors of usage have the right form, too."""
    for word, after in zip(words, [*words[1:], ""], strict=False):
        name, _, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
        if name in ("-o", "--output"):
            form = value or after
            return form if form in console.FORMS else console.FORMS[0]
    return console.FORMS[0]


def _run(words: Sequence[str]) -> int:
    words, command = _with_command(words)
    if not command.startswith("-") and command not in COMMANDS:
        return _failed(_unknown(command))
    # Only help shows all commands and must load them.
    names = [command] if command in COMMANDS else [DEFAULT] if command == "--version" else []
    options = parser(*names).parse_args(words)
    if options.version:
        console.say(__version__)
        return 0
    # Imported here, because help and the version need none of these modules.
    from generator.credentials import Credentials, using
    from generator.git import named_hosts

    options.directory = Path(options.directory) if hasattr(options, "directory") else _repository(Path.cwd())
    form = getattr(options, "output", console.FORMS[0])
    console.configure(form)
    options.form, options.json = form, console.is_for_machines()
    # SIGTERM cleans up as Ctrl-C does.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    options.credentials = Credentials.from_environment()
    # A URL from the user may receive the user's token; a URL from the spec may not.
    named = named_hosts.naming(options.directory, getattr(options, "remote", None), getattr(options, "api", None))
    try:
        with using(options.credentials), named:
            return COMMANDS[options.command].run(options)
    except OSError as exc:
        if exc.errno not in MACHINE:
            raise
        what = f"{exc.filename}: {exc.strerror}" if exc.filename else str(exc.strerror)
        return _failed(GeneratorError(what, "this machine refuses it; free some space, or change the rights"))
    except GeneratorError as error:
        return _failed(error)


def _repository(folder: Path) -> Path:
    """Return the nearest folder with a generator.yaml: ``folder`` or one above it in the same git repository.

    If there is none, return ``folder``.
    """
    from generator.spec.layout import SPEC

    found = None
    for above in (folder, *folder.parents):
        if found is None and (above / SPEC).is_file():
            found = above
        if (above / ".git").exists():
            return Path(os.path.relpath(found, folder)) if found else Path()
    return Path()


def _unknown(command: str) -> UsageError:
    from generator.spec.findings import did_you_mean

    near = did_you_mean(command, [*COMMANDS, *ALIASES, "help", "version"])
    return UsageError(f"no command {command!r}", near or f"all of them: {console.CANONICAL} --help")


def _with_command(words: Sequence[str]) -> tuple[list[str], str]:
    """Return the words including the command, and the command, which may be ``--help``.

    If the words have no command, the default command is added, so ``generator --prune`` works.
    """
    place = 0
    while place < len(words) and words[place].startswith(("-C", "-o", "--output")):
        place += 1 if words[place] not in ("-C", "-o", "--output") else 2
    before, rest = list(words[:place]), list(words[place:])
    match rest:
        case ["help", name, *_] if name in COMMANDS or name in ALIASES:
            rest = [name, "--help"]
        case ["help", *_]:
            rest = ["--help"]
        case ["version"]:
            rest = ["--version"]
    if rest and rest[0] in ALIASES:
        rest[0] = ALIASES[rest[0]]
    named = bool(rest) and (not rest[0].startswith("-") or rest[0] in ("-h", "--help", "--version"))
    return ([*before, *rest], rest[0]) if named else ([*before, DEFAULT, *rest], DEFAULT)


def _failed(error: GeneratorError) -> int:
    if console.is_for_machines():
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
