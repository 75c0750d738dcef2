"""CloudNativePG without its images: the operator is built from its Go module, and PostgreSQL is Debian's.

The operator's binary runs in the database's pods, too. Its chart is the manifest of its release, packed by Helm.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from generator import tools
from generator.process import Setting, run
from generator.tools.pin import Platform
from tests.e2e import images

VERSION = "1.30.0"
RELEASED = f"ghcr.io/cloudnative-pg/cloudnative-pg:{VERSION}"
NAMESPACE = "cnpg-system"
# CloudNativePG runs PostgreSQL as this user, which has to have a name for initdb.
UID = 26
_OPERATOR = f"""\
FROM {images.PYTHON}
COPY manager /operator/manager_{Platform.here().arch}
RUN ln -s /operator/manager_{Platform.here().arch} /manager
WORKDIR /
USER 10001:10001
ENTRYPOINT ["/manager"]
"""
_POSTGRES = f"""\
FROM {images.POSTGRES}
USER 0
RUN /usr/sbin/useradd --uid {UID} --gid 70 --home-dir /var/lib/postgresql --shell /bin/sh cnpg
USER {UID}
ENTRYPOINT []
"""


def push_images(store: images.Store, folder: Path, registry: str) -> tuple[str, str]:
    """Build and push both images; return the names of the operator's and of PostgreSQL's."""
    folder.mkdir()
    shutil.copy2(tools.find("cloudnative-pg"), folder / "manager")
    names = (f"{registry}/cloudnative-pg:{VERSION}", f"{registry}/postgresql:15")
    for name, recipe in zip(names, (_OPERATOR, _POSTGRES), strict=True):
        (folder / "Dockerfile").write_text(recipe)
        local = f"localhost/{name.rpartition('/')[2]}"
        options = ("--format", "docker", "--pull=never", "--layers")
        store.buildah("bud", *options, "-t", local, folder)
        store.push(local, name)
    return names


def push_chart(folder: Path, registry: str, home: Path) -> None:
    """Pack the release's manifest as a chart, and push it."""
    place = folder / "cloudnative-pg"
    (place / "templates").mkdir(parents=True)
    (place / "crds").mkdir()
    (place / "Chart.yaml").write_text(f"apiVersion: v2\nname: cloudnative-pg\nversion: {VERSION}\n")
    (place / "values.yaml").write_text(f"image: {RELEASED}\n")
    manifest = tools.asset("cloudnative-pg", f"releases/cnpg-{VERSION}.yaml").read_text()
    for number, document in enumerate(yaml.safe_load_all(manifest)):
        if document and document["kind"] != "Namespace":
            kind = "crds" if document["kind"] == "CustomResourceDefinition" else "templates"
            (place / kind / f"{number}.yaml").write_text(_templated(document))
    env = Setting(env={"HOME": str(home)})
    run([tools.find("helm"), "package", place, "-d", folder], env)
    archive = folder / f"cloudnative-pg-{VERSION}.tgz"
    run([tools.find("helm"), "push", archive, f"oci://{registry}/charts", "--plain-http"], env)


def _templated(document: dict[str, Any]) -> str:
    """Return a template that takes the image and the namespace of the release."""
    if document["kind"] == "Deployment":
        (container,) = document["spec"]["template"]["spec"]["containers"]
        # A busy machine needs more to start within half a minute.
        container["resources"].pop("limits")
        container["imagePullPolicy"] = "IfNotPresent"
    text = yaml.safe_dump(document, sort_keys=False)
    if document["kind"] == "CustomResourceDefinition":
        return text
    return text.replace(RELEASED, "{{ .Values.image }}").replace(NAMESPACE, "{{ .Release.Namespace }}")


def place_volume(folder: Path, namespace: str, claim: str) -> dict[str, Any]:
    """Make a folder of the node, and return the volume that a provisioner would make of it, bound to the claim."""
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"{namespace}-{claim}"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": namespace, "name": claim},
            "hostPath": {"path": str(folder), "type": "Directory"},
        },
    }
