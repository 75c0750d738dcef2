"""A server that answers like Argo CD's API, from scenes that a test writes: one for each request for the Application.

The shapes are those of Argo CD 3's own API description: what is not looked at is left out.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from testing.servers import loopback as local_server

Object = dict[str, Any]
TOKEN = "argo-t0ken"
NAMESPACE = "shop-dev"


@dataclass
class Scene:
    """What the API says at one moment. ``live`` are manifests by ``KIND/NAME``; ``events`` likewise."""

    application: Object | None
    nodes: list[Object] = field(default_factory=list)
    live: dict[str, Object] = field(default_factory=dict)
    events: dict[str, list[Object]] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None


@dataclass
class ArgoCd:
    """The server's state; the last scene stays. ``asked`` are the paths, with queries, in order.

    ``others`` play scenes of their own for Applications of these names.
    """

    scenes: list[Scene]
    url: str = ""
    at: int = -1
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    list: list[Object] = field(default_factory=list)
    others: dict[str, ArgoCd] = field(default_factory=dict)

    @property
    def scene(self) -> Scene:
        return self.scenes[max(self.at, 0)] if self.scenes else Scene(None)

    def answer(self, path: str) -> tuple[int, object]:
        self.asked.append(path)
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        words = [unquote(word) for word in parts.path.removeprefix("/api/v1/").split("/")]
        if words == ["applications"]:
            return 200, {"metadata": {}, "items": self.list}
        if words[0] != "applications":
            return 404, {"error": "Not Found", "code": 5, "message": "Not Found"}
        if words[1] in self.others:
            return self.others[words[1]].answer(path)
        if len(words) == 2:
            self.at = min(self.at + 1, len(self.scenes) - 1)
            if self.scene.status != 200:
                return self.scene.status, {"error": "…", "code": 14, "message": "the cluster is down"}
            if self.scene.application is None:
                return 403, {"error": "permission denied", "code": 7, "message": "permission denied"}
            return 200, self.scene.application
        if words[2] == "resource-tree":
            return 200, {"nodes": self.scene.nodes} if self.scene.nodes else {}
        if words[2] == "resource":
            found = self.scene.live.get(f"{query['kind']}/{query['resourceName']}")
            if found is None:
                return 500, {"error": "…", "code": 13, "message": "error getting resource: not found"}
            return 200, {"manifest": json.dumps(found)}
        if words[2] == "events":
            return 200, {"metadata": {}, "items": self.scene.events.get(query["resourceName"])}
        return 404, {}


@contextmanager
def serve(rig: ArgoCd) -> Iterator[ArgoCd]:
    """Serve for as long as the context lasts."""

    class Handler(local_server.Handler):
        def do_GET(self) -> None:
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            rig.tokens.add(token)
            status, answer = rig.answer(self.path)
            content = json.dumps(answer).encode()
            if token != TOKEN:
                status, content = 401, b'{"error":"invalid session: token is invalid","code":16}'
            if rig.scene.body is not None:
                content = rig.scene.body
            elsewhere = {"Location": "https://argocd.example.com/api/v1/applications?token=x"}
            self.answer(
                status, content, {"Content-Type": "application/json", **(elsewhere if 300 <= status < 400 else {})}
            )

    with local_server.Server(Handler) as server:
        rig.url = server.url
        yield rig


def application(
    revision: str, *, sync: str = "Synced", health: str = "Healthy", operation: Object | None = None,
    conditions: tuple[tuple[str, str], ...] = (), automated: bool = True, name: str = "shop-dev-web", images: tuple[str, ...] = (),
) -> Object:  # fmt: skip
    """Return an Application. ``operation`` replaces its newest sync, which succeeded at ``revision``."""
    return {
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"project": "shop", "syncPolicy": {"automated": {"prune": True, "selfHeal": True}} if automated else {}},
        "status": {
            "sync": {"status": sync, "revision": revision, "comparedTo": {}},
            "health": {"status": health},
            "conditions": [{"type": kind, "message": message} for kind, message in conditions],
            "operationState": operation or operated("Succeeded", revision),
            "summary": {"images": list(images)},
        },
    }  # fmt: skip


def operated(
    phase: str, revision: str, message: str = "successfully synced (all tasks run)", *, retries: int = 0, results: tuple[Object, ...] = ()
) -> Object:  # fmt: skip
    """Return a sync."""
    state: Object = {
        "operation": {"sync": {"revision": revision}, "retry": {"limit": 5}},
        "phase": phase, "message": message, "startedAt": "2026-11-21T09:00:00Z",
        "syncResult": {"revision": revision, "resources": list(results)},
    }  # fmt: skip
    return {**state, "retryCount": retries} if retries else state


def hook(phase: str, message: str = "") -> Object:
    """Return what a sync says of the migration."""
    return {
        "group": "batch", "version": "v1", "kind": "Job", "namespace": NAMESPACE, "name": "web-migrate",
        "hookType": "Sync", "hookPhase": phase, "syncPhase": "Sync", "message": message,
    }  # fmt: skip


_GROUPS = {
    "Pod": ("", "v1"),
    "Job": ("batch", "v1"),
    "CronJob": ("batch", "v1"),
    "ScaledObject": ("keda.sh", "v1alpha1"),
    "Rollout": ("argoproj.io", "v1alpha1"),
}


def node(
    kind: str,
    name: str,
    *,
    health: str = "Healthy",
    message: str = "",
    parent: str = "",
    image: str = "",
    reason: str = "",
) -> Object:
    """Return an object in the tree."""
    group, version = _GROUPS.get(kind, ("apps", "v1"))
    found: Object = {"version": version, "kind": kind, "namespace": NAMESPACE, "name": name, "uid": f"uid-{name}"}
    found |= {"group": group} if group else {}
    found |= {"health": {"status": health, **({"message": message} if message else {})}}
    found |= {"parentRefs": [{"kind": parent.split("/")[0], "name": parent.split("/")[1]}]} if parent else {}
    found |= {"images": [image]} if image else {}
    found |= (
        {"info": [{"name": "Status Reason", "value": reason}, {"name": "Containers", "value": "0/1"}]} if reason else {}
    )
    return found


def deployment(
    image: str,
    *,
    replicas: int = 2,
    updated: int = 2,
    there: int = 2,
    available: int = 2,
    generation: int = 3,
    observed: int = 3,
) -> Object:
    """Return a Deployment as the cluster has it."""
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": NAMESPACE, "generation": generation},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"name": "web", "image": image}, {"name": "proxy", "image": "proxy:1"}]}}},
        "status": {"observedGeneration": observed, "updatedReplicas": updated, "replicas": there, "availableReplicas": available},
    }  # fmt: skip


def pod(image: str, *, waiting: tuple[str, str], restarts: int = 0, exit_code: int | None = None) -> Object:
    """Return a pod whose container does not run."""
    status: Object = {
        "name": "web", "image": image, "restartCount": restarts, "state": {"waiting": {"reason": waiting[0], "message": waiting[1]}}
    }  # fmt: skip
    if exit_code is not None:
        status["lastState"] = {"terminated": {"exitCode": exit_code, "reason": "Error"}}
    return {"kind": "Pod", "metadata": {"name": "web-1"}, "status": {"phase": "Pending", "containerStatuses": [status]}}


def running(revision: str, image: str) -> Scene:
    """Return a scene in which all is well."""
    nodes = [
        node("Deployment", "web"), node("ReplicaSet", "web-6f", parent="Deployment/web"),
        node("Pod", "web-6f-1", parent="ReplicaSet/web-6f", image=image, reason="Running"),
    ]  # fmt: skip
    return Scene(application(revision, images=(image,)), nodes, {"Deployment/web": deployment(image)})


def changed(scene: Scene, **fields: Any) -> Scene:
    """Return a copy of a scene with other fields."""
    other = copy.deepcopy(scene)
    for name, value in fields.items():
        setattr(other, name, value)
    return other
