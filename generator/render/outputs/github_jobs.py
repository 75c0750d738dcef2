"""What the jobs of all workflows of GitHub Actions begin with: the machine, the checkout, the generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from generator.yaml.emit import Verbatim

if TYPE_CHECKING:
    from generator.spec.model import Spec

CHECKOUT: Final = Verbatim("actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2")
PYTHON: Final = Verbatim("actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0")
RUNNER: Final = "ubuntu-24.04"
OWN_TOKEN: Final = "${{ github.token }}"  # noqa: S105 (an expression)

Job = Mapping[str, object]


def about(spec: Spec) -> Mapping[str, str]:
    """Return what the spec says about its workflows."""
    given = spec.ci.get("github")
    return given if isinstance(given, Mapping) else {}


def runner(spec: Spec) -> str:
    """Return the label of the machines that jobs run on."""
    return about(spec).get("runner") or RUNNER


def prepared(install: str, **checkout: object) -> list[Job]:
    """Return the steps that check out the repository and install Python and the generator.

    The checkout keeps no credentials for later steps.
    """
    return [*checked_out(**checkout), {"name": "install the generator", "run": literal(install)}]


def checked_out(**checkout: object) -> list[Job]:
    """Return the steps that check out the repository and install Python."""
    return [
        {"uses": CHECKOUT, "with": {"persist-credentials": False, **checkout}},
        {"uses": PYTHON, "with": {"python-version": "3.11"}},
    ]


def literal(text: str) -> str:
    """Return a text with ``${{`` escaped, so that Actions finds no expression in it."""
    return text.replace("${{", "${{ '${{' }}")
