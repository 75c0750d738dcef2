"""``bump``: set the tag and digest of an app in an environment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator import console

if TYPE_CHECKING:
    from generator.release.image import Slot
    from generator.spec.model import Spec
    from generator.yaml_edit import Image

HELP: Final = "set an app's image tag and digest in an environment; no other byte of the file changes"
EXAMPLE: Final = """\
  python -m generator bump web --env dev --tag 1.4.2
  python -m generator bump web --env dev --tag 1.4.2 --digest sha256:… --push

--push needs no clone that is up to date: it edits the newest commit of the branch and tries
again when somebody else was faster. It takes GIT_USERNAME and GIT_TOKEN from the environment,
or git's own credentials."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("app", help="the app's name in the spec")
    parser.add_argument("--env", required=True, metavar="ENV", help="the environment")
    parser.add_argument("--tag", required=True, help="the new tag")
    parser.add_argument("--digest", help="the new digest, sha256:…; without it a former digest is taken out")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--commit", action="store_true", help="commit the change here")
    how.add_argument("--push", action="store_true", help="commit it on the remote's branch instead, and push")
    parser.add_argument("--remote", metavar="URL", help="where to push; the spec's repository if left out")
    parser.add_argument("--branch", help="the branch to push to; the spec's branch if left out")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator.release import image
    from generator.spec import loader

    spec = loader.load(options.directory)
    place = image.slot(spec, options.app, options.env)
    wanted = image.image(place, options.tag, options.digest)
    commit, changed = _push(options, spec, place, wanted) if options.push else _edit(options, place, wanted)
    if options.json:
        console.emit(
            {
                "app": place.app, "environment": place.environment, "path": place.path,
                "tag": wanted.tag, "digest": wanted.digest, "changed": changed, "commit": commit,
            }
        )  # fmt: skip
    elif changed:
        where = f" in {commit[:12]}" if commit else f" in {place.path}"
        console.say(f"{place.app} in {place.environment}: {wanted.tag}{where}")
    else:
        console.say(f"{place.app} in {place.environment}: {wanted.tag} already; nothing to do")
    return 0


def _edit(options: argparse.Namespace, place: Slot, wanted: Image) -> tuple[str | None, bool]:
    from generator import git
    from generator.release import bump

    directory: Path = options.directory
    changed = bump.in_work_tree(directory, place, wanted)
    if not (options.commit and git.changed(directory, place.path)):
        return None, changed
    return git.commit(directory, bump.message(place, wanted, directory), [place.path]), True


def _push(options: argparse.Namespace, spec: Spec, place: Slot, wanted: Image) -> tuple[str | None, bool]:
    from generator.release import bump

    url, branch = options.remote or spec.repository, options.branch or spec.branch
    with console.progress(f"pushing to {branch}"):
        published = bump.on_remote(url, branch, place, wanted, options.directory)
    return published.commit, published.commit is not None
