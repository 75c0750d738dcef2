"""Options that several commands have, each spelled and explained once."""

from __future__ import annotations

import argparse
import re
from typing import Any, Final

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
_UNITS: Final = {None: 1, "s": 1, "m": 60, "h": 3600}


def duration(text: str) -> float:
    """Return the seconds of ``90``, ``90s``, ``10m`` or ``1h``."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: 90s, 10m or 1h")
    return float(found[1]) * _UNITS[found[2]]


def count(text: str) -> int:
    """Return a number from 1."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def app(parser: argparse.ArgumentParser) -> None:
    """Add the one app that a command is about."""
    parser.add_argument("app", metavar="APP", help="the app's name in the spec")


def apps(parser: argparse.ArgumentParser) -> None:
    """Add the apps that a command is narrowed to."""
    about = "these apps, or those of these products; all of them if none is named"
    parser.add_argument("apps", nargs="*", metavar="APP", help=about)


def environment(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the one environment that a command is about, or is narrowed to."""
    about = "the environment" if required else "one environment; all if left out"
    parser.add_argument("-e", "-n", "--env", required=required, metavar="ENV", help=about)


def environments(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the environments that a command is about, or is narrowed to."""
    about = "the environment; repeatable" if required else "this environment; repeatable; all if left out"
    parser.add_argument(
        "-e", "-n", "--env", required=required, action="append", default=None if required else [],
        dest="environments", metavar="ENV", help=about,
    )  # fmt: skip


def time(parser: argparse.ArgumentParser, name: str, default: str, about: str) -> None:
    """Add a time, which every command takes in the same units."""
    parser.add_argument(
        name, type=duration, default=default, metavar="TIME", help=f"{about}: 90 or 90s, 5m, 1h; {default} if left out"
    )


def remote(parser: argparse.ArgumentParser, to: str, only: str = "") -> None:
    """Add the repository and the branch of it, ``to`` do what with; ``only`` says with which option they count."""
    ending = f", {only}" if only else ""
    parser.add_argument("--remote", metavar="URL", help=f"the repository {to}{ending}; the spec's if left out")
    parser.add_argument("--branch", help=f"the branch {to}{ending}; the spec's if left out")


def pager(parser: argparse.ArgumentParser) -> None:
    """Add how to do without the pager, to a command that prints long text."""
    parser.add_argument("--no-pager", action="store_true", help="print long text on a terminal at once")


def regenerating(parser: argparse.ArgumentParser) -> None:
    """Add that the repository is regenerated, to a command that changes generator.yaml."""
    parser.add_argument("--generate", action="store_true", help="regenerate the repository along with it")


def fields(parser: argparse.ArgumentParser, of: str) -> None:
    """Add the fields that are said ``of`` something."""
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="fields", help=f"say a field of {of}"
    )


def given_fields(words: list[str]) -> dict[str, str]:
    """Read ``FIELD=VALUE`` words, or ``FIELD: VALUE`` as in the spec."""
    from generator.errors import UsageError

    found: dict[str, str] = {}
    for word in words:
        at = min((place for mark in ("=", ":") if (place := word.find(mark)) > 0), default=0)
        if not at:
            raise UsageError(f"--set {word}: no value", "write --set FIELD=VALUE, like --set port=8080")
        found[word[:at].strip()] = word[at + 1 :].strip()
    return found


def published(options: argparse.Namespace) -> dict[str, Any]:
    """Return what a request takes of ``remote`` and of ``landing`` with requests."""
    names = ("remote", "branch", "commit", "push", "pull_request", "dry_run")
    return {name: getattr(options, name) for name in names}


def landing(parser: argparse.ArgumentParser, *, requests: bool = False) -> None:
    """Add how a change is made, if not in this work tree alone, and that it is not made at all."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--commit", action="store_true", help="commit the change here")
    how.add_argument("--push", action="store_true", help="commit it on the remote's branch instead, and push")
    if requests:
        how.add_argument("--pull-request", action="store_true", help="propose it on a branch of its own")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be done; change nothing")
