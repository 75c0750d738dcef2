"""`previews`: what open pull requests have, told to them, and ended once it is too old."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.delivery.previews import Preview, PreviewedApp

__all__ = ["Preview", "PreviewedApp", "PreviewsRequest", "PreviewsResult", "previews"]


@dataclass(frozen=True, slots=True)
class PreviewsRequest:
    """The environments with previews whose open requests are listed; all of them where none is named.

    With `comment`, each request is told where its preview is; with `expire`, one that is older than `timeToLive` loses
    the label, by which Argo CD takes it away.
    """

    directory: Path = Path()
    environments: tuple[str, ...] = ()
    comment: bool = False
    expire: bool = False


@dataclass(frozen=True, slots=True)
class PreviewsResult:
    """The previews of open requests; `over` are those that are too old, and have lost the label if that was asked."""

    previews: tuple[Preview, ...]
    over: tuple[Preview, ...] = ()


def previews(
    request: PreviewsRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> PreviewsResult:
    """List the previews of open requests, and do with them what is asked for."""
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
