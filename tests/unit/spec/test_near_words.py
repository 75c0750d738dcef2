"""Hints at the nearest of some words: by similar letters, or by the same beginning."""

from __future__ import annotations

import pytest

from generator.spec.findings import did_you_mean

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("stging", ENVIRONMENTS, 'did you mean "staging"?'),
        ("production", ENVIRONMENTS, 'did you mean "prod"?'),
        ("development", ENVIRONMENTS, 'did you mean "dev"?'),
        ("stage", ENVIRONMENTS, 'did you mean "staging"?'),
        ("pre", ("preproduction", "live"), 'did you mean "preproduction"?'),
        ("production", ("prod", "product", "live"), 'did you mean "product"?'),
        ("production-of-tomorrow", ("pro", "prod", "live"), "known here: pro, prod, live"),
        ("qa", ENVIRONMENTS, "known here: dev, staging, prod"),
    ],
)
def test_the_nearest_word_or_all_in_their_order(word: str, known: tuple[str, ...], told: str) -> None:
    assert did_you_mean(word, known) == told
