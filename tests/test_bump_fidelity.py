"""A bump of files as people write them: no byte outside the scalars changes, and all of it can be undone."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Maker, Writer

from generator import yaml_edit
from generator.release import order
from generator.release.bump import Bump, State, Wanted
from generator.release.image import Slot
from generator.release.message import Build
from generator.yaml_edit import Image

PATH = "overlays/dev/web/kustomization.yaml"
BEFORE, AFTER, DIGEST = "former-tag", "newer-tag", "sha256:" + "a" * 64
ENTERED = re.compile(rf"\r?\n[ ]*digest: {DIGEST}|, digest: {DIGEST}")


def kustomization(random: Random) -> str:
    """A kustomization with ``web`` among its images, in somebody's style; sometimes with a document before or behind."""
    maker = Maker(random)
    document = maker.kustomization()
    document["images"].insert(random.randint(0, len(document["images"])), {"name": "shop/web", "newTag": BEFORE})
    documents = [document]
    if random.random() < 0.2:
        documents.insert(random.randint(0, 1), maker.deployment())
    return Writer(random).write(documents)


def bumped(text: str, build: Build | None = None) -> str:
    place = Slot("web", "dev", PATH, "shop/web")
    bump = Bump([Wanted(place, Image("shop/web", AFTER, DIGEST))], dict, build)
    files = bump.edit(lambda _: text.encode())
    assert bump.outcomes[0].state is State.CHANGED
    return files[PATH].decode()


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_only_the_scalars_change(random: Random) -> None:
    before = kustomization(random)
    after = bumped(before)
    assert ENTERED.sub("", after, count=1).replace(AFTER, BEFORE) == before
    assert next(i for i in yaml_edit.images(after.encode(), PATH) if i.name == "shop/web") == Image("shop/web", AFTER, DIGEST)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_build_is_all_that_it_adds(random: Random) -> None:
    before = kustomization(random)
    if "kind: Deployment" in before:
        return  # which of several documents is the kustomization is another question
    after = bumped(before, Build("ci", 1))
    back = yaml_edit.set_annotation(after.encode(), PATH, order.ANNOTATION, None).decode()
    assert back == bumped(before)


@pytest.mark.parametrize("name", ["shop/web"])
def test_a_second_bump_changes_nothing(name: str) -> None:
    once = bumped(kustomization(Random(1)))
    place = Slot("web", "dev", PATH, name)
    again = Bump([Wanted(place, Image(name, AFTER, DIGEST))], dict, Build("ci", 2))
    assert again.edit(lambda _: once.encode()) == {}
    assert again.outcomes[0].state is State.SAME
