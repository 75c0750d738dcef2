"""Which apps a build has to build: those whose source has changed, and none for a commit that only releases.

A build commits a tag, and the commit would start the next build: the loop ends
here, whatever the webhook lets through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from generator import checkout
from generator.release import message
from generator.spec.model import Spec

# The commit before the push, as CodeBuild and (by the workflow's `env`) GitHub Actions tell it.
BEFORE: Final = ("CODEBUILD_WEBHOOK_PREV_COMMIT", "BEFORE")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def before(environment: Mapping[str, str]) -> str | None:
    """The commit before the push that started this build; ``None`` where there is none, as for a new branch."""
    given = next((value for name in BEFORE if (value := environment.get(name))), "")
    return given if _COMMIT.fullmatch(given) and given.strip("0") else None


def automatic(environment: Mapping[str, str]) -> bool:
    """Whether a push started this build, and not a person."""
    return (
        bool(environment.get("CODEBUILD_WEBHOOK_TRIGGER"))
        or environment.get("CODEBUILD_INITIATOR", "").startswith("codepipeline/")
        or environment.get("GITHUB_EVENT_NAME") == "push"
    )


def apps(spec: Spec, directory: Path, since: str | None, *, pushed: bool) -> list[str]:
    """The apps to build, in the spec's order.

    With a commit to compare with: those whose source differs. Without one:
    all, unless a push that only releases started the build.
    """
    sources = {app.name: how.source for app in spec.apps.values() if (how := app.build)}
    if since and checkout.obtain(directory, since):
        return [name for name, source in sources.items() if checkout.differing(directory, since, [source])]
    if pushed and message.releases(checkout.message(directory)):
        return []
    return list(sources)
