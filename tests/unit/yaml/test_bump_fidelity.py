"""A bump of files as people write them: no byte outside the scalars changes, and all of it can be undone."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.delivery import build_order, pin
from generator.delivery.bump import Bump, State, Wanted
from generator.delivery.commit_message import Build
from generator.delivery.image import Slot
from generator.yaml import kustomization as yaml_kustomization
from generator.yaml import reader
from generator.yaml.kustomization import Image, Kustomization
from testing.depth import examples
from testing.strategies import Maker, Writer

PATH = "overlays/dev/web/kustomization.yaml"
BEFORE, AFTER, DIGEST = "former-tag", "newer-tag", "sha256:" + "a" * 64
ENTERED = re.compile(rf"\r?\n[ ]*digest: {DIGEST}|, digest: {DIGEST}")


def kustomization(random: Random) -> str:
    """Return a kustomization with ``web`` among its images, in any style.

    Sometimes with a document before or behind.
    """
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


@settings(max_examples=examples(150), deadline=None)
@given(st.randoms(use_true_random=False))
@pytest.mark.slow
def test_only_the_scalars_change(random: Random) -> None:
    before = kustomization(random)
    after = bumped(before)
    assert ENTERED.sub("", after, count=1).replace(AFTER, BEFORE) == before
    assert next(i for i in yaml_kustomization.images(after.encode(), PATH) if i.name == "shop/web") == Image("shop/web", AFTER, DIGEST)  # fmt: skip


@settings(max_examples=examples(150), deadline=None)
@given(st.randoms(use_true_random=False))
@pytest.mark.slow
def test_the_order_of_the_build_is_all_that_it_adds(random: Random) -> None:
    before = kustomization(random)
    if "kind: Deployment" in before:
        return  # which of several documents is the kustomization is another question
    after = bumped(before, Build("ci", 1))
    back = yaml_kustomization.set_annotation(after.encode(), PATH, build_order.ANNOTATION, None).decode()
    assert back == bumped(before)


@pytest.mark.parametrize(
    "metadata", ["{ name: x }", "{ annotations: { a: b } }", "{name: x}", "{\tname: x, }", "{\n  name: x}"]
)
def test_the_space_behind_a_brace_stays_there(metadata: str) -> None:
    before = f"metadata: {metadata}\nimages:\n- {{name: shop/web, newTag: {BEFORE}}}\n"
    after = yaml_kustomization.set_annotation(before.encode(), PATH, build_order.ANNOTATION, "ci 1")
    assert yaml_kustomization.set_annotation(after, PATH, build_order.ANNOTATION, None).decode() == before
    assert ",  " not in after.decode()


# What a line may be as well, by its pattern. All of it says the same.
ODD = {
    r"kind: Kustomization": ["kind: >-\n  Kustomization", "? kind # k\n: Kustomization", "&k kind: Kustomization", "kind:\n  |-\n  Kustomization"],
    r"( *)- name: shop/web": [r"\1- ? name # n\n\1  : shop/web", r"\1- name: &n shop/web", r"\1- name: |-\n\1    shop/web"],
    r"( *)(- |  )newTag: former-tag": [r"\1\2? newTag\n\1  : former-tag", r"\1\2newTag: &t # t\n\1    former-tag", r"\1\2newTag: >- # t\n\1    former-tag"],
    r"namespace: (\w+)": [r"namespace: \1\nmetadata:", r"metadata:\n  annotations: # a\nnamespace: \1", r"metadata: {annotations}\nnamespace: \1", r"? metadata\n: annotations:\n    ? a\n    : b\nnamespace: \1"],
    r"\[(.*), \{name: shop/web, newTag: former-tag\}\]": [r"[\1, {newTag: former-tag, # c, d\n  name: shop/web}]"],
}  # fmt: skip


def odd(random: Random, text: str) -> str:
    """Return the same in rarer YAML, other line ends included."""
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    for pattern, others in ODD.items():
        if random.random() < 0.5:
            text = re.sub(f"(?m)^{pattern}$", random.choice(others), text, count=1)
    return text.replace("\n", random.choice([newline, newline, "\r"]))


def said(text: str) -> list[Any]:
    """Return what other readers of YAML take from the text, without what a bump changes.

    PyYAML knows nothing of our parser.
    """
    documents = list(yaml.safe_load_all(text))
    for document in documents:
        for entry in document.get("images", []):
            if entry["name"] == "shop/web":
                entry["newTag"] = ""
                entry.pop("digest", None)
        metadata = document.get("metadata") or {}
        annotations = metadata.get("annotations") or {}
        annotations.pop(build_order.ANNOTATION, None)
        if document["kind"] == "Kustomization" and not annotations:
            document.pop("metadata", None)
    return documents


@settings(max_examples=examples(300), deadline=None)
@given(st.randoms(use_true_random=False))
@pytest.mark.slow
def test_rare_yaml_says_the_same_but_for_the_image(random: Random) -> None:
    before = odd(random, kustomization(random))
    if "Deployment" in before:
        return
    after = bumped(before, random.choice([None, Build("ci", 1)]))
    assert said(after) == said(before)
    assert Image("shop/web", AFTER, DIGEST) in yaml_kustomization.images(after.encode(), PATH)
    assert re.findall(r"#[^\r\n]*", after) == re.findall(r"#[^\r\n]*", before)


@pytest.mark.parametrize("name", ["shop/web"])
def test_a_second_bump_changes_nothing(name: str) -> None:
    once = bumped(kustomization(Random(1)))
    place = Slot("web", "dev", PATH, name)
    again = Bump([Wanted(place, Image(name, AFTER, DIGEST))], dict, Build("ci", 2))
    assert again.edit(lambda _: once.encode()) == {}
    assert again.outcomes[0].state is State.SAME


@settings(max_examples=examples(150), deadline=None)
@given(st.randoms(use_true_random=False))
@pytest.mark.slow
def test_changes_made_together_come_to_the_same_as_one_after_the_other(random: Random) -> None:
    content = odd(random, kustomization(random)).encode()
    image, note = Image("shop/web", AFTER, random.choice([DIGEST, None])), random.choice(["held: x", None])
    together = Kustomization(content, PATH)
    together.set_image(image)
    together.annotate(build_order.ANNOTATION, "ci 1 -")
    together.annotate(pin.ANNOTATION, note)
    after = yaml_kustomization.set_image(content, PATH, image)
    for key, value in ((build_order.ANNOTATION, "ci 1 -"), (pin.ANNOTATION, note)):
        after = yaml_kustomization.set_annotation(after, PATH, key, value)
    assert said(together.result().decode()) == said(after.decode())
    assert sorted(together.result().splitlines()) == sorted(after.splitlines())


PLAIN = b"kind: Kustomization\nimages:\n- name: shop/web\n  newTag: v1\n"
ANCHORED = b"metadata:\n  annotations:\n    a: &x b\nimages:\n- name: shop/web\n  newTag: v1\n"


@pytest.mark.parametrize("content", [PLAIN, ANCHORED], ids=["plain", "with metadata"])
def test_a_bump_parses_an_overlay_once_and_once_more_as_its_proof(content: bytes) -> None:
    bump = Bump([Wanted(Slot("web", "dev", PATH, ""), Image("", AFTER, DIGEST))], dict, Build("ci", 1))
    reader.read.cache_clear()
    files = bump.edit(lambda _: content)
    assert [outcome.state for outcome in bump.outcomes] == [State.CHANGED]
    assert build_order.read(files[PATH], PATH)
    assert reader.read.cache_info().misses == 2


def test_a_bump_that_changes_nothing_parses_an_overlay_once() -> None:
    bump = Bump([Wanted(Slot("web", "dev", PATH, ""), Image("", "v1", None))], dict, Build("ci", 1))
    reader.read.cache_clear()
    assert bump.edit(lambda _: PLAIN) == {}
    assert reader.read.cache_info().misses == 1


def test_two_changes_that_cannot_be_spliced_at_once_are_made_one_after_the_other() -> None:
    both = Kustomization(PLAIN, PATH)
    both.annotate("a", "1")
    both.annotate("b", "2")  # enters the same maps again
    assert both.result() == PLAIN.replace(
        b"Kustomization\n", b"Kustomization\nmetadata:\n  annotations:\n    b: '2'\n    a: '1'\n".replace(b"'", b'"')
    )
