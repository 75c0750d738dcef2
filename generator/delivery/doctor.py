"""Check the requirements of commands on this machine and in the cluster, and say how to meet missing ones."""

from __future__ import annotations

import importlib.util
import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from generator import process, tools
from generator.clients import argocd, forges
from generator.errors import GeneratorError, ToolError
from generator.git import checkout, history, plumbing
from generator.spec import argocd_size, loader, read_file
from generator.spec.argocd import VERSIONS, minor
from generator.spec.image_reference import ECR

if TYPE_CHECKING:
    from generator.spec.model import Spec

_SECONDS = 20


class Check(NamedTuple):
    """One requirement: its purpose, its state (``ok``, ``missing``, or ``optional``), what was found, and the fix."""

    name: str
    state: str
    found: str
    fix: str = ""


def machine(directory: Path) -> Iterator[Check]:
    """Check this machine: git, tools, credentials; and the repository, if ``directory`` is one."""
    yield _tried("git", plumbing_version, "install git 2.34 or later")
    yield _tried(
        "git identity",
        lambda: _identity(directory),
        'git config --global user.name "Your Name"; git config --global user.email you@example.com',
    )
    for tool in tools.report(["core"]):
        state = "ok" if tool.path else "missing"
        yield Check(tool.name, state, tool.version if tool.path else tool.why, "python -m generator tools install")
    spec = None
    try:
        spec = loader.load(directory)
    except GeneratorError as error:
        yield Check("generator.yaml", "missing", error.message.partition("\n")[0], error.hint or "correct its faults")
    if spec is not None:
        found = f"{_counted(len(spec.apps), 'app')}, {_counted(len(spec.environments), 'environment')}"
        yield Check("generator.yaml", "ok", found)
        yield from _branch(directory, spec.branch)
        yield from _services(spec)


def cluster(spec: Spec) -> Iterator[Check]:
    """Check the cluster of kubectl's current context: what the spec's objects need there."""
    try:
        kubectl = _Kubectl()
        version = kubectl.json("version")["serverVersion"]["gitVersion"]
    except (GeneratorError, KeyError, ValueError) as exc:
        hint = "install kubectl, and choose the context: kubectl config use-context NAME"
        yield Check("cluster", "missing", str(exc).partition("\n")[0], hint)
        return
    yield Check("cluster", "ok", f"Kubernetes {version}")
    instances = [here for app in spec.described.values() for here in app.instances.values()]
    workloads = [one for here in instances for one in (here.general, *here.workloads.values())]
    fix = (
        "create the capability: see docs/guides/eks.md"
        if spec.argocd.managed
        else "install Argo CD: see docs/guides/eks.md"
    )
    yield kubectl.there("Argo CD", "crd", "applications.argoproj.io", fix)
    yield kubectl.allowed("create", "applications.argoproj.io", spec.argocd_namespace)
    if not spec.argocd.managed:
        yield kubectl.sized(spec)
    asking = [workload for workload in workloads if workload.secrets or workload.external_secret.get("dataFrom")]
    # Where Secrets are made by hand there is no store.
    reading = [workload for workload in asking if workload.secret_store]
    if reading:
        fix = "install External Secrets: see docs/guides/eks.md"
        yield kubectl.there("External Secrets", "crd", "externalsecrets.external-secrets.io", fix)
        store = dict(reading[0].secret_store)
        fix = f"create the {store['kind']} {store['name']}: see docs/guides/eks.md"
        yield kubectl.there("secret store", store["kind"].lower(), store["name"], fix, _namespace(spec))
    for group, kind in sorted({read_file.kind_of(one.encrypted_secret) for one in workloads if one.encrypted_secret}):
        fix = "install its controller: see docs/guides/identity.md"
        yield kubectl.there(kind, "crd", f"{kind.lower()}s.{group}", fix)
    if any(workload.databases for workload in workloads):
        fix = "install CloudNativePG: see docs/guides/postgresql.md"
        yield kubectl.there("CloudNativePG", "crd", "clusters.postgresql.cnpg.io", fix)
    for name in sorted({str((one.ingress or {}).get("className") or "alb") for one in workloads if one.ingress}):
        fix = "install the AWS Load Balancer Controller: see docs/guides/eks.md" if name == "alb" else "install it"
        yield kubectl.there(f"ingress class {name}", "ingressclass", name, fix)
    if any(workload.keda for workload in workloads):
        fix = "install KEDA: see docs/guides/scaling.md"
        yield kubectl.there("KEDA", "crd", "scaledobjects.keda.sh", fix)
    if any(workload.gateway for workload in workloads):
        fix = "install the Gateway API and a controller of it: see docs/guides/traffic.md"
        yield kubectl.there("Gateway API", "crd", "httproutes.gateway.networking.k8s.io", fix)
    if any(workload.autoscale for workload in workloads):
        fix = "install metrics-server: see docs/guides/eks.md"
        yield kubectl.there("metrics-server", "apiservice", "v1beta1.metrics.k8s.io", fix)


def plumbing_version() -> str:
    """Return git's version."""
    return plumbing.begin("version", directory=Path()).result().decode().split()[2]


def _identity(directory: Path) -> str:
    checkout.require_identity(directory)
    return "configured"


def _branch(directory: Path, wanted: str) -> Iterator[Check]:
    """Check that the branch that Argo CD reads is here or on a remote; another one may be checked out."""
    here = history.branch(directory)
    if here is None:
        return
    names = plumbing.begin("for-each-ref", "--format=%(refname)", directory=directory).result().decode().split()
    known = here == wanted or any(
        name == f"refs/heads/{wanted}" or (name.startswith("refs/remotes/") and name.split("/", 3)[3] == wanted)
        for name in names
    )
    if known:
        yield Check("branch", "ok", wanted)
        return
    fix = f"git branch -m {shlex.quote(wanted)}; or write into generator.yaml: `branch: {here}`"
    yield Check("branch", "missing", f"Argo CD reads {wanted}, and this repository has only {here}", fix)


def _services(spec: Spec) -> Iterator[Check]:
    """Check the credentials of services; without them only some commands are missing."""
    try:
        forges.connect(spec.repository, spec.forge.kind, spec.forge.url)
        yield Check("forge", "ok", forges.kind_of(spec.repository) if not spec.forge.kind else spec.forge.kind)
    except GeneratorError as error:
        yield Check("forge", "optional", f"no pull requests: {error.message}", error.hint)
    try:
        yield from _argocd(spec)
    except GeneratorError as error:
        yield Check("Argo CD", "optional", error.message, error.hint)
    if any(ECR.match(app.image) for app in spec.apps.values()):
        there = importlib.util.find_spec("boto3") is not None
        fix = "python -m pip install boto3, for --verify and scan"
        yield Check("boto3", "ok", "installed") if there else Check("boto3", "optional", "not installed", fix)


def _argocd(spec: Spec) -> Iterator[Check]:
    """Check that Argo CD answers, and that its version is the one that the spec renders for."""
    server = argocd.connect()
    if server is None:
        fix = "set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN for `status` and `wait`"
        yield Check("Argo CD", "optional", "not named", fix)
        return
    yield Check("Argo CD", "ok", f"{len(server.applications(()))} Applications")
    with argocd.understood():
        version = server.version()
    found, wanted = minor(version), spec.argocd.version
    if found == wanted or not version:
        return
    fix = f'say so in generator.yaml: `argocd: {{version: "{found if found in VERSIONS else VERSIONS[-1]}"}}`'
    state = "ok" if found not in VERSIONS and wanted == VERSIONS[-1] else "missing"
    yield Check("Argo CD's version", state, f"{version}, and what is rendered is for {wanted}", fix)


def _namespace(spec: Spec) -> str:
    return next(iter(spec.environments.values())).namespace


def _tried(name: str, find: Callable[[], str], fix: str) -> Check:
    try:
        return Check(name, "ok", find())
    except (GeneratorError, OSError) as exc:
        return Check(name, "missing", str(exc).partition("\n")[0].replace("; nothing was written", ""), fix)


class _Kubectl:
    """kubectl with the user's own context."""

    def __init__(self) -> None:
        try:
            self._program: str | Path = tools.find("kubectl")
        except ToolError:
            self._program = "kubectl"

    def _run(self, *words: str) -> str:
        return process.run([self._program, *words, f"--request-timeout={_SECONDS}s"], timeout=2 * _SECONDS).stdout

    def json(self, *words: str) -> Any:
        """Return what a command prints as JSON."""
        return json.loads(self._run(*words, "-o", "json"))

    def there(self, name: str, kind: str, thing: str, fix: str, namespace: str = "default") -> Check:
        """Check that an object is there."""
        words: Sequence[str] = ("get", kind, thing, "-n", namespace, "--ignore-not-found", "-o", "name")
        try:
            found = self._run(*words).strip()
        except GeneratorError as error:
            return Check(name, "missing", error.message.partition("\n")[0], fix)
        return Check(name, "ok", found) if found else Check(name, "missing", f"no {kind} {thing}", fix)

    def sized(self, spec: Spec) -> Check:
        """Check that Argo CD's settings fit the number of Applications."""
        name, size = "Argo CD's settings", argocd_size.of(spec)
        about = f"{size.applications} Applications in {size.clusters} cluster{'s' if size.clusters > 1 else ''}"
        words = ("get", "configmap", argocd_size.PARAMETERS, "-n", spec.argocd_namespace, "--ignore-not-found")
        try:
            found = self._run(*words, "-o", "json").strip()
            there = (json.loads(found) if found else {}).get("data") or {}
        except (GeneratorError, ValueError) as error:
            return Check(name, "optional", str(error).partition("\n")[0], "see docs/reference/argocd.md")
        if lacking := argocd_size.lacking(size, there):
            fix = f"set in the ConfigMap {argocd_size.PARAMETERS}: {', '.join(lacking)}; see docs/reference/argocd.md"
            return Check(name, "optional", f"too small for {about}", fix)
        return Check(name, "ok", f"fit {about}")

    def allowed(self, verb: str, kind: str, namespace: str) -> Check:
        """Check a permission of the user."""
        name = f"may {verb} {kind.partition('.')[0]}"
        try:
            self._run("auth", "can-i", verb, kind, "-n", namespace)
        except GeneratorError:
            fix = f"ask for it in namespace {namespace}: the first `kubectl apply -f gitops/` needs it"
            return Check(name, "missing", "no", fix)
        return Check(name, "ok", "yes")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
