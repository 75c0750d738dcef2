"""GitOps repositories with a long history that is known: releases, promotions, rollbacks, pins, edits by hand.

``make`` writes two bare repositories, each by one stream of ``git fast-import``: ``gitops.git``, whose files the real
generator has rendered and whose commits are as the generator and forges write them, and ``sources.git``, with a folder
for each app, whose commits the releases name. The same plan makes the same commits, byte for byte.
"""

from __future__ import annotations

from pathlib import Path

from testing.release_history.plan import Plan
from testing.release_history.story import Story
from testing.release_history.truth import Change, Failure, Image, SourceCommit, Truth

__all__ = ["Change", "Failure", "Image", "Plan", "SourceCommit", "Truth", "make"]


def make(folder: Path, plan: Plan) -> Truth:
    """Make both repositories in a folder; return what happened in them."""
    folder.mkdir(parents=True, exist_ok=True)
    return Story(folder, plan).tell()
