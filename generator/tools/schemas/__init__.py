"""Strict JSON schemas of Kubernetes, Argo CD, External Secrets and Kustomize kinds, for validating without a network.

>>> from generator import process, schemas, tools
>>> process.run([tools.find("kubeconform"), *schemas.kubeconform_arguments(), "app.yaml"])  # doctest: +SKIP

The schemas are in ``schemas.zip``, which ``scripts/update-schemas`` makes. Note
two facts about kubeconform's results: it also says "could not find schema" about
a schema that does not compile, and a skipped document is not a valid one. So
require that nothing was skipped, and do not use ``-ignore-missing-schemas``.
"""

from __future__ import annotations

from pathlib import Path

from generator.tools import cache

PACKED = Path(__file__).with_name("schemas.zip")
# The folder with kinds of other versions than the pinned ones, each below the name of its files.
OTHERS = "other"


def location() -> Path:
    """Return the folder with the unpacked schemas: ``<group>/<kind>_<version>.json``, all in lower case.

    They are unpacked to the cache, once for each content of the archive. Several
    processes can do this at the same time.
    """
    import hashlib

    digest = hashlib.sha256(PACKED.read_bytes()).hexdigest()[:16]
    here = cache.folder() / "schemas" / digest
    if not here.is_dir():
        with cache.locked("schemas", ["unpack"], lambda _: None), cache.partial("schemas", "unpack") as scratch:
            if not here.is_dir():
                _unpack(scratch / digest)
                cache.publish(scratch / digest, here)
    return here


def kubeconform_arguments(argocd: str = "") -> list[str]:
    """Return the arguments that make kubeconform use these schemas and no others, in strict mode.

    Strict mode finds keys that are there twice in a map; the schemas find unknown fields.

    Args:
        argocd: The minor version of Argo CD. A version without its own schemas gets those of the pinned version.
    """
    # The first place that has a kind is asked. Group, kind and version, so that two groups with the same first label
    # stay apart.
    places = [f"{location()}/{OTHERS}/argo-cd-{argocd}", f"{location()}"] if argocd else [f"{location()}"]
    return ["-strict", *(word for place in places for word in location_arguments(place))]


def location_arguments(folder: str | Path) -> list[str]:
    """Return the arguments that make kubeconform also use the schemas in a folder."""
    return ["-schema-location", f"{folder}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"]


def kinds() -> list[str]:
    """List the kinds with a schema, as ``<group>/<kind>_<version>`` in lower case (core kinds: the version twice)."""
    import zipfile

    with zipfile.ZipFile(PACKED) as packed:
        names = [name.removesuffix(".json") for name in packed.namelist()]
    return sorted(name for name in names if not name.startswith(f"{OTHERS}/"))


def _unpack(into: Path) -> None:
    import zipfile

    with zipfile.ZipFile(PACKED) as packed:
        packed.extractall(into)
