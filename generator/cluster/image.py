"""Make container images without a builder: an OCI archive with one layer, for example the pause image.

The pause container of a pod has the pod's namespaces; its program only waits.
The program is so small that it is written here as machine code, so that no
registry and no compiler is needed.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import platform
import struct
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.errors import ClusterError

PAUSE = "gitops-generator.local/pause:1"

# ELF machine number, and code that asks the kernel to wait for a signal, forever: pause() or ppoll(0, 0, 0, 0).
_MACHINES = {
    "x86_64": ("amd64", 62, bytes.fromhex("b8220000000f05ebf7")),
    "aarch64": (
        "arm64",
        183,
        bytes.fromhex("000080d2010080d2020080d2030080d2280980d2010000d4faffff17"),
    ),
}
_LOAD_ADDRESS = 0x400000


def pause_program(machine: str = "") -> bytes:
    """Return a static Linux executable that sleeps until it is killed, for ``machine`` as ``uname -m`` names it."""
    _, number, code = _machine(machine or platform.machine())
    headers = 64 + 56
    identification = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    entry = _LOAD_ADDRESS + headers
    elf = struct.pack("<16sHHIQQQIHHHHHH", identification, 2, number, 1, entry, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    size = headers + len(code)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _LOAD_ADDRESS, _LOAD_ADDRESS, size, size, 0x1000)
    return elf + segment + code


def write_archive(
    target: Path, reference: str, files: Mapping[str, bytes], entrypoint: Sequence[str], machine: str = ""
) -> None:
    """Write an OCI image layout as a tar archive, for ``ctr images import``.

    ``files`` are executables by their path in the image. The configuration
    names architecture and system, because containerd ignores images without them.
    """
    architecture, _, _ = _machine(machine or platform.machine())
    layer = _tar(files, mode=0o755)
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Entrypoint": list(entrypoint), "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
    }
    compressed = gzip.compress(layer, mtime=0)
    blobs = [json.dumps(config).encode(), compressed]
    kind = "application/vnd.oci.image"
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": _descriptor(f"{kind}.config.v1+json", blobs[0]),
        "layers": [_descriptor(f"{kind}.layer.v1.tar+gzip", compressed)],
    }
    blobs.append(json.dumps(manifest).encode())
    names = {"io.containerd.image.name": reference, "org.opencontainers.image.ref.name": reference}
    index = {
        "schemaVersion": 2,
        "manifests": [{**_descriptor(f"{kind}.manifest.v1+json", blobs[2]), "annotations": names}],
    }
    content = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(index).encode()}
    content |= {f"blobs/sha256/{_digest(blob).removeprefix('sha256:')}": blob for blob in blobs}
    target.write_bytes(_tar(content, mode=0o644))


def _machine(name: str) -> tuple[str, int, bytes]:
    try:
        return _MACHINES[name]
    except KeyError:
        known = ", ".join(_MACHINES)
        raise ClusterError(f"no pause program for the processor {name}", f"use one of {known}, or KWOK nodes") from None


def _descriptor(media_type: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": _digest(blob), "size": len(blob)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _tar(files: Mapping[str, bytes], mode: int) -> bytes:
    """Return a tar archive of files. Owners and times are zero, so that equal files give equal bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.lstrip("/"))
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
