"""Pinned external tools: find them, install them, and read files out of their sources.

>>> from generator import tools
>>> tools.find("kustomize")            # doctest: +SKIP
PosixPath('/home/me/.cache/gitops-generator/tools/kustomize/5.7.1/kustomize')

``find`` and ``asset`` never download; ``installation.install`` does, with modules
for the network and archives that nothing else here needs.
"""

from __future__ import annotations

from generator.tools.debian import LOCAL as LOCAL_PACKAGES
from generator.tools.debian import System, system
from generator.tools.lookup import Installed, Source, asset, find, local_group, report, require
from generator.tools.pinned_files import FILES
from generator.tools.pins import GROUPS, PINS

__all__ = [
    "FILES",
    "GROUPS",
    "LOCAL_PACKAGES",
    "PINS",
    "Installed",
    "Source",
    "System",
    "asset",
    "find",
    "local_group",
    "report",
    "require",
    "system",
]
