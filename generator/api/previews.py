"""`previews`: list the previews of open pull requests, comment on them, and end expired ones."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.delivery.previews import Preview, PreviewedApp

__all__ = ["Preview", "PreviewedApp", "PreviewsRequest", "PreviewsResult", "previews"]


@dataclass(frozen=True, slots=True)
class PreviewsRequest:
    """The environments whose open requests are listed (default: all with previews).

    With `comment`, each request gets a comment with the address of its preview. With `expire`, a request whose
    preview is older than `timeToLive` loses the label, and Argo CD removes the preview.
    """

    directory: Path = Path()
    environments: tuple[str, ...] = ()
    comment: bool = False
    expire: bool = False


@dataclass(frozen=True, slots=True)
class PreviewsResult:
    """The previews of open requests. `over` are the expired ones; with `expire`, they have lost the label."""

    previews: tuple[Preview, ...]
    over: tuple[Preview, ...] = ()


def previews(
    request: PreviewsRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> PreviewsResult:
    """List the previews of open requests; comment on them and end expired ones, if requested."""
    from generator.delivery import previews as delivery
    from generator.spec import loader

    spec = loader.load(request.directory)
    chosen = delivery.environments(spec, request.environments)
    urls = [one.pull_requests.repository for one in chosen if one.pull_requests]
    living: list[Preview] = []
    over: list[Preview] = []
    with calling(credentials, request.directory, *urls):
        for environment in chosen:
            progress(f"asking for the requests of {environment.name}")
            forge = delivery.Forge.of(spec, environment)
            now = time.time()
            for preview in forge.previews(spec):
                (over if preview.is_over(now) else living).append(preview)
                if request.expire and preview.is_over(now):
                    forge.end(preview)
                elif request.comment and not preview.is_over(now):
                    forge.comment(preview)
    return PreviewsResult(tuple(living), tuple(over))
