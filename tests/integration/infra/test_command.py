"""``infra check`` by the real Terraform: over what is generated, and over what is wrong."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from generator.cli import main as cli
from testing.depth import some
from testing.infra_engine import ENGINE

pytestmark = [pytest.mark.needs(ENGINE, "aws-stub"), pytest.mark.slow]
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n\n'
GENERATED = [path.parent for path in sorted(Path("tests/golden/cases").resolve().glob("*/infra"))]


def checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[dict[str, object]]]]:
    code = cli.main(["-C", str(folder), "infra", "check", "--engine", ENGINE, "-o", "json"])
    said = json.loads(capsys.readouterr().out)
    return code, {one["configuration"]: one["findings"] for one in said["configurations"]}


def test_what_is_generated_has_every_shape() -> None:
    assert len(GENERATED) >= 6


@pytest.mark.full
@pytest.mark.parametrize("case", some(GENERATED, 10), ids=lambda case: case.name)
def test_what_is_generated_passes_and_is_left_as_it_is(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in case.rglob("*")}
    code, found = checked(case, capsys)
    told = [(name, one["message"]) for name, some in found.items() for one in some]
    # A policy that names a key which the same apply makes is not known before it.
    unread = [one for one in told if one[0] == "shared" and str(one[1]).startswith("policies are not known before")]
    assert (code, told) == (0, unread if case.name == "codepipeline" else [])
    assert {".", "bootstrap", "shared"} < found.keys()
    assert {path: path.stat().st_mtime_ns for path in case.rglob("*")} == before


def test_faults_have_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree("tests/integration/infra/good/pipeline", tmp_path / "infra/one")
    main = tmp_path / "infra/one/main.tf"
    text = main.read_text()
    text = text.replace("        # Reason: AWS takes no resource for it.\n", "").replace('"Manual"', '"Manuel"')
    main.write_text(text.replace('  name = "stall-approvals"', ' name = "stall-approvals"'))
    code, found = checked(tmp_path, capsys)
    assert code == 1
    lines = text.splitlines()
    assert [(one["file"], one["layer"]) for one in found["."]] == [("one/main.tf", "fmt"), ("one/main.tf", "rules")]
    assert lines[int(str(found["."][1]["line"])) - 1].strip() == 'Resource = "*"'
    [approval] = found["one"]
    assert lines[int(str(approval["line"])) - 1] == 'resource "aws_codepipeline" "main" {'
    assert "Manuel" in str(approval["message"])


@pytest.mark.full
def test_aws_own_rules_have_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree("tests/integration/infra/good/stores", tmp_path / "infra/one")
    main = tmp_path / "infra/one/main.tf"
    main.write_text(PROVIDER + main.read_text().replace("db.t4g.micro", "db.t4g.tiny"))
    code, found = checked(tmp_path, capsys)
    assert code == 1
    [fault] = [one for one in found["one"] if one["layer"] == "cloudformation"]
    assert fault["error"]
    assert main.read_text().splitlines()[int(str(fault["line"])) - 1] == 'resource "aws_db_instance" "main" {'
    assert str(fault["message"]).startswith("DBInstanceClass: 'db.t4g.tiny' is not one of [")


@pytest.mark.full
def test_credentials_of_the_run_are_told_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    word = "nobody-may-read-this"
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GIT_TOKEN", "TF_VAR_password"):
        monkeypatch.setenv(name, word)
    shutil.copytree("tests/integration/infra/good/stores", tmp_path / "infra/one")
    main = tmp_path / "infra/one/main.tf"
    text = main.read_text().replace("  manage_master_user_password = true", f'  password = "{word}"')
    main.write_text(PROVIDER + text)
    for form in ("text", "json"):
        assert cli.main(["-C", str(tmp_path), "infra", "check", "--engine", ENGINE, "-o", form]) == 1
        said = capfd.readouterr()
        assert word not in said.out + said.err
        assert "password would stand in the plan and in the state" in said.out + said.err
    assert word not in "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file() and path != main)


@pytest.mark.full
def test_without_cfn_lint_it_says_what_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cfnlint", None)
    shutil.copytree("tests/integration/infra/good/stores", tmp_path / "infra/one")
    main = tmp_path / "infra/one/main.tf"
    main.write_text(PROVIDER + main.read_text().replace("db.t4g.micro", "db.t4g.tiny"))
    assert cli.main(["-C", str(tmp_path), "infra", "check", "--engine", ENGINE]) == 0
    said = "left out cloudformation: cfn-lint is not installed; run: pip install 'gitops-generator[infra]'"
    assert said in capsys.readouterr().err
