"""Where people and the spec disagree, and what becomes of files that go, move or get other names."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from generator.cli import main as cli
from generator.regenerate import planning
from testing.programs import tool
from testing.repository import TEN_LINES, edit, files, git
from testing.templates import Templates
from testing.terminal import on_terminal

DEPLOYMENT = "base/web/deployment.yaml"
PROD = "overlays/prod/web/kustomization.yaml"
SPEC = TEN_LINES.replace("replicas: 2", "replicas: 2\n    resources: {requests: {cpu: 50m}}")
CHANGED = (
    SPEC.replace("replicas: 2", "replicas: 3").replace("cpu: 50m", "cpu: 60m").replace("replicas: 4", "replicas: 5")
)


class Told:
    """An exit code and what was printed."""

    def __init__(self, code: int, capsys: pytest.CaptureFixture[str]) -> None:
        self.code = code
        self.out, self.err = capsys.readouterr()


Command = Callable[..., Told]


@pytest.fixture
def run(repository: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return ``run(*words)``: a command in the repository."""
    return lambda *words: Told(cli.main(["-C", str(repository), *words]), capsys)


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)


@pytest.fixture
def shop(templates: Templates, repository: Path) -> Path:
    """Make a repository, generated and committed."""

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        planning.apply(repository, planning.plan(repository), prune=False)
        commit(repository, "First generation")

    templates.fill("conflicts", make)
    return repository


@pytest.fixture
def disputed(templates: Templates, shop: Path) -> Path:
    """Make three fields in two files that a user and the spec have changed differently."""

    def make() -> None:
        edit(shop, DEPLOYMENT, ("  replicas: 2\n", "  replicas: 7  # Black Friday\n"), ("cpu: 50m", "cpu: 99m"))
        edit(shop, PROD, ("count: 4", "count: 9"))
        commit(shop, "More of everything")
        (shop / "generator.yaml").write_text(CHANGED)

    templates.fill("disputed", make)
    return shop


def values(folder: Path) -> tuple[int, str, int]:
    """Return the three fields: replicas and CPU of the base, replicas in prod."""
    deployment = yaml.safe_load((folder / DEPLOYMENT).read_text())["spec"]
    prod = yaml.safe_load((folder / PROD).read_text())
    (container,) = deployment["template"]["spec"]["containers"]
    return deployment["replicas"], container["resources"]["requests"]["cpu"], prod["replicas"][0]["count"]


LOCAL, UPDATED = (7, "99m", 9), (3, "60m", 5)


def test_a_conflict_has_its_line_its_field_its_three_values_and_who_made_it(disputed: Path, run: Command) -> None:
    before = files(disputed)
    told = run("generate")
    assert told.code == 4
    assert re.sub(r"[0-9a-f]{10} Ada", "COMMIT Ada", told.err) == (
        "base/web/deployment.yaml:10: spec.replicas\n"
        "  original 2\n"
        "  local    7 (COMMIT Ada: More of everything)\n"
        "  updated  3\n"
        "base/web/deployment.yaml:37: spec.template.spec.containers[web].resources.requests.cpu\n"
        "  original 50m\n"
        "  local    99m (COMMIT Ada: More of everything)\n"
        "  updated  60m\n"
        "overlays/prod/web/kustomization.yaml:13: replicas[web].count\n"
        "  original 4\n"
        "  local    9 (COMMIT Ada: More of everything)\n"
        "  updated  5\n"
        "error: 3 conflicts between hand edits and the spec; nothing was written\n"
        "hint: keep one side: python -m generator generate --keep local|updated [PATH…]; "
        "or --interactive, to decide one by one\n"
    )
    assert files(disputed) == before


def test_conflicts_can_be_read_by_machines(disputed: Path, run: Command) -> None:
    told = run("generate", "--output", "json")
    assert told.code == 4
    found = json.loads(told.out)
    assert found["error"].startswith("3 conflicts")
    first = found["conflicts"][0]
    author = first.pop("author")
    assert author.endswith(" Ada: More of everything")
    assert first == {
        "path": DEPLOYMENT, "line": 10, "field": "spec.replicas", "original": "2", "local": "7", "updated": "3",
    }  # fmt: skip


def test_all_that_look_at_a_regeneration_tell_conflicts_alike(disputed: Path, run: Command) -> None:
    before = files(disputed)
    wanted = run("generate")
    for words in (["check"], ["diff"], ["diff", "--rendered"]):
        told = run(*words)
        assert (told.code, told.err) == (4, wanted.err), words
        found = run(*words, "--output", "json")
        assert (found.code, json.loads(found.out)["conflicts"]) == (
            4,
            json.loads(run("generate", "--output", "json").out)["conflicts"],
        )
    assert files(disputed) == before


def test_check_says_what_a_file_needs(disputed: Path, run: Command) -> None:
    assert re.search(r"^base/web/deployment.yaml +conflicting +--keep$", run("check").out, re.M)


def test_a_diff_keeps_what_people_wrote_where_there_is_a_conflict(disputed: Path, run: Command) -> None:
    (disputed / "generator.yaml").write_text(CHANGED.replace("port: 8080", "port: 8081"))
    told = run("diff")
    assert told.code == 4
    assert "+        - containerPort: 8081\n" in told.out or "containerPort: 8081" in told.out
    assert "Black Friday" not in "".join(line for line in told.out.splitlines() if line.startswith("-"))


KEEP: dict[str, tuple[list[str], tuple[int, str, int] | None]] = {
    "everything of people's": (["--keep", "local"], LOCAL),
    "everything of the spec's": (["--keep", "updated"], UPDATED),
    "a folder, and the rest stays open": (["--keep", "local", "base"], None),
    "two folders for one side": (["--keep", "local", "base", "overlays"], LOCAL),
    "a side for each folder": (["--keep", "local", "base/web", "--keep", "updated", "overlays/prod"], (7, "99m", 5)),
    "a file": (["--keep", "updated", DEPLOYMENT, "--keep", "local", PROD], (3, "60m", 9)),
    "a field": (["--keep", "local", f"{DEPLOYMENT}:spec.replicas", "--keep", "updated"], (7, "60m", 5)),
    "a field with what is in it": (
        ["--keep", "local", f"{DEPLOYMENT}:spec.template", "--keep", "updated"], (3, "99m", 5),
    ),
    "an exception within a folder": (["--keep", "updated", "base", "--keep", "local"], (3, "60m", 9)),
    "an exception that comes first": (["--keep", "local", "--keep", "updated", "base"], (3, "60m", 9)),
    "a path as the shell completes it": (["--keep", "local", "./base/web/", "--keep", "updated"], (7, "99m", 5)),
    "no other folder whose name begins alike": (["--keep", "local", "bas", "--keep", "updated"], UPDATED),
    "no other field whose name begins alike": (
        ["--keep", "local", f"{DEPLOYMENT}:spec.rep", "--keep", "updated"], UPDATED,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), KEEP.values(), ids=KEEP.keys())
def test_conflicts_are_settled_by_path(
    words: list[str], expected: tuple[int, str, int] | None, disputed: Path, run: Command
) -> None:
    before = files(disputed)
    told = run("generate", *words)
    if expected is None:
        assert told.code == 4
        assert "overlays/prod/web/kustomization.yaml:13" in told.err
        assert "1 conflict between" in told.err
        assert files(disputed) == before
        return
    assert told.code == 0, told.err
    assert values(disputed) == expected
    assert "# Black Friday" in (disputed / DEPLOYMENT).read_text()
    assert run("generate").out.endswith("nothing to do\n")


def test_what_was_decided_is_said(disputed: Path, run: Command) -> None:
    told = run("generate", "--keep", "updated", "overlays", "--keep", "local")
    assert told.out.endswith("; 3 conflicts decided: 2 local, 1 updated\n")


def test_it_is_said_for_machines_and_where_nothing_is_written(disputed: Path, run: Command) -> None:
    kept = json.loads(run("generate", "--keep", "local", "-o", "json").out)["decided"]
    assert (len(kept), set(kept.values())) == (3, {"local"})
    assert kept[f"{DEPLOYMENT}:spec.replicas"] == "local"
    assert "decided" not in json.loads(run("generate", "--keep", "local", "-o", "json").out)


def test_what_was_kept_stays_kept_until_the_spec_changes_again(disputed: Path, run: Command) -> None:
    assert run("generate", "--keep", "local").code == 0
    (disputed / "generator.yaml").write_text(CHANGED.replace("cpu: 60m", "cpu: 70m"))
    told = run("generate")
    assert told.code == 4
    assert "1 conflict between" in told.err
    assert "  original 60m\n  local    99m" in told.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--keep", "mine"], "--keep mine: neither local nor updated"),
        (["--interactive"], "--interactive needs a terminal"),
    ],
    ids=["a side that there is not", "questions without anybody to answer"],
)
def test_wrong_usage_is_told(words: list[str], message: str, disputed: Path, run: Command) -> None:
    told = run("generate", *words)
    assert told.code == 2
    assert message in told.err


ASK = "for now? "
INTERACTIVE = {
    "local, updated, local": (["l\n", "u\n", "l\n"], (7, "60m", 9)),
    "updated each time": (["u\n", "u\n", "u\n"], UPDATED),
    "words, and an answer that is none": (["local\n", "?\n", "Updated\n", "l\n"], (7, "60m", 9)),
    "one is left open": (["l\n", "n\n", "l\n"], None),
    "Ctrl-C": (["l\n", "\x03"], None),
    "the end of input": (["l\n", "\x04"], None),
}


@pytest.mark.thin(3)
@pytest.mark.parametrize(("answers", "expected"), INTERACTIVE.values(), ids=INTERACTIVE.keys())
def test_a_person_at_a_terminal_decides_one_by_one(
    answers: list[str], expected: tuple[int, str, int] | None, disputed: Path
) -> None:
    before = files(disputed)
    shown = on_terminal(
        [sys.executable, "-m", "generator", "generate", "--interactive"],
        disputed,
        [(ASK, answer) for answer in answers],
    )
    assert "base/web/deployment.yaml:10: spec.replicas" in shown
    assert "this is a bug" not in shown
    if expected is None:
        assert files(disputed) == before
    else:
        assert values(disputed) == expected


# -- adoption ------------------------------------------------------------------


def test_a_file_that_was_there_before_is_nobodys_to_overwrite(shop: Path, run: Command) -> None:
    (shop / "generator.yaml").write_text(SPEC + "  mail: {image: shop/mail}\n")
    (shop / "base/mail").mkdir()
    (shop / "base/mail/deployment.yaml").write_text("# ours\nkind: Deployment\n")
    told = run("generate")
    assert told.code == 4
    assert "base/mail/deployment.yaml:1: the file\n" in told.err
    assert "local    a file that was there before" in told.err
    assert run("generate", "--adopt").code == 0
    assert (shop / "base/mail/deployment.yaml").read_text().startswith("# ours\nkind: Deployment\n")
    assert (shop / "base/mail/service-account.yaml").exists()
    assert run("check").code == 0


def test_adoption_keeps_every_file_when_the_records_are_lost(shop: Path, run: Command) -> None:
    edit(shop, DEPLOYMENT, ("maxSurge: 1", "maxSurge: 5"))
    for record in [*(shop / ".generator/apps").iterdir(), shop / ".generator/project"]:
        record.unlink()
    (shop / "generator.yaml").write_text(CHANGED)
    assert run("generate").code == 1
    assert run("generate", "--adopt").code == 0
    assert "maxSurge: 5" in (shop / DEPLOYMENT).read_text()
    assert values(shop) == (2, "50m", 4)
    assert run("generate").out.endswith("nothing to do\n")


# -- what goes -------------------------------------------------------------------


def test_what_would_go_is_listed_with_what_argo_cd_would_remove(shop: Path, run: Command) -> None:
    (shop / "generator.yaml").write_text(SPEC.replace("staging: {}, ", ""))
    before = files(shop)
    told = run("generate")
    assert told.code == 1
    assert told.err == (
        "error: no longer in the spec; nothing was written:\n"
        "  gitops/applications/staging/web.yaml\n"
        "  gitops/projects/shop.staging.yaml\n"
        "  overlays/staging/web/kustomization.yaml\n"
        "Argo CD would remove these Applications once that is pushed (their pods keep running):\n"
        "  staging/web\n"
        "hint: remove them with `python -m generator generate --prune`, or put them back into the spec; "
        "where something has a new name only, say `renamedFrom: OLD` there, which keeps edits and tags\n"
    )
    assert files(shop) == before
    told = run("generate", "--prune")
    assert told.code == 0
    assert "removed  overlays/staging/web/kustomization.yaml" in told.out
    assert not (shop / "overlays/staging").exists()
    assert run("generate").out.endswith("nothing to do\n")


@pytest.mark.parametrize("edited", [False, True], ids=["as generated", "edited by hand"])
def test_a_new_name_that_the_spec_does_not_say_is_guessed(edited: bool, shop: Path, run: Command) -> None:
    if edited:
        edit(shop, "base/web/deployment.yaml", ("maxSurge: 1", "maxSurge: 5"))
    (shop / "generator.yaml").write_text(SPEC.replace("  web:\n", "  store:\n"))
    told = run("generate")
    assert told.code == (4 if edited else 1)
    hint = told.err.rpartition("hint: ")[2]
    guess, _, other = hint.partition("; else ")
    assert guess == (
        "web is gone and store is new, with the same image; if it was renamed, "
        "say `apps: {store: {renamedFrom: web}}`, which keeps edits and tags"
    )
    assert ("--keep" if edited else "--prune") in other
    (shop / "generator.yaml").write_text(SPEC.replace("  web:\n", "  store:\n    renamedFrom: web\n"))
    assert run("generate").code == 0


def test_a_new_name_of_an_environment_is_guessed(shop: Path, run: Command) -> None:
    (shop / "generator.yaml").write_text(SPEC.replace("staging: {}", "test: {}"))
    assert "hint: staging is gone and test is new; if it was renamed, say " in run("generate").err


def test_an_app_with_another_image_is_no_new_name(shop: Path, run: Command) -> None:
    (shop / "generator.yaml").write_text(SPEC.replace("  web:\n", "  store:\n").replace("shop/web", "shop/store"))
    assert "hint: remove them with" in run("generate").err


def test_an_edited_file_that_would_go_is_a_conflict_even_with_prune(shop: Path, run: Command) -> None:
    edit(shop, "overlays/staging/web/kustomization.yaml", ("resources:", "# ours\nresources:"))
    (shop / "generator.yaml").write_text(SPEC.replace("staging: {}, ", ""))
    before = files(shop)
    told = run("generate", "--prune")
    assert told.code == 4
    assert "overlays/staging/web/kustomization.yaml:1: the file" in told.err
    assert files(shop) == before
    assert run("generate", "--prune", "--keep", "local").code == 0
    assert "# ours" in (shop / "overlays/staging/web/kustomization.yaml").read_text()
    assert not (shop / "gitops/applications/staging").exists()
    assert run("generate").out.endswith("nothing to do\n")


def test_a_tag_is_no_edit_when_an_environment_goes(shop: Path, run: Command) -> None:
    assert run("bump", "web", "--env", "staging", "--tag", "v1.2.3").code == 0
    (shop / "generator.yaml").write_text(SPEC.replace("staging: {}, ", ""))
    assert run("generate", "--prune").code == 0


def test_files_of_peoples_own_stay_when_an_app_goes(shop: Path, run: Command) -> None:
    (shop / "base/web/notes.md").write_text("ours\n")
    (shop / "generator.yaml").write_text(SPEC.replace("  web:", "  store:"))
    assert run("generate", "--prune").code == 0
    assert [path.name for path in (shop / "base/web").iterdir()] == ["notes.md"]


# -- renames ---------------------------------------------------------------------


def renamed_app(folder: Path) -> None:
    (folder / "generator.yaml").write_text(SPEC.replace("  web:\n", "  store:\n    renamed_from: web\n"))


@pytest.fixture
def lived_in(templates: Templates, shop: Path, run: Command) -> Path:
    """Make one with an edit, a tag, a deleted file, a moved file and a user's own files."""

    def make() -> None:
        edit(shop, DEPLOYMENT, ("maxSurge: 1", "maxSurge: 5 # ours"))
        assert run("bump", "web", "--env", "dev", "--tag", "v1.2.3", "--digest", f"sha256:{'7' * 64}").code == 0
        (shop / "base/web/pdb.yaml").unlink()
        (shop / "base/web/service.yaml").rename(shop / "base/web/svc.yaml")
        edit(shop, "base/web/kustomization.yaml", ("- pdb.yaml\n", ""), ("- service.yaml", "- svc.yaml"))
        edit(shop, "base/web/svc.yaml", ("spec:\n", "spec:\n  sessionAffinity: ClientIP\n"))
        own = shop / "overlays/dev/web/scripts/own.sh"
        own.parent.mkdir()
        own.write_text("#!/bin/sh\n")
        own.chmod(0o755)
        (shop / "overlays/dev/web/link").symlink_to("scripts/own.sh")
        commit(shop, "Lived in")

    templates.fill("lived in", make)
    return shop


def test_a_renamed_app_keeps_edits_tags_deletions_moves_and_files_of_peoples_own(lived_in: Path, run: Command) -> None:
    renamed_app(lived_in)
    told = run("generate")
    assert told.code == 0, told.err
    assert "moved    overlays/dev/web/scripts/own.sh → overlays/dev/store/scripts/own.sh" in told.out
    assert "maxSurge: 5 # ours" in (lived_in / "base/store/deployment.yaml").read_text()
    overlay = (lived_in / "overlays/dev/store/kustomization.yaml").read_text()
    assert "newTag: v1.2.3" in overlay
    assert f"digest: sha256:{'7' * 64}" in overlay
    names = sorted(path.name for path in (lived_in / "base/store").iterdir())
    assert names == ["deployment.yaml", "kustomization.yaml", "service-account.yaml", "svc.yaml"]
    assert "name: store\n" in (lived_in / "base/store/svc.yaml").read_text()
    assert "sessionAffinity: ClientIP" in (lived_in / "base/store/svc.yaml").read_text()
    own = lived_in / "overlays/dev/store/scripts/own.sh"
    assert own.stat().st_mode & 0o111
    assert (lived_in / "overlays/dev/store/link").readlink() == Path("scripts/own.sh")
    assert not [path for path in lived_in.rglob("web*") if ".git" not in path.parts]
    assert run("generate").out.endswith("nothing to do\n")
    assert run("check").code == 0
    git(lived_in, "add", "--all")
    assert {
        line.split("\t")[0][0] for line in git(lived_in, "diff", "--cached", "-M30%", "--name-status").splitlines()
    } <= {"R", "M"}
    git(lived_in, "commit", "--quiet", "-m", "web is store now")
    log = git(lived_in, "log", "--follow", "--format=%s", "--", "base/store/deployment.yaml")
    assert log.splitlines() == ["web is store now", "Lived in", "First generation"]
    assert git(lived_in, "log", "--follow", "--format=%s", "--", "overlays/dev/store/scripts/own.sh").endswith(
        "Lived in"
    )


def test_a_renamed_environment_keeps_edits_tags_and_files_of_peoples_own(lived_in: Path, run: Command) -> None:
    (lived_in / "generator.yaml").write_text(SPEC.replace("dev: {}", "test: {renamed_from: dev}"))
    told = run("generate")
    assert told.code == 0, told.err
    overlay = (lived_in / "overlays/test/web/kustomization.yaml").read_text()
    assert "newTag: v1.2.3" in overlay
    assert "namespace: shop-test" in overlay
    assert (lived_in / "overlays/test/web/scripts/own.sh").exists()
    assert (lived_in / "gitops/applications/test/web.yaml").exists()
    assert not (lived_in / "overlays/dev").exists()
    assert not (lived_in / "gitops/applications/dev").exists()
    assert run("generate").out.endswith("nothing to do\n")


def test_an_app_and_an_environment_can_get_other_names_at_once(lived_in: Path, run: Command) -> None:
    renamed_app(lived_in)
    edit(lived_in, "generator.yaml", ("dev: {}", "test: {renamed_from: dev}"))
    assert run("generate").code == 0
    assert "newTag: v1.2.3" in (lived_in / "overlays/test/store/kustomization.yaml").read_text()
    assert (lived_in / "overlays/test/store/scripts/own.sh").exists()
    assert run("generate").out.endswith("nothing to do\n")


def test_a_rename_that_would_write_over_somebodys_file_is_refused(lived_in: Path, run: Command) -> None:
    renamed_app(lived_in)
    (lived_in / "overlays/dev/store/scripts").mkdir(parents=True)
    (lived_in / "overlays/dev/store/scripts/own.sh").write_text("another\n")
    before = files(lived_in)
    told = run("generate")
    assert told.code == 1
    assert "overlays/dev/store/scripts/own.sh: is there already" in told.err
    assert files(lived_in) == before


def test_folders_that_people_have_renamed_themselves_are_taken_as_they_are(lived_in: Path, run: Command) -> None:
    for folder in ("base", "overlays/dev", "overlays/staging", "overlays/prod"):
        (lived_in / folder / "web").rename(lived_in / folder / "store")
    renamed_app(lived_in)
    told = run("generate")
    assert told.code == 0, told.err
    assert "maxSurge: 5 # ours" in (lived_in / "base/store/deployment.yaml").read_text()
    assert "newTag: v1.2.3" in (lived_in / "overlays/dev/store/kustomization.yaml").read_text()
    assert run("generate").out.endswith("nothing to do\n")


def test_a_new_image_name_keeps_the_tag(lived_in: Path, run: Command) -> None:
    edit(lived_in, "generator.yaml", ("image: shop/web", "image: shop/front"))
    assert run("generate").code == 0
    overlay = yaml.safe_load((lived_in / "overlays/dev/web/kustomization.yaml").read_text())
    assert overlay["images"] == [
        {
            "name": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/front",
            "newTag": "v1.2.3",
            "digest": f"sha256:{'7' * 64}",
        }
    ]


# -- files moved by hand -----------------------------------------------------------


def test_the_spec_reaches_a_file_where_a_person_has_put_it(lived_in: Path, run: Command) -> None:
    edit(lived_in, "generator.yaml", ("port: 8080", "port: 8080\n    service: {port: 81}"))
    assert run("generate").code == 0
    text = (lived_in / "base/web/svc.yaml").read_text()
    assert "port: 81\n" in text
    assert "sessionAffinity: ClientIP" in text
    assert not (lived_in / "base/web/service.yaml").exists()
    told = run("check")
    assert told.code == 0
    assert re.search(r"^base/web/svc.yaml +edited$", told.out, re.M)


def test_a_conflict_names_a_moved_file_where_it_is(lived_in: Path, run: Command) -> None:
    edit(lived_in, "base/web/svc.yaml", ("port: 80\n", "port: 85\n"))
    edit(lived_in, "generator.yaml", ("port: 8080", "port: 8080\n    service: {port: 81}"))
    told = run("generate")
    assert told.code == 4
    assert "base/web/svc.yaml:15: spec.ports[http].port\n" in told.err
    assert run("generate", "--keep", "local", "base/web/svc.yaml").code == 0
    assert "port: 85\n" in (lived_in / "base/web/svc.yaml").read_text()


def test_what_was_lived_in_can_be_built(lived_in: Path, run: Command) -> None:
    tool("kustomize")
    renamed_app(lived_in)
    assert run("generate").code == 0
    assert run("diff", "--rendered").code == 0
    edit(lived_in, "generator.yaml", ("replicas: 2", "replicas: 3"))
    told = run("diff", "--rendered")
    assert "+  replicas: 3" in told.out


def test_what_is_kept_where_no_conflict_is_is_told(disputed: Path, run: Command) -> None:
    told = run("generate", "--keep", "local", f"{DEPLOYMENT}:spec.replica", "--keep", "local", "overlays", "nowhere")
    assert told.code == 4
    note = (
        f'note: --keep local {DEPLOYMENT}:spec.replica: no conflict there; did you mean "{DEPLOYMENT}:spec.replicas"?'
    )
    assert note in told.err
    assert "note: --keep local nowhere: no conflict there; the place of a conflict is FILE:FIELD" in told.err
    assert "--keep local overlays" not in told.err
    assert run("generate", "--keep", "local").code == 0
    again = run("generate", "--keep", "local", DEPLOYMENT)
    assert "decided" not in again.out
    assert (again.code, again.err) == (0, f"note: --keep local {DEPLOYMENT}: no conflict there\n")


def test_a_conflicts_place_is_taken_as_it_is_told_and_as_explain_tells_it(disputed: Path, run: Command) -> None:
    conflicts = json.loads(run("generate", "--output", "json").out)["conflicts"]
    for path in {conflict["path"] for conflict in conflicts}:
        explained = {field["field"] for field in json.loads(run("explain", path, "--output", "json").out)["fields"]}
        assert {conflict["field"] for conflict in conflicts if conflict["path"] == path} <= explained
    places = [f"{conflict['path']}:{conflict['field']}" for conflict in conflicts]
    told = run("generate", "--keep", "local", *places)
    assert (told.code, told.err) == (0, "")
