"""``init`` makes a repository, or adds to one, from answers that are checked one by one."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import jsonschema
import pytest

import generator as face
from generator.errors import RepositoryError, UsageError
from generator.spec import loader, yaml_data
from testing.programs import Run
from testing.repository import files, git
from testing.terminal import on_terminal


def test_init_makes_a_repository_that_passes_every_check(tmp_path: Path, generator: Run) -> None:
    answers = {"project": "acme", "app": "api", "port": "9000", "health": "/up", "registry": "registry.example.com",
               "repository": "git@git.example.com:acme/x.git"}  # fmt: skip
    words = [word for name, value in answers.items() for word in ("--set", f"{name}={value}")]
    done = generator("init", "a/b/new", "--defaults", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    new = tmp_path / "a/b/new"
    assert "image: registry.example.com/acme/api" in (new / "base/api/deployment.yaml").read_text()
    assert (generator("check", cwd=new).returncode, generator(cwd=new).returncode) == (0, 0)
    assert git(new, "symbolic-ref", "--short", "HEAD") == "main"
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["new"]


def test_init_gives_editors_the_schema_of_the_spec(tmp_path: Path, generator: Run) -> None:
    done = generator("init", "new", "--defaults", cwd=tmp_path)
    assert "Editors complete" in done.stdout
    first = (tmp_path / "new/generator.yaml").read_text().splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((tmp_path / "new" / name).read_text())
    spec = yaml_data.of_text((tmp_path / "new/generator.yaml").read_text())
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(spec)] == []
    assert generator("check", cwd=tmp_path / "new").returncode == 0


def test_init_in_an_empty_folder_fills_that_very_folder(tmp_path: Path, generator: Run) -> None:
    number = tmp_path.stat().st_ino
    assert generator("init", ".", "--defaults", cwd=tmp_path).returncode == 0
    assert tmp_path.stat().st_ino == number
    assert (tmp_path / "generator.yaml").is_file()


BAD_ANSWERS = {
    "a path as the project": "project=../x",
    "an option as the app": "app=-rf",
    "a template as the app": "app={{ cookiecutter }}",
    "YAML as the port": "port=80\nzzz: 1",
    "a word as the port": "port=http",
    "a quote in the path": 'health=/"',
    "a password in the URL": "repository=https://a:b@c/d",
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_leaves_nothing_behind(answer: str, tmp_path: Path, generator: Run) -> None:
    done = generator("init", "a/b/new", "--defaults", "--set", answer, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_overwrites_nothing(tmp_path: Path, generator: Run) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/x").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("there", "file"):
        done = generator("init", name, "--defaults", cwd=tmp_path)
        assert (done.returncode, "there is something in it already" in done.stderr) == (1, True)
    assert files(tmp_path) == {"there/x": b"mine", "file": b"mine"}


def test_init_where_nothing_may_be_written(generator: Run) -> None:
    done = generator("init", "/proc/new", "--defaults")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


def test_every_question_can_be_answered_by_an_option(tmp_path: Path, generator: Run) -> None:
    answers = {"project": "acme", "repository": "https://git.example.com/acme/x.git", "forge": "gitea", "region": "eu-north-1",
               "environments": "test, live", "app": "api", "source": "api", "ci": "both"}  # fmt: skip
    words = [word for name, value in answers.items() for word in ("--set", f"{name}={value}")]
    assert generator("init", "new", "--defaults", *words, cwd=tmp_path).returncode == 0
    spec = loader.load(tmp_path / "new")
    assert (spec.forge.kind, spec.registry) == ("gitea", "123456789012.dkr.ecr.eu-north-1.amazonaws.com")
    assert [(name, one.sync) for name, one in spec.environments.items()] == [("test", "auto"), ("live", "manual")]
    assert (spec.apps["api"].build is not None, spec.ci["codebuild"], spec.ci["github"]) == (True, True, True)
    assert (tmp_path / "new/buildspec.yml").is_file()


def test_without_a_terminal_nothing_is_guessed(tmp_path: Path, generator: Run) -> None:
    done = generator("init", "new", "--set", "project=acme", cwd=tmp_path)
    assert (done.returncode, "--defaults" in done.stderr, "--set app=…" in done.stderr) == (2, True, True)
    done = generator("init", "new", "--defaults", "--set", "ci=codbuild", cwd=tmp_path)
    assert (done.returncode, 'did you mean "codebuild"' in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_repository_is_added_to(tmp_path: Path, generator: Run) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    (tmp_path / "README.md").write_text("mine\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("print()\n")
    assert generator("init", ".", "--defaults", cwd=tmp_path).returncode == 0
    assert (tmp_path / "README.md").read_text() == "mine\n"
    assert git(tmp_path, "symbolic-ref", "--short", "HEAD") == "trunk"
    assert generator("check", cwd=tmp_path).returncode == 0
    done = generator("init", ".", "--defaults", cwd=tmp_path)
    assert (done.returncode, "has a generator.yaml already" in done.stderr) == (1, True)


def test_no_file_of_an_existing_repository_is_overwritten(tmp_path: Path, generator: Run) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "base/web").mkdir(parents=True)
    (tmp_path / "base/web/service.yaml").write_text("mine\n")
    done = generator("init", ".", "--defaults", cwd=tmp_path)
    assert (done.returncode, "base/web/service.yaml" in done.stderr) == (1, True)
    there = {path: content for path, content in files(tmp_path).items() if not path.startswith(".git/")}
    assert there == {"base/web/service.yaml": b"mine\n"}


@pytest.mark.full
def test_a_wrong_answer_is_asked_for_again(tmp_path: Path) -> None:
    given = {"repository": "https://github.com/acme/shop", "region": "eu-west-1", "registry": "registry.example.com",
             "app": "web", "health": "/healthz"}  # fmt: skip
    words = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
    answers = [
        ("Project", "Shop\n"),
        ("Project", "shop\n"),
        ("Environments", "dev\n"),
        ("source", "\n"),
        ("port", "http\n"),
        ("port", "9000\n"),
    ]
    shown = on_terminal([sys.executable, "-m", "generator", "init", "new", *words], tmp_path, answers)
    assert '"Shop" is not a name' in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert re.findall(r"\[(./.)\]", plain) == ["1/5", "1/5", "2/5", "3/5", "4/5", "4/5", "5/5"]
    assert "cd new" in plain
    assert "git remote add origin https://github.com/acme/shop" in plain
    assert "[5/5] CI: without a folder of source code, there is nothing to build" in plain
    spec = loader.load(tmp_path / "new")
    port = spec.apps["web"].base.general.ports[0].number
    assert (spec.project, list(spec.environments), port) == ("shop", ["dev"], 9000)


def test_questions_and_answers_for_programs(tmp_path: Path) -> None:
    request = face.InitRequest(tmp_path / "new", {"repository": "https://github.com/acme/shop", "region": "eu-north-1"})
    questions = {question.name: question for question in face.init_questions(request)}
    assert "forge" not in questions
    assert questions["registry"].default == "123456789012.dkr.ecr.eu-north-1.amazonaws.com"
    assert {fault.path for fault in face.init_faults({"project": "Shop"})} == {"project", "apps.web.image"}
    result = face.init(request)
    assert (result.directory, list(result.spec.apps)) == (tmp_path / "new", ["web"])
    with pytest.raises(RepositoryError, match=r"has a generator\.yaml already"):
        face.init_questions(request)
    with pytest.raises(UsageError):
        face.init(face.InitRequest(tmp_path / "other", {"ci": "jenkins"}))
    assert not (tmp_path / "other").exists()
    made = face.init(face.InitRequest(tmp_path / "other", program="gitops-generator")).directory
    texts = (made / "README.md").read_text() + (made / "generator.yaml").read_text()
    assert "gitops-generator status" in texts
    assert "python -m generator" not in texts
