"""Wait for an app in each cluster of an environment: done when all are, and failed when one has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generator.clients import argocd
from generator.delivery.rollout import Verdict, Watch
from generator.errors import RepositoryError
from generator.render.names import application_names, labels, project_name

if TYPE_CHECKING:
    from generator.clients.argocd import ArgoCd
    from generator.delivery.diagnosis import Wanted
    from generator.delivery.image import Slot
    from generator.delivery.rollout import Looking
    from generator.git.history import Clone
    from generator.spec.model import Spec


def names(spec: Spec, place: Slot, api: ArgoCd) -> list[str]:
    """Return the names of an app's Applications in an environment; Argo CD is asked if only it knows them."""
    known = application_names(spec, place.environment, place.app)
    if known:
        return known
    wanted = labels(spec, place.environment, place.app).items()
    with argocd.understood():
        found = api.applications([project_name(spec, place.environment)])
    names = sorted(one.name for one in found if wanted <= one.labels.items())
    if not names:
        raise RepositoryError(
            f"Argo CD has no Application of {place.app} in {place.environment} that the token may see",
            "does any cluster in Argo CD have the labels of its `clusterSelector`?",
        )
    return names


def watch(api: ArgoCd, clone: Clone, place: Slot, wanted: Sequence[Wanted], patience: float) -> Looking:
    """Return the observer of one Application, or of several."""
    watches = [Watch(api, clone, place, one, patience) for one in wanted]
    return watches[0] if len(watches) == 1 else Several(watches)


@dataclass
class Several:
    """Observer of several Applications. One that is healthy is not looked at again."""

    watches: list[Watch]

    def __post_init__(self) -> None:
        """Take what all of them share from the first."""
        self.api, self.clone = self.watches[0].api, self.watches[0].clone
        self._done: dict[str, Verdict] = {}

    def look(self) -> Verdict:
        """Return the first verdict that ends the wait; healthy if all are."""
        waiting: list[Verdict] = []
        for one in self._left():
            name = one.wanted.application
            verdict = one.look()
            if verdict.result == "healthy":
                self._done[name] = verdict
                continue
            verdict = replace(verdict, said=f"{name}: {verdict.said}")
            if verdict.result != "waiting":
                return verdict
            waiting.append(verdict)
        if waiting:
            hint = next((one.hint for one in waiting if one.hint), "")
            return Verdict("waiting", "; ".join(one.said for one in waiting), waiting[0].revision, hint)
        last = list(self._done.values())[-1]
        return replace(last, said=f"{last.said} in {len(self.watches)} clusters")

    def why(self) -> list[str]:
        """Return what Kubernetes has warned of about objects that are not well, in all that are not done."""
        return [text for one in self._left() for text in one.why()]

    def _left(self) -> list[Watch]:
        return [one for one in self.watches if one.wanted.application not in self._done]
