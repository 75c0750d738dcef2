"""Why an Application does not come up: its syncs, its objects and its pods, as Argo CD's API shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds import workloads

if TYPE_CHECKING:
    from generator.clients.argocd import Application, ArgoCd, Node, Object
    from generator.yaml.kustomization import Image

PULL: Final = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"}
)
START: Final = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError"})
CRASH: Final = "CrashLoopBackOff"
# Restarts after which a crash is no accident any more; tries of a sync after which its hook is not either.
RESTARTS: Final = 2
TRIES: Final = 2
_OVERDUE: Final = "exceeded its progress deadline"
_HOOK: Final = "argocd.argoproj.io/hook"
# What may wait for a user: a Job, and a paused autoscaler of KEDA.
_WAITING: Final = (("batch", "Job"), ("keda.sh", "ScaledObject"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Goal of an Application: ``commit`` or a later one, and this image, by any of ``names``.

    ``sync`` is the command by which a user syncs it. ``root`` is the Application that applies this one and its
    AppProject. ``chart``: the version is a chart's, which is stored in the Application itself.
    """

    application: str
    commit: str
    names: frozenset[str]
    image: Image
    sync: str = ""
    root: str = ""
    chart: bool = False

    def concerns(self, reference: str) -> bool:
        """Tell whether a reference is to this image, of any tag."""
        return _parts(reference)[0] in self.names

    def matches(self, reference: str) -> bool:
        """Tell whether a reference is to this very tag and digest."""
        name, tag, digest = _parts(reference)
        if name not in self.names:
            return False
        if self.image.digest:
            return digest == self.image.digest and tag in ("", self.image.tag)
        return tag == self.image.tag and not digest


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem. ``final``: it cannot resolve itself; otherwise ``key`` identifies it in later looks."""

    key: str
    text: str
    final: bool = False


def waits_for_a_user(application: Application) -> bool:
    """Tell whether it differs from git, and only a user syncs it."""
    held = application.phase == "Running" or application.health == "Suspended"
    return application.sync == "OutOfSync" and not application.automated and not held


def of_sync(application: Application) -> Iterator[Problem]:
    """Yield what is wrong with the newest sync."""
    ended = application.phase in ("Failed", "Error")
    failed = [one for one in application.results if one.get("status") == "SyncFailed" or _hook_failed(one)]
    for one in failed:
        what = f"{one.get('hookType')} hook {one['kind']}/{one['name']}" if one.get("hookType") else _named(one)
        text = f"{what} failed: {one.get('message') or one.get('hookPhase')}"
        yield Problem(f"sync {one['kind']}/{one['name']}", text, ended or application.retries >= TRIES)
    if ended and not failed:
        yield Problem("sync", f"the sync failed: {application.operation_message}", final=True)


def of_pods(api: ArgoCd, nodes: Sequence[Node], wanted: Wanted) -> Iterator[Problem]:
    """Find pods of the wanted image that do not start.

    These include pods of hooks, because Argo CD does not report that it waits for their image.
    """
    for node in nodes:
        word = node.reason.removeprefix("Init:")
        if node.kind != "Pod" or not any(map(wanted.matches, node.images)):
            continue
        if word in PULL or word in START or word == CRASH:
            yield from _of_pod(node, word, api.manifest(wanted.application, node) or {})


def of_health(api: ArgoCd, nodes: Sequence[Node], wanted: Wanted) -> Iterator[Problem]:
    """Find objects that are degraded in Argo CD; workloads count only if they have the wanted image."""
    for node in nodes:
        if not node.is_top or node.health != "Degraded" or is_of_runs(node):
            continue
        overdue = False
        if read := workloads.rollout_of(node.group, node.kind):
            manifest = api.manifest(wanted.application, node) or {}
            if not read(manifest).current or not all(map(wanted.matches, _concerned(manifest, wanted))):
                continue
            overdue = _OVERDUE in node.message
        yield Problem(f"health {node}", f"{node} is degraded: {node.message or 'no reason given'}", overdue)


def is_of_runs(node: Node) -> bool:
    """Tell whether the health of an object is that of its last run, which may have been of another version."""
    return (node.group, node.kind) == ("batch", "CronJob")


def well(application: Application, nodes: Sequence[Node]) -> bool:
    """Tell whether an Application is healthy, apart from earlier runs of its schedules and suspended objects."""
    if application.health == "Healthy":
        return True
    ill = [node for node in nodes if node.is_top and node.health not in ("Healthy", "")]
    return bool(ill) and all(is_of_runs(node) or _is_suspended(node) for node in ill)


def _is_suspended(node: Node) -> bool:
    """Tell whether an object waits for a user, and rolls nothing out: a Job, or a paused autoscaler of KEDA."""
    return node.health == "Suspended" and (node.group, node.kind) in _WAITING


def without_pods(api: ArgoCd, nodes: Sequence[Node], wanted: Wanted) -> list[str]:
    """Name the workloads of the wanted image that are scaled to no pods, by KEDA or anything else."""
    rolled = [node for node in nodes if node.is_top and workloads.rollout_of(node.group, node.kind)]
    found = {f"{node}": api.manifest(wanted.application, node) or {} for node in rolled}
    # A Rollout runs the pods of the object that it refers to, which is then scaled to none.
    referred = {_reference(manifest) for manifest in found.values()}
    return [
        name
        for name, manifest in found.items()
        if name not in referred and (manifest.get("spec") or {}).get("replicas") == 0 and _concerned(manifest, wanted)
    ]


def missing(api: ArgoCd, application: Application, nodes: Sequence[Node], wanted: Wanted) -> str:
    """Return what is missing in the live objects until the wanted image runs; empty if it runs everywhere.

    Argo CD's Synced and Healthy may describe the time before the workload noticed its new image.
    """
    if wanted.chart and (lack := _other_chart(application, wanted)):
        return lack
    seen = wanted.chart
    referred: dict[str, Object] = {}
    for node in nodes:
        rollout = workloads.rollout_of(node.group, node.kind)
        if not node.is_top or rollout is None:
            continue
        manifest = api.manifest(wanted.application, node)
        if manifest is None:
            return f"{node} cannot be read"
        if _HOOK in ((manifest.get("metadata") or {}).get("annotations") or {}):
            continue  # what comes of it, the sync tells
        referred |= {f"{node}": manifest}
        concerned = _concerned(manifest, wanted)
        seen = seen or bool(concerned)
        other = next((reference for reference in concerned if not wanted.matches(reference)), None)
        if other is not None:
            return f"{node} has {other}"
        if (concerned or wanted.chart or _reference(manifest)) and (lack := rollout(manifest).lack):
            return f"{node}: {lack}"
    if behind := next((name for name, manifest in referred.items() if _is_behind(manifest, referred)), ""):
        return f"{behind}: its controller has not seen the change yet"
    if seen or any(map(wanted.matches, application.images)):
        return ""
    return "nothing runs this image"


def _other_chart(application: Application, wanted: Wanted) -> str:
    """Tell what Argo CD has compared the cluster with, where that is not the wanted version of the chart."""
    version, digest = wanted.image.tag or "", wanted.image.digest
    revision = f"{version}@{digest}" if digest else version
    found = application.charts.get(wanted.image.name)
    return "" if found == revision else f"Argo CD has compared it with {found or 'no version'} of the chart"


def _of_pod(node: Node, word: str, pod: Object) -> Iterator[Problem]:
    status = pod.get("status") or {}
    for one in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        waiting = (one.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason") or ""
        if reason in PULL:
            text = _text(node, reason, waiting.get("message") or one.get("image"))
            yield Problem("pull", text, final=reason == "InvalidImageName")
            return
        if reason == CRASH:
            final = int(one.get("restartCount") or 0) >= RESTARTS
            yield Problem("crash", _text(node, reason, _ended(one) or waiting.get("message")), final)
            return
        if reason in START:
            yield Problem("start", _text(node, reason, waiting.get("message")))
            return
    yield Problem("pull" if word in PULL else "crash" if word == CRASH else "start", _text(node, word, node.message))


def _text(node: Node, reason: str, message: object) -> str:
    return f"{node}: {reason}: {message}" if message else f"{node}: {reason}"


def _ended(status: Object) -> str:
    """Return how a container has ended last."""
    ended = (status.get("lastState") or {}).get("terminated") or {}
    if not ended:
        return ""
    words = f"container {status.get('name')} ended with exit code {ended.get('exitCode')} ({ended.get('reason')})"
    return f"{words}, {status.get('restartCount')} restarts"


def _hook_failed(result: Mapping[str, Any]) -> bool:
    return bool(result.get("hookType")) and result.get("hookPhase") in ("Failed", "Error")


def _named(result: Mapping[str, Any]) -> str:
    return f"{result.get('kind')}/{result.get('name')}"


def _parts(reference: str) -> tuple[str, str, str]:
    """Split a reference into name, tag and digest; what it has not is empty."""
    rest, _, digest = reference.partition("@")
    name, colon, tag = rest.rpartition(":")
    return (name, tag, digest) if colon and "/" not in tag else (rest, "", digest)


def _reference(manifest: Object) -> str:
    """Return the object whose pods a Rollout runs, as a node is named; empty where it has its own."""
    about = (manifest.get("spec") or {}).get("workloadRef") or {}
    return f"{about.get('kind')}/{about.get('name')}" if about else ""


def _is_behind(manifest: Object, others: Mapping[str, Object]) -> bool:
    """Tell whether the object that a Rollout refers to has changed since its controller has looked."""
    other = others.get(_reference(manifest))
    if other is None:
        return False
    observed = str((manifest.get("status") or {}).get("workloadObservedGeneration") or 0)
    return observed.isdigit() and int(observed) < int((other.get("metadata") or {}).get("generation") or 0)


def _concerned(manifest: Object, wanted: Wanted) -> list[str]:
    pod: Mapping[str, Any] = manifest
    for name in (*(workloads.pod_path(str(manifest.get("kind"))) or ()), "spec"):
        pod = pod.get(name) or {}
    containers = (*(pod.get("initContainers") or ()), *(pod.get("containers") or ()))
    return [one["image"] for one in containers if wanted.concerns(one.get("image") or "")]
