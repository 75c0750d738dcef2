"""Fetch charts with Helm, and keep them in a cache outside of every checkout, under the digest that the lock names.

Helm uses the user's logins. A file in the cache has its hash in its name, and is fetched again if its content
differs.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator import process
from generator.errors import GeneratorError, ProcessError
from generator.spec.chart import OCI
from generator.tools import cache
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.manifests.charts.deployed import Deployed

FOLDER: Final = "charts"
_SECONDS: Final = 300
_DIGEST: Final = re.compile(r"^Digest: (sha256:[0-9a-f]{64})$", re.MULTILINE)
_LOGIN: Final = "is it there, and may you read it? Helm uses its own logins: helm registry login, helm repo add"


class FetchError(GeneratorError):
    """A chart cannot be fetched, or has other content than expected."""


def obtain(chart: Deployed, digest: str, helm: Path) -> Path:
    """Return the archive of this digest, out of the cache or fetched. Raises ``FetchError``."""
    known = _cached(digest)
    if known is not None:
        return known
    fetched, path = _fetch(chart, digest, helm)
    if fetched != digest:
        raise FetchError(
            f"{chart.reference} {chart.version} is {fetched} today, and chart.lock has {digest}",
            "it was replaced: find out why, before you lock it again",
        )
    return path


def fetch(chart: Deployed, helm: Path) -> str:
    """Fetch a chart by its version, or by the digest in its Application; return its digest."""
    return _fetch(chart, chart.digest, helm)[0]


def newest(repository: str, name: str, helm: Path) -> str:
    """Return the newest version of a chart that is no pre-release."""
    where = _where(repository, name)
    said = _helm(helm, ["show", "chart", *where], f"{repository}/{name}").stdout
    # Of a chart in a registry, Helm tells first what it has pulled.
    about = said[match.start() :] if (match := re.search(r"^apiVersion:", said, re.MULTILINE)) else said
    version = _about(about).get("version")
    if not version:
        raise FetchError(f"{repository}/{name}: Helm tells no version", "name one: --to VERSION")
    return str(version)


def _cached(digest: str) -> Path | None:
    folder = cache.folder() / FOLDER
    for path in sorted(folder.glob(f"{digest.partition(':')[2]}-*.tgz")):
        if hashlib.sha256(path.read_bytes()).hexdigest() == path.stem.partition("-")[2]:
            return path
    return None


def _fetch(chart: Deployed, digest: str | None, helm: Path) -> tuple[str, Path]:
    """Pull a chart into the cache; return its digest, and where it is."""
    folder = cache.folder() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as scratch:
        by_digest = chart.is_oci and digest is not None
        name = f"{chart.name}@{digest}" if by_digest else chart.name
        words: list[str | Path] = ["pull", *_where(chart.repository, name), "-d", scratch]
        words += [] if by_digest else ["--version", chart.version]
        done = _helm(helm, words, f"{chart.reference} {chart.version}")
        (file,) = Path(scratch).glob("*.tgz")
        _require_itself(chart, file, helm)
        own = hashlib.sha256(file.read_bytes()).hexdigest()
        told = _DIGEST.search(done.stdout + done.stderr)
        found = told[1] if chart.is_oci and told else f"sha256:{own}"
        place = folder / f"{found.partition(':')[2]}-{own}.tgz"
        file.replace(place)
    return found, place


def _require_itself(chart: Deployed, file: Path, helm: Path) -> None:
    """Refuse an archive of another chart or version: Argo CD goes by the digest, and reviewers by the version."""
    about = _about(_helm(helm, ["show", "chart", file], chart.reference).stdout)
    found = (str(about.get("name")), str(about.get("version")))
    if found != (chart.name, chart.version):
        raise FetchError(
            f"{chart.reference}: what was fetched for {chart.version} is {found[0]} {found[1]}",
            "mend the digest or the version",
        )


def _about(text: str) -> dict[str, Any]:
    documents = yaml_plain.load(text, "Chart.yaml")
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def _where(repository: str, name: str) -> list[str]:
    if not repository.startswith(OCI):
        return [name, "--repo", repository]
    host = repository.removeprefix(OCI).partition("/")[0].rpartition(":")[0]
    return [f"{repository}/{name}", *(["--plain-http"] if _is_near(host) else [])]


def _is_near(host: str) -> bool:
    """Tell whether a registry is on this machine, where it has no certificate."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _helm(helm: Path, words: Sequence[str | Path], what: str) -> process.Completed:
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as scratch:
        env = {"HELM_CACHE_HOME": scratch, "HELM_DATA_HOME": scratch, "LC_ALL": "C", "HELM_DEBUG": "false"}
        own = {name: os.environ[name] for name in ("HELM_DATA_HOME",) if name in os.environ}
        try:
            return process.run([helm, *words], process.Setting(env={**env, **own}), timeout=_SECONDS)
        except ProcessError as exc:
            said = exc.stderr.strip().removeprefix("Error: ") or exc.message
            raise FetchError(f"{what} cannot be fetched: {said}", _LOGIN) from exc
