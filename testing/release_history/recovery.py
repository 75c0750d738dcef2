"""What people do where a deployment fails, and what else they change by hand."""

from __future__ import annotations

from dataclasses import replace

from generator.delivery import pin as pins
from testing.release_history import names, rendering, writing
from testing.release_history.state import Built, Landed, Place, State
from testing.release_history.story import DAY, HOUR, MINUTE, Story
from testing.release_history.truth import Image


def roll_back(story: Story, place: Place, failed: Landed, now: int) -> None:
    """Roll it back to what ran before, with a pin that goes some time later."""
    former = _former(story, place, failed)
    if former is None or place.state.pin:
        return
    by = story.person()
    held = story.hold(now, by, story.chance.choice(names.REASONS))
    text = writing.rolled_back(place, former, held)
    mark = story.change(now, by, text, story.set_state(place, place.with_built(former, held)), "rolled back")
    _failed(story, place, failed, now, mark)
    story.at(story.soon(now, 2 * HOUR, 3 * DAY), lambda at: unpin(story, place, at))


def revert(story: Story, place: Place, failed: Landed, now: int) -> None:
    """Revert the commit by ``git revert``, where it changed nothing else."""
    if _former(story, place, failed) is None or not failed.alone:
        return
    there = story.stream.id(failed.mark)
    body = f"This reverts commit {there}"
    body += f", reversing\nchanges made to {story.stream.id(failed.former)}.\n" if failed.merge else ".\n"
    message = f'Revert "{failed.subject}"\n\n{body}'
    place.odd = True
    mark = story.change(now, story.person(), message, story.set_state(place, failed.before), "rolled back")
    _failed(story, place, failed, now, mark)


def put_back(story: Story, place: Place, failed: Landed, now: int) -> None:
    """Write the former tag and digest into the overlay by hand."""
    former = _former(story, place, failed)
    if former is None or place.state.pin:
        return
    content = place.overlay.after(
        place.state.content or b"", former.image, failed.after.built.order if failed.after.built else None
    )
    state = State(content, replace_order(former, failed), None)
    place.odd = True
    mark = story.change(
        now, story.person(), f"{place.app}: back to {former.image.tag}\n", story.set_state(place, state), "edited"
    )
    _failed(story, place, failed, now, mark)


def replace_order(former: Built, failed: Landed) -> Built:
    """Return a former build whose place in the order a person has not written."""
    return former._replace(order=failed.after.built.order if failed.after.built else None)


def pin(story: Story, place: Place, now: int) -> None:
    """Pin what is there, for some days."""
    if not place.state.released or place.state.pin or place.state.content is None or place.pending:
        return
    by = story.person()
    held = story.hold(now, by, story.chance.choice(names.HOLDS))
    content = pins.write(place.state.content, place.path, held)
    state = replace(place.state, content=content, pin=held)
    story.change(now, by, writing.pinned(place, held), story.set_state(place, state), "pinned")
    story.at(story.soon(now, DAY, 9 * DAY), lambda at: unpin(story, place, at))


def unpin(story: Story, place: Place, now: int) -> None:
    """Take a pin out."""
    if place.state.pin is None or place.state.content is None or (place.app, place.environment) not in story.places:
        return
    content = pins.write(place.state.content, place.path, None)
    state = replace(place.state, content=content, pin=None)
    story.change(now, story.person(), writing.pinned(place, None), story.set_state(place, state), "unpinned")


def try_out(story: Story, place: Place, now: int) -> None:
    """Write the tag of a branch's build into the overlay by hand."""
    if not place.state.released or not story.is_free(place) or place.pending:
        return
    tag = f"pr-{story.chance.randrange(100, 2000)}-{story.chance.getrandbits(32):08x}"
    subject = f"Try {tag} of {place.app} in {place.environment}"
    if story.plan.hostile and story.chance.random() < 0.5:
        tag = f"{story.chance.choice(names.HOSTILE_TAGS)}{story.chance.getrandbits(32):08x}"
        subject = story.chance.choice(names.HOSTILE_SUBJECTS)
    built = place.state.built
    assert built
    content = place.overlay.by_hand(place.state.content or b"", tag)
    # Its number stays, as its place in the order does: whatever is built next is newer.
    state = State(content, Built(Image(tag), None, {}, built.order, built.number), None)
    place.odd = True
    story.change(now, story.person(), f"{subject}\n", story.set_state(place, state), "edited")


def configure(story: Story, app: str, now: int) -> None:
    """Change an app's configuration in production; no image changes."""
    place = story.places.get((app, "prod"))
    if place is None or place.odd or not place.state.released or place.state.content is None:
        return
    level = 1 - place.level
    state = place.with_level(level)
    place.level = level
    words = f"Log {'more' if level else 'less'} of {app} in production\n"
    story.change(now, story.person(), words, story.set_state(place, state), "", more=story.described(app))


def resize(story: Story, app: str, now: int) -> None:
    """Edit an app's base by hand."""
    path = f"base/{app}/deployment.yaml"
    if (app, "prod") not in story.places or path not in story.extra:
        return
    size = story.chance.choice((96, 192, 256, 320, 384, 512))
    story.extra[path] = rendering.memory_edit(story.extra[path], size)
    story.land(now, story.person(), f"{app} needs {size} MiB\n", {path: story.extra[path]})


def clean_up(story: Story, place: Place, now: int) -> None:
    """Delete an overlay by mistake, and revert that some minutes later."""
    before = place.state
    later = now + int(story.chance.uniform(MINUTE, 9 * MINUTE))
    if not story.is_free(place) or not before.released or place.pending or later > story.plan.now:
        return
    by = story.person()
    subject = f"Clean up old overlays of {place.environment}"
    mark = story.change(now, by, f"{subject}\n", story.set_state(place, State(None)), "removed")
    message = f'Revert "{subject}"\n\nThis reverts commit {story.stream.id(mark)}.\n'
    story.change(later, by, message, story.set_state(place, before), "generated")


def _former(story: Story, place: Place, failed: Landed) -> Built | None:
    """Return what ran before a failed deployment, if that is still the last change."""
    if place.landed is not failed or story.places.get((place.app, place.environment)) is not place:
        return None
    former = failed.before.built
    return former if former and former.number and former.build else None


def _failed(story: Story, place: Place, failed: Landed, now: int, mark: int) -> None:
    image = failed.after.image
    assert image
    place.bad.add(image)
    story.failed(place, failed.mark, failed.seconds, image.tag or "", now, mark, "observed")
