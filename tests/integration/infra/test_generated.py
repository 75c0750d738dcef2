"""Hold what the examples give against the real Terraform, on a stub of the provider that serves its schema.

Nothing is applied to an account: `apply` is the stub's, which makes ids up, so that a second plan can be asked for.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from generator.infra import checking
from generator.infra import engine as terraform
from testing import ROOT, golden
from testing.depth import some
from testing.infra_engine import ENGINE, asked, succeed
from testing.programs import Run
from testing.repository import git

pytestmark = [pytest.mark.needs(ENGINE, "aws-stub"), pytest.mark.slow]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("aws-*/generator.yaml"))


@pytest.mark.full
@pytest.mark.parametrize("example", some(EXAMPLES))
def test_terraform_takes_an_example_and_has_nothing_to_change_after_it(
    example: str, tmp_path: Path, generator: Run
) -> None:
    shutil.copy2(ROOT / "examples" / example / "generator.yaml", tmp_path)
    git(tmp_path, "init", "--quiet")
    assert generator("generate", "-q", cwd=tmp_path).returncode == 0
    found = {one.configuration: one.findings for one in checking.check(tmp_path / "infra", ENGINE)}
    assert {".", "bootstrap", "shared"} < found.keys()
    # A policy that names a key which the same apply makes is not known before it, as in a pipeline's.
    told = [one for some in found.values() for one in some if "policies are not known before" not in one.message]
    assert told == []


def test_terraform_refuses_what_the_schema_does_not_know(tmp_path: Path) -> None:
    # Else the test above could not fail.
    engine = terraform.prepare(tmp_path / "engine", ENGINE)
    shutil.copytree(golden.CASES / "aws-smallest" / "infra", tmp_path / "infra")
    main = tmp_path / "infra" / "modules" / "network" / "main.tf"
    main.write_text(main.read_text().replace("enable_dns_support ", "enable_dns_suport "))
    root = tmp_path / "infra" / "environments" / "dev"
    assert terraform.initialize(engine, root) == []
    [fault] = terraform.validate(engine, root)
    assert 'An argument named "enable_dns_suport" is not expected here' in fault.message


@pytest.mark.full
@pytest.mark.needs("kustomize")
def test_what_an_apply_gave_reaches_what_is_deployed(tmp_path: Path, generator: Run) -> None:
    engine = terraform.prepare(tmp_path / "engine", ENGINE)
    env = dict(engine.environment)
    folder = tmp_path / "shop"
    shutil.copytree(golden.CASES / "aws-references", folder)
    spec = folder / "generator.yaml"
    spec.write_text(asked(spec.read_text()))
    root = folder / "infra" / "environments" / "dev"
    assert terraform.initialize(engine, root) == []
    early = generator("outputs", "-e", "dev", cwd=folder, env=env)
    assert (early.returncode, "nothing was applied yet" in early.stderr) == (1, True)
    succeed(engine, root, "apply", "-input=false", "-no-color", "-auto-approve")
    done = generator("outputs", "-e", "dev", cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    given = json.loads(succeed(engine, root, "output", "-json"))
    shown = generator("render", "web", "-e", "dev", cwd=folder).stdout
    objects = {one["kind"]: one for one in yaml.safe_load_all(shown)}
    certificate = given["certificate"]["value"]
    assert certificate.startswith("arn:aws:acm:")
    assert objects["Ingress"]["metadata"]["annotations"]["alb.ingress.kubernetes.io/certificate-arn"] == certificate
    assert given["vpc"]["value"] in objects["ConfigMap"]["data"]["URL"]
    assert given["load_balancer"]["value"] in generator("render", "front", "-e", "dev", cwd=folder).stdout
    assert "{infra." not in shown.replace("${infra.", "")
