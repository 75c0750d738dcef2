"""Take an environment's apps out of git and out of its cluster, so that AWS can be destroyed under them.

Applications have no finalizer, so that an Application that is deleted by mistake leaves its pods running. A first
commit adds one, and a second commit removes the Applications once Argo CD has it. Argo CD then removes their
objects, and controllers in the cluster remove the load balancers, which would block the VPC.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from generator.backoff import Backoff
from generator.delivery import commit_message, push
from generator.errors import ArgoCdError, DeployError, Fault, RepositoryError, SpecError
from generator.render.names import application_names
from generator.spec.layout import application_path
from generator.yaml import plain

if TYPE_CHECKING:
    from generator.clients.argocd import ArgoCd
    from generator.delivery.change import Edit, Read
    from generator.spec.model import Spec

FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"
LOOKS: Final = Backoff(first=1.0, longest=15.0, factor=1.5)
_MEND: Final = f"write {FINALIZER} into its metadata.finalizers, commit, and run this again"
_ADDED: Final = f"metadata:\n  finalizers:\n  - {FINALIZER}\n"

Tell = Callable[[str], object]
Step = Callable[[], Sequence[str]]


def files(spec: Spec, environment: str) -> list[str]:
    """Return where the Applications of an environment are, if they are there."""
    if spec.environments[environment].selector:
        hint = "take its apps out of generator.yaml, and their Applications out of Argo CD, by hand"
        raise RepositoryError(
            f"{environment}: its clusters are chosen by labels, so its Applications are not known", hint
        )
    return [application_path(environment, app.name) for app in spec.apps.values() if environment in app.environments]


def mark(url: str, branch: str, paths: Sequence[str], message: str) -> str | None:
    """Add the finalizer to each Application; return the commit, or ``None`` if all have it."""

    def edit(read: Read) -> Mapping[str, bytes]:
        found = {path: content for path in paths if (content := read(path)) is not None}
        after = {path: marked(content, path) for path, content in found.items()}
        return {path: content for path, content in after.items() if content != found[path]}

    return _published(url, branch, edit, paths, message)


def remove(url: str, branch: str, paths: Sequence[str], message: str) -> str | None:
    """Remove the Applications; return the commit, or ``None`` if none is left."""

    def edit(read: Read) -> Mapping[str, bytes | None]:
        return {path: None for path in paths if read(path) is not None}

    return _published(url, branch, edit, paths, message)


def _published(url: str, branch: str, edit: Edit, paths: Sequence[str], message: str) -> str | None:
    return push.publish(url, branch, edit, message, paths=paths).commit


def message(subject: str, form: str) -> str:
    """Return a commit's message."""
    return commit_message.compose(subject, [], form=form)


def marked(content: bytes, path: str) -> bytes:
    """Return Applications with the finalizer; ``SpecError`` if one cannot get it by a single line."""
    parts = content.decode().split("---\n")
    found = [one if f"- {FINALIZER}\n" in one else one.replace("\nmetadata:\n", f"\n{_ADDED}", 1) for one in parts]
    text = "---\n".join(found)
    documents = [one for one in plain.load(text, path) if isinstance(one, dict)]
    if not all(FINALIZER in (one["metadata"].get("finalizers") or ()) for one in documents):
        raise SpecError([Fault(path, 1, 1, "metadata.finalizers", "cannot be written here", _MEND)])
    return text.encode()


def applications(spec: Spec, environment: str, there: Sequence[str]) -> list[str]:
    """Return the names of the Applications of those files that are there."""
    apps = [app.name for app in spec.apps.values() if application_path(environment, app.name) in there]
    return [name for app in apps for name in application_names(spec, environment, app)]


def unmarked(api: ArgoCd, names: Sequence[str]) -> list[str]:
    """Return the Applications that have no finalizer in the cluster yet.

    Raises:
        ArgoCdError: One cannot be seen, so nothing would remove its objects.
    """
    return [name for name in names if FINALIZER not in _finalizers(api, name)]


def _finalizers(api: ArgoCd, name: str) -> Sequence[str]:
    found = api.application(name, refresh=False)
    if found is None:
        hint = "is ARGOCD_SERVER the one of this environment? If it was never there, delete its file from git by hand"
        raise ArgoCdError(f"{api.url}: no Application {name} that the token may see; nothing is destroyed", hint)
    return found.raw.get("metadata", {}).get("finalizers") or ()


def left(api: ArgoCd, names: Sequence[str]) -> list[str]:
    """Return the Applications that Argo CD still has."""
    return [name for name in names if api.application(name) is not None]


def wait(what: str, look: Step, until: float, tell: Tell, hint: str) -> None:
    """Look until nothing is left, and report changes.

    Raises:
        DeployError: Something is left when the time is up.
    """
    told: Sequence[str] = ()
    for looks in itertools.count(1):
        rest = list(_passing(look))
        if not rest:
            return
        if rest != told:
            tell(f"waiting for {what}: {', '.join(rest)}")
            told = rest
        seconds = until - time.monotonic()
        if seconds <= 0:
            raise DeployError(f"not done in time: {what}: {', '.join(rest)}", hint)
        time.sleep(min(seconds, LOOKS.pause(looks)))


def _passing(look: Step) -> Iterator[str]:
    """Yield what is left; what may be answered the next time counts as something that is left."""
    try:
        yield from look()
    except ArgoCdError as exc:
        if not exc.passing:
            raise
        yield exc.message
