"""``import-copilot``: write a new generator.yaml from the manifests of AWS Copilot."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from generator.cli import console

HELP: Final = "write generator.yaml from the manifests of AWS Copilot"
EXAMPLE: Final = """\
  python -m generator import-copilot ../shop --registry 123456789012.dkr.ecr.eu-west-1.amazonaws.com \\
      --repository https://git.example.com/acme/shop-gitops.git

It reads copilot/*/manifest.yml once and writes generator.yaml into this folder, or into that of -C, with all
environments on ECS, in the account and region of the registry. It keeps the names of services, of ECR repositories, of
secrets and parameters, and in Cloud Map. It reports each field that generator.yaml cannot express, with its line and
what to write instead. It changes nothing in AWS."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("source", metavar="FOLDER", type=Path, help="the folder that contains `copilot/`")
    parser.add_argument("--registry", required=True, help="the ECR registry; its name contains account and region")
    parser.add_argument("--repository", required=True, metavar="URL", help="the git URL of the new repository")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import copilot as output

    request = generator.CopilotRequest(options.source, options.registry, options.repository, options.directory)
    result = generator.import_copilot(request, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return 0
