"""Hold what is generated for AWS against the real Terraform, on a stub of the provider that serves its schema.

Nothing is applied to an account: `apply` is the stub's, which makes ids up, so that a second plan can be asked for.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from testing import ROOT, golden
from testing.depth import some
from testing.programs import Run
from testing.repository import git
from testing.terraform import LOCAL, Terraform

CASES = [name for name in golden.NAMES if name.startswith("aws-")]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("aws-*/generator.yaml"))


@pytest.mark.slow
@pytest.mark.needs("terraform", "aws-stub")
@pytest.mark.parametrize("case", some(CASES))
def test_terraform_takes_a_case_and_has_nothing_to_change_after_it(case: str, tmp_path: Path) -> None:
    shutil.copytree(golden.CASES / case / "infra", tmp_path / "infra")
    take(tmp_path)


@pytest.mark.slow
@pytest.mark.needs("terraform", "aws-stub")
@pytest.mark.parametrize("example", some(EXAMPLES))
def test_terraform_takes_an_example_and_has_nothing_to_change_after_it(
    example: str, tmp_path: Path, generator: Run
) -> None:
    shutil.copy2(ROOT / "examples" / example / "generator.yaml", tmp_path)
    git(tmp_path, "init", "--quiet")
    assert generator("generate", "-q", cwd=tmp_path).returncode == 0
    take(tmp_path)


def take(tmp_path: Path) -> None:
    """Format, validate, plan and apply each configuration below `infra`; then nothing may be left to change."""
    terraform = Terraform(tmp_path)
    terraform.succeed(tmp_path / "infra", "fmt", "-check", "-recursive", "-diff")
    roots = sorted(path.parent for path in (tmp_path / "infra").rglob("backend.tf"))
    assert len(roots) >= 3
    for root in roots:
        # Where the state lies is no part of this: the bucket is in no account.
        (root / "local_override.tf").write_text(LOCAL)
        terraform.succeed(root, "init", "-input=false", "-no-color")
        terraform.succeed(root, "validate", "-no-color")
        terraform.succeed(root, "plan", "-input=false", "-no-color", "-out=plan")
        terraform.succeed(root, "apply", "-input=false", "-no-color", "plan")
        terraform.succeed(root, "plan", "-input=false", "-no-color", "-detailed-exitcode")


@pytest.mark.slow
@pytest.mark.needs("terraform", "aws-stub")
def test_terraform_refuses_what_the_schema_does_not_know(tmp_path: Path) -> None:
    # Else the test above could not fail.
    terraform = Terraform(tmp_path)
    shutil.copytree(golden.CASES / "aws-smallest" / "infra", tmp_path / "infra")
    main = tmp_path / "infra" / "modules" / "network" / "main.tf"
    main.write_text(main.read_text().replace("enable_dns_support ", "enable_dns_suport "))
    root = tmp_path / "infra" / "environments" / "dev"
    (root / "local_override.tf").write_text(LOCAL)
    terraform.succeed(root, "init", "-input=false", "-no-color")
    done = terraform.run(root, "validate", "-no-color")
    assert done.returncode == 1
    assert 'An argument named "enable_dns_suport" is not expected here' in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.needs("terraform", "aws-stub", "kustomize")
def test_what_an_apply_gave_reaches_what_is_deployed(tmp_path: Path, generator: Run) -> None:
    terraform = Terraform(tmp_path)
    folder = tmp_path / "shop"
    shutil.copytree(golden.CASES / "aws-references", folder)
    root = folder / "infra" / "environments" / "dev"
    (root / "local_override.tf").write_text(LOCAL)
    terraform.succeed(root, "init", "-input=false", "-no-color")
    early = generator("outputs", "-e", "dev", cwd=folder, env=terraform.environment)
    assert (early.returncode, "nothing was applied yet" in early.stderr) == (1, True)
    terraform.succeed(root, "apply", "-input=false", "-no-color", "-auto-approve")
    done = generator("outputs", "-e", "dev", cwd=folder, env=terraform.environment)
    assert done.returncode == 0, done.stderr
    given = json.loads(terraform.run(root, "output", "-json").stdout)
    shown = generator("render", "web", "-e", "dev", cwd=folder).stdout
    objects = {one["kind"]: one for one in yaml.safe_load_all(shown)}
    certificate = given["certificate"]["value"]
    assert certificate.startswith("arn:aws:acm:")
    assert objects["Ingress"]["metadata"]["annotations"]["alb.ingress.kubernetes.io/certificate-arn"] == certificate
    assert given["vpc"]["value"] in objects["ConfigMap"]["data"]["URL"]
    assert given["load_balancer"]["value"] in generator("render", "front", "-e", "dev", cwd=folder).stdout
    assert "{infra." not in shown.replace("${infra.", "")
