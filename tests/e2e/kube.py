"""The Kubernetes API by HTTP: what the assertions look at, fast enough to be asked several times a second."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from testing.waiting import PATIENCE

Object = dict[str, Any]

APPLICATIONS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"


class KubeError(Exception):
    """The API server refused; ``status`` is HTTP's and the message the server's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status


class Kube:
    """A client with the credentials (a token) of a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        self.server: str = cluster["server"]
        self.token: str = config["users"][0]["user"]["token"]
        context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        # No proxy: the cluster is on this machine.
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        self.opener = urllib.request.build_opener(*handlers)

    def request(self, method: str, path: str, body: object = None, content: str = "application/json") -> Any:
        """Make one call; ``body`` is sent as JSON (which is YAML, for a server-side apply)."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Content-Type": content}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server + path, data=data, headers=headers, method=method)
        try:
            with self.opener.open(request, timeout=PATIENCE) as response:
                return json.load(response)
        except urllib.error.HTTPError as answer:
            text = answer.read().decode(errors="replace")
            try:
                text = json.loads(text)["message"]
            except (ValueError, KeyError):
                text = text[:500]
            raise KubeError(answer.code, text) from None

    def get(self, path: str) -> Object:
        """Return one object."""
        found: Object = self.request("GET", path)
        return found

    def find(self, path: str) -> Object | None:
        """Return one object, or None if there is none of that name."""
        try:
            return self.get(path)
        except KubeError as exc:
            if exc.status == 404:
                return None
            raise

    def items(self, path: str) -> list[Object]:
        """Return the items of a collection."""
        items: list[Object] = self.request("GET", path)["items"]
        return items

    def create(self, path: str, body: Object, *, dry_run: bool = False) -> Object:
        """Create an object; with ``dry_run`` it goes through admission and is not kept."""
        created: Object = self.request("POST", path + ("?dryRun=All" if dry_run else ""), body)
        return created

    def apply(self, path: str, body: Object) -> Object:
        """Apply on the server's side, as the rig."""
        applied: Object = self.request(
            "PATCH", f"{path}?fieldManager=e2e&force=true", body, "application/apply-patch+yaml"
        )
        return applied

    def merge(self, path: str, body: Object) -> Object:
        """Apply a merge patch."""
        patched: Object = self.request("PATCH", path, body, "application/merge-patch+json")
        return patched

    def delete(self, path: str) -> None:
        """Delete one object; fine if there is none."""
        try:
            self.request("DELETE", path)
        except KubeError as exc:
            if exc.status != 404:
                raise

    # -- what the steps ask ----------------------------------------------------

    def application(self, name: str) -> Application:
        """Return one Argo CD Application."""
        return Application(self.get(f"{APPLICATIONS}/{name}"))

    def applications(self) -> dict[str, Application]:
        """Return all of them by name."""
        return {item["metadata"]["name"]: Application(item) for item in self.items(APPLICATIONS)}

    def refresh(self, name: str) -> None:
        """Ask Argo CD to compare again, as its user interface does."""
        self.merge(f"{APPLICATIONS}/{name}", {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}})

    def pods(self, namespace: str, app: str) -> list[Object]:
        """Return the pods of an app that are not on their way out."""
        selector = f"labelSelector=app.kubernetes.io/name%3D{app}"
        found = self.items(f"/api/v1/namespaces/{namespace}/pods?{selector}")
        return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]

    def service_url(self, namespace: str, name: str) -> str:
        """Return a Service by its cluster address, which this machine reaches through kube-proxy's rules."""
        spec = self.get(f"/api/v1/namespaces/{namespace}/services/{name}")["spec"]
        return f"http://{spec['clusterIP']}:{spec['ports'][0]['port']}"


@dataclass(frozen=True)
class Application:
    """An Argo CD Application as the API server has it."""

    raw: Object

    @property
    def sync(self) -> str:
        """Return ``Synced``, ``OutOfSync`` or ``Unknown``."""
        return str(self.raw.get("status", {}).get("sync", {}).get("status", "Unknown"))

    @property
    def health(self) -> str:
        """Return ``Healthy``, ``Progressing``, ``Degraded``, ``Missing``…: what Argo CD says."""
        return str(self.raw.get("status", {}).get("health", {}).get("status", "Unknown"))

    @property
    def revision(self) -> str:
        """Return the commit that it was last compared with."""
        return str(self.raw.get("status", {}).get("sync", {}).get("revision", ""))

    @property
    def operation(self) -> tuple[str, str]:
        """Return phase and message of the last sync."""
        state = self.raw.get("status", {}).get("operationState", {})
        return str(state.get("phase", "")), str(state.get("message", ""))

    @property
    def conditions(self) -> str:
        """Return what Argo CD complains about."""
        return "; ".join(f"{c['type']}: {c['message']}" for c in self.raw.get("status", {}).get("conditions", []))

    @property
    def history(self) -> list[Object]:
        """Return former deployments, oldest first, with ``id`` and ``revision``."""
        return list(self.raw.get("status", {}).get("history", []))

    def __str__(self) -> str:
        said = f" ({self.conditions})" if self.conditions else ""
        return f"{self.raw['metadata']['name']} {self.sync}/{self.health} sync {self.operation[0] or 'none'}{said}"


def ready(pod: Object) -> bool:
    """Tell whether a pod's Ready condition holds."""
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod.get("status", {}).get("conditions", []))


def digests(pod: Object) -> set[str]:
    """Return the digests that a pod's containers really run, as the runtime reports them."""
    statuses = pod.get("status", {}).get("containerStatuses", [])
    return {status["imageID"].rpartition("@")[2] for status in statuses if "@" in status.get("imageID", "")}
