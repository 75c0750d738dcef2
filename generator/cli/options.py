"""Options that several commands have."""

from __future__ import annotations

import argparse
import re
from typing import Any, Final

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
_UNITS: Final = {None: 1, "s": 1, "m": 60, "h": 3600}


def duration(text: str) -> float:
    """Return a duration such as ``90``, ``90s``, ``10m`` or ``1h`` in seconds. Raise argparse's error for others."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: 90s, 10m or 1h")
    return float(found[1]) * _UNITS[found[2]]


def count(text: str) -> int:
    """Return a whole number of at least 1. Raise argparse's error for others."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def app(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the one app of a command."""
    parser.add_argument("app", metavar="APP", help="the app's name in the spec")


def apps(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the apps that a command is limited to."""
    about = "only these apps, or the apps of these products; all apps if left out"
    parser.add_argument("apps", nargs="*", metavar="APP", help=about)


def environment(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the option for the one environment of a command (``required``), or that it is limited to."""
    about = "the environment" if required else "one environment; all if left out"
    parser.add_argument("-e", "-n", "--env", required=required, metavar="ENV", help=about)


def environments(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the option for the environments of a command (``required``), or that it is limited to."""
    about = "the environment; repeatable" if required else "this environment; repeatable; all if left out"
    parser.add_argument(
        "-e", "-n", "--env", required=required, action="append", default=None if required else [],
        dest="environments", metavar="ENV", help=about,
    )  # fmt: skip


def time(parser: argparse.ArgumentParser, name: str, default: str, about: str) -> None:
    """Add an option for a duration, with the same units in every command."""
    parser.add_argument(
        name, type=duration, default=default, metavar="TIME", help=f"{about}: 90 or 90s, 5m, 1h; {default} if left out"
    )


def remote(parser: argparse.ArgumentParser, to: str, only: str = "") -> None:
    """Add the options for a repository and its branch.

    ``to`` says what they are for, such as "to push to"; ``only`` names the option that they need.
    """
    ending = f", {only}" if only else ""
    parser.add_argument("--remote", metavar="URL", help=f"the repository {to}{ending}; the spec's if left out")
    parser.add_argument("--branch", help=f"the branch {to}{ending}; the spec's if left out")


def pager(parser: argparse.ArgumentParser) -> None:
    """Add ``--no-pager`` to a command that prints long text."""
    parser.add_argument("--no-pager", action="store_true", help="print long text on a terminal without a pager")


def regenerating(parser: argparse.ArgumentParser) -> None:
    """Add ``--generate`` to a command that changes generator.yaml."""
    parser.add_argument("--generate", action="store_true", help="also write the repository's files, as `generate` does")


def fields(parser: argparse.ArgumentParser, of: str) -> None:
    """Add ``--set`` for the fields of something, such as "the app"."""
    about = f"set a field of {of}, also as 'FIELD: VALUE'; repeatable"
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", dest="fields", help=about)


def given_fields(words: list[str]) -> dict[str, str]:
    """Return values by field, from words like ``FIELD=VALUE``, or ``FIELD: VALUE`` as in the spec."""
    from generator.errors import UsageError

    found: dict[str, str] = {}
    for word in words:
        at = min((place for mark in ("=", ":") if (place := word.find(mark)) > 0), default=0)
        if not at:
            raise UsageError(f"--set {word}: no value", "write --set FIELD=VALUE, like --set port=8080")
        found[word[:at].strip()] = word[at + 1 :].strip()
    return found


def published(options: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of a request that come from the options of ``remote`` and ``landing``."""
    names = ("remote", "branch", "commit", "push", "pull_request", "dry_run")
    return {name: getattr(options, name) for name in names}


def landing(parser: argparse.ArgumentParser, *, requests: bool = False) -> None:
    """Add the options for where a change goes: a commit here, a push, a pull request, or nowhere (``--dry-run``)."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--commit", action="store_true", help="commit the change in this checkout")
    how.add_argument(
        "--push", action="store_true", help="commit the change on the remote's branch instead, and push it"
    )
    if requests:
        how.add_argument(
            "--pull-request", action="store_true", help="push the change to a separate branch, and open a pull request"
        )
    parser.add_argument("--dry-run", action="store_true", help="show what would be done; change nothing")
