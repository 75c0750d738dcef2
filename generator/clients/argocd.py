"""Argo CD's API for reading what runs: Applications, the objects below them, and their events.

``ARGOCD_SERVER``, ``ARGOCD_AUTH_TOKEN``, ``ARGOCD_INSECURE`` and ``ARGOCD_OPTS`` mean what they mean to Argo CD's own
command. The token travels in a header only, and never to where a redirect leads.
"""

from __future__ import annotations

import json
import math
import re
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import quote, urlsplit

from generator import credentials
from generator.clients import MISREAD
from generator.errors import ArgoCdError
from generator.git import hosts

if TYPE_CHECKING:
    from requests import PreparedRequest, RequestException, Response

    from generator.spec.model import Spec

TIMEOUT_SECONDS: Final = 15
# As long is waited even where all should be over.
LEAST_SECONDS: Final = 1.0
_TRUE: Final = ("1", "t", "true", "yes")
_PASSING: Final = (408, 425, 429, 500, 502, 503, 504)

# The worst first.
HEALTH: Final = ("Degraded", "Missing", "Unknown", "Progressing", "Suspended", "Healthy")
SYNC: Final = ("Unknown", "OutOfSync", "Synced")

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """An object below an Application. ``reason`` is the one word that Argo CD shows of a pod."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str
    uid: str
    health: str
    message: str
    images: tuple[str, ...]
    reason: str
    is_top: bool

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Application:
    """An Application as Argo CD describes it."""

    raw: Object

    @property
    def name(self) -> str:
        """Return its name."""
        return str(_at(self.raw, "metadata", "name") or "")

    @property
    def labels(self) -> Mapping[str, str]:
        """Return its labels."""
        found = _at(self.raw, "metadata", "labels")
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    @property
    def sync(self) -> str:
        """Return ``Synced``, ``OutOfSync`` or ``Unknown``."""
        return str(_at(self.raw, "status", "sync", "status") or "Unknown")

    @property
    def health(self) -> str:
        """Return ``Healthy``, ``Progressing``, ``Degraded``, ``Suspended``, ``Missing`` or ``Unknown``."""
        return str(_at(self.raw, "status", "health", "status") or "Unknown")

    @property
    def revision(self) -> str:
        """Return the commit that it was last compared with."""
        return _revision(_at(self.raw, "status", "sync"))

    @property
    def charts(self) -> Mapping[str, str]:
        """Return the charts that it was last compared with: the requested version, by repository and name."""
        sources = _at(self.raw, "status", "sync", "comparedTo", "sources") or ()
        names = {
            "/".join(filter(None, [str(one.get("repoURL") or "").rstrip("/"), one.get("chart")])): one
            for one in sources
            if isinstance(one, dict)
        }
        return {name: str(one.get("targetRevision") or "") for name, one in names.items()}

    @property
    def automated(self) -> bool:
        """Tell whether it syncs by itself."""
        policy = _at(self.raw, "spec", "syncPolicy", "automated")
        return isinstance(policy, dict) and policy.get("enabled") is not False

    @property
    def phase(self) -> str:
        """Return the newest sync's ``Running``, ``Succeeded``, ``Failed`` or ``Error``.

        Nothing if there never was one.
        """
        return str(_at(self.raw, "status", "operationState", "phase") or "")

    @property
    def operation_revision(self) -> str:
        """Return the commit that the newest sync applies."""
        state = _at(self.raw, "status", "operationState")
        return _revision(_at(state, "syncResult")) or _revision(_at(state, "operation", "sync"))

    @property
    def operation_message(self) -> str:
        """Return what the newest sync says of itself."""
        return str(_at(self.raw, "status", "operationState", "message") or "")

    @property
    def started(self) -> str:
        """Return when the newest sync began, as Kubernetes writes times, which sort as text."""
        return str(_at(self.raw, "status", "operationState", "startedAt") or "")

    @property
    def finished(self) -> str:
        """Return when the newest sync ended; empty while it runs."""
        return str(_at(self.raw, "status", "operationState", "finishedAt") or "")

    @property
    def retries(self) -> int:
        """Return how often the newest sync has been tried again."""
        return int(_at(self.raw, "status", "operationState", "retryCount") or 0)

    @property
    def results(self) -> list[Object]:
        """Return what the newest sync did to each object."""
        return list(_at(self.raw, "status", "operationState", "syncResult", "resources") or ())

    @property
    def errors(self) -> list[str]:
        """Return why it cannot be compared or synced: ``TYPE: message``."""
        conditions = _at(self.raw, "status", "conditions") or ()
        return [f"{one['type']}: {one.get('message', '')}" for one in conditions if one["type"].endswith("Error")]

    @property
    def images(self) -> tuple[str, ...]:
        """Return the images of all that it runs."""
        return tuple(_at(self.raw, "status", "summary", "images") or ())


class ArgoCd:
    """One Argo CD. Every method raises ``ArgoCdError``; ``passing`` says whether asking again may help."""

    def __init__(self, url: str, token: str, *, verify: bool = True) -> None:
        from generator import bounded_http  # which loads requests: for those alone who ask Argo CD

        self.url = url
        self._token = token
        self._session = bounded_http.session(TIMEOUT_SECONDS, verify=verify)
        self._session.auth = self._authorized
        # When all must be over, by the clock of ``time.monotonic``.
        self.until = math.inf

    def _authorized(self, request: PreparedRequest) -> PreparedRequest:
        """Show the token, and not as a mere header, over which a .netrc would win."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def application(self, name: str, *, refresh: bool = False) -> Application | None:
        """Return an Application, compared anew if ``refresh``; None if the token can see none of this name."""
        query = {"refresh": "normal"} if refresh else {}
        answer = self._get(f"/applications/{quote(name, safe='')}", query, missing=(403, 404))
        return Application(answer) if answer is not None else None

    def applications(self, projects: Sequence[str]) -> list[Application]:
        """Return those of some projects."""
        answer = self._get("/applications", {"projects": projects}) or {}
        return [Application(item) for item in answer.get("items") or ()]

    def version(self) -> str:
        """Return its version, as in ``3.5.7``; empty where it does not say."""
        answer = self._get("/version", {}, (401, 403, 404), "/api") or {}
        return str(answer.get("Version") or "").removeprefix("v").partition("+")[0]

    def nodes(self, name: str) -> list[Node]:
        """Return the live objects of an Application, with their children down to the pods."""
        answer = self._get(f"/applications/{quote(name, safe='')}/resource-tree", {}, missing=(403, 404)) or {}
        return [_node(item) for item in answer.get("nodes") or ()]

    def manifest(self, name: str, node: Node) -> Object | None:
        """Return an object as the cluster has it right now; None if it is gone, or the token may not see it."""
        query = {
            "namespace": node.namespace, "resourceName": node.name, "version": node.version,
            "group": node.group, "kind": node.kind,
        }  # fmt: skip
        # Argo CD says 500 or 400 of an object that has just gone.
        missing = (400, 403, 404, 500)
        answer = self._get(f"/applications/{quote(name, safe='')}/resource", query, missing=missing)
        try:
            found = json.loads((answer or {}).get("manifest") or "null")
        except (TypeError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def warnings(self, name: str, node: Node) -> list[str]:
        """Return what Kubernetes has warned of about an object, the newest first: ``REASON: message``."""
        query = {"resourceNamespace": node.namespace, "resourceName": node.name, "resourceUID": node.uid}
        answer = self._get(f"/applications/{quote(name, safe='')}/events", query, missing=(400, 403, 404)) or {}
        found = [event for event in answer.get("items") or () if event.get("type") == "Warning"]
        found.sort(key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""), reverse=True)
        return list(dict.fromkeys(f"{event.get('reason')}: {event.get('message')}" for event in found))

    def _get(
        self,
        path: str,
        query: Mapping[str, str | Sequence[str]],
        missing: tuple[int, ...] = (),
        prefix: str = "/api/v1",
    ) -> Object | None:
        answer = self._ask(f"{prefix}{path}", query)
        if answer.status_code in missing:
            return None
        if not 200 <= answer.status_code < 300:
            self._refuse(answer)
        try:
            found = json.loads(answer.content)
        except (ValueError, RecursionError) as exc:
            raise ArgoCdError(f"{self.url}: this is no Argo CD: its answer is no JSON", "check ARGOCD_SERVER") from exc
        if not isinstance(found, dict):
            raise ArgoCdError(f"{self.url}: this is no Argo CD: its answer is no object", "check ARGOCD_SERVER")
        return found

    def _ask(self, path: str, query: Mapping[str, str | Sequence[str]]) -> Response:
        import requests

        seconds = min(TIMEOUT_SECONDS, max(LEAST_SECONDS, self.until - time.monotonic()))
        try:
            # A redirect would take the token along.
            return self._session.get(
                f"{self.url}{path}",
                params=query,
                headers={"Accept": "application/json"},
                timeout=seconds,
                allow_redirects=False,
                verify=self._session.verify,  # else requests lets REQUESTS_CA_BUNDLE win over "do not verify"
            )
        except requests.RequestException as exc:
            raise self._unreachable(exc) from exc

    def _unreachable(self, exc: RequestException) -> ArgoCdError:
        import ssl

        from generator import bounded_http

        reason = bounded_http.cause(exc)
        if isinstance(reason, bounded_http.TooLarge):
            return ArgoCdError(f"{self.url}: this is no Argo CD: {reason}", "check ARGOCD_SERVER")
        hint, passing = "check ARGOCD_SERVER and the network", True
        if isinstance(reason, ssl.SSLCertVerificationError):
            hint, passing = "ARGOCD_INSECURE=true skips the check of its certificate", False
        elif isinstance(reason, ssl.SSLError):
            hint = "does it speak TLS? ARGOCD_SERVER=http://… or ARGOCD_OPTS=--plaintext where it does not"
        return ArgoCdError(f"{self.url}: {reason}", hint, passing=passing)

    def _refuse(self, answer: Response) -> NoReturn:
        status = answer.status_code
        if status in (401, 403):
            hint = "put a token into ARGOCD_AUTH_TOKEN: argocd account generate-token, with `get` on applications"
            raise ArgoCdError(f"{self.url}: the token is refused ({status})", hint)
        if 300 <= status < 400:
            there = (answer.headers.get("Location") or "elsewhere").partition("?")[0]
            raise ArgoCdError(f"{self.url}: leads to {there}", "set ARGOCD_SERVER to where it leads")
        try:
            said = str(json.loads(answer.content).get("message") or "")
        except MISREAD:
            said = ""
        message = f"{self.url}: {status} {said or answer.reason}"
        raise ArgoCdError(message.replace(self._token, "…"), "check ARGOCD_SERVER", passing=status in _PASSING)


def address() -> str | None:
    """Return the URL of the Argo CD that the credentials name; ``None`` if they name none."""
    options = shlex.split(credentials.get("ARGOCD_OPTS"))
    server = credentials.get("ARGOCD_SERVER").strip()
    if not server:
        return None
    scheme, separator, rest = server.partition("://")
    if not separator:
        scheme, rest = ("http" if "--plaintext" in options else "https"), server
    if scheme not in ("http", "https") or not rest or "@" in rest:
        raise ArgoCdError(
            "ARGOCD_SERVER: this is no server's address", "like argocd.example.com or http://127.0.0.1:8080"
        )
    return f"{scheme}://{rest.rstrip('/')}"


def page(namespace: str, application: str) -> str:
    """Return an Application's page; empty where the credentials name no Argo CD."""
    server = address()
    return f"{server}/applications/{namespace}/{application}" if server else ""


def sync_command(spec: Spec, application: str) -> str:
    """Return the command that syncs an Application of the Argo CD that the credentials name."""
    return f"{spec.argocd.sync_command(application)}{command_options()}"


def command_options() -> str:
    """Return what to add to a command of ``argocd`` to reach the Argo CD that the credentials name.

    It takes no URL, and reads ARGOCD_SERVER as a host.
    """
    url = address()
    if url is None:
        return ""
    parts = urlsplit(url)
    words = ["--server", parts.netloc, *(["--plaintext"] if parts.scheme == "http" else [])]
    words += ["--insecure"] if _is_insecure() else []
    words += ["--grpc-web-root-path", parts.path] if parts.path else []
    return f" {shlex.join(words)}"


def connect() -> ArgoCd | None:
    """Connect to the Argo CD that the credentials name; return ``None`` if they name none."""
    url, options = address(), shlex.split(credentials.get("ARGOCD_OPTS"))
    if url is None:
        return None
    token = credentials.get("ARGOCD_AUTH_TOKEN").strip()
    if not token or not token.isprintable() or " " in token:
        raise ArgoCdError("ARGOCD_AUTH_TOKEN holds no token", "make one: argocd account generate-token")
    if url.startswith("http://") and "--plaintext" not in options and not hosts.is_here(url):
        raise ArgoCdError(
            "ARGOCD_AUTH_TOKEN would go to ARGOCD_SERVER unencrypted",
            "use https, or ARGOCD_OPTS=--plaintext where no stranger can listen",
        )
    return ArgoCd(url, token, verify=not _is_insecure())


def _is_insecure() -> bool:
    options = shlex.split(credentials.get("ARGOCD_OPTS"))
    return "--insecure" in options or credentials.get("ARGOCD_INSECURE").lower() in _TRUE


def rank(word: str, order: Sequence[str]) -> int:
    """Return the rank of a state of ``HEALTH`` or ``SYNC``: 0 for the worst, and for an unknown one."""
    return order.index(word) if word in order else 0


@contextmanager
def understood() -> Iterator[None]:
    """Raise ``ArgoCdError`` if an answer has another structure than expected: this is no bug of the generator."""
    try:
        yield
    except MISREAD as exc:
        reason = f"{type(exc).__name__}: {str(exc)[:120]}"
        raise ArgoCdError(f"ARGOCD_SERVER: its answer is not Argo CD's ({reason})", "check ARGOCD_SERVER") from exc


def _at(value: object, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _revision(value: object) -> str:
    """Return the revision of one source; of several, the commit: a chart's is its digest or its version."""
    several = [str(one) for one in _at(value, "revisions") or ()]
    commit = next((one for one in several if _COMMIT.fullmatch(one)), several[0] if several else "")
    return str(_at(value, "revision") or commit)


def _node(item: Object) -> Node:
    info = {str(one.get("name")): str(one.get("value")) for one in item.get("info") or ()}
    return Node(
        group=item.get("group") or "",
        version=item.get("version") or "",
        kind=item.get("kind") or "",
        namespace=item.get("namespace") or "",
        name=item.get("name") or "",
        uid=item.get("uid") or "",
        health=_at(item, "health", "status") or "",
        message=_at(item, "health", "message") or "",
        images=tuple(item.get("images") or ()),
        reason=info.get("Status Reason", ""),
        is_top=not item.get("parentRefs"),
    )
