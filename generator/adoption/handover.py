"""List the steps that hand objects over from former Applications to new ones without replacing a pod.

Argo CD marks an object with the name of its Application. The generated Applications and the root do not change an
object with another mark (`FailOnSharedResource`). An Application that is deleted with a finalizer, or pruned,
deletes its pods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from generator.adoption import existing
from generator.adoption.existing import Existing
from generator.spec.layout import GITOPS
from generator.spec.model import Spec

_OPTIONS: Final = "argocd.argoproj.io/sync-options"
_MARK: Final = "argocd.argoproj.io/tracking-id"
_PRESERVE: Final = '{"spec": {"syncPolicy": {"preserveResourcesOnDeletion": true}}}'


def steps(spec: Spec, found: Sequence[Existing], places: Mapping[str, str]) -> list[str]:
    """List the shell commands in order, with comments that say what to wait for.

    Args:
        spec: The spec that the app is adopted into.
        found: The Applications that deploy the folders today.
        places: The folder of each environment, as it is now.
    """
    kept = existing.names(found)
    alone = [one for one in found if not one.set]
    lines = [line for one in found if one.set for line in _let_set_go(spec, one)]
    lines += [line for one in alone for line in _keep(spec, one)]
    if alone:
        lines.append("# push that; what brings them has seen it once it shows that commit. Then:")
    for one in alone:
        lines += _take_mark_off(spec, one) if one.environment in kept else _replace(spec, one, places)
    if alone:
        lines.append(f"# merge what adopt has written; apply {GITOPS}/bootstrap.yaml if it is new. Once all is synced:")
    lines += [_annotate(spec, one, f"{_OPTIONS}-") for one in alone if one.environment in kept]
    return list(dict.fromkeys(lines))


def _let_set_go(spec: Spec, one: Existing) -> Iterator[str]:
    """Yield how a set leaves what it has made: the folder that it has found goes with the merge."""
    yield (
        f"kubectl patch applicationset {one.set} --namespace {spec.argocd_namespace} --type merge --patch '{_PRESERVE}'"
        f"   # say it in {one.file}, too"
    )
    columns = "custom-columns=NAME:.metadata.name,FINALIZERS:.metadata.finalizers"
    yield f"kubectl get applications --namespace {spec.argocd_namespace} --output {columns}"
    if one.name:
        yield f"# merge what adopt has written once {one.name} has no finalizer any more: its pods stay then"
    else:
        about = f"environments: {{{one.environment}: {{adopted: {{application: NAME}}}}}}"
        yield f"# the name that {one.set} gives it is not known here: look there, and say it in its entry: {about}"


def _keep(spec: Spec, one: Existing) -> Iterator[str]:
    """Yield how an Application stays, and its pods with it, when it goes from git."""
    yield _annotate(spec, one, f"{_OPTIONS}=Prune=false,Delete=false --overwrite")
    yield f"git rm {one.file}   # or take {one.name} out of it; before the commit that adopts it"


def _take_mark_off(spec: Spec, one: Existing) -> Iterator[str]:
    """Yield how an Application whose name stays becomes free for the root, and can no longer take its pods along."""
    yield _patch(spec, one)
    yield _annotate(spec, one, f"{_MARK}-")


def _replace(spec: Spec, one: Existing, places: Mapping[str, str]) -> Iterator[str]:
    """Yield how an Application goes, and its objects become free for one of another name."""
    yield _patch(spec, one)
    yield f"kubectl delete application {one.name} --namespace {spec.argocd_namespace}"
    where = f" --namespace {one.namespace}" if one.namespace else ""
    yield f"kubectl kustomize {places[one.environment]} | kubectl annotate{where} --filename - {_MARK}-"


def _annotate(spec: Spec, one: Existing, annotation: str) -> str:
    return f"kubectl annotate application {one.name} --namespace {spec.argocd_namespace} {annotation}"


def _patch(spec: Spec, one: Existing) -> str:
    finalizers = '"metadata": {"finalizers": null}, ' if one.deletes else ""
    patch = f'{{{finalizers}"spec": {{"syncPolicy": {{"automated": null}}}}}}'
    return f"kubectl patch application {one.name} --namespace {spec.argocd_namespace} --type merge --patch '{patch}'"
