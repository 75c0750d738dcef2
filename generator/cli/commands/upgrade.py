"""``upgrade``: bring generator.yaml to the newest version of its language."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "bring generator.yaml to the newest `version:` of its language, comments and all"
EXAMPLE: Final = """\
  python -m generator upgrade
  python -m generator diff         what a newer generator would change in the repository"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator.files import work_tree
    from generator.regenerate import upgrade
    from generator.spec import loader

    migrated = upgrade.migrate(loader.read(options.directory))
    changed = migrated.before != migrated.after
    if changed:
        loader.parse(migrated.text)
        with work_tree.locked(options.directory):
            work_tree.write(options.directory, {loader.FILE_NAME: migrated.text.encode()})
    if options.json:
        console.emit({"before": migrated.before, "after": migrated.after, "changed": changed})
    elif changed:
        console.say(f"{loader.FILE_NAME}: version {migrated.before} is version {migrated.after} now")
    else:
        console.say(f"{loader.FILE_NAME}: version {migrated.after} is current; nothing to do")
    return 0
