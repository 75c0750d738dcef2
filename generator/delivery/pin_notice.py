"""Show a pin in Argo CD: as a notice of its Application, in the list and on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from generator.delivery import pin
from generator.spec.argocd import NOTICES
from generator.spec.layout import application_path
from generator.yaml.kustomization import Kustomization

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.delivery.pin import Pin
    from generator.spec.model import Spec

_CONTENT: Final = "notice.argocd.argoproj.io/content"
_SEVERITY: Final = "notice.argocd.argoproj.io/severity"
# What Argo CD shows of one.
_LONGEST: Final = 500

Read = Callable[[str], bytes | None]


def file_of(spec: Spec, place: Slot) -> str:
    """Return the file of the Application that has the notice; empty if there is none."""
    environment = spec.environments[place.environment]
    single = len(environment.clusters) == 1 and not environment.selector and environment.pull_requests is None
    # What shows freezes is generated.
    free = not (spec.argocd.sync_windows and environment.gates.freezes)
    path = application_path(place.environment, place.app)
    shown = spec.argocd.notices and spec.argocd.has(NOTICES) and single and free
    return path if shown and path != place.path else ""


def edits(file: str, read: Read, overlay: bytes, place: Slot) -> Mapping[str, bytes]:
    """Return the Application with the notice of the overlay's pin, or without one; nothing if it is correct."""
    content = read(file) if file else None
    if content is None:
        return {}
    after = _written(content, file, pin.read(overlay, place.path))
    return {} if after == content else {file: after}


def _written(content: bytes, file: str, held: Pin | None) -> bytes:
    application = Kustomization(content, file)
    application.annotate(_CONTENT, _text(held)[:_LONGEST] if held else None)
    application.annotate(_SEVERITY, "warning" if held else None)
    return application.result()


def _text(held: Pin) -> str:
    who = f" by {held.by}" if held.by else ""
    since = f" since {held.since[:10]}" if held.since else ""
    return f"Pinned{who}{since}: {held.reason}"
