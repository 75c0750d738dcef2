"""Pull requests on the forges: one module each, and the registry.

A forge is a module with ``connect(url)``, which gives a ``Forge`` for the
repository at that URL, from credentials in the environment. To add one: write
the module, put it into ``FORGES``, and add a test.
"""

from __future__ import annotations

from generator.forges.forge import Forge, PullRequest, State

__all__ = ["Forge", "PullRequest", "State"]
