"""Ask Argo CD for the health of apps, if the credentials name one that can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.clients import argocd
from generator.delivery.promotion.check import Health
from generator.errors import ArgoCdError
from generator.render.names import application_names, labels, project_name

if TYPE_CHECKING:
    from generator.clients.argocd import Application, ArgoCd
    from generator.spec.model import Spec


class ArgoCdHealth:
    """An `AskHealth`. `notes` tell what could not be found out."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._api: ArgoCd | None = None
        self._connected = False

    def __call__(self, spec: Spec, app: str, environment: str) -> Health | None:
        """Implement ``AskHealth``."""
        if not self._connected:
            self._connected, self._api = True, argocd.connect()
        if self._api is None:
            return None
        try:
            with argocd.understood():
                several = self._found(self._api, spec, app, environment)
        except ArgoCdError as exc:
            names = ", ".join(application_names(spec, environment, app)) or f"{app} in {environment}"
            self.notes.append(f"{names}: its health is not known: {exc.message}")
            return None
        if not several or None in several:  # or the token may not see it
            return None
        worst = min(filter(None, several), key=lambda one: argocd.rank(one.health, argocd.HEALTH))
        images = tuple(dict.fromkeys(image for one in several if one for image in one.images))
        return Health(worst.health, "; ".join(worst.errors), images, healthy=worst.health == "Healthy")

    def _found(self, api: ArgoCd, spec: Spec, app: str, environment: str) -> list[Application | None]:
        """Return its Applications, ``None`` for each that cannot be seen."""
        if names := application_names(spec, environment, app):
            return [api.application(name) for name in names]
        wanted = labels(spec, environment, app).items()
        return [one for one in api.applications([project_name(spec, environment)]) if wanted <= one.labels.items()]
