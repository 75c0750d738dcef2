"""Check a file with an app's encrypted secrets: a SealedSecret or a SopsSecret.

This module cannot decrypt anything. It checks that the file has no values in plain text, and that the cluster will
make the Secret that the app's pods read from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from generator.spec import read_file
from generator.spec.plain_data import as_map as _map

FIELD: Final = "encryptedSecret"
SEALED: Final = ("bitnami.com", "SealedSecret")
SOPS: Final = ("isindir.github.com", "SopsSecret")
# The annotation of a SealedSecret that is valid in any namespace.
_CLUSTER_WIDE: Final = "sealedsecrets.bitnami.com/cluster-wide"
_DATA: Final = ("data", "stringData")
_SEAL: Final = "seal it: `kubeseal --format yaml`; or encrypt a SopsSecret: `sops encrypt --encrypted-suffix Templates`"

Wrong = tuple[str, str]
"""What is wrong, and what to do."""


def document(given: object) -> Mapping[str, Any] | None:
    """Return the manifest in the file; empty if the file was not read, and None if the app names no file."""
    if isinstance(given, Mapping) and given.get(read_file.MEANING):
        found: Mapping[str, Any] = given[read_file.MEANING][0]
        return found
    return {} if given else None


def wrong(found: list[Any], secret: str) -> Iterator[Wrong]:
    """Yield what is wrong with the documents of a file that must make the Secret ``secret``."""
    if len(found) != 1 or not isinstance(found[0], dict):
        yield "not one manifest", "have one SealedSecret or one SopsSecret in it"
        return
    kind = read_file.kind_of(found[0])
    if kind == ("", "Secret"):
        yield "a Secret in plain text does not belong into git", _SEAL
    elif kind == SEALED:
        yield from _of_sealed(found[0], secret)
    elif kind == SOPS:
        yield from _of_sops(found[0], secret)
    else:
        yield f"{kind[1] or 'what it has'} is no encrypted secret", f"have a {SEALED[1]} or a {SOPS[1]} in it"


def _of_sealed(manifest: dict[str, Any], secret: str) -> Iterator[Wrong]:
    name = _map(manifest.get("metadata")).get("name")
    if name != secret:
        yield f"it makes the Secret {name}, and the pods read {secret}", f"seal a Secret of the name {secret}"
    if not _map(_map(manifest.get("spec")).get("encryptedData")):
        yield "spec.encryptedData is missing", "make it with kubeseal"


def _of_sops(manifest: dict[str, Any], secret: str) -> Iterator[Wrong]:
    templates = _map(manifest.get("spec")).get("secretTemplates")
    listed = [_map(one) for one in templates] if isinstance(templates, list) else []
    plain = [
        f"{field}.{key}"
        for one in listed
        for field in _DATA
        for key, value in _map(one.get(field)).items()
        if not _is_encrypted(value)
    ]
    if plain or not _map(manifest.get("sops")).get("mac"):
        what = f"{', '.join(plain)} is not encrypted" if plain else "it is not encrypted"
        yield what, "sops encrypt --in-place --encrypted-suffix Templates FILE"
    names = [one.get("name") for one in listed]
    if secret not in names and not any(map(_is_encrypted, names)):
        told = ", ".join(str(name) for name in names) or "no Secret"
        yield f"it makes {told}, and the pods read {secret}", f"name a template {secret}"


def _is_encrypted(value: object) -> bool:
    return isinstance(value, str) and value.startswith("ENC[")


def misplaced(manifest: Mapping[str, Any], namespace: str) -> Wrong | None:
    """Return a fault if a SealedSecret was sealed for another namespace; the controller would refuse it."""
    metadata = _map(manifest.get("metadata"))
    sealed = metadata.get("namespace")
    wide = str(_map(metadata.get("annotations")).get(_CLUSTER_WIDE)).lower() == "true"
    if read_file.kind_of(manifest) != SEALED or wide or sealed in (None, namespace):
        return None
    return f"it is sealed for {sealed}, and the app is in {namespace}", f"seal it for {namespace}, in a file of its own"
