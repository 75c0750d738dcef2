"""Promote images: for each app, from one environment into the overlay of another."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from generator.delivery import build_order, image, pin
from generator.delivery.image import absent
from generator.delivery.promotion.moves import MAY_NOT_MOVE, LeftOut, Move, Moves, Why, name
from generator.errors import RepositoryError, SpecError, UsageError, reason
from generator.spec.image_reference import UNRELEASED
from generator.yaml.kustomization import Image, Kustomization

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.spec.model import Spec

Read = Callable[[str], bytes | None]


def route(spec: Spec, source: str | None, target: str, *, force: bool) -> tuple[str, str]:
    """Return source and target; the default source is the environment before the target.

    ``UsageError`` if they are unknown or the same, or if the target comes before the source, unless forced.
    """
    order = list(spec.environments)
    to = image.environment_named(spec, target).name
    if source is None:
        if order.index(to) == 0:
            raise UsageError(f"{to} is the first environment: there is none before it", "`bump` sets its image")
        return order[order.index(to) - 1], to
    origin = image.environment_named(spec, source).name
    if origin == to:
        raise UsageError(f"--from and --to are both {to}", f"known here, in promotion order: {', '.join(order)}")
    if order.index(origin) > order.index(to) and not force:
        hint = "--force, if you mean it; what is older there goes back only if its app is named"
        raise UsageError(f"{origin} comes after {to} in the promotion order", hint)
    return origin, to


def chosen(spec: Spec, apps: Sequence[str]) -> tuple[str, ...]:
    """Return the apps that are named, in the spec's order, or all of them; ``UsageError`` for an unknown one."""
    names = image.apps_named(spec, apps)
    return tuple(name for name in spec.apps if name in names or not apps)


def find(
    spec: Spec,
    apps: Iterable[str],
    source: str,
    target: str,
    read: Read,
    older: Callable[[Move], str | None],
    back: Container[str] = (),
    tag: str | None = None,
) -> Moves:
    """Compare the overlays of two environments. ``older`` returns why a move would be a step back.

    A step back is left out, unless the app may go ``back``. So are apps whose overlay has no image, and apps whose
    source has another ``tag`` than the requested one.
    """
    going: list[Move] = []
    left_out: list[LeftOut] = []
    for app in apps:
        try:
            found = _find(spec, app, source, target, read)
            if isinstance(found, Move) and tag not in (None, found.after.tag):
                has = f"{source} has {name(found.after)}, and not {tag}"
                found = LeftOut(app, Why.ANOTHER, has)
            elif isinstance(found, Move) and (why := older(found)):
                found = replace(found, back=why) if app in back else LeftOut(app, Why.OLDER, why)
        except (RepositoryError, SpecError) as exc:
            found = LeftOut(app, Why.UNREADABLE, reason(exc))
        if isinstance(found, Move):
            going.append(found)
        else:
            left_out.append(found)
    return Moves(tuple(going), tuple(left_out))


def hold_products(spec: Spec, found: Moves) -> Moves:
    """Leave out all apps of each product of which one may not move; bases, where they are promoted, stay with them."""
    waiting: dict[str, LeftOut] = {}
    stays = {item.app: item for item in found.left_out if item.why in MAY_NOT_MOVE}
    for product, apps in spec.products.items():
        cause = next((stays[app] for app in apps if app in stays), None)
        if cause is not None:
            why = f"{product} moves as one, and {cause.app} stays: {cause.reason}"
            waiting |= {app: LeftOut(app, Why.PRODUCT, why) for app in apps if app not in stays}
    held = {move.app for move in found.going if move.app in waiting}
    if spec.promotion.base:
        held |= {i.app for i in found.left_out if i.app in waiting and i.why in (Why.SAME, Why.UNRELEASED)}
    left_out = [*(item for item in found.left_out if item.app not in held), *(waiting[app] for app in held)]
    order = list(spec.apps)
    return Moves(
        tuple(move for move in found.going if move.app not in held),
        tuple(sorted(left_out, key=lambda item: order.index(item.app))),
    )


def _find(spec: Spec, app: str, source: str, target: str, read: Read) -> Move | LeftOut:
    """Find an app's move. Raises ``RepositoryError`` or ``SpecError`` for an overlay that cannot be read or edited."""
    for environment in (source, target):
        if environment not in spec.apps[app].environments:
            return LeftOut(app, Why.ABSENT, f"it is not in {environment}")
    origin, goal = image.slot(spec, app, source), image.slot(spec, app, target)
    after, before = _image(origin, read), _image(goal, read)
    if not _released(after):
        return LeftOut(app, Why.UNRELEASED, f"nothing has been released to {source} yet")
    # Of an image that has a digest alone, only that moves.
    after = after._replace(tag=after.tag or before.tag)
    if (after.tag, after.digest) == (before.tag, before.digest):
        return LeftOut(app, Why.SAME, f"{target} has {name(after)} already")
    held = pin.read(read(goal.path) or b"", goal.path)
    if held is not None:
        return LeftOut(app, Why.PINNED, f"{target} is pinned to {name(before)}: {held}")
    built = Kustomization(read(origin.path) or b"", origin.path).annotations.get(build_order.ANNOTATION)
    move = Move(app, origin, goal, before, after, built)
    edit([move], read)
    return move


def release_hint(spec: Spec, app: str, source: str, read: Read) -> str:
    """Return how an app gets to an environment without a release: from the nearest earlier one that has an image."""
    order = list(spec.environments)
    own = [one for one in order if one in spec.apps[app].environments]
    for before, after in reversed(list(pairwise(own[: own.index(source) + 1]))):
        if _has_image(spec, app, before, read):
            origin = "" if order.index(after) - order.index(before) == 1 else f" --from {before}"
            return f"promote it to {after} first: python -m generator promote {app} --to {after}{origin}"
    return f"release it first: python -m generator bump {app} --env {source} --tag TAG --push"


def _has_image(spec: Spec, app: str, environment: str, read: Read) -> bool:
    try:
        return _released(_image(image.slot(spec, app, environment), read))
    except (RepositoryError, SpecError):
        return False


def _released(found: Image) -> bool:
    return found.tag not in (None, UNRELEASED) or found.digest is not None


def newer(move: Move, read: Read, now: datetime, contains: build_order.Contains) -> bool | None:
    """Tell whether the move goes to a newer build, by the builds' order; ``None`` if the order is unknown."""
    places = (move.source.path, move.target.path)
    here, there = (build_order.read(content, path) if (content := read(path)) else None for path in places)
    if here is None or there is None:
        return None
    if there.after(here, now, contains):
        return False
    return True if here.after(there, now, contains) else None


def _image(place: Slot, read: Read) -> Image:
    content = read(place.path)
    if content is None:
        raise absent(place, " on the branch")
    found = image.in_content(content, place)
    if found is None:
        hint = "put it back, or regenerate, and push"
        raise RepositoryError(f"{place.path}: no entry for {place.image} under images", hint)
    return found


def edit(moves: Iterable[Move], read: Read) -> dict[str, bytes]:
    """Return the target's overlays with the new images; no other byte changes."""
    files: dict[str, bytes] = {}
    for move in moves:
        path = move.target.path
        content = files.get(path) or read(path) or b""
        overlay = Kustomization(content, path)
        overlay.set_image(Image(move.target.image, move.after.tag, move.after.digest))
        # Whoever bumps or promotes next is to compare with this build, and not with the one before it.
        overlay.annotate(build_order.ANNOTATION, move.built)
        files[path] = overlay.result()
    return files
