"""What is read of many kustomizations by their form is what each of them says."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import SpecError
from generator.yaml import outline
from generator.yaml.kustomization import Kustomization
from testing.depth import examples
from testing.strategies import Maker, Writer

DIGEST = "sha256:" + "a" * 64
ORDER = "codebuild/shop-web 12 2026-11-21T09:30:00Z " + "3" * 40
WHOLE = f"""\
# Edit it as you like.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
metadata:
  annotations:
    gitops-generator/built: {ORDER}
    gitops-generator/pinned: "2026-11-21T11:02:00Z Ann Lee: 1.5.0 loses orders"
    note: kept
images:
- name: registry.example.com:5000/shop/web
  newTag: "1.4.2"
  digest: {DIGEST}
- name: shop/other
  newTag: v1
"""
ODD = {
    "none": "",
    "no kind": WHOLE.replace("kind: Kustomization\n", ""),
    "two kinds": WHOLE + "---\nkind: Application\nspec: {source: {chart: a, repoURL: b, targetRevision: 1.0.0}}\n",
    "an application": "kind: Application\nspec:\n  source:\n    chart: a\n    repoURL: b\n    targetRevision: 1.0.0_2\n",
    "no tag": WHOLE.replace('"1.4.2"', "null"),
    "a tag in quotes that says nothing": WHOLE.replace('"1.4.2"', '"null"'),
    "a tag of several lines": WHOLE.replace("newTag: v1\n", "newTag: v1\n    more of it\n"),
    "a tag of several lines in quotes": WHOLE.replace("newTag: v1\n", 'newTag: "v1\n    more: it\n    "\n'),
    "a block": WHOLE.replace("newTag: v1\n", "newTag: |\n    name: v1\n    newTag: v2\n"),
    "an anchor": WHOLE.replace("newTag: v1\n", "newTag: &a v1\n- name: shop/third\n  newTag: *a\n"),
    "inherited": WHOLE.replace("- name: shop/other\n", "- &o\n  name: shop/other\n") + "- <<: *o\n  name: shop/third\n",
    "in flow": WHOLE + "- {name: shop/third,\n  newTag: v3\n  }\n",
    "a comment behind": WHOLE.replace("newTag: v1", "newTag: v1  # ours"),
    "half a quote": WHOLE.replace("newTag: v1", 'newTag: v1"'),
    "open quotes": WHOLE.replace("newTag: v1", 'newTag: "v1'),
    "twice": WHOLE + "  newTag: v2\n",
    "the mark itself": WHOLE.replace("v1", "a-word-of-the-outline-0"),
    "other line ends": WHOLE.replace("\n", "\r\n"),
    "a line end of Unicode": WHOLE.replace("as you like.", "as you like.\u2028kind: Application\u0085newTag: v9"),
    "a byte order mark": "\ufeff" + WHOLE,
    "numbers": WHOLE.replace("v1", "1e3").replace('"1.4.2"', "0x1F"),
    "an order of another form": WHOLE.replace(ORDER, "codebuild/shop-web: 12"),
    "a list of words": WHOLE + "resources:\n- a\n- ../../base/web\n- -\n- - b\n  - c\n",
    "nothing between": WHOLE.replace("newTag: v1", "newTag:v1"),
    "an alias that is not there": WHOLE.replace("v1", "*a"),
}


def both(content: bytes) -> tuple[object, object]:
    """Return what both ways find, faults by the names of their places alone."""
    try:
        whole = Kustomization(content, "kustomization.yaml")
        wanted: object = (tuple(whole.images), whole.annotations)
    except SpecError as exc:
        wanted = str(exc)
    try:
        found: object = tuple(outline.read(content))
    except SpecError as exc:
        found = str(exc)
    return found, wanted


@pytest.mark.parametrize("text", [WHOLE, *ODD.values()], ids=["whole", *ODD])
def test_it_is_what_the_file_says(text: str) -> None:
    found, wanted = both(text.encode())
    assert found == wanted


def test_bytes_that_are_no_text_are_a_fault() -> None:
    found, wanted = both(b"kind: Kustomization\nimages: \xff\n")
    assert found == wanted


def test_texts_of_one_form_are_parsed_once() -> None:
    outline._form.cache_clear()
    for number in range(20):
        found = outline.read(WHOLE.replace("v1", f"v{number}").replace("shop/other", f"shop/app-{number}").encode())
        assert found.images[1][:2] == (f"shop/app-{number}", f"v{number}")
    assert outline._form.cache_info().misses == 1


@pytest.mark.full
@settings(max_examples=examples(400), deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_it_is_what_any_file_says(random: Random, plain: bool) -> None:
    maker = Maker(random)
    documents = [maker.kustomization()]
    if random.random() < 0.2:
        documents.insert(random.randint(0, 1), maker.deployment())
    found, wanted = both(Writer(random, plain=plain).write(documents).encode())
    assert found == wanted
