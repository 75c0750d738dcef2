"""``validate``: tell whether the API server and Argo CD would accept the manifests."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared
from generator.cli.output.generate import show_advice

HELP: Final = "build every overlay with kustomize and check it, and all of gitops/, with strict kubeconform"
EXAMPLE: Final = """\
  python -m generator tools install      once: kustomize, kubeconform
  python -m generator validate
  python -m generator validate web -e prod      one app's overlay in one environment, and gitops/

Only a run over all apps finds an object that two apps have."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.apps(parser)
    shared.environments(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.ValidateRequest(options.directory, options.apps, options.environments)
    with console.progress() as progress:
        result = generator.validate(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(
            {
                "valid": result.is_valid,
                "results": [
                    {"path": one.path, "manifests": one.manifests, "problems": list(one.problems)}
                    for one in result.results
                ],
                "advice": [fault._asdict() for fault in result.advice],
                "outdated": list(result.outdated),
            }
        )
        return int(not result.is_valid)
    console.table(
        ("path", "manifests", "result"),
        [(one.path, str(one.manifests), "invalid" if one.problems else "valid") for one in result.results],
    )
    for one in result.results:
        for problem in one.problems:
            console.note(f"{console.paint('error:', 'red')} {one.path}: {problem}")
    show_advice(result.advice)
    if result.outdated:
        count = len(result.outdated)
        files = "1 generated file is" if count == 1 else f"{count} generated files are"
        console.note(f"note: {files} not what generator.yaml now says, for example {result.outdated[0]}")
        console.note(console.pasted("hint: generate, then validate again: python -m generator"))
    return int(not result.is_valid)
