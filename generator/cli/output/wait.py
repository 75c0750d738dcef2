"""Print the result of ``wait``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import WaitResult


def record(result: WaitResult) -> dict[str, object]:
    """Return the JSON document."""
    wanted, verdict = result.wanted, result.verdict
    return {
        "app": result.app, "environment": result.environment, "application": wanted.application,
        "tag": wanted.image.tag, "digest": wanted.image.digest, "commit": wanted.commit,
        "result": verdict.result, "reason": None if result.is_healthy else verdict.said,
        "revision": verdict.revision or None, "seconds": round(result.seconds, 1),
    }  # fmt: skip


def show(result: WaitResult) -> None:
    """Print that the image runs, or raise an error with the reason why not."""
    from generator.errors import ArgoCdError

    verdict, image = result.verdict, result.wanted.image
    where = f"{result.app} in {result.environment}"
    if not result.is_healthy:
        late = f"not healthy after {result.seconds:.0f} s: " if verdict.result == "timeout" else ""
        raise ArgoCdError(f"{where}: {late}{verdict.said}", verdict.hint or _hint(result))
    shown = "@".join(part for part in (image.tag, image.digest) if part)
    console.say(f"{where}: {shown} runs, {verdict.said} at {verdict.revision[:12]} ({result.seconds:.0f} s)")


def _hint(result: WaitResult) -> str:
    """Return the hint for an app that is not healthy, or not yet, in Argo CD."""
    if result.verdict.result == "superseded":
        return ""
    place = f"{result.app} --env {result.environment}"
    look = f"`python -m generator open {place}` shows it in Argo CD"
    if result.verdict.result == "timeout":
        return look
    return f"{look}; `python -m generator rollback {place} --push` puts back what ran before"
