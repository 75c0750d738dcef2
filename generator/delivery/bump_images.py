"""Parse the images of a bump: apps with a common `--tag`, or `web=1.4.2@sha256:…`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from generator.delivery import image
from generator.delivery.bump import Wanted
from generator.errors import UsageError

if TYPE_CHECKING:
    from generator.spec.model import Spec


def wanted(
    words: Sequence[str],
    environments: Sequence[str],
    spec: Spec | None,
    tag: str | None = None,
    digest: str | None = None,
    *,
    takes_moving_tags: bool = False,
) -> list[Wanted]:
    """Return the image of each app in each environment; `tag` and `digest` are for the apps that come without.

    Raises UsageError for an app without an image, or with two.
    """
    result: list[Wanted] = []
    for app, its_tag, its_digest in _split(words, tag, digest):
        for environment in environments:
            place = image.slot(spec, app, environment) if spec else image.slot_without_spec(app, environment)
            result.append(Wanted(place, image.image(place, its_tag, its_digest)))
            if image.moves(result[-1].image) and not takes_moving_tags:
                hint = "give the tag of one build, or the digest with it (--digest, --verify); or --force"
                raise UsageError(
                    f"{app}: {its_tag} names another image with each build, so it cannot be told what runs", hint
                )
    if len({one.place for one in result}) < len(result):
        raise UsageError("an app or an environment is given twice", "name each once")
    if digest and sum("=" not in word for word in words) > 1:
        raise UsageError("one digest for several apps", "give each its own: APP=TAG@DIGEST")
    return result


def _split(words: Sequence[str], tag: str | None, digest: str | None) -> Iterator[tuple[str, str, str | None]]:
    """Yield each app with its tag and digest."""
    for word in words:
        app, given, rest = word.partition("=")
        own_tag, at, own_digest = rest.partition("@") if given else (tag, "", "")
        if own_tag is None:
            raise UsageError(f"{app}: no tag", f"give one: --tag TAG, or {app}=TAG")
        yield app, own_tag, (own_digest if at else None) if given else digest
