"""Define ``argocd``: where Argo CD runs, its version and its flavour."""

from __future__ import annotations

from typing import Final

from generator.spec import argocd
from generator.spec.language.names import CLUSTER, LABEL
from generator.spec.language.promotion import DURATION
from generator.spec.types import Boolean, Choice, Field, Record, Text

_OLDEST, _NEWEST = argocd.VERSIONS[0], argocd.VERSIONS[-1]
_MINORS: Final = "|".join(minor.removeprefix("3.") for minor in argocd.VERSIONS)

ARGOCD = Record(
    {
        "namespace": Field(LABEL, "The namespace that Argo CD runs in."),
        "version": Field(
            Text(
                "a version of Argo CD",
                rf"3\.(?:{_MINORS})(?:\.[0-9]+(?:-eks-[0-9]+)?)?",
                30,
                f'from "{_OLDEST}" to "{_NEWEST}", like "{argocd.DEFAULT}"; of a newer one, say "{_NEWEST}"',
            ),
            "The version of Argo CD that is installed. Fields that it does not know are left out.",
        ),
        "flavor": Field(
            Choice(argocd.FLAVORS),
            "Whether it was installed by its users, or is the capability of an EKS cluster that Amazon runs.",
        ),
        "cluster": Field(CLUSTER, "The cluster that Argo CD itself runs in: its ARN, its name in Argo CD, or its URL."),
        "syncWindows": Field(
            Boolean(),
            "Apply `freeze` and `windows` of environments to automated syncs, too, and not only to promotions.",
        ),
        "notices": Field(Boolean(), "Let `rollback`, `pin` and `unpin` show in Argo CD who pinned an image, and why."),
        "syncTimeout": Field(
            DURATION, "How long a sync may take until Argo CD ends it. A migration must be done within it."
        ),
    }
)
