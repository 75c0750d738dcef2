"""``diff --rendered``: what a regeneration means for the cluster."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from generator.cli import main as cli
from generator.regenerate import planning
from testing.programs import Run, tool
from testing.repository import TEN_LINES, files, git
from testing.templates import Templates
from testing.terminal import on_terminal

CONFIG = TEN_LINES.replace("    replicas: 2", "    replicas: 2\n    config: {LEVEL: info}")


@pytest.fixture
def shop(templates: Templates, repository: Path) -> Path:
    """Make a generated and committed repository, with a line of config."""
    tool("kustomize")

    def make() -> None:
        (repository / "generator.yaml").write_text(CONFIG)
        planning.apply(repository, planning.plan(repository), prune=False)
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "-m", "first")

    templates.fill("diff rendered", make)
    return repository


def rendered(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[tuple[str, str], str]]:
    """Return the exit code, and the diffs by environment and object."""
    capsys.readouterr()
    code = cli.main(["-C", str(folder), "diff", "--rendered", "--output", "json"])
    found = json.loads(capsys.readouterr().out)["changes"]
    return code, {(change["environment"], change["object"]): change["diff"] for change in found}


def test_each_object_that_changes_is_shown_for_each_environment_and_nothing_is_written(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3").replace("info", "debug"))
    before = files(shop)
    code, changes = rendered(shop, capsys)
    assert code == 1
    assert files(shop) == before
    assert {environment for environment, _ in changes} == {"dev", "staging", "prod"}
    assert "-  replicas: 2\n+  replicas: 3\n" in changes["dev", "Deployment/shop-dev/web"]
    assert "replicas" not in changes["prod", "Deployment/shop-prod/web"]
    assert "-  LEVEL: info\n+  LEVEL: debug\n" in changes["dev", "ConfigMap/shop-dev/web-config"]
    assert changes["dev", "Deployment/shop-dev/web"].startswith("--- a/dev/Deployment/shop-dev/web\n+++ b/dev/")


def test_what_is_as_the_spec_says_differs_in_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rendered(shop, capsys) == (0, {})
    assert cli.main(["-C", str(shop), "diff", "--rendered"]) == 0
    assert capsys.readouterr() == ("", "no difference\n")


def test_hand_edits_and_tags_are_on_both_sides(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shop / "base/web/deployment.yaml"
    path.write_text(path.read_text().replace("maxSurge: 1", "maxSurge: 5"))
    assert cli.main(["-C", str(shop), "bump", "web", "--env", "dev", "--tag", "1.2.3"]) == 0
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3"))
    _, changes = rendered(shop, capsys)
    shown = changes["dev", "Deployment/shop-dev/web"]
    assert [line for line in shown.splitlines()[2:] if line[0] in "+-"] == ["-  replicas: 2", "+  replicas: 3"]


def test_a_new_app_and_one_that_goes_are_shown_whole(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "generator.yaml").write_text(CONFIG.replace("  web:", "  store:"))
    _, changes = rendered(shop, capsys)
    assert changes["dev", "Service/shop-dev/store"].startswith("--- /dev/null\n+++ b/dev/Service/shop-dev/store\n")
    assert "+++ /dev/null\n" in changes["dev", "Service/shop-dev/web"]
    assert ("gitops", "Application/argocd/shop-prod-store") in changes


def test_the_data_of_secrets_is_never_shown(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overlay = shop / "overlays/dev/web"
    secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\ndata:\n  password: {}\nstringData:\n  user: anna\n"
    (overlay / "one.yaml").write_text(secret.format("one", "aHVudGVyMg=="))
    path = overlay / "kustomization.yaml"
    path.write_text(path.read_text().replace("resources:\n", "resources:\n- one.yaml\n"))
    (shop / "generator.yaml").write_text(
        CONFIG.replace("environments: {dev: {}", "environments: {dev: {namespace: other}")
    )
    _, changes = rendered(shop, capsys)
    assert "password: (hidden)" in changes["dev", "Secret/other/one"].replace('"', "")
    text = json.dumps([[*key, value] for key, value in changes.items()])
    assert "aHVudGVyMg" not in text
    assert "anna" not in text


def test_an_overlay_that_cannot_be_built_is_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shop / "overlays/dev/web/kustomization.yaml"
    path.write_text(path.read_text().replace("resources:\n", "resources:\n- missing.yaml\n"))
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3"))
    assert cli.main(["-C", str(shop), "diff", "--rendered"]) == 1
    told = capsys.readouterr().err
    assert "note: overlays/dev/web: kustomize cannot build it" in told
    assert "missing.yaml" in told


@pytest.mark.full
def test_it_is_coloured_on_a_terminal_and_plain_in_a_pipe(shop: Path, generator: Run) -> None:
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3"))
    plain = generator("diff", "--rendered", cwd=shop)
    assert plain.returncode == 1
    assert "\x1b" not in plain.stdout
    assert "+  replicas: 3\n" in plain.stdout
    output = on_terminal([sys.executable, "-m", "generator", "diff", "--rendered"], shop)
    assert "\x1b[32m+  replicas: 3\x1b[0m" in output
    assert "\x1b[31m-  replicas: 2\x1b[0m" in output


# -- against a commit


def test_a_branch_is_compared_with_where_it_left(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(shop, "switch", "--quiet", "--create", "work")
    assert cli.main(["-C", str(shop), "bump", "web", "--env", "dev", "--tag", "1.2.3", "--commit"]) == 0
    git(shop, "switch", "--quiet", "main")
    assert cli.main(["-C", str(shop), "bump", "web", "--env", "prod", "--tag", "9", "--commit"]) == 0
    git(shop, "switch", "--quiet", "work")
    before = files(shop)
    capsys.readouterr()
    assert cli.main(["-C", str(shop), "diff", "--rendered", "--against", "main"]) == 1
    shown = capsys.readouterr().out
    assert "web:1.2.3" in shown
    # What others did on the branch meanwhile is not ours.
    assert "prod" not in shown
    assert files(shop) == before


def test_what_is_shared_shows_wherever_it_is_used(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    component = shop / "components/spread"
    component.mkdir(parents=True)
    kind = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {team: a}\n"
    (component / "kustomization.yaml").write_text(kind)
    for environment in ("dev", "prod"):
        path = shop / f"overlays/{environment}/web/kustomization.yaml"
        path.write_text(path.read_text() + "components: [../../../components/spread]\n")
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "-m", "a component")
    (component / "kustomization.yaml").write_text(kind.replace("team: a", "team: b"))
    capsys.readouterr()
    assert cli.main(["-C", str(shop), "diff", "--rendered", "--against", "HEAD", "--output", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["changes"]
    assert {change["environment"] for change in found} == {"dev", "prod"}
    assert all("-    team: a\n+    team: b\n" in change["diff"] for change in found)


def test_markdown_is_added_to_a_file_and_changes_are_no_failure(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("above\n")
    words = ["-C", str(shop), "diff", "--rendered", "--against", "HEAD", "--markdown", str(summary)]
    assert cli.main(words) == 0
    assert "Nothing changes in the cluster." in summary.read_text()
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3"))
    planning.apply(shop, planning.plan(shop), prune=False)
    assert cli.main(words) == 0
    text = summary.read_text()
    assert text.startswith("above\n")
    assert "-  replicas: 2\n+  replicas: 3\n" in text
    assert "All of it: `python -m generator diff --rendered --against HEAD`" not in text  # nothing was cut


def test_a_clone_of_depth_two_and_a_branch_of_the_remote_will_do(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # As Actions checks a request out, and as CodeBuild does.
    git(shop, "switch", "--quiet", "--create", "work")
    assert cli.main(["-C", str(shop), "bump", "web", "--env", "dev", "--tag", "1.2.3", "--commit"]) == 0
    git(shop, "switch", "--quiet", "--create", "merged", "main")
    git(shop, "merge", "--quiet", "--no-ff", "-m", "merge", "work")
    for branch, reference in (("merged", "HEAD^1"), ("work", "refs/heads/main")):
        clone = tmp_path / branch
        git(tmp_path, "clone", "-q", "--depth=2", "--branch", branch, f"file://{shop}", clone)
        capsys.readouterr()
        assert cli.main(["-C", str(clone), "diff", "--rendered", "--against", reference, "--output", "json"]) == 1
        [change] = json.loads(capsys.readouterr().out)["changes"]
        assert (change["environment"], change["object"]) == ("dev", "Deployment/shop-dev/web")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--against", "nowhere"], "unknown"),
        (["--against", "--output=/tmp/x"], "unknown"),
        (["--markdown", "x.md"], "needs --rendered"),
        (["--comment", "1"], "needs --rendered"),
    ],
)
def test_wrong_usage(words: list[str], says: str, shop: Path, generator: Run) -> None:
    given = words if "needs" in says else ["--rendered", f"{words[0]}={words[1]}"]
    done = generator("diff", *given, cwd=shop)
    assert done.returncode == 2
    assert (says if "needs" in says else "no such commit here") in done.stderr


def test_the_comment_is_found_again_and_replaced(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from generator.api.diff import MARKER
    from generator.clients import forges
    from generator.clients.forges.local import PREFIX

    bare = tmp_path / "shop.git"
    spec = CONFIG.replace("https://git.example.com/acme/shop-gitops.git", str(bare))
    (shop / "generator.yaml").write_text(spec)
    planning.apply(shop, planning.plan(shop), prune=False)
    git(shop, "commit", "--quiet", "-am", "on this machine")
    git(tmp_path, "clone", "-q", "--bare", shop, bare)
    git(shop, "remote", "add", "origin", bare)
    git(shop, "switch", "--quiet", "--create", "work")
    assert cli.main(["-C", str(shop), "bump", "web", "--env", "dev", "--tag", "1.2.3", "--commit"]) == 0
    git(shop, "push", "--quiet", "origin", "work")
    forge = forges.connect(str(bare))
    request = forge.open("work", "main", "Release", "web 1.2.3")
    words = ["-C", str(shop), "diff", "--rendered", "--against", "refs/heads/main", "--comment"]
    assert cli.main([*words, request.number]) == 0
    assert cli.main([*words, request.number]) == 0
    [reference] = git(bare, "for-each-ref", "--format=%(refname)", f"{PREFIX}*").split()
    [comment] = json.loads(git(bare, "show", f"{reference}:request.json"))["comments"]
    assert MARKER in comment
    assert "web:1.2.3" in comment
    capsys.readouterr()
    assert cli.main([*words, "999"]) == 2
    assert "no open pull request 999 into main" in capsys.readouterr().err
