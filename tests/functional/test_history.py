"""``history``: who released what, when, from which build; by whatever commit it came."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from generator.git import history as histories
from testing.programs import Run, path_with_git, tool
from testing.repository import TEN_LINES, clone_as_origin, generate_for_remote, git
from testing.shop import Shop
from testing.templates import Templates

OVERLAY = "overlays/prod/web/kustomization.yaml"
DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:
    """Make a clone whose remote is a bare repository, generated and committed."""

    def make() -> None:
        bare = generate_for_remote(repository, generator)
        clone_as_origin(repository, bare)
        git(bare, "config", "uploadpack.allowFilter", "true")

    templates.fill("history", make)
    return repository


@pytest.fixture
def store(templates: Templates, repository: Path, generator: Run) -> Shop:
    """Make one whose releases are promoted."""
    tool("kustomize")
    made = Shop(repository, generator)

    def make() -> None:
        made.spec(TEN_LINES)

    templates.fill("history of a shop", make)
    return made


def splice(shop: Path, old: str, new: str, message: str, *, author: str = "Bob <bob@example.com>") -> None:
    overlay = shop / OVERLAY
    text = overlay.read_text()
    assert old in text
    overlay.write_text(text.replace(old, new))
    git(shop, "commit", "-qam", message, f"--author={author}")


def history(shop: Path, generator: Run, *words: str) -> list[dict[str, object]]:
    done = generator("history", "web", "--output", "json", *words, cwd=shop)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["history"]


def test_every_kind_of_commit(shop: Path, generator: Run) -> None:
    build = f"Release web 1.0 to prod\n\nRelease: web prod 1.0@{DIGEST}\nBuild: codebuild/shop 41 https://ci.example.com/41\nArgocd-reference-commit-sha: {'f' * 40}"
    splice(shop, "newTag: unreleased", f"newTag: '1.0'\n  digest: {DIGEST}", build, author="CI <ci@example.com>")
    splice(shop, f"newTag: '1.0'\n  digest: {DIGEST}", "newTag: '1.1'", "by hand")
    git(shop, "checkout", "-q", "-b", "promote/prod")
    splice(shop, "'1.1'", "'1.2-rc'", "not yet")
    splice(
        shop,
        "'1.2-rc'",
        "'1.2'",
        "Promote\n\nRelease: web prod 1.2\nBuild: actions/shop 7\nPromoted-from: staging",
        author="Cat <cat@example.com>",
    )
    git(shop, "checkout", "-q", "main")
    git(shop, "merge", "-q", "--no-ff", "-m", "Merge pull request #5 from promote/prod", "promote/prod")
    git(shop, "revert", "--no-edit", "-m", "1", "HEAD")
    generator("rollback", "web", "--env", "prod", "--to", "1.1", "--reason", "freeze", "--commit", cwd=shop)
    generator("rollback", "web", "--env", "prod", "--unpin", "--commit", cwd=shop)
    generator("rollback", "web", "--env", "prod", "--to", "1.0", "--commit", cwd=shop)
    overlay = shop / OVERLAY
    overlay.write_text(overlay.read_text() + "# a comment is no release\n")
    git(shop, "commit", "-qam", "A comment")

    found = history(shop, generator, "--env", "prod")
    assert [(one["action"], one["tag"], one["author"]) for one in found] == [
        ("rolled back", "1.0", "Ada"), ("unpinned", "1.1", "Ada"), ("pinned", "1.1", "Ada"), ("rolled back", "1.1", "Ada"),
        ("promoted", "1.2", "Cat"), ("edited", "1.1", "Bob"), ("released", "1.0", "CI"), ("generated", "unreleased", "Ada"),
    ]  # fmt: skip
    promoted, released = found[4], found[6]
    assert promoted["merged_by"] == "Ada"
    assert promoted["build"] == {"system": "actions/shop", "number": "7", "url": None}
    assert (promoted["commit"], promoted["subject"]) == (
        git(shop, "log", "-1", "--merges", "--format=%H"),
        "Merge pull request #5 from promote/prod",
    )
    assert released["build"] == {"system": "codebuild/shop", "number": "41", "url": "https://ci.example.com/41"}
    assert (released["source"], released["digest"], released["merged_by"]) == ("f" * 40, DIGEST, None)
    assert found[0]["from"] == {"tag": "1.1", "digest": None}
    # What comes back brings its build along.
    assert found[0]["build"] == released["build"]
    assert str(found[2]["pin"]).endswith("Ada: freeze")

    lines = generator("history", "web", "--env", "prod", cwd=shop).stdout.splitlines()
    assert lines[0].split() == ["when", "(UTC)", "environment", "tag", "what", "who", "build", "commit"]
    assert "rolled back from 1.1" in lines[1]
    assert "pinned: freeze" in lines[3]
    assert "codebuild/shop 41" in lines[7]


def test_what_promote_pushes_is_promoted_and_what_a_person_merges_is_an_edit(store: Shop, generator: Run) -> None:
    # By what commits say, and not by how many parents they have.
    store.bump("web", "v1")
    store.promote("web", "--to", "staging", "--push")
    git(store.folder, "pull", "-q", "--rebase")
    git(store.folder, "checkout", "-q", "-b", "mine")
    splice(store.folder, "newTag: unreleased", "newTag: mine", "Set by hand")
    git(store.folder, "checkout", "-q", "main")
    git(store.folder, "merge", "-q", "--no-ff", "-m", "Merge it", "mine")
    found = {str(one["environment"]): one["action"] for one in reversed(history(store.folder, generator))}
    assert found == {"dev": "released", "staging": "promoted", "prod": "edited"}


def test_a_merged_release_is_released(store: Shop, generator: Run) -> None:
    git(store.folder, "checkout", "-q", "-b", "release")
    generator("bump", "web", "--env", "dev", "--tag", "1", "--commit", cwd=store.folder)
    git(store.folder, "checkout", "-q", "main")
    git(store.folder, "merge", "-q", "--no-ff", "-m", "Merge it", "release")
    assert history(store.folder, generator, "--env", "dev")[0]["action"] == "released"


@pytest.mark.full
def test_a_promoted_base_is_an_entry(store: Shop, generator: Run) -> None:
    based = TEN_LINES.replace("registry:", "promotion: {base: true}\nregistry:")
    store.spec(based)
    store.bump("web", "v1")
    store.promote("web", "--to", "staging", "--push")
    store.spec(based.replace("port: 8080", "port: 9090"))
    store.promote("web", "--to", "staging", "--merge")
    store.spec(based.replace("port: 8080", "port: 9091"))
    store.bump("web", "v2")
    store.promote("web", "--to", "staging", "--push")
    git(store.folder, "pull", "-q", "--rebase")
    found = history(store.folder, generator, "--env", "staging")
    assert [(one["action"], one["tag"], one["base"]) for one in found] == [
        ("promoted", "v2", True), ("promoted", "v1", True), ("promoted", "v1", False), ("generated", "unreleased", False),
    ]  # fmt: skip
    lines = generator("history", "web", "--env", "staging", cwd=store.folder).stdout.splitlines()
    assert "promoted, with its base" in lines[1]
    assert "promoted: its base" in lines[2]


def test_a_squash_merge_keeps_its_build_if_its_trailers_are_last(shop: Path, generator: Run) -> None:
    message = (
        "Promote web to prod (#9)\n\n* Promote\n\nRelease: web prod 2.0\nBuild: codebuild/shop 3\nReviewed-by: Dan"
    )
    splice(shop, "newTag: unreleased", "newTag: '2.0'", message)
    newest = history(shop, generator, "--env", "prod")[0]
    assert (newest["action"], newest["build"]) == ("released", {"system": "codebuild/shop", "number": "3", "url": None})


def test_words_that_look_like_a_trailer_are_prose(shop: Path, generator: Run) -> None:
    # As they are to `changed`, to git and to Argo CD.
    message = "Try it (#9)\n\n* Promote\n\n  Release: web prod 2.0\n  Build: codebuild/shop 3\n\nReviewed-by: Dan"
    splice(shop, "newTag: unreleased", "newTag: '2.0'", message)
    newest = history(shop, generator, "--env", "prod")[0]
    assert (newest["action"], newest["build"]) == ("edited", None)


def test_all_environments_and_the_limit(shop: Path, generator: Run) -> None:
    generator("bump", "web", "--env", "dev", "--tag", "1", "--commit", cwd=shop)
    found = history(shop, generator)
    assert sorted(str(one["environment"]) for one in found) == ["dev", "dev", "prod", "staging"]
    assert len(history(shop, generator, "--limit", "1")) == 1


def test_a_shallow_clone_says_so_and_fetch_reads_it_all(tmp_path: Path, shop: Path, generator: Run) -> None:
    for tag in ("1", "2"):
        generator("bump", "web", "--env", "prod", "--tag", tag, "--push", cwd=shop)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{shop.parent}/remote.git", clone)
    done = generator("history", "web", "--env", "prod", cwd=clone)
    assert "this clone has no older commits" in done.stderr
    assert [one["action"] for one in history(clone, generator, "--env", "prod")] == ["unknown"]
    assert [one["tag"] for one in history(clone, generator, "--env", "prod", "--fetch")] == ["2", "1", "unreleased"]


def test_an_overlay_that_was_broken_for_a_while(shop: Path, generator: Run) -> None:
    good = (shop / OVERLAY).read_text()
    (shop / OVERLAY).write_text("images: [")
    git(shop, "commit", "-qam", "Broken")
    (shop / OVERLAY).write_text(good)
    git(shop, "commit", "-qam", "Mended")
    assert [one["action"] for one in history(shop, generator, "--env", "prod")] == ["generated", "removed", "generated"]


def test_nothing_is_committed(repository: Path, generator: Run) -> None:
    done = generator("history", "web", cwd=repository)
    assert done.returncode == 1
    assert "no commits here" in done.stderr
    (repository / "x").write_text("x")
    git(repository, "add", "x")
    git(repository, "commit", "-qm", "x")
    assert generator("history", "web", cwd=repository).stdout == "web: nothing is committed yet\n"


@pytest.mark.parametrize(("words", "said"), [
    (["wbe"], 'did you mean "web"?'), (["web", "--env", "prdo"], 'did you mean "prod"?'),
    (["web", "--limit", "0"], "is no number from 1"), (["web", "--branch", "x"], "go with --fetch"),
])  # fmt: skip
def test_bad_input(words: list[str], said: str, shop: Path, generator: Run) -> None:
    done = generator("history", *words, cwd=shop)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_words_that_look_like_git_output_do_no_harm(shop: Path, generator: Run) -> None:
    splice(
        shop,
        "newTag: unreleased",
        "newTag: '1'",
        ":100644 100644 abc def M\toverlays\n\x01x",
        author="Eve\x1b[31m <e@x>",
    )
    newest = history(shop, generator, "--env", "prod")[0]
    assert newest["tag"] == "1"
    assert "\x1b" not in generator("history", "web", cwd=shop).stdout


def test_a_large_repository_is_read_by_a_handful_of_git_processes(shop: Path, generator: Run, tmp_path: Path) -> None:
    # 2,000 commits, 300 of them releases: the number of processes does not grow with them.
    stream = ["reset refs/heads/main\nfrom refs/heads/main^0\n"]
    overlay = (shop / OVERLAY).read_text()
    for number in range(2000):
        stream.append(f"commit refs/heads/main\ncommitter CI <ci@x> {1800000000 + number} +0000\ndata 1\nx\n")
        path, text = ("noise", str(number)) if number % 7 else (OVERLAY, overlay.replace("unreleased", f"v{number}"))
        stream.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=shop, input="".join(stream).encode(), check=True)
    log = tmp_path / "log"
    path = path_with_git(tmp_path / "bin", f'while [ "$1" = -c ]; do shift 2; done; echo "$1" >> {log}')
    done = generator("history", "web", "--env", "prod", "--output", "json", cwd=shop, env={"PATH": path})
    assert len(json.loads(done.stdout)["history"]) == 287
    assert [word for word in log.read_text().split() if word != "version"] == ["rev-parse", "log", "cat-file"]


def long(folder: Path, *, filters: bool = True) -> Path:
    """Make a remote with 60 commits to main, and one on a branch whose name might be a commit's id."""
    folder.mkdir()
    stream = []
    for branch, number in [*(("main", number) for number in range(60)), ("2024", 60)]:
        stream.append(f"commit refs/heads/{branch}\ncommitter CI <ci@x> {1800000000 + number} +0000\ndata 1\nx\n")
        stream.append("from refs/heads/main\n" if branch == "2024" else "")
        stream.append(f"M 100644 inline folder/file\ndata {len(str(number))}\n{number}\n")
    git(folder, "init", "-q", "--bare", "-b", "main")
    git(folder, "config", "uploadpack.allowFilter", str(filters).lower())
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input="".join(stream).encode(), check=True)
    return folder


@pytest.mark.parametrize("filters", [True, False])
def test_a_remote_is_read_as_deep_as_is_asked_for(filters: bool, tmp_path: Path) -> None:
    bare = long(tmp_path / "long.git", filters=filters)
    first, other = git(bare, "rev-list", "--max-parents=0", "main"), git(bare, "rev-parse", "2024")
    with histories.clone(f"file://{bare}", "main") as clone:
        clone.fetch()
        assert not clone.complete
        found = clone.log(clone.tip, ["folder"], first_parent=True)
        assert (len(found), found[-1].shallow, found[0].shallow) == (50, True, False)
        assert not clone.has(first)
        assert clone.obtain(first)  # as Argo CD may run something old
        assert not clone.complete
        assert clone.read(first, "folder/file") == b"0"
        assert clone.obtain(other)
        assert not clone.is_ancestor(other, clone.tip)
        assert not clone.obtain("1" * 40)
        assert clone.find("2024") is None
        assert clone.find(first[:12]) == first
        assert clone.complete
        assert len(clone.log(clone.tip, ["folder"], first_parent=True)) == 60
        assert not clone.deepen()
        clone.fetch()
        contents = clone.contents(commit.blobs["folder/file"] for commit in clone.log(clone.tip, first_parent=True))
        assert set(contents.values()) == {str(number).encode() for number in range(60)}


def test_a_remote_that_is_shallow_itself_has_an_end(tmp_path: Path) -> None:
    bare = tmp_path / "shallow.git"
    git(tmp_path, "clone", "-q", "--bare", "--depth=55", f"file://{long(tmp_path / 'long.git')}", bare)
    with histories.clone(f"file://{bare}", "main") as clone:
        clone.fetch()
        while clone.deepen():
            pass
        assert (len(clone.log(clone.tip)), clone.complete) == (55, False)
