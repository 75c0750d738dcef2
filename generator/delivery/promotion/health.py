"""Ask Argo CD for the health of apps, if the credentials name one that can be reached."""

from __future__ import annotations

from generator.clients import argocd
from generator.clients.argocd import ArgoCd
from generator.delivery.promotion.checks import Health
from generator.errors import ArgoCdError
from generator.render.outputs.argocd import application_name
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
        name = application_name(spec, environment, app)
        try:
            with argocd.understood():
                found = self._api.application(name)
                if found is None:  # or the token may not see it
                    return None
                return Health(found.health, "; ".join(found.errors), found.images, healthy=found.health == "Healthy")
        except ArgoCdError as exc:
            self.notes.append(f"{name}: its health is not known: {exc.message}")
            return None
