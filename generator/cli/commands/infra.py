"""``infra``: Terraform of the repository, checked without an account; and an environment of it taken down."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "check infra/ without an account, on a stub of AWS; or take an environment down"
EXAMPLE: Final = """\
  python -m generator tools install infra     once: Terraform, and the stub
  python -m generator infra check
  python -m generator infra check examples/shop/infra --engine tofu
  python -m generator infra destroy --env dev           says what that does, and in which order
  python -m generator infra destroy --env dev --yes     does it

Each configuration is formatted, initialized, validated, planned, applied to a state of its own and
planned again, in a copy; no network is asked, and nothing is written. With the extra `infra`
(pip install 'gitops-generator[infra]'), cfn-lint holds the plan against AWS' own schemas and rules, too.
Passing says that they take it, not that AWS did.

`destroy` goes in the one order that works. First git: the environment's Applications get the finalizer by
which Argo CD removes what they brought, and go with a second commit, once Argo CD (ARGOCD_SERVER) has it.
Then it waits until the load balancers and target groups that controllers made are gone, which would block
the VPC; then Terraform destroys what its state holds. What `prevent_destroy` or AWS' own protection keeps
is named first, with the place where that stands: nothing is done then. It may be run again where it
stopped. It changes no other environment, and neither infra/shared nor infra/bootstrap."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("check", "destroy"), help="what to do")
    about = "folder with Terraform (infra), to check"
    parser.add_argument("folder", nargs="?", default="infra", metavar="DIR", help=about)
    about = "what reads it, to check; what `infra.engine` says if left out"
    parser.add_argument("--engine", choices=("terraform", "tofu"), help=about)
    about = "the environment to destroy"
    parser.add_argument("-e", "-n", "--env", metavar="ENV", help=about)
    parser.add_argument("--yes", action="store_true", help="destroy it, and do not only say how")
    shared.time(parser, "--timeout", "30m", "how long to wait each time, to destroy")
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
