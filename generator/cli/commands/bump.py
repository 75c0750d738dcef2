"""``bump``: set the tags and digests of apps in environments."""

from __future__ import annotations

import argparse
import os
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "set apps' image tags and digests in environments; no other byte of the files changes"
EXAMPLE: Final = """\
  python -m generator bump web --env dev --tag 1.4.2
  python -m generator bump web --env dev --tag 1.4.2 --digest sha256:… --push
  python -m generator bump web api worker --env dev --env staging --tag 1.4.2 --push
  python -m generator bump web=1.4.2@sha256:… api=2.0.1 --env dev --push
  python -m generator bump web --env dev --tag 1.4.2 --push --remote https://git.example.com/acme/shop-gitops.git

One run makes one commit. With --push, this clone may be out of date, and with --remote you need no
clone: the command edits the newest commit of the branch, tries again if another push was faster, and
verifies the result. It takes GIT_USERNAME and GIT_TOKEN from the environment, or git's own credentials.

It changes nothing and exits 0 in three cases: the image is already set; a user has pinned the image
(`unpin APP -e ENV` removes the pin); or a newer build has set it. --force sets it in spite of a newer build.
The build with the higher number in CodeBuild or GitHub Actions (or --build) is the newer one. If the two
numbers come from different systems, or if the commits contradict them (a retry of an old build), the
commits decide: a commit is newer than those that it contains, as far as this checkout knows them;
otherwise the later commit is newer."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("apps", nargs="+", metavar="APP[=TAG[@DIGEST]]", help="the app's name in the spec")
    shared.environments(parser, required=True)
    parser.add_argument("--tag", help="the new tag of each app that is given without one")
    parser.add_argument("--digest", help="its digest, sha256:…; without this option a former digest is removed")
    parser.add_argument(
        "--verify", action="store_true", help="first check that ECR has the image, and take its digest from there"
    )
    about = "the build that made the image: NUMBER or 'SYSTEM NUMBER'; if left out, as CodeBuild or GitHub Actions say"
    parser.add_argument("--build", metavar="BUILD", help=about)
    about = "set it even if a newer build, or a build of a newer commit, has set another; also allow a tag like latest"
    parser.add_argument("--force", action="store_true", help=about)
    shared.landing(parser)
    shared.remote(parser, "to push to")
    parser.add_argument(
        "--pull-request", action="store_true",
        help="open or update a pull request for these images if the branch refuses pushes (with --push)",
    )  # fmt: skip
    parser.add_argument(
        "--subject", metavar="FORM",
        help="the form of the commit's first line, such as 'chore: {subject}'; the spec's `commits:` if left out",
    )  # fmt: skip
    parser.add_argument(
        "--sign", action="store_true", help="sign the commit, as git's gpg.format and user.signingkey say (with --push)"
    )
    about = "how long each git command may wait for the server (all attempts together end after five minutes)"
    shared.time(parser, "--timeout", "60s", about)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import bump as output

    request = generator.BumpRequest(
        apps=options.apps, environments=options.environments, directory=options.directory, tag=options.tag,
        digest=options.digest, verify=options.verify, build=options.build, force=options.force, commit=options.commit,
        push=options.push, remote=options.remote, branch=options.branch, pull_request=options.pull_request,
        subject=options.subject, sign=options.sign, timeout=options.timeout, ci=os.environ,
        dry_run=options.dry_run,
    )  # fmt: skip
    with console.progress() as progress:
        result = generator.bump(request, progress=progress, credentials=options.credentials)
    output.show(result, pushed=options.push, as_json=options.json)
    return 0
