"""Commits whose first line has the form that a server asks for: every commit that we make, and the titles of requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.delivery import bump as bumps
from generator.spec import subject
from testing.depth import examples
from testing.programs import Run
from testing.repository import TEN_LINES, files, git
from testing.shop import APPS, Shop

# argocd-autopilot#377, argocd-image-updater#169, semantic-release#2379: the server asks for a pattern.
PATTERN = r"^(feat|fix|chore)(\(.*\))?: [a-z]"
HOOK = f"""#!/bin/sh
while read old new ref; do
    case "$ref" in refs/heads/*) ;; *) continue;; esac
    case "$new" in 0000*) continue;; esac
    case "$old" in 0000*) old=main;; esac
    git log --format=%s "$old..$new" | grep -vqE '{PATTERN}' || continue
    echo "GL-HOOK-ERR: Commit message does not follow the pattern '{PATTERN}'"
    exit 1
done
exit 0
"""


def ask(bare: Path) -> None:
    """Make the server ask for the pattern from now on."""
    (bare / "hooks").mkdir(exist_ok=True)
    (bare / "hooks/pre-receive").write_text(HOOK)
    (bare / "hooks/pre-receive").chmod(0o755)


@pytest.mark.full
@pytest.mark.slow
def test_every_commit_has_the_form_that_the_spec_says(shop: Shop, generator: Run) -> None:
    shop.spec(f"{TEN_LINES}{APPS}commits: {{subject: 'chore(release): {{subject}}'}}\n")
    ask(shop.bare)
    first = git(shop.bare, "rev-parse", "main")
    shop.bump("web", "v1")
    shop.json("web", "--to", "staging")
    assert [one.title for one in shop.requests()] == ["chore(release): promote web v1 from dev to staging"]
    assert shop.json("web", "--to", "staging", "--merge")["action"] == "merged"
    shop.bump("web", "v2")
    shop.json("web", "--to", "staging", "--push")
    git(shop.folder, "pull", "-q", "--rebase")
    words = ["rollback", "web", "--env", "staging"]
    for more in (["--pull-request"], ["--push"], ["--unpin", "--push"]):
        done = generator(*words, *more, cwd=shop.folder)
        assert done.returncode == 0, done.stderr
    assert [one.title for one in shop.requests()] == ["chore(release): roll back web in staging to v1"]
    git(shop.folder, "pull", "-q", "--rebase")
    for more in (["bump", "web", "--env", "dev", "--tag", "v3"], ["rollback", "web", "--env", "dev", "--to", "v1"]):
        assert generator(*more, "--commit", cwd=shop.folder).returncode == 0
    git(shop.folder, "push", "-q", "origin", "main")
    subjects = git(shop.bare, "log", "--reverse", "--topo-order", "--format=%s", f"{first}..main").splitlines()
    assert subjects == [
        "chore(release): release web v1 to dev",
        "chore(release): promote web v1 from dev to staging",
        "chore(release): promote web v1 from dev to staging",
        "chore(release): release web v2 to dev",
        "chore(release): promote web v2 from dev to staging",
        "chore(release): roll back web in staging to v1",
        "chore(release): unpin web in staging",
        "chore(release): release web v3 to dev",
        "chore(release): roll back web in dev to v1",
    ]
    told = json.loads(generator("history", "web", "--env", "staging", "--output", "json", cwd=shop.folder).stdout)
    actions = [entry["action"] for entry in told["history"]]
    assert actions == ["unpinned", "rolled back", "promoted", "promoted", "generated"]


def test_a_rule_about_messages_is_told_from_a_guarded_branch(shop: Shop, generator: Run) -> None:
    ask(shop.bare)
    words = ["bump", "web", "--env", "dev", "--tag", "v1", "--push"]
    refused = generator(*words, "--pull-request", cwd=shop.folder)
    assert refused.returncode == 1
    assert "Commit message does not follow the pattern" in refused.stderr
    assert "hint: say the form that the server asks for: `commits: {subject: …}`" in refused.stderr
    assert shop.branches() == ["main"]
    done = generator(*words, "--subject", "fix: {subject} (ops)", "--remote", shop.bare, cwd=shop.folder.parent)
    assert done.returncode == 0, done.stderr
    assert git(shop.bare, "log", "-1", "--format=%s", "main") == "fix: release web v1 to dev (ops)"


@pytest.mark.parametrize("form", ["", "chore:", "{Subject}\nRelease: web prod evil", "{subject} {subject}", " {subject}", "{subject}\x1b[2J", "{app}: {subject}"])  # fmt: skip
def test_what_is_no_form_is_refused(form: str, shop: Shop, generator: Run) -> None:
    before = files(shop.folder)
    done = generator("bump", "web", "--env", "dev", "--tag", "v1", "--subject", form, cwd=shop.folder)
    assert (done.returncode, files(shop.folder)) == (2, before)
    assert "hint: one line with {subject} or {Subject} in it" in done.stderr
    spec = shop.folder / "generator.yaml"
    spec.write_text(f"{spec.read_text()}commits: {{subject: {json.dumps(form)}}}\n")
    assert generator("check", cwd=shop.folder).returncode == 1


@pytest.mark.full
@given(form=st.from_regex(subject.PATTERN, fullmatch=True).filter(lambda text: len(text) <= subject.LONGEST))
@settings(deadline=None, max_examples=examples(50))
def test_a_form_cannot_forge_anything(form: str) -> None:
    # Whatever it is, the message has one first line, and the trailers that it would have anyway.
    place = bumps.Slot("web", "dev", "overlays/dev/web/kustomization.yaml", "shop/web")
    bump = bumps.Bump([bumps.Wanted(place, bumps.Image("shop/web", "v1", None))], dict, form=form)
    bump.outcomes = [bumps.BumpOutcome(bump.wanted[0], bumps.State.CHANGED)]
    first, empty, *rest = bump.message().split("\n")
    assert (empty, rest) == ("", ["Release: web dev v1", ""])
    assert "elease web v1 to dev" in first
    assert subject.is_form(form)
