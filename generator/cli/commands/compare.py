"""``compare``: what differs between two environments."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.manifests.comparison import Allowed, Difference
    from generator.spec.model import Spec

HELP: Final = "show what differs between two environments, field by field, as Kubernetes would get it"
EXAMPLE: Final = """\
  python -m generator compare staging prod
  python -m generator compare staging prod web --allow spec.replicas --allow "ConfigMap/*.data.LOG_LEVEL"
  python -m generator compare dev prod --output json | jq '.differences[] | select(.allowed == null)'

Both are built by kustomize from the files here, edits that are not committed included. What follows from
the environment is no difference: its namespace, its name as a word of its own (as in hosts and keys of
secrets), hashes of generated names. Secrets are not shown.

An app that cannot be built here is named with the reason, and the others are compared; since nobody
knows what differs in it, the exit code is 1 then.

With an allow-list it is a check for CI: exit 1 when anything else differs. The list is --allow, and in
generator.yaml:

  compare:
    allow: [spec.replicas, "ConfigMap/*.data.LOG_LEVEL", "Ingress/*"]

A pattern is a field, or Kind/name.field; `*` stands for any text, and what is below a match is allowed, too."""
_WIDEST: Final = 48
# What is kept of the text before the difference.
_CONTEXT: Final = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("left", metavar="ENV", help="an environment")
    parser.add_argument("right", metavar="ENV", help="another one")
    parser.add_argument("apps", nargs="*", metavar="APP", help="apps; all if left out")
    parser.add_argument("--allow", action="append", default=[], metavar="PATTERN", help="what may differ; repeat it")
    parser.add_argument("--exit-code", action="store_true", help="exit 1 on any difference, even without an allow-list")
    parser.add_argument("--all", action="store_true", help="show what is allowed, too")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator.delivery import image
    from generator.errors import UsageError
    from generator.manifests.comparison import Allowed
    from generator.spec import loader

    spec = loader.load(options.directory)
    names = [image.environment_named(spec, name).name for name in (options.left, options.right)]
    if names[0] == names[1]:
        raise UsageError(f"{names[0]} is one environment: name two")
    if not all(pattern.strip() for pattern in options.allow):
        raise UsageError("--allow: an empty pattern", "like spec.replicas, or ConfigMap/*.data.LOG_LEVEL")
    apps = list(dict.fromkeys(image.app_named(spec, name).name for name in options.apps)) or list(spec.apps)
    patterns = dict.fromkeys([*spec.may_differ, *options.allow])
    allowed = Allowed(list(patterns))
    with console.progress(f"building {names[0]} and {names[1]}"):
        found, problems = _differences(options, spec, apps, allowed)
    _show(options, names, found, problems)
    for pattern in allowed.unused if not options.apps else ():
        console.note(f"note: nothing differs that {pattern} would allow")
    refused = any(difference.allowed is None for difference in found)
    return int(bool(problems) or (refused and (bool(patterns) or options.exit_code)))


def _differences(
    options: argparse.Namespace, spec: Spec, apps: list[str], allowed: Allowed
) -> tuple[list[Difference], dict[str, str]]:
    """What differs, and by app why it cannot be compared."""
    import os
    from concurrent.futures import ThreadPoolExecutor

    from generator import tools
    from generator.errors import RepositoryError
    from generator.manifests import comparison, rendered, sources
    from generator.spec.paths import overlay_path

    kustomize, rules = tools.find("kustomize"), sources.rules(spec)
    environments = [spec.environments[name] for name in (options.left, options.right)]
    folders = [overlay_path(environment.name, app) for app in apps for environment in environments]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        built = list(pool.map(lambda folder: rendered.attempt(options.directory, folder, kustomize, rules), folders))
    found: list[Difference] = []
    problems: dict[str, str] = {}
    for number, app in enumerate(apps):
        left, right = built[2 * number : 2 * number + 2]
        if isinstance(left, RepositoryError) or isinstance(right, RepositoryError):
            problems[app] = next(side.message for side in (left, right) if isinstance(side, RepositoryError))
            continue
        sides = [comparison.Side(*side) for side in zip(environments, (left, right), strict=True)]
        found += comparison.compare(app, sides[0], sides[1], allowed)
    return found, problems


def _show(options: argparse.Namespace, names: list[str], found: list[Difference], problems: dict[str, str]) -> None:
    from generator.manifests import comparison

    shown = [difference for difference in found if options.all or difference.allowed is None]
    hidden = len(found) - len(shown)
    if options.json:
        described = [_described(names, difference) for difference in found]
        told = {"problems": [{"app": app, "reason": reason} for app, reason in problems.items()]} if problems else {}
        console.emit({"environments": names, "differences": described, **told})
        return
    if shown:
        head = ("app", "object", "field", *names, *(["allowed by"] if options.all else []))
        rows = [
            (
                one.app, one.manifest, one.field or "(all of it)",
                *_short(comparison.text(one.left), comparison.text(one.right)),
                *([one.allowed or "-"] if options.all else []),
            )
            for one in shown
        ]  # fmt: skip
        console.table(head, rows)
    elif not problems:
        console.say(f"{names[0]} and {names[1]} differ in nothing" + (" else" if hidden else ""))
    for app, reason in problems.items():
        console.note(f"note: {app} is not compared: {reason}")
    if hidden:
        console.note(f"note: {hidden} allowed difference{'s' if hidden != 1 else ''} not shown: --all")


def _described(names: list[str], one: Difference) -> dict[str, object]:
    from generator.manifests.comparison import ABSENT

    values = {name: value for name, value in zip(names, (one.left, one.right), strict=True) if value is not ABSENT}
    return {"app": one.app, "object": one.manifest, "field": one.field, "values": values, "allowed": one.allowed}


def _short(*values: str) -> list[str]:
    """Values that differ, each as short as a table bears, from a little before where they part."""
    lines = ["".join(letter if letter.isprintable() else " " for letter in value) for value in values]
    if max(map(len, lines)) > _WIDEST:
        parted = (index for index, letters in enumerate(zip(*lines, strict=False)) if len(set(letters)) > 1)
        start = next(parted, 0) - _CONTEXT
        lines = [f"…{line[start:]}" if start > 0 else line for line in lines]
    return [line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…" for line in lines]
