"""Strict JSON schemas of Kubernetes, Argo CD, External Secrets and Kustomize kinds, for validating without a network.

>>> from generator import process, schemas, tools
>>> process.run([tools.find("kubeconform"), *schemas.kubeconform_arguments(), "app.yaml"])  # doctest: +SKIP

They lie packed in ``schemas.zip``, which ``scripts/update-schemas`` makes. Two
things to mind when reading kubeconform's answer: it says "could not find schema"
of a schema that does not compile as well, and a skipped document is not a valid
one. So require that nothing was skipped, and leave ``-ignore-missing-schemas``
out.
"""

from __future__ import annotations

from pathlib import Path

from generator.tools import cache

PACKED = Path(__file__).with_name("schemas.zip")
# The folder of kinds as other versions than the pinned ones have them, each below the name of its files.
OTHERS = "other"


def location() -> Path:
    """Return the folder with the unpacked schemas: ``<group>/<kind>_<version>.json``, all in lower case.

    Unpacked once for each content of the package's archive, into the cache;
    safe with several processes at once.
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

    Strict mode is about keys that stand twice in a mapping; unknown fields are
    up to the schemas.

    Args:
        argocd: The minor version of Argo CD whose kinds are meant; one whose own are not packed has those of the
            version that tools are pinned to.
    """
    # The first place that has a kind is asked. Group, kind and version, so that two groups with the same first label
    # stay apart.
    places = [f"{location()}/{OTHERS}/argo-cd-{argocd}", f"{location()}"] if argocd else [f"{location()}"]
    return ["-strict", *(word for place in places for word in location_arguments(place))]


def location_arguments(folder: str | Path) -> list[str]:
    """Return the arguments that make kubeconform use the schemas in a folder, too."""
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
