"""The real Terraform, on the stub of its provider."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from testing import ROOT
from testing.programs import tool

SCHEMA: Final = ROOT / "generator" / "infra" / "schema" / "aws.json"
# Where Terraform looks for the provider, in place of its registry.
MIRROR: Final = "registry.terraform.io/hashicorp/aws/6.69.1/linux_amd64/terraform-provider-aws_v6.69.1"
# What keeps a state on this machine: the bucket is in no account.
LOCAL: Final = 'terraform {\n  backend "local" {}\n}\n'


class Terraform:
    """Terraform in a folder of its own, with the stub for its provider and without a network."""

    def __init__(self, folder: Path) -> None:
        provider = folder / "mirror" / MIRROR
        provider.parent.mkdir(parents=True)
        shutil.copy2(tool("aws-stub"), provider)
        config = folder / "terraformrc"
        config.write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{folder / "mirror"}"\n  }}\n}}\n'
            "disable_checkpoint = true\n"
        )
        self.environment = {
            **os.environ,
            "TF_CLI_CONFIG_FILE": str(config),
            "TF_IN_AUTOMATION": "1",
            "AWS_STUB_SCHEMA": str(SCHEMA),
        }

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(tool("terraform")), f"-chdir={folder}", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True)

    def succeed(self, folder: Path, *arguments: str) -> None:
        done = self.run(folder, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
