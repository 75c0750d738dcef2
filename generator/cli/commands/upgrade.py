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
    from generator.spec.reference import schema

    text = loader.read(options.directory)
    migrated = upgrade.migrate(text)
    loader.parse(migrated.text)
    now = upgrade.respelled(migrated.text)
    files = {loader.FILE_NAME: now.encode()} if now != text else {}
    if (options.directory / schema.FILE).is_file() and (options.directory / schema.FILE).read_bytes() != schema.text():
        files[schema.FILE] = schema.text()
    if files:
        loader.parse(now)
        with work_tree.locked(options.directory):
            work_tree.write(options.directory, files)
    if options.json:
        console.emit({"before": migrated.before, "after": migrated.after, "changed": bool(files)})
        return 0
    if migrated.before != migrated.after:
        console.say(f"{loader.FILE_NAME}: version {migrated.before} is version {migrated.after} now")
    elif not files:
        console.say(f"{loader.FILE_NAME}: version {migrated.after} is current; nothing to do")
    if now != migrated.text:
        console.say(f"{loader.FILE_NAME}: former spellings of fields are replaced by today's")
    if schema.FILE in files:
        console.say(f"{schema.FILE}: written anew, for editors")
    return 0
