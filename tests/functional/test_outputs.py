"""``outputs``: what Terraform gave an environment, without what is sensitive, in one file; here, committed, pushed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import GeneratorError
from generator.infra import outputs
from testing.depth import examples
from testing.programs import Run
from testing.repository import clone_as_origin, generate_for_remote, git
from testing.rivals import rival, shim
from testing.templates import Templates

INFRA = '\ninfra: {region: eu-west-1, accounts: "111111111111"}\n'
FILE = "overlays/dev/_infra/outputs.yaml"
SECRET = "hunter2-and-more"
GIVEN = {
    "certificate": {"sensitive": False, "type": "string", "value": "arn:aws:acm:eu-west-1:111111111111:certificate/a"},
    "private_subnets": {"sensitive": False, "type": ["list", "string"], "value": ["subnet-b", "subnet-a"]},
    "ports": {"sensitive": False, "type": ["list", "number"], "value": [1, 2]},
    "registry": {"sensitive": False, "type": ["map", "string"], "value": {"web": "shop/web"}},
    "none": {"sensitive": False, "type": "string", "value": None},
    "password": {"sensitive": True, "type": "string", "value": SECRET},
}
DATA = {
    "certificate": "arn:aws:acm:eu-west-1:111111111111:certificate/a",
    "private_subnets": "subnet-b,subnet-a",
    "ports": "[1,2]",
    "registry": '{"web":"shop/web"}',
}


@pytest.fixture
def remote(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return the bare repository of a project with Terraform; ``repository`` is a clone of it."""
    bare = repository.parent / "remote.git"

    def make() -> None:
        generate_for_remote(repository, generator, INFRA)
        clone_as_origin(repository, bare)

    templates.fill("outputs", make)
    return bare


@pytest.fixture
def given_file(tmp_path: Path) -> Path:
    path = tmp_path / "given.json"
    path.write_text(json.dumps(GIVEN))
    return path


def test_what_is_not_sensitive_is_written(remote: Path, repository: Path, given_file: Path, generator: Run) -> None:
    done = generator("outputs", "--env", "dev", "--from", given_file, "-o", "json", cwd=repository)
    assert done.returncode == 0, done.stderr
    found = yaml.safe_load((repository / FILE).read_text())
    assert found["data"] == DATA
    said = json.loads(done.stdout)
    assert (said["changed"], said["commit"], said["path"], said["withheld"]) == (True, None, FILE, ["password"])
    assert said["outputs"] == sorted(DATA)
    again = generator("outputs", "--env", "dev", "--from", given_file, cwd=repository)
    assert "already; nothing to do" in again.stdout
    assert again.stderr == "note: left out, because they are sensitive: password\n"
    assert SECRET not in done.stdout + done.stderr + again.stdout + again.stderr + (repository / FILE).read_text()


def test_a_value_that_changes_is_a_line(remote: Path, repository: Path, given_file: Path, generator: Run) -> None:
    generator("outputs", "--env", "dev", "--from", given_file, "--commit", cwd=repository)
    given_file.write_text(json.dumps(GIVEN).replace("certificate/a", "certificate/b"))
    done = generator("outputs", "--env", "dev", "--from", given_file, "--commit", "-o", "json", cwd=repository)
    assert json.loads(done.stdout)["commit"] == git(repository, "rev-parse", "HEAD")
    assert git(repository, "show", "--numstat", "--format=%s", "HEAD").split() == [
        "Take", "over", "what", "Terraform", "gave", "dev", "1", "1", FILE,
    ]  # fmt: skip
    assert git(repository, "status", "--porcelain") == ""


def test_nothing_is_done_by_a_dry_run(remote: Path, repository: Path, given_file: Path, generator: Run) -> None:
    for where in ([], ["--push"]):
        done = generator("outputs", "--env", "dev", "--from", given_file, "--dry-run", *where, cwd=repository)
        assert (done.returncode, "would be written" in done.stdout) == (0, True)
    assert not (repository / FILE).exists()
    assert git(remote, "ls-tree", "-r", "--name-only", "main", FILE) == ""


def test_a_push_lands_on_the_newest_commit_and_once(
    remote: Path, repository: Path, given_file: Path, generator: Run
) -> None:
    words = ["outputs", "--env", "dev", "--from", given_file, "--push"]
    assert generator(*words, cwd=repository).returncode == 0
    assert yaml.safe_load(git(remote, "show", f"main:{FILE}"))["data"] == DATA
    tip = git(remote, "rev-parse", "main")
    assert generator(*words, cwd=repository).returncode == 0
    assert git(remote, "rev-parse", "main") == tip
    assert not (repository / FILE).exists()


@pytest.mark.process
def test_a_push_that_was_slower_lands_on_top(
    remote: Path, repository: Path, given_file: Path, generator: Run, tmp_path: Path
) -> None:
    steps = {"STEPS": str(tmp_path / "steps"), "RIVAL": rival(remote), **shim(tmp_path / "bin")}
    done = generator("outputs", "--env", "dev", "--from", given_file, "--push", cwd=repository, env=steps)
    assert done.returncode == 0, done.stderr
    subjects = git(remote, "log", "-2", "--format=%s", "main").splitlines()
    assert subjects == ["Take over what Terraform gave dev", "Rival"]
    assert sum("push" in line.split() for line in (tmp_path / "steps").read_text().splitlines()) == 2


@pytest.mark.process
def test_two_environments_that_push_at_once_both_land(
    remote: Path, repository: Path, given_file: Path, generator: Run
) -> None:
    def push(name: str) -> int:
        return generator("outputs", "--env", name, "--from", given_file, "--push", cwd=repository).returncode

    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(push, ("dev", "prod"))] == [0, 0]
    for name in ("dev", "prod"):
        assert yaml.safe_load(git(remote, "show", f"main:overlays/{name}/_infra/outputs.yaml"))["data"] == DATA


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "there are no outputs, so nothing was applied yet"),
        (f'{{"password": "{SECRET}"}}', "these are no outputs of Terraform"),
        (f'{{"a b": {{"sensitive": false, "value": "{SECRET}"}}}}', "these are no outputs of Terraform"),
        (f'{{"a": {{"value": "{SECRET}"}}}}', "these are no outputs of Terraform"),
        (SECRET, "these are no outputs of Terraform"),
    ],
)
def test_what_is_no_output_is_refused_without_a_word_of_it(
    content: str, message: str, remote: Path, repository: Path, given_file: Path, generator: Run
) -> None:
    given_file.write_text(content)
    done = generator("outputs", "--env", "dev", "--from", given_file, cwd=repository)
    assert done.returncode == 1
    assert f"error: {given_file}: {message}" in done.stderr
    assert "hint:" in done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert not (repository / FILE).exists()


def test_an_environment_without_accounts_is_told(repository: Path, generator: Run, given_file: Path) -> None:
    generate_for_remote(repository, generator)
    done = generator("outputs", "--env", "dev", "--from", given_file, cwd=repository)
    assert (done.returncode, "says nothing of AWS under dev" in done.stderr) == (1, True)
    done = generator("outputs", "--env", "dve", "--from", given_file, cwd=repository)
    assert (done.returncode, 'did you mean "dev"?' in done.stderr) == (2, True)


def test_a_file_that_is_not_there_is_told(remote: Path, repository: Path, generator: Run) -> None:
    done = generator("outputs", "--env", "dev", "--from", "nowhere.json", cwd=repository)
    assert (done.returncode, "nowhere.json: No such file" in done.stderr) == (1, True)


# Long enough to be nowhere by chance.
SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=12)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
VALUES = st.recursive(
    st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)
)


@settings(max_examples=examples(100), deadline=None)
@given(st.dictionaries(NAMES, SECRETS | st.lists(SECRETS, min_size=1), min_size=1), st.dictionaries(NAMES, VALUES))
def test_no_sensitive_value_is_in_the_file(secret: dict[str, str | list[str]], plain: dict[str, object]) -> None:
    about = {name: {"sensitive": False, "value": value} for name, value in plain.items()}
    about |= {name: {"sensitive": True, "value": value} for name, value in secret.items()}
    found = outputs.read(json.dumps(about), "-", "dev")
    document = yaml.safe_load(outputs.document("dev", found.values))
    assert document["data"].keys() == plain.keys() - secret.keys()
    assert found.withheld == tuple(sorted(secret))
    every, given = json.dumps(document, ensure_ascii=False), json.dumps(plain, ensure_ascii=False)
    for value in secret.values():
        for one in [value] if isinstance(value, str) else value:
            text = json.dumps(one, ensure_ascii=False)[1:-1]
            # What stands in a value that is not sensitive is no secret.
            assert text in given or text not in every


@given(SECRETS)
def test_no_error_quotes_what_it_read(secret: str) -> None:
    for content in (secret, json.dumps({"a": secret}), json.dumps({"a": {"value": secret}})):
        with pytest.raises(GeneratorError) as error:
            outputs.read(content, "-", "dev")
        assert secret not in f"{error.value.message} {error.value.hint}"
