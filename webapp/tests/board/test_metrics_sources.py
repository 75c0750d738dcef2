"""Sources that a commit does not name, from those that name them for the same image."""

from __future__ import annotations

from board_histories import Story, days
from release_board.metrics import measure
from release_board.metrics.sources import with_sources


def sources(story: Story) -> list[tuple[str | None, str | None]]:
    return [(one.before_source, one.source) for one in with_sources(story.changes)]


def test_a_promotion_has_the_source_of_the_release() -> None:
    story = Story()
    story.put(0, "1", "dev", source="a")
    story.put(1, "1", source=None)
    story.put(2, "2", "dev", source="b")
    story.put(3, "2", source=None, before_source=None)
    assert sources(story) == [(None, "a"), (None, "a"), ("a", "b"), ("a", "b")]


def test_a_rollback_has_the_source_of_the_image_it_went_back_to() -> None:
    story = Story()
    story.put(0, "1", source="a")
    story.put(1, "2", source="b")
    story.back(2, "1", source=None)
    story.put(3, "3", source="c")
    assert sources(story)[2:] == [("b", "a"), ("a", "c")]


def test_a_tag_that_was_built_twice_has_no_source() -> None:
    story = Story()
    story.put(0, "1", "dev", source="a")
    story.put(1, "2", "dev", source="b")
    story.put(2, "1", "dev", source="c")
    story.put(3, "1", source=None)
    assert sources(story)[3] == (None, None)


def test_a_digest_tells_two_builds_of_a_tag_apart() -> None:
    story = Story()
    story.put(0, "1", "dev", source="a", digest="sha256:a")
    story.put(1, "1", "dev", source="b", digest="sha256:b")
    story.put(2, "1", source=None, digest="sha256:a")
    story.put(3, "1", "staging", source=None, digest="sha256:c")
    assert [source for _, source in sources(story)] == ["a", "b", "a", None]


def test_lead_times_use_them() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1", source=None)
    story.put(2, "2", "dev")
    story.put(3, "2", source=None)
    story.commits("1", "2", 1)
    assert measure(story.history(), "shop", ["prod"], days(0, 7)).lead_time.n == 1
