"""The entries of all fields, by path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from generator.spec.reference.entries.adopted import ADOPTED
from generator.spec.reference.entries.app import APP
from generator.spec.reference.entries.chart import CHART
from generator.spec.reference.entries.ci import CI
from generator.spec.reference.entries.database import DATABASE
from generator.spec.reference.entries.ecs import ECS
from generator.spec.reference.entries.environment import ENVIRONMENT
from generator.spec.reference.entries.hatches import HATCHES
from generator.spec.reference.entries.identity import IDENTITY
from generator.spec.reference.entries.infra import INFRA
from generator.spec.reference.entries.kinds import KINDS
from generator.spec.reference.entries.network import NETWORK
from generator.spec.reference.entries.pod import POD
from generator.spec.reference.entries.pod_words import POD_WORDS
from generator.spec.reference.entries.project import PROJECT
from generator.spec.reference.entries.scale import SCALE
from generator.spec.reference.entries.services import SERVICES
from generator.spec.reference.entries.sites import SITES
from generator.spec.reference.entries.stores import STORES

if TYPE_CHECKING:
    from generator.spec.reference.entry import Entry

ENTRIES: Final[Mapping[str, Entry]] = {
    **PROJECT,
    **ENVIRONMENT,
    **APP,
    **KINDS,
    **CHART,
    **DATABASE,
    **ECS,
    **ADOPTED,
    **NETWORK,
    **SCALE,
    **IDENTITY,
    **POD,
    **POD_WORDS,
    **SERVICES,
    **STORES,
    **HATCHES,
    **CI,
    **INFRA,
    **SITES,
}
