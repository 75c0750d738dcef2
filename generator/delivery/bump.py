"""Set images in overlays: in the work tree, or straight on the remote's branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.delivery import build_order, commit_message, pin
from generator.delivery import image as images
from generator.delivery.change import Change
from generator.delivery.commit_message import Build
from generator.delivery.image import Slot, absent
from generator.errors import GitError, RepositoryError
from generator.files import work_tree
from generator.git import checkout
from generator.spec import subject
from generator.yaml.kustomization import Image, Kustomization

if TYPE_CHECKING:
    from generator.delivery.build_order import Contains, Order
    from generator.delivery.change import Read
    from generator.delivery.commit_message import Release

# As many are named in a subject; with more, they are counted.
NAMED: Final = 3


class NoOverlay(RepositoryError):
    """The branch has no overlay for a slot."""

    def __init__(self, place: Slot) -> None:
        error = absent(place)
        super().__init__(error.message, error.hint)
        self.place = place


class State(StrEnum):
    """Outcome for one image."""

    CHANGED = "changed"
    SAME = "same"
    """It was there already."""
    PINNED = "pinned"
    """A person holds what is there."""
    SUPERSEDED = "superseded"
    """A newer build has set what is there."""


class Wanted(NamedTuple):
    """An image for a slot. An empty name of the slot's image means the only one of the overlay."""

    place: Slot
    image: Image


class BumpOutcome(NamedTuple):
    """Outcome for one image; ``why`` where it is held."""

    wanted: Wanted
    state: State
    why: str = ""


class Bump:
    """One bump of some images, which is one commit. ``outcomes`` are those of the last ``edit``.

    ``source`` describes the built commit when it is needed; see ``git.describe_head``. ``verify`` checks that an
    image exists, and adds its digest. ``contains`` reads the history of built commits, for two builds whose numbers
    and times contradict each other. ``form`` is the format of the message's subject.
    """

    def __init__(
        self,
        wanted: Sequence[Wanted],
        source: Callable[[], Mapping[str, str]],
        build: Build | None = None,
        *,
        force: bool = False,
        verify: Callable[[Image], Image] | None = None,
        contains: Contains = build_order.unknown,
        form: str = subject.AS_IT_IS,
    ) -> None:
        self.wanted = wanted
        self.source = source
        self.build = build
        self.force = force
        self.verify = verify
        self.contains = contains
        self.form = form
        self.outcomes: list[BumpOutcome] = []

    @property
    def paths(self) -> list[str]:
        """Return the files that it reads."""
        return [one.place.path for one in self.wanted]

    @property
    def changed(self) -> list[BumpOutcome]:
        """Return what the last edit changed."""
        return [outcome for outcome in self.outcomes if outcome.state is State.CHANGED]

    def edit(self, read: Read) -> dict[str, bytes]:
        """Return the files that change."""
        built = build_order.order(self.build, self.source())
        contents: dict[str, bytes] = {}
        outcomes = []
        for one in self._known(read):
            path = one.place.path
            former = contents[path] if path in contents else read(path) or b""
            content, outcome = self._edited(one, former, built)
            outcomes.append(outcome)
            if content != former:
                contents[path] = content
        self.outcomes = outcomes
        return contents

    def _edited(self, one: Wanted, content: bytes, built: Order | None) -> tuple[bytes, BumpOutcome]:
        path = one.place.path
        overlay = Kustomization(content, path)
        overlay.set_image(one.image)
        if not overlay.is_edited:
            return content, BumpOutcome(one, State.SAME)
        # Held for both reasons at once is rare, and then the person's reason counts.
        held = pin.of(overlay)
        if held is not None:
            return content, BumpOutcome(one, State.PINNED, str(held))
        newest = build_order.of(overlay)
        if built and newest and not self.force and newest.after(built, datetime.now(UTC), self.contains):
            retried = newest.system == built.system and newest.number < built.number
            return content, BumpOutcome(one, State.SUPERSEDED, f"{newest}{', of a newer commit' if retried else ''}")
        if built:
            overlay.annotate(build_order.ANNOTATION, str(built))
        return overlay.result(), BumpOutcome(one, State.CHANGED)

    def _known(self, read: Read) -> Sequence[Wanted]:
        """Return the images with their names and digests; both stay once they are known."""
        named = [_named(one, read(one.place.path)) for one in self.wanted]
        if self.verify:
            named = [one._replace(image=self.verify(one.image)) for one in named]
        self.wanted, self.verify = named, None
        return named

    def message(self) -> str:
        """Return the commit message of the last edit. Its trailers let Argo CD show the commit that was built."""
        wanted = [outcome.wanted for outcome in self.changed]
        body = "\n".join(f"{one.image.name}@{one.image.digest}" for one in wanted if one.image.digest)
        released = [commit_message.release(one.place, one.image) for one in wanted]
        return commit_message.compose(
            _subject(released), released, body=body, build=self.build, source=self.source(), form=self.form
        )

    def landed(self, text: str) -> bool:
        """Tell whether a commit is this bump, pushed by another build; ``outcomes`` are then its outcomes."""
        ours = {str(commit_message.release(one.place, one.image)) for one in self.wanted}
        found = {str(one) for one in commit_message.releases(text)}
        if not (found and found <= ours and commit_message.build(text) == self.build):
            return False
        self.outcomes = [
            BumpOutcome(one.wanted, State.CHANGED)
            if str(commit_message.release(one.wanted.place, one.wanted.image)) in found
            else one
            for one in self.outcomes
        ]
        return True

    def touches(self, text: str) -> bool:
        """Tell whether a commit with this message releases one of the same images, whoever made it."""
        ours = {(one.place.app, one.place.environment) for one in self.wanted}
        return any((one.app, one.environment) in ours for one in commit_message.releases(text))

    def data(self) -> bytes:
        """Return the bump as JSON, for another build to push."""
        import json

        return json.dumps(
            {
                "wanted": [{"place": one.place._asdict(), "image": one.image._asdict()} for one in self.wanted],
                "source": dict(self.source()),
                "build": self.build._asdict() if self.build else None,
                "force": self.force,
                "subject": self.form,
            },
            sort_keys=True,
        ).encode()

    def change(self, *, sign: bool = False) -> Change:
        """Return the change to publish."""
        return Change(
            self.edit,
            self.message,
            self.paths,
            sign,
            data=None if sign else self.data,
            decode=decode,
            landed=self.landed,
            touches=self.touches,
        )


def decode(data: bytes) -> Change:
    """Return what ``Bump.data`` has described. ``ValueError`` and the like if it is nothing of ours."""
    import json

    given = json.loads(data)
    wanted = [Wanted(Slot(**one["place"]), Image(**one["image"])) for one in given["wanted"]]
    for one in wanted:
        images.image(one.place, one.image.tag or "", one.image.digest)
    build = Build(**given["build"]) if given["build"] else None
    source = {str(name): str(value) for name, value in given["source"].items()}
    form = given.get("subject", subject.AS_IT_IS)  # which former versions do not send
    if not subject.is_form(form):
        raise ValueError(form)
    return Bump(wanted, lambda: source, build, force=bool(given["force"]), form=form).change()


def in_work_tree(directory: Path, bump: Bump) -> list[str]:
    """Splice the images into the overlays here; returns the paths that changed."""
    with work_tree.locked(directory):
        contents = work_tree.read(directory, bump.paths)
        files = bump.edit(contents.get)
        work_tree.write(directory, files)
    return list(files)


def foreseen_here(directory: Path, bump: Bump) -> None:
    """Find out what an edit of the work tree would change; nothing is written."""
    bump.edit(work_tree.read(directory, bump.paths).get)


def committed_here(directory: Path, bump: Bump) -> str | None:
    """Edit the work tree, and commit only these images; return None if HEAD has them, or they are held.

    An image that an earlier run has set but not committed counts as changed. If the commit fails, or would include a
    user's edits, nothing changes.
    """
    top = checkout.root(directory)
    with work_tree.locked(directory):
        former = work_tree.read(directory, bump.paths)
        files = former | bump.edit(former.get)
        going = _uncommitted(directory, bump, files)
        if going:
            _require_committable(top)
        files |= going
        work_tree.write(directory, {path: content for path, content in files.items() if content != former[path]})
    if not going:
        return None
    # Without the lock: a hook may run the generator.
    try:
        return checkout.commit(directory, bump.message(), list(going))
    except GitError as exc:
        with work_tree.locked(directory):
            work_tree.write(directory, {path: content for path, content in former.items() if content != files[path]})
        hint = exc.hint or "see what git says, or its hook; `git commit` by hand would say the same"
        message = f"{exc.message}\nnothing was committed; the overlays are as they were"
        raise GitError(message, hint, returncode=exc.returncode, stderr=exc.stderr) from exc


def _uncommitted(directory: Path, bump: Bump, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the overlays whose images HEAD does not have yet, as they are to be committed."""
    built = build_order.order(bump.build, bump.source())
    going: dict[str, bytes] = {}
    outcomes = []
    for outcome in bump.outcomes:
        place, image = outcome.wanted.place, outcome.wanted.image
        free = outcome.state in (State.CHANGED, State.SAME)
        head = checkout.committed(directory, place.path) if free else None
        if free and (head is None or images.in_content(head, place) != image):
            content = files[place.path]
            if head is None or not _only_image(directory, head, content, place.path, image):
                raise RepositoryError(
                    f"{place.path}: has uncommitted edits beside the image; nothing was written", "commit or stash them"
                )
            going[place.path] = _ordered(content, place.path, built, bump.contains)
            outcome = outcome._replace(state=State.CHANGED)
        outcomes.append(outcome)
    bump.outcomes = outcomes
    return going


def _only_image(directory: Path, head: bytes, content: bytes, path: str, image: Image) -> bool:
    """Tell whether an overlay is what HEAD has, but for the image and its build; line ends as git stores them."""
    wanted, here = Kustomization(head, path), Kustomization(content, path)
    wanted.set_image(image)
    for overlay in (wanted, here):
        overlay.annotate(build_order.ANNOTATION, None)
    return checkout.is_stored_as(directory, path, here.result(), wanted.result())


def _ordered(content: bytes, path: str, built: Order | None, contains: Contains) -> bytes:
    """Write the order of our build, unless that of a newer one is there."""
    newest = build_order.read(content, path)
    if built is None or (newest and newest.after(built, datetime.now(UTC), contains)):
        return content
    return build_order.write(content, path, built)


def _require_committable(top: Path) -> None:
    """Find out now what would make git refuse, as long as nothing has been written."""
    if name := checkout.unfinished(top):
        raise RepositoryError(
            f"a merge, rebase or the like is under way ({name}); nothing was written", "finish it, or abort it"
        )
    checkout.require_identity(top)


def history_of(directory: Path) -> Contains:
    """Return a test for the history of the checked-out commits; a shallow clone often has no answer."""
    return lambda newer, older: checkout.contains(directory, newer, older)


def source_of(directory: Path) -> Callable[[], Mapping[str, str]]:
    """Return the description of the commit that is checked out there; git runs in parallel."""
    asked = checkout.describing_head(directory)
    known: list[Mapping[str, str]] = []

    def result() -> Mapping[str, str]:
        if not known:
            known.append(asked())
        return known[0]

    return result


def _named(one: Wanted, content: bytes | None) -> Wanted:
    """Add the name of the overlay's image, where no spec has told it."""
    if content is None:
        raise NoOverlay(one.place)
    if one.place.image:
        return one
    names = [entry.name for entry in Kustomization(content, one.place.path).images]
    ours = [name for name in names if name.rpartition("/")[2] == one.place.app] if len(names) > 1 else names
    if len(ours) != 1:
        raise RepositoryError(
            f"{one.place.path}: images has {len(names)} entries, and none is known to be the one of {one.place.app}",
            "run it where generator.yaml is",
        )
    return Wanted(one.place._replace(image=ours[0]), one.image._replace(name=ours[0]))


def _subject(released: Sequence[Release]) -> str:
    environments = _listed(list(dict.fromkeys(one.environment for one in released)))
    names = list(dict.fromkeys(f"{one.app} {one.tag}" for one in released))
    what = _listed(names) if len(names) <= NAMED else f"{len(names)} images"
    return f"Release {what} to {environments}"


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
