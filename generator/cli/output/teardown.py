"""Print the steps of ``infra destroy``, or its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import InfraDestroyResult


def record(result: InfraDestroyResult) -> dict[str, object]:
    """Return the JSON document."""
    return {
        "environment": result.environment, "cluster": result.cluster, "applications": [*result.applications],
        "load_balancers": [*result.load_balancers], "resources": result.resources,
        "kept": [one._asdict() for one in result.kept], "commits": [*result.commits], "done": result.done,
    }  # fmt: skip


def show(result: InfraDestroyResult) -> None:
    """Print the steps in their order, and the resources that are protected."""
    name = result.environment
    if result.done:
        console.say(f"{name}: {result.resources} resources destroyed")
        console.note(f"hint: take {name} out of generator.yaml, then: python -m generator generate --prune")
        return
    console.say(f"infra destroy works on {name} in this order; nothing is done yet")
    for number, text in enumerate(_steps(result), 1):
        console.say(f"{number}. {text}")
    for one in result.kept:
        console.note(f"{console.paint('kept:', 'yellow')} {one.address}, by {one.field} ({one.file}:{one.line})")
    if result.kept:
        console.note(_KEPT)
    else:
        console.note(f"hint: python -m generator infra destroy --env {name} --yes")


_KEPT: Final = (
    "hint: to lose these, take that out where it stands (what `sync: manual` protects: say `sync: auto`, and generate)"
    " and apply; to leave them in AWS: terraform state rm ADDRESS"
)


def _steps(result: InfraDestroyResult) -> list[str]:
    name, found = result.environment, result.applications
    marked = f"git: {len(found)} Applications get a finalizer, so that Argo CD deletes their objects with them"
    git = [
        f"{marked}: {', '.join(found)}",
        "git: the Applications are removed, once Argo CD has the finalizers; then wait until they are gone",
    ]
    balancers = ", ".join(result.load_balancers) or "none now"
    wait = f"AWS: wait until load balancers and target groups of cluster {result.cluster} are gone ({balancers})"
    destroy = f"Terraform: destroy {result.resources} resources of infra/environments/{name}"
    return [*(git if found else ["git: no Application is left"]), wait, destroy]
