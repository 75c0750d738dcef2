"""``validate``: would the API server and Argo CD take the manifests?"""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli.commands.generate import show_advice

HELP: Final = "build every overlay with kustomize and check it, and all of gitops/, with strict kubeconform"
EXAMPLE: Final = """\
  python -m generator tools install      once: kustomize, kubeconform
  python -m generator validate"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator.git import sparse
    from generator.manifests import validation
    from generator.regenerate import record, renames
    from generator.spec import advice, loader
    from generator.spec.paths import KUSTOMIZATION, base_path, overlay_path

    sparse.require(options.directory, ("base", "overlays", "gitops"))
    spec = loader.load(options.directory)
    folders = [overlay_path(environment, app) for environment in spec.environments for app in spec.apps]
    folders += [base_path(app) for app in spec.apps]
    renames.check_names(options.directory, [f"{folder}/{KUSTOMIZATION}" for folder in folders])
    with console.progress("validating"):
        generated = record.unpack(record.stored(options.directory), adopt=True)
        results = validation.validate(options.directory, spec, generated)
    bad = [result for result in results if result.problems]
    if options.json:
        console.emit(
            {
                "valid": not bad,
                "results": [
                    {"path": result.path, "manifests": result.manifests, "problems": list(result.problems)}
                    for result in results
                ],
                "advice": [fault._asdict() for fault in advice.of(options.directory, spec)],
            }
        )
        return int(bool(bad))
    console.table(
        ("path", "manifests", "result"),
        [(result.path, str(result.manifests), "invalid" if result.problems else "valid") for result in results],
    )
    for result in bad:
        for problem in result.problems:
            console.note(f"{console.paint('error:', 'red')} {result.path}: {problem}")
    show_advice(options.directory, spec)
    return int(bool(bad))
