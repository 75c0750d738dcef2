"""The gates of a promotion and its text, as functions: no repository, no clock but the one that is given."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.clients.forges import PullRequest
from generator.delivery import branches, open_requests
from generator.delivery.image import Slot
from generator.delivery.promotion import checks, description, marker
from generator.delivery.promotion.check import Check, Health, State
from generator.delivery.promotion.description import Story
from generator.delivery.promotion.marker import Marker
from generator.delivery.promotion.moves import Between, LeftOut, Move, Release, Why
from generator.errors import SpecError
from generator.git.history import Commit
from generator.manifests.diff import Change
from generator.spec import loader
from generator.spec.environment import Environment
from generator.spec.model import Spec
from generator.yaml.kustomization import Image
from testing.depth import examples
from testing.repository import TEN_LINES


def spec(gates: str) -> Spec:
    return loader.parse(TEN_LINES.replace("prod: {sync: manual}", f"prod: {{{gates}}}"))


def prod(gates: str) -> Environment:
    return spec(gates).environments["prod"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def move(app: str = "web", tag: str = "v2") -> Move:
    source, target = (
        Slot(app, env, f"overlays/{env}/{app}/kustomization.yaml", f"shop/{app}") for env in ("dev", "prod")
    )
    return Move(app, source, target, Image(f"shop/{app}", "v1", None), Image(f"shop/{app}", tag, "sha256:" + "b" * 64))


OFFICE = "windows: [{days: [mon, tue, wed, thu, fri], from: 09:00, to: 17:00, timezone: Europe/Berlin}]"
NIGHT = "windows: [{days: [fri], from: 22:00, to: 04:00}]"
WINDOWS = {
    "at its first minute": (OFFICE, "2026-11-20T08:00", True),
    "a minute before": (OFFICE, "2026-11-20T07:59", False),
    "at its end": (OFFICE, "2026-11-20T16:00", False),
    "a minute before its end": (OFFICE, "2026-11-20T15:59", True),
    "in summer, an hour earlier": (OFFICE, "2026-07-17T07:00", True),
    "on another day": (OFFICE, "2026-11-21T10:00", False),
    "before midnight": (NIGHT, "2026-11-20T23:00", True),
    "after midnight": (NIGHT, "2026-11-21T03:59", True),
    "the morning of its own day": (NIGHT, "2026-11-20T03:00", False),
    "the evening after": (NIGHT, "2026-11-21T22:30", False),
    "a whole day": ("windows: [{days: [sat]}]", "2026-11-21T23:59", True),
    "until midnight": ("windows: [{days: [fri], from: 20:00}]", "2026-11-21T00:00", False),
    "one of two": (f"{OFFICE[:-1]}, {{days: [sat]}}]", "2026-11-21T10:00", True),
}


@pytest.mark.parametrize(("gates", "now", "opened"), WINDOWS.values(), ids=WINDOWS)
def test_a_window(gates: str, now: str, opened: bool) -> None:
    (check,) = checks.windows(prod(gates), at(now))
    assert (check.state is State.PASSED) == opened


FREEZES = {
    "its first moment": ("{from: 2026-12-20, to: 2027-01-02}", "2026-12-20T00:00", True),
    "just before": ("{from: 2026-12-20, to: 2027-01-02}", "2026-12-19T23:59", False),
    "its last day, to the end": ("{from: 2026-12-20, to: 2027-01-02}", "2027-01-02T23:59", True),
    "the day after": ("{from: 2026-12-20, to: 2027-01-02}", "2027-01-03T00:00", False),
    "in its time zone": ("{from: 2026-12-20, to: 2026-12-20, timezone: America/New_York}", "2026-12-20T04:59", False),
    "by the hour": ('{from: "2026-12-20 18:00", to: 2026-12-20T19:00}', "2026-12-20T19:00", True),
    "by the hour, later": ('{from: "2026-12-20 18:00", to: 2026-12-20T19:00}', "2026-12-20T19:01", False),
}


@pytest.mark.parametrize(("freeze", "now", "frozen"), FREEZES.values(), ids=FREEZES)
def test_a_freeze(freeze: str, now: str, frozen: bool) -> None:
    (check,) = checks.frozen(prod(f"freeze: [{freeze}]"), at(now))
    assert (check.state is State.FAILED) == frozen


def test_no_gates_no_checks() -> None:
    found = prod("sync: manual")
    assert [*checks.frozen(found, at("2026-11-21")), *checks.windows(found, at("2026-11-21"))] == []


def released(seconds: float, *, exact: bool = True) -> Release:
    return Release(("v2", None), Commit("c" * 40, (), "", int(seconds), "", {}, not exact), exact)


@pytest.mark.parametrize(
    ("release", "state"),
    [
        (released(at("2026-11-21T10:00").timestamp()), State.PASSED),
        (released(at("2026-11-21T10:01").timestamp()), State.FAILED),
        (released(at("2026-11-21T10:01").timestamp(), exact=False), State.UNKNOWN),
        (released(at("2026-11-25").timestamp()), State.FAILED),
        (None, State.UNKNOWN),
    ],
    ids=["long enough", "a minute short", "history ends there", "a clock that is ahead", "no history"],
)
def test_soaking(release: Release | None, state: State) -> None:
    assert checks.soaked("web has soaked", release, 7200, at("2026-11-21T12:00")).state is state


def test_what_is_said_of_soaking_does_not_change_by_itself() -> None:
    release = released(at("2026-11-21T10:00").timestamp())
    said = {checks.soaked("x", release, 7200, at(f"2026-11-21T10:0{minute}")).detail for minute in range(9)}
    assert said == {"there since 2026-11-21 10:00 UTC, long enough from 2026-11-21 12:00 UTC"}


RUNS = "shop/web@sha256:" + "b" * 64
HEALTH = {
    "healthy": (Health("Healthy", healthy=True), State.PASSED),
    "healthy with this image": (Health("Healthy", images=("side:1", RUNS), healthy=True), State.PASSED),
    "healthy with another image": (
        Health("Healthy", images=("shop/web@sha256:" + "a" * 64,), healthy=True),
        State.FAILED,
    ),
    "healthy by its tag": (Health("Healthy", images=("shop/web:v2",), healthy=True), State.PASSED),
    "degraded": (Health("Degraded", "crash loop"), State.FAILED),
    "nobody to ask": (None, State.UNKNOWN),
}


@pytest.mark.parametrize(("health", "state"), HEALTH.values(), ids=HEALTH)
def test_health(health: Health | None, state: State) -> None:
    # kargo#6357, kargo#4673, argo-cd#12211: healthy, but of the image before.
    found = spec("sync: manual")
    (check,) = checks.all_of(
        found, [move()], found.environments["prod"], lambda _: None, lambda *_: health, at("2026-11-21")
    )
    assert check.state is state


BAD = {
    "a day that is none": ("freeze: [{from: 2026-02-30, to: 2026-03-01}]", "freeze[0].from"),
    "no end": ("freeze: [{from: 2026-02-03}]", "freeze[0].to"),
    "a time that is none": ("windows: [{from: 25:00}]", "windows[0].from"),
    "a day of the week": ("windows: [{days: [monday]}]", "windows[0].days[0]"),
    "a duration": ("soak: 2 hours", "soak"),
    "a number": ("soak: 7200", "soak"),
}


@pytest.mark.parametrize(("gates", "where"), BAD.values(), ids=BAD)
def test_a_gate_that_cannot_be_is_a_fault_of_the_spec(gates: str, where: str) -> None:
    with pytest.raises(SpecError) as caught:
        spec(gates)
    assert [fault.path for fault in caught.value.faults] == [f"environments.prod.{where}"]


LATER = "a later day or time"
NEAREST = 'there is no time zone "Europe/Berln" / did you mean "Europe/Berlin"?'
TOLD = {
    "a freeze that ends before it begins": (
        "freeze: [{from: 2026-12-20, to: 2026-12-10}]",
        f"freeze[0].to: the freeze ends before 2026-12-20, where it begins / {LATER}",
    ),
    "a freeze that ends hours before it begins": (
        "freeze: [{from: 2026-12-20T18:00, to: 2026-12-20 17:59}]",
        f"freeze[0].to: the freeze ends before 2026-12-20T18:00, where it begins / {LATER}",
    ),
    "a day that only some years have": (
        "freeze: [{from: 2026-02-29, to: 2026-03-01}]",
        'freeze[0].from: "2026-02-29" is no day of the calendar / that month has fewer days in that year',
    ),
    "a freeze in an unknown time zone": (
        "freeze: [{from: 2026-02-28, to: 2026-03-01, timezone: Europe/Berln}]",
        f"freeze[0].timezone: {NEAREST}",
    ),
    "a window in an unknown time zone": ("windows: [{timezone: Europe/Berln}]", f"windows[0].timezone: {NEAREST}"),
}


@pytest.mark.parametrize(("gates", "told"), TOLD.values(), ids=TOLD)
def test_a_gate_that_would_mean_something_else_is_told(gates: str, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        spec(gates)
    assert [f"{one.path}: {one.message} / {one.hint}" for one in caught.value.faults] == [f"environments.prod.{told}"]


def test_a_freeze_of_one_minute_or_one_day_is_right() -> None:
    for dates in ("from: 2028-02-29, to: 2028-02-29", "from: 2026-12-20T18:00, to: 2026-12-20T18:00"):
        assert prod(f"freeze: [{{{dates}}}]").gates.freezes
    assert prod("freeze: [{from: 2026-12-20T18:00, to: 2026-12-20}]").gates.freezes


# -- the branch


@given(st.sets(st.sampled_from(["a", "b", "a-b", "all", "lock", *(f"app-{n}" for n in range(40))])), st.data())
def test_no_two_sets_of_apps_share_a_branch(apps: set[str], data: st.DataObject) -> None:
    others = data.draw(st.sets(st.sampled_from(["a", "b", "a-b", "all", "lock", *(f"app-{n}" for n in range(40))])))
    names = [branches.promotion("shop", "prod", sorted(some)) for some in (apps, others)]
    assert (names[0] == names[1]) == (apps == others)
    assert all(len(name) < 200 and not name.endswith((".lock", "/")) for name in names)


# -- the text


def story(**changes: Any) -> Story:
    given: dict[str, Any] = {
        "source": "dev", "target": "prod", "going": [move()], "left_out": [], "since": {"web": "2026-11-21 10:00 UTC"},
        "checks": [Check("prod is not frozen", State.PASSED, "no freeze covers now")], "between": [], "changes": [],
    }  # fmt: skip
    return Story(**{**given, **changes})


MARK = Marker(("web",), "abc")


def change(kind: str, lines: int, name: str = "web", *, gone: bool = False) -> Change:
    head = (
        f"--- a/prod/{kind}/{name}\n",
        "+++ /dev/null\n" if gone else f"+++ b/prod/{kind}/{name}\n",
        "@@ -1 +1 @@\n",
    )
    return Change("prod", f"{kind}/shop-prod/{name}", (*head, *(f"-line {n} of it\n" for n in range(lines))))


@settings(deadline=None, max_examples=examples(30))
@given(st.integers(1, 400), st.integers(0, 60), st.integers(0, 3000), st.sampled_from([10_000, 60_000]))
@pytest.mark.slow
def test_it_is_never_too_long_and_its_marker_is_never_cut(apps: int, commits: int, lines: int, limit: int) -> None:
    going = [move(f"app-{number}") for number in range(apps)]
    between = [Between(one.app, tuple(("c" * 40, "A subject that says much") for _ in range(commits))) for one in going]
    text = description.text(story(going=going, between=between, changes=[change("Deployment", lines)]), MARK, limit)
    assert len(text) <= limit
    assert marker.read(text) == MARK


def test_the_most_important_comes_first() -> None:
    changes = [
        change("Service", 1),
        change("ConfigMap", 1),
        change("Deployment", 1),
        change("Service", 1, "x", gone=True),
    ]
    assert [one.object.split("/")[0] for one in description.important_first(changes)] == [
        "Service", "Deployment", "ConfigMap", "Service",
    ]  # fmt: skip


EVIL = [
    "@everyone",
    "![x](http://evil/x.png)",
    "a | b",
    "`x` <!-- y -->",
    "</details>",
    "```\n# h",
    "#1",
    "[a](javascript:1)",
]


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_from_outside_is_markup(evil: str) -> None:
    text = description.text(
        story(
            going=[move(tag=evil)],
            between=[Between("web", (("c" * 40, evil),), reason=evil)],
            left_out=[LeftOut("api", Why.PINNED, evil)],
            checks=[Check("web is healthy", State.FAILED, evil)],
        ),
        MARK,
    )
    outside_code = re.sub(r"\\.", "", "".join(part for line in text.splitlines() for part in _outside_code(line)))
    for mark in ("@everyone", "](http", "](javascript", "</details>", "<!-- y"):
        assert mark not in outside_code
    rows = [line for line in text.splitlines() if line.startswith("| `web`")]
    assert [line.count(" | ") for line in rows] == [4]
    assert marker.read(text) == MARK


def _outside_code(line: str) -> list[str]:
    return re.split(r"(`+)(?:(?!\1).)+?\1", line)[::2]


def test_a_marker_in_the_words_of_others_is_not_ours() -> None:
    forged = str(marker.Marker((), marker.WITHDRAWN))
    between = description.code(f"Fix {forged}")
    assert forged not in between
    lines = [forged, f"+ {forged}", between, str(MARK), marker.END, forged]
    for text in ("\n".join(lines), "\r\n".join(lines)):
        assert marker.read(text) == MARK
        changed = marker.withdrawn(text)
        found = marker.read(changed)
        assert found is not None
        assert (found.apps, found.content) == (MARK.apps, marker.WITHDRAWN)
        assert changed.count(forged) == 3  # what others have written stays
    assert marker.read(f"quoted: {MARK}") is None


def test_a_marker_that_somebody_has_spoilt_is_none() -> None:
    assert marker.read("<!-- gitops-generator promotion {nonsense} -->") is None
    assert marker.read("") is None
    for data in (
        '{"apps":5,"content":1}',
        '{"apps":[]}',
        '{"apps":["<b>"],"content":1}',
        f'{{"apps":{"[" * 99_999}}}',
    ):
        assert marker.read(f"<!-- gitops-generator promotion {data} -->") is None


def test_a_marker_tells_what_moves_and_no_value_ends_its_comment() -> None:
    full = marker.Marker(("web",), "abc", "--> <b>", moves=("api", "web"))
    assert marker.read(str(full)) == full
    assert (str(full).count("<"), str(full).count(">")) == (1, 1)
    many = tuple(f"app-{number}" for number in range(400))
    assert marker.read(str(marker.Marker((), "abc", moves=many))) == marker.Marker((), "abc")
    spoilt = '<!-- gitops-generator promotion {"apps":["web"],"content":"abc","moves":["web",5]} -->'
    assert marker.read(spoilt) == MARK


def test_what_a_request_moves_is_told_by_its_marker_and_of_an_older_one_by_its_text() -> None:
    known = ["web", "api", "jobs"]
    told = story(going=[move("web"), move("api")])
    head = "promote/shop/prod/_all"

    def request(text: str) -> PullRequest:
        return PullRequest("1", "", "", text, head, "main", "open")

    older = description.text(told, marker.Marker((), "abc"))
    newer = description.text(told, marker.Marker((), "abc", moves=("web", "api")))
    assert open_requests.apps(request(older), "_all", known) == ["web", "api"]
    # What the prose says does not matter.
    rows = newer.replace("| `web` |", "| `jobs` |")
    assert open_requests.apps(request(rows), "_all", known) == ["web", "api"]
    assert open_requests.apps(request(f"{older} … cut at 9"), "_all", known) == known
    assert open_requests.apps(request("by hand"), "api_web", known) == ["web", "api"]


def test_what_is_withdrawn_was_not_declined() -> None:
    found = marker.read(marker.withdrawn(f"text\n{MARK}\n"))
    assert found is not None
    assert (found.apps, found.content) == (MARK.apps, marker.WITHDRAWN)


def test_what_fails_does_not_read_as_if_it_had_not() -> None:
    found = prod("freeze: [{from: 2026-12-20, to: 2027-01-02}], windows: [{days: [mon]}]")
    frozen, shut = *checks.frozen(found, at("2026-12-20")), *checks.windows(found, at("2026-12-20"))
    assert (frozen.said, shut.said) == ("prod is frozen", "prod has no window open now")
    late = checks.soaked("web has soaked in dev", released(at("2026-11-21T10:01").timestamp()), 7200, at("2026-11-21"))
    assert late.said == "web has not soaked long enough in dev"
    whole = spec("sync: manual")

    def asked(health: Health) -> Check:
        target = whole.environments["prod"]
        return checks.all_of(whole, [move()], target, lambda _: None, lambda *_: health, at("2026-11-21"))[0]

    sick, other = asked(Health("Degraded")), asked(Health("Healthy", images=("shop/web:v0",), healthy=True))
    assert sick.said == "web is not healthy in dev"
    assert other.said == "web does not run what is promoted in dev"
    assert other.name == "web is healthy in dev"
    passed = next(checks.frozen(found, at("2026-11-21")))
    assert passed.said == passed.name == "prod is not frozen"


ABOVE, BELOW = "Ticket 42\n\n", "\nTested.\n"
OURS = description.text(Story("dev", "prod", [move()], [], {}, [], [], []), MARK)
WRITTEN = {
    "nothing": (OURS, "", ""),
    "above and below": (f"{ABOVE}{OURS}{BELOW}", ABOVE, BELOW),
    "with other line ends": (f"{ABOVE}{OURS}{BELOW}".replace("\n", "\r\n"), ABOVE, BELOW),
    "the line at which it ends is gone": (f"{ABOVE}{OURS}{BELOW}".replace(f"{marker.END}\n", ""), ABOVE, BELOW),
    "the line at which it begins is gone": (f"{OURS}{BELOW}".replace(f"{marker.BEGIN}\n", ""), "", BELOW),
    "nothing of ours": ("Mine", "Mine\n\n", ""),
    "nothing at all": ("", "", ""),
}


@pytest.mark.parametrize(("text", "above", "below"), WRITTEN.values(), ids=WRITTEN)
def test_what_people_write_around_our_text_stays(text: str, above: str, below: str) -> None:
    assert marker.joined(text, OURS) == f"{above}{OURS}{below}"
    assert marker.joined(marker.joined(text, OURS), OURS) == marker.joined(text, OURS)
