"""Calls of a forge's API that protect the branch that Argo CD follows. Pure: it makes no calls itself.

All changes then need a pull request and approvals of code owners, and nobody
can rewrite or delete the branch. Only one account may push: the one that sets
the tags of builds. Each forge that protects branches has a module here, see
``Protection``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from generator.errors import GeneratorError, UsageError
from generator.git.hosts import of as host
from generator.render.outputs import codeowners, pipeline_steps
from generator.render.protection.advice import Advice, Call, as_json, repository_path
from generator.spec import forge_kinds

if TYPE_CHECKING:
    from generator.spec.model import Spec


class Protection(Protocol):
    """The interface of a forge's module. ``KNOWS_PUSHERS`` tells whether the forge can limit who may push."""

    KNOWS_PUSHERS: bool

    def calls(self, spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
        """Return the calls that protect the branch, and notes for the user."""

    def command(self, advice: Advice, call: Call) -> str:
        """Return a shell command for a call; it reads the JSON from standard input."""


def advise(spec: Spec, pusher: str | None) -> Advice:
    """Return the calls and notes for the spec's forge.

    Args:
        spec: The spec with forge, branch and approvers.
        pusher: Who may push the tags of builds: an App's id, a user's id or a user's name, by forge.

    Raises:
        UsageError: ``pusher`` is not valid for this forge.
        GeneratorError: The forge is unknown, or cannot protect branches.
    """
    if pusher is not None and not pusher.strip():
        raise UsageError("--pusher: names no account", "leave it out if no account may push")
    forge = forge_kinds.find(spec.repository, spec.forge.kind)
    if not forge.protects:
        what = "which forge is it?" if forge is forge_kinds.UNKNOWN else "no forge that protects branches"
        raise GeneratorError(
            f"{spec.repository}: {what}",
            "say it in generator.yaml: `forge: {kind: …}`; on a plain remote, a pre-receive hook guards a branch",
        )
    protection = _protection(forge.name)
    notes = [] if codeowners.has_owners(spec) else ["No environment has `approvers:` yet, so no approval is asked for."]
    if pusher is None and protection.KNOWS_PUSHERS:
        notes.append(_without_pusher(spec))
    calls, more = protection.calls(spec, pusher)
    return Advice(forge.name, _server(spec), repository_path(spec.repository), calls, [*notes, *more])


def script(advice: Advice) -> str:
    """Return the calls as a shell script. Credentials come from the forge's own tool or from the environment."""
    command = _protection(advice.forge).command
    lines = ["#!/usr/bin/env bash", "set -euo pipefail", *(f"# {note}" for note in advice.notes)]
    for call in advice.calls:
        lines += ["", f"# {call.what}", f"{command(advice, call)} <<'JSON'", as_json(call.body, indent=2), "JSON"]
    return "\n".join(lines) + "\n"


def _protection(forge: str) -> Protection:
    return cast("Protection", import_module(f"{__name__}.{forge}"))


def _without_pusher(spec: Spec) -> str:
    """Return the note about builds if no account may push."""
    generated = spec.ci.get("codebuild") is not False or spec.ci.get("github")
    if not generated or pipeline_steps.pipeline(spec) is None or spec.ci.get("pullRequest"):
        return "Nobody may push: builds bring their tags by `bump --pull-request`, or name who may with --pusher."
    return (
        "WARNING: no account may push, and the generated pipeline runs `bump --push`: this stops all releases. "
        "Either say `ci: {pullRequest: true}` in generator.yaml, and regenerate, or name who may push with --pusher."
    )


def _server(spec: Spec) -> str:
    """Return the URL of the forge."""
    if spec.forge.url:
        return spec.forge.url.rstrip("/")
    if spec.repository.startswith(("http://", "https://")):
        return "/".join(spec.repository.split("/")[:3])
    return f"https://{host(spec.repository)}"
