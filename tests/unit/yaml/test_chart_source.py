"""The chart of an Application is read and set as an image of a kustomization is: one scalar, and no other byte."""

from __future__ import annotations

import pytest

from generator.errors import SpecError
from generator.yaml.kustomization import Image, images, read_annotations, set_annotation, set_image

DIGEST = "sha256:" + "a" * 64
REGISTRY = """\
# mine
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: a
spec:
  sources:
  - repoURL: oci://r.example.com/charts/shelf  # where it is
    targetRevision: "1.0.0"  # set by releases
    path: "."
  - {repoURL: https://git.example.com/a.git, targetRevision: main, ref: values}
"""
SHELF = "oci://r.example.com/charts/shelf"


def test_a_chart_of_a_registry() -> None:
    assert images(REGISTRY.encode(), "f") == [Image(SHELF, "1.0.0", None)]
    after = set_image(REGISTRY.encode(), "f", Image(SHELF, "1.1.0", DIGEST)).decode()
    assert after == REGISTRY.replace('"1.0.0"', f"1.1.0@{DIGEST}")
    assert images(after.encode(), "f") == [Image(SHELF, "1.1.0", DIGEST)]
    assert set_image(after.encode(), "f", Image(SHELF, "1.0.0", None)).decode() == REGISTRY


def test_a_chart_of_a_repository_as_the_only_source() -> None:
    text = (
        "kind: Application\nspec: {source: {repoURL: https://c.example.com/, chart: shelf, targetRevision: '1.0.0'}}\n"
    )
    name = "https://c.example.com/shelf"
    assert images(text.encode(), "f") == [Image(name, "1.0.0", None)]
    assert set_image(text.encode(), "f", Image(name, "2.0.0", None)).decode() == text.replace("1.0.0", "2.0.0")


def test_the_applications_of_all_clusters_get_it() -> None:
    both = f"{REGISTRY}---\n{REGISTRY}"
    after = set_image(both.encode(), "f", Image(SHELF, "1.1.0", None)).decode()
    assert after == both.replace("1.0.0", "1.1.0")
    assert images(after.encode(), "f") == [Image(SHELF, "1.1.0", None)]


def test_a_set_of_applications() -> None:
    text = f"kind: ApplicationSet\nspec:\n  template:\n    spec:\n      sources:\n      - repoURL: {SHELF}\n        targetRevision: '1.0.0'\n"
    assert images(text.encode(), "f") == [Image(SHELF, "1.0.0", None)]
    assert set_image(text.encode(), "f", Image(SHELF, "1.1.0", None)).decode() == text.replace("1.0.0", "1.1.0")


def test_a_pin_is_an_annotation_of_the_application() -> None:
    after = set_annotation(REGISTRY.encode(), "f", "gitops-generator/pinned", "held")
    assert read_annotations(after, "f") == {"gitops-generator/pinned": "held"}
    assert set_annotation(after, "f", "gitops-generator/pinned", None).decode() == REGISTRY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REGISTRY.replace("shelf", "other"), "has no source for the chart"),
        (REGISTRY.replace("    path:", "    targetRevision: 2.0.0\n    path:"), "is there twice"),
    ],
)
def test_what_cannot_be_set(text: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        set_image(text.encode(), "f", Image(SHELF, "1.1.0", None))
    assert said in str(caught.value.faults[0])


def test_applications_of_no_chart_have_no_entry() -> None:
    text = "kind: Application\nspec: {source: {repoURL: https://git.example.com/a.git, path: overlays/dev/a}}\n"
    assert images(text.encode(), "f") == []
