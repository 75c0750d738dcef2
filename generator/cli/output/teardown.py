"""Print the steps of ``infra destroy``, or its result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import InfraDestroyResult


def record(result: InfraDestroyResult) -> dict[str, object]:
    """Return the JSON document."""
    return {
        "environment": result.environment, "cluster": result.cluster, "applications": [*result.applications],
        "load_balancers": [*result.load_balancers], "resources": result.resources,
        "kept": [one._asdict() for one in result.kept], "buckets": [asdict(one) for one in result.buckets],
        "distributions": [*result.distributions], "amplify": [*result.amplify], "commits": [*result.commits],
        "done": result.done,
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
    for text in _lost(result):
        console.say(f"   {text}")
    for one in result.kept:
        console.note(f"{console.paint('kept:', 'yellow')} {one.address}, by {one.field} ({one.file}:{one.line})")
    if result.kept:
        console.note(_KEPT)
    else:
        console.note(f"hint: python -m generator infra destroy --env {name} --yes")


_KEPT: Final = (
    "hint: to lose these, take that out where it stands (what `sync: manual` protects: say `sync: auto`, and generate)"
    " and apply; a bucket that `force_destroy` protects: empty it; to leave them in AWS: terraform state rm ADDRESS"
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


def _lost(result: InfraDestroyResult) -> Iterator[str]:
    """Yield what the last step deletes with sites: files and names that users see."""
    for one in result.buckets:
        count = f"{one.files} or more" if one.more else f"{one.files}"
        if one.emptied and one.files:
            yield f"with it, {count} files of the bucket {one.name}, which the pipeline can build again"
    if result.distributions:
        names = ", ".join(result.distributions)
        yield f"with it, the distributions of CloudFront before their buckets; each takes AWS about 15 minutes: {names}"
    if result.amplify:
        yield f"with it, the apps of Amplify and their files: {', '.join(result.amplify)}"
