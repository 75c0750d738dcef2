"""Plays the two AWS controllers that cannot run here, for as long as the process lives.

- **External Secrets**: fetches what an ExternalSecret (``external-secrets.io/v1``) asks for from Secrets Manager (moto
  plays it), writes the Secret that it owns, and sets ``Ready``, ``refreshTime`` and ``syncedResourceVersion`` like the
  real one. Honours ``data``, ``dataFrom.extract``, ``property``, ``version``, ``refreshInterval`` and a missing store;
  no templates, no generators, no other providers.
- **AWS Load Balancer Controller**: gives every Ingress of class ``alb`` a host name in its status. There is no load
  balancer behind it; without a name, Argo CD would call the Ingress Progressing for ever.

What this does not prove: that the real controllers accept the same objects with the IAM rights that they have.

    $ python -m tests.e2e.stand_in KUBECONFIG http://127.0.0.1:5555
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.e2e.aws import Aws
from tests.e2e.kube import Kube, KubeError, Object

EXTERNAL_SECRETS = "/apis/external-secrets.io/v1"
POLL_SECONDS = 0.5
UNITS = {"h": 3600, "m": 60, "s": 1}


class Unavailable(Exception):
    """A secret cannot be brought into the cluster; the message becomes the condition's."""


def main(argv: list[str]) -> int:
    """Serve until killed."""
    kubeconfig, endpoint = argv
    kube, secrets = Kube(Path(kubeconfig)), Aws(endpoint, 0).client("secretsmanager")
    while True:
        try:
            for item in kube.items(f"{EXTERNAL_SECRETS}/externalsecrets"):
                reconcile_secret(kube, secrets, item)
            for item in kube.items("/apis/networking.k8s.io/v1/ingresses"):
                reconcile_ingress(kube, item)
        except (KubeError, URLError, OSError) as exc:
            print(f"will try again: {exc}", flush=True)
        time.sleep(POLL_SECONDS)


# -- External Secrets ----------------------------------------------------------


def reconcile_secret(kube: Kube, secrets: Any, item: Object) -> None:
    """Bring one ExternalSecret's Secret up to date, if it is due."""
    meta, spec = item["metadata"], item["spec"]
    name = (spec.get("target") or {}).get("name") or meta["name"]
    path = f"/api/v1/namespaces/{meta['namespace']}/secrets/{name}"
    if meta.get("deletionTimestamp") or not due(item, kube.find(path) is not None):
        return
    try:
        check_store(kube, item)
        values = fetch(secrets, spec)
        kube.apply(path, secret(item, name, values))
        condition = {"status": "True", "reason": "SecretSynced", "message": "secret synced"}
    except (Unavailable, KubeError) as exc:
        condition = {"status": "False", "reason": "SecretSyncedError", "message": str(exc)}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    status: Object = {"conditions": [{"type": "Ready", "lastTransitionTime": now, **condition}], "refreshTime": now}
    if condition["status"] == "True":
        status |= {"syncedResourceVersion": version(item), "binding": {"name": name}}
    kube.merge(
        f"{EXTERNAL_SECRETS}/namespaces/{meta['namespace']}/externalsecrets/{meta['name']}/status", {"status": status}
    )
    print(f"{meta['namespace']}/{meta['name']}: {condition['message']}", flush=True)


def version(item: Object) -> str:
    """Return what changes with the spec, the labels and the annotations."""
    meta = item["metadata"]
    text = json.dumps([meta.get("labels"), meta.get("annotations")], sort_keys=True)
    return f"{meta['generation']}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def due(item: Object, exists: bool) -> bool:
    """Tell whether it was never synced, has changed since, lost its Secret, or the refresh interval has passed."""
    status = item.get("status") or {}
    refreshed = status.get("refreshTime")
    if not refreshed:
        return True
    age = (datetime.now(UTC) - datetime.fromisoformat(refreshed)).total_seconds()
    if status.get("syncedResourceVersion") != version(item):
        # Also after a failure; the real one backs off, too.
        return status.get("syncedResourceVersion") is not None or age > 2
    interval = duration(item["spec"].get("refreshInterval", "1h"))
    return not exists or 0 < interval <= age


def duration(text: str) -> float:
    """Return seconds of a Go duration such as ``1h30m``."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([0-9.]+)([hms])", text))


def check_store(kube: Kube, item: Object) -> None:
    """Require that the store that it names exists and is AWS Secrets Manager's."""
    reference = item["spec"]["secretStoreRef"]
    kind = reference.get("kind", "SecretStore")
    if kind == "ClusterSecretStore":
        path = f"{EXTERNAL_SECRETS}/clustersecretstores/{reference['name']}"
    else:
        path = f"{EXTERNAL_SECRETS}/namespaces/{item['metadata']['namespace']}/secretstores/{reference['name']}"
    store = kube.find(path)
    if store is None:
        raise Unavailable(f'could not get {kind} "{reference["name"]}"')
    if (store["spec"].get("provider", {}).get("aws") or {}).get("service") != "SecretsManager":
        raise Unavailable(f"{kind} {reference['name']}: the stand-in plays AWS Secrets Manager only")


def fetch(secrets: Any, spec: Object) -> dict[str, str]:
    """Return every key and value of the Secret."""
    if (spec.get("target") or {}).get("template"):
        raise Unavailable("the stand-in knows no templates")
    values: dict[str, str] = {}
    for entry in spec.get("dataFrom") or []:
        if "extract" not in entry:
            raise Unavailable(f"the stand-in knows no dataFrom.{next(iter(entry))}")
        values |= {key: plain(value) for key, value in json.loads(look_up(secrets, entry["extract"])).items()}
    for entry in spec.get("data") or []:
        values[entry["secretKey"]] = look_up(secrets, entry["remoteRef"])
    return values


def look_up(secrets: Any, reference: Object) -> str:
    """Return the value of one key, or of one property of it."""
    more = {}
    if wanted := reference.get("version"):
        kind, _, identity = wanted.partition("/")
        more = {"VersionId": identity} if kind == "uuid" else {"VersionStage": wanted}
    try:
        text: str = secrets.get_secret_value(SecretId=reference["key"], **more)["SecretString"]
    except secrets.exceptions.ResourceNotFoundException:
        raise Unavailable(f"Secrets Manager has no secret {reference['key']}") from None
    if not reference.get("property"):
        return text
    value = json.loads(text)
    for part in reference["property"].split("."):
        if not isinstance(value, dict) or part not in value:
            raise Unavailable(f"key {reference['property']} does not exist in secret {reference['key']}")
        value = value[part]
    return plain(value)


def plain(value: object) -> str:
    """Return a JSON value as the text that goes into the Secret."""
    return value if isinstance(value, str) else json.dumps(value)


def secret(item: Object, name: str, values: dict[str, str]) -> Object:
    """Return the Secret, owned by its ExternalSecret, so that it goes with it."""
    meta = item["metadata"]
    owner = {
        "apiVersion": item["apiVersion"],
        "kind": item["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": meta["namespace"], "ownerReferences": [owner]},
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }


# -- AWS Load Balancer Controller ----------------------------------------------


def reconcile_ingress(kube: Kube, item: Object) -> None:
    """Name the load balancer of an Ingress that has none yet."""
    meta = item["metadata"]
    if item["spec"].get("ingressClassName") != "alb" or (item.get("status") or {}).get("loadBalancer", {}).get(
        "ingress"
    ):
        return
    host = f"k8s-{meta['namespace']}-{meta['name']}.eu-west-1.elb.amazonaws.com"
    path = f"/apis/networking.k8s.io/v1/namespaces/{meta['namespace']}/ingresses/{meta['name']}/status"
    kube.merge(path, {"status": {"loadBalancer": {"ingress": [{"hostname": host}]}}})
    print(f"{meta['namespace']}/{meta['name']}: {host}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
