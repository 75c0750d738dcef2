"""``infra check`` by the real Terraform: over what is generated, and over what is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from generator.cli import main as cli

pytestmark = [pytest.mark.needs("terraform", "aws-stub"), pytest.mark.slow]
GENERATED = Path("tests/golden/cases/aws-smallest").resolve()


def checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[dict[str, object]]]]:
    code = cli.main(["-C", str(folder), "infra", "check", "-o", "json"])
    said = json.loads(capsys.readouterr().out)
    return code, {one["configuration"]: one["findings"] for one in said["configurations"]}


def test_what_is_generated_passes_and_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in GENERATED.rglob("*")}
    code, found = checked(GENERATED, capsys)
    assert (code, found) == (
        0,
        {name: [] for name in (".", "bootstrap", "environments/dev", "environments/prod", "shared")},
    )
    assert {path: path.stat().st_mtime_ns for path in GENERATED.rglob("*")} == before


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
