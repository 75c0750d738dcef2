"""Find the apps and sites to build: those whose source has changed, and none for a commit that only releases.

A build commits a tag, and this commit could start the next build. The loop ends here, even without a filter in the
webhook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.delivery import commit_message
from generator.errors import GitError, RepositoryError
from generator.git import ci_checkout

if TYPE_CHECKING:
    from generator.spec.model import Spec

# The commit before the push, as CodeBuild and (by the workflow's `env`) GitHub Actions tell it.
BEFORE: Final = ("CODEBUILD_WEBHOOK_PREV_COMMIT", "BEFORE")
# The commit that is built, as both tell it.
_BUILT: Final = ("CODEBUILD_RESOLVED_SOURCE_VERSION", "GITHUB_SHA")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def before(environment: Mapping[str, str]) -> str | None:
    """Return the commit before the push that started this build; ``None`` where there is none, as for a new branch."""
    given = next((value for name in BEFORE if (value := environment.get(name))), "")
    return given if _COMMIT.fullmatch(given) and given.strip("0") else None


def automatic(environment: Mapping[str, str]) -> bool:
    """Tell whether a push started this build, and not a person."""
    return (
        bool(environment.get("CODEBUILD_WEBHOOK_TRIGGER"))
        or environment.get("CODEBUILD_INITIATOR", "").startswith("codepipeline/")
        or environment.get("GITHUB_EVENT_NAME") == "push"
    )


class Found(NamedTuple):
    """The apps and the sites to build, in the spec's order."""

    apps: list[str]
    sites: list[str]


def found(spec: Spec, directory: Path, since: str | None, environment: Mapping[str, str]) -> Found:
    """Return the apps and the sites to build.

    With a commit to compare with, these are those whose source differs. Without one, they are all, unless the build
    was started by a push that only releases.
    """
    apps = {app.name: how.folders for app in spec.apps.values() if (how := app.build)}
    sites = {site.name: (site.source,) for site in spec.sites.values() if site.source}
    if ci_checkout.is_archive(directory):
        said = _told(spec, environment)
    elif since and ci_checkout.obtain(directory, since):
        return Found(_differing(directory, since, apps), _differing(directory, since, sites))
    else:
        said = ci_checkout.message(directory)
    if automatic(environment) and commit_message.of_pipeline(said):
        return Found([], [])
    return Found(list(apps), list(sites))


def _differing(directory: Path, since: str, sources: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [name for name, folders in sources.items() if ci_checkout.differing(directory, since, folders)]


def _told(spec: Spec, environment: Mapping[str, str]) -> str:
    """Return the built commit's message, from the remote where CodePipeline has handed over its files alone.

    Without it, the commit of a release would start the next release, and so on.
    """
    commit = next((value for name in _BUILT if (value := environment.get(name))), "")
    try:
        if _COMMIT.fullmatch(commit):
            return ci_checkout.message_on(spec.repository, spec.branch, commit)
        reason = "no build tells which commit these files are"
    except GitError as exc:
        reason = f"{spec.repository} does not tell: {exc.message}"
    raise RepositoryError(
        f"no git repository, so it is not known whether this commit is a release: {reason}",
        "in CodePipeline, let the source action hand over a full clone (OutputArtifactFormat: CODEBUILD_CLONE_REF), or"
        " give the build git's credentials (ci.credentials)",
    )
