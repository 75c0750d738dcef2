"""Builds that push to one branch: their commands, their leftovers, and competing pushes."""

from __future__ import annotations

import time
from pathlib import Path

from generator.delivery import push_queue
from generator.delivery.bump import Bump, Wanted
from generator.delivery.image import Slot
from generator.git import remote_branch as remotes
from generator.yaml.kustomization import Image
from testing import fleet
from testing.rivals import rival, shim


def hook(bare: Path, name: str, text: str) -> None:
    (bare / "hooks").mkdir(exist_ok=True)
    (bare / f"hooks/{name}").write_text(f"#!/bin/sh\n{text}\n")
    (bare / f"hooks/{name}").chmod(0o755)


LEFT = "refs/gitops"


def words(url: object, app: str = "app1", tag: str = "v1", *more: object) -> list[object]:
    return ["bump", app, "--env", "dev", "--tag", tag, "--push", "--remote", url, *more]


def tag(bare: Path, app: str = "app1") -> str:
    return fleet.git(bare, "show", f"main:{fleet.overlay(app, 'dev')}").partition("newTag: ")[2].partition("\n")[0]


def subjects(bare: Path) -> list[str]:
    return fleet.git(bare, "log", "--format=%an: %s", "main").splitlines()


def left(bare: Path) -> str:
    return fleet.git(bare, "for-each-ref", "--format=%(refname)", LEFT)


def late(bare: Path, folder: Path) -> dict[str, str]:
    """Return the environment in which another push is faster than a bump's first one, so that it looks who waits."""
    return shim(folder / "bin") | {"STEPS": str(folder / "steps"), "RIVAL": rival(bare)}


def leave(url: str, app: str, image_tag: str, author: str = "Bo <bo@example.com>") -> str:
    """Leave an intent of a build that was killed right after it."""
    place = Slot(app, "dev", fleet.overlay(app, "dev"), f"registry.example.com/shop/{app}")
    dead = Bump([Wanted(place, Image(place.image, image_tag, None))], dict)
    with remotes.connect(url, "main") as remote:
        remote.fetch()
        waiting = push_queue.joined(remote)
        waiting.enter(dead.data(), f"{author} {int(time.time())} +0000")
        assert waiting.name
        return waiting.name
