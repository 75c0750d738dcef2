"""``infra``: check the repository's Terraform without an AWS account, or destroy an environment."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "check infra/ without an AWS account, on a stub of AWS; or destroy an environment"
EXAMPLE: Final = """\
  python -m generator tools install infra     once: Terraform, and the stub
  python -m generator infra check
  python -m generator infra check examples/shop/infra --engine tofu
  python -m generator infra destroy --env dev           show the steps in their order
  python -m generator infra destroy --env dev --yes     destroy it

`check` works on a copy of each configuration, with a temporary state: format, init, validate, plan, apply,
and a second plan. It uses no network and changes no file here. With the extra `infra`
(pip install 'gitops-generator[infra]'), cfn-lint also checks the plan with AWS' own schemas and rules.
A pass means that schemas and rules accept the configuration; nothing was applied to AWS.

`destroy` works in this order. A first commit adds a finalizer to the environment's Applications, so that
Argo CD deletes their objects with them. When Argo CD (ARGOCD_SERVER) has the finalizers, a second commit removes
the Applications. Then the command waits until the load balancers and target groups of controllers are gone,
because they would block the deletion of the VPC. Then Terraform destroys the resources in its state. If
`prevent_destroy` or AWS' own protection keeps a resource, the command lists it with its file and line, and
does nothing. After an interruption, run the command again. It changes no other environment, and neither
infra/shared nor infra/bootstrap."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("check", "destroy"), help="what to do")
    about = "check: the folder with Terraform (default: infra)"
    parser.add_argument("folder", nargs="?", default="infra", metavar="DIR", help=about)
    about = "check: the program to run; if left out, as `infra.engine` says"
    parser.add_argument("--engine", choices=("terraform", "tofu"), help=about)
    about = "destroy: the environment"
    parser.add_argument("-e", "-n", "--env", metavar="ENV", help=about)
    parser.add_argument("--yes", action="store_true", help="destroy: do it, instead of showing the steps")
    shared.time(parser, "--timeout", "30m", "destroy: how long each step may wait")
    shared.remote(parser, "to push to", "to destroy")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    if options.action == "destroy":
        return _destroy(options)
    import generator
    from generator.cli.output import infra_check as output

    request = generator.InfraCheckRequest(options.directory, options.folder, options.engine)
    with console.progress() as progress:
        result = generator.infra_check(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return int(not result.is_valid)


def _destroy(options: argparse.Namespace) -> int:
    import generator
    from generator.cli.output import teardown as output

    if not options.env:
        raise generator.errors.UsageError("which environment?", "infra destroy --env ENV")
    request = generator.InfraDestroyRequest(
        options.env, options.directory, yes=options.yes, timeout=options.timeout, remote=options.remote,
        branch=options.branch,
    )  # fmt: skip
    with console.progress() as progress:
        result = generator.infra_destroy(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return 0
