"""The kinds of workloads that an app can be.

To add one: write its module in ``render/kinds/workloads/`` (``stateful_set.py``
for ``StatefulSet``), and its name here. It is a value of an app's `kind` then.
"""

from __future__ import annotations

from typing import Final

NAMES: Final[tuple[str, ...]] = ("Deployment",)
# What an app is that says nothing about it.
DEFAULT: Final = NAMES[0]
