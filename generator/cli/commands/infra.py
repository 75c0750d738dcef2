"""``infra``: Terraform of the repository, checked without an account."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    import generator

HELP: Final = "check infra/ without an account: Terraform on a stub of AWS, and rules over its plan"
EXAMPLE: Final = """\
  python -m generator tools install infra     once: Terraform, and the stub
  python -m generator infra check
  python -m generator infra check examples/shop/infra --engine tofu

Each configuration is formatted, initialized, validated, planned, applied to a state of its own and
planned again, in a copy; no network is asked, and nothing is written. With the extra `infra`
(pip install 'gitops-generator[infra]'), cfn-lint holds the plan against AWS' own schemas and rules, too.
Passing says that they take it, not that AWS did."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("check",), help="what to do")
    parser.add_argument("folder", nargs="?", default="infra", metavar="DIR", help="folder with Terraform (infra)")
    parser.add_argument("--engine", choices=("terraform", "tofu"), default="terraform", help="what reads it")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.InfraCheckRequest(options.directory, options.folder, options.engine)
    with console.progress() as progress:
        result = generator.infra_check(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(_record(result))
    else:
        _show(result)
    return int(not result.is_valid)


def _record(result: generator.InfraCheckResult) -> dict[str, object]:
    return {
        "valid": result.is_valid,
        "left_out": list(result.left_out),
        "configurations": [
            {
                "configuration": one.configuration,
                "resources": one.resources,
                "findings": [
                    {
                        **{"file": found.file, "line": found.line, "layer": found.layer.value},
                        **{"address": found.address, "message": found.message, "error": found.error},
                    }
                    for found in one.findings
                ],
            }
            for one in result.checked
        ],
    }


def _show(result: generator.InfraCheckResult) -> None:
    console.table(
        ("configuration", "resources", "result"),
        [(one.configuration, str(one.resources), "valid" if one.passes else "invalid") for one in result.checked],
    )
    for text in result.left_out:
        console.note(f"note: left out {text}")
    for one in result.checked:
        for found in one.findings:
            word = console.paint("error:", "red") if found.error else console.paint("note:", "yellow")
            where = f" {found.address}:" if found.address else ""
            console.note(f"{word} {found.place}:{where} {found.message} ({found.layer.value})")
