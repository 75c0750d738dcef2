"""Argo CD as processes beside the API server, configured by its own manifests.

All components are the program ``argocd`` under different names. They use the
administrator's kubeconfig, as if they ran in the cluster
(``ARGOCD_FAKE_IN_CLUSTER``). The server generates the administrator's password,
as in every new installation, so that no command line contains it.

The ``argocd`` of a release contains the user interface. One that was built from
the Go module has only the API, because the module does not contain those files.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import tools
from generator.cluster import environment, probe
from generator.cluster.component import Component, Step
from generator.cluster.control_plane import apply, kubectl, wait_served
from generator.cluster.layout import write_private
from generator.errors import ClusterError
from generator.yaml import emit as yaml_emit
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.cluster.component import Part
    from generator.cluster.state import State

NAMESPACE = "argocd"
USER = "admin"
PORTS = (
    "redis",
    "argocd-server",
    "argocd-server-metrics",
    "argocd-repo-server",
    "argocd-repo-server-metrics",
    "argocd-application-controller",
    "argocd-applicationset-controller",
    "argocd-applicationset-controller-probe",
    "argocd-applicationset-controller-webhook",
    "argocd-notifications-controller",
)
PROGRAMS = {"notifications-controller": "argocd-notifications"}
"""Names under which the ``argocd`` program plays a component, where it is not the component's own."""

# The programs that Argo CD uses to make manifests from repositories.
_RENDERERS = ("kustomize", "helm")
# Pushes arrive by webhook within a second. Polling finds other changes, such as those made in the cluster.
RECONCILIATION = "60s"


def url(state: State) -> str:
    """Return the URL of the API and the user interface."""
    return f"http://127.0.0.1:{state.ports['argocd-server']}"


def parts(state: State) -> list[Part]:
    """List Argo CD's parts: Redis, the configuration, and the components."""
    kube = ("kube-apiserver",)
    return [
        Component(
            "redis",
            ["redis-server", state.layout.config / "redis.conf"],
            ready=probe.tcp("127.0.0.1", state.ports["redis"]),
            prepare=lambda: _write_redis(state),
        ),
        Step("argocd-files", lambda: _files(state), again=True),
        Step("argocd-crds", lambda: _crds(state), kube),
        Step("argocd-config", lambda: _configure(state), (*kube, "argocd-crds", "redis")),
        *_components(state),
        Step("argocd-password", lambda: _read_password(state), ("argocd-server",)),
        Step("argocd-repository-credentials", lambda: _credentials(state), ("argocd-config", "gitea-account")),
    ]


def _arguments(ports: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the arguments of each program; the keys of ``ports`` are names without ``argocd-``."""
    namespace = f"--namespace={NAMESPACE}"
    redis = f"--redis=127.0.0.1:{ports['redis']}"
    repo_server = f"127.0.0.1:{ports['repo-server']}"
    plain = "--repo-server-plaintext"
    return {
        "repo-server": [
            f"--port={ports['repo-server']}",
            "--address=127.0.0.1",
            f"--metrics-port={ports['repo-server-metrics']}",
            "--metrics-address=127.0.0.1",
            redis,
            "--disable-tls",
            # The default is the name of a file, which cannot be combined with --disable-tls.
            "--client-ca-path=",
        ],
        "server": [
            namespace,
            f"--port={ports['server']}",
            "--address=127.0.0.1",
            f"--metrics-port={ports['server-metrics']}",
            "--metrics-address=127.0.0.1",
            "--insecure",
            redis,
            f"--repo-server={repo_server}",
            plain,
        ],
        "application-controller": [
            namespace,
            f"--metrics-port={ports['application-controller']}",
            redis,
            f"--repo-server={repo_server}",
            plain,
        ],
        "applicationset-controller": [
            namespace,
            f"--metrics-addr=127.0.0.1:{ports['applicationset-controller']}",
            f"--probe-addr=127.0.0.1:{ports['applicationset-controller-probe']}",
            f"--webhook-addr=127.0.0.1:{ports['applicationset-controller-webhook']}",
            f"--argocd-repo-server={repo_server}",
            plain,
        ],
        "notifications-controller": [
            namespace,
            f"--metrics-port={ports['notifications-controller']}",
            f"--argocd-repo-server={repo_server}",
            "--argocd-repo-server-plaintext",
        ],
    }


def _components(state: State) -> list[Component]:
    ports = {name.removeprefix("argocd-"): port for name, port in state.ports.items()}
    # Where there is no health check (the ApplicationSet controller's probe address answers 404 to everything),
    # metrics tell that it has come as far as serving them.
    health = {
        "repo-server": f"{ports['repo-server-metrics']}/healthz",
        "server": f"{ports['server']}/healthz",
        "application-controller": f"{ports['application-controller']}/healthz",
        "applicationset-controller": f"{ports['applicationset-controller']}/metrics",
        "notifications-controller": f"{ports['notifications-controller']}/metrics",
    }
    return [
        Component(
            f"argocd-{name}",
            [state.layout.bin / PROGRAMS.get(name, f"argocd-{name}"), *arguments],
            ready=probe.http(f"http://127.0.0.1:{health[name]}"),
            needs=("argocd-config", "argocd-files"),
            env=_environment(state),
        )
        for name, arguments in _arguments(ports).items()
    ]


def _environment(state: State) -> dict[str, str]:
    layout = state.layout
    home = layout.data / "argocd"
    return {
        **environment.daemon(home, state.subnet, first=layout.bin),
        "TMPDIR": str(home / "tmp"),
        "KUBECONFIG": str(layout.kubeconfig),
        "REDIS_PASSWORD": state.secrets["redis_password"],
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        # Argo CD's Deployments read this from a ConfigMap; the programs read it only from here.
        "ARGOCD_RECONCILIATION_TIMEOUT": RECONCILIATION,
        "ARGOCD_RECONCILIATION_JITTER": "0s",
        "ARGOCD_TLS_DATA_PATH": str(home / "tls"),
        "ARGOCD_SSH_DATA_PATH": str(home / "ssh"),
        "ARGOCD_PLUGINSOCKFILEPATH": str(home / "plugins"),
        "ARGOCD_ASK_PASS_SOCK": str(home / "ask-pass.sock"),
    }


def _files(state: State) -> None:
    """Make the folders, and link the programs that the components look for on their PATH."""
    layout = state.layout
    for folder in ("tmp", "tls", "ssh", "plugins"):
        (layout.data / "argocd" / folder).mkdir(parents=True, exist_ok=True)
    links = dict.fromkeys(
        ["argocd", *(Path(component.argv[0]).name for component in _components(state))], tools.find("argocd")
    )
    for name, target in {**links, **{name: tools.find(name) for name in _RENDERERS}}.items():
        link = layout.bin / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    # Without this, all comparisons fail with "permission denied", even if signatures are not verified.
    wrapper = layout.bin / "git-verify-wrapper.sh"
    shutil.copyfile(tools.asset("argo-cd", "hack/git-verify-wrapper.sh"), wrapper)
    wrapper.chmod(0o755)


def _write_redis(state: State) -> None:
    """Configure Redis as a cache without files; a password protects it from other users of this machine."""
    lines = [
        "bind 127.0.0.1",
        f"port {state.ports['redis']}",
        f"requirepass {state.secrets['redis_password']}",
        f"dir {state.layout.data}",
        # Otherwise it would overwrite its command line and environment, by which ``down`` recognises it.
        "set-proc-title no",
        'save ""',
        "appendonly no",
    ]
    write_private(state.layout.config / "redis.conf", "\n".join(lines) + "\n")


def _crds(state: State) -> None:
    folder = tools.asset("argo-cd", "manifests/crds")
    apply(state, *(f"--filename={file}" for file in sorted(folder.glob("*-crd.yaml"))))
    wait_served(state, "argoproj.io/v1alpha1", "applications", "applicationsets", "appprojects")


def _configure(state: State) -> None:
    """Apply the namespace, and Argo CD's own configuration with the local cluster's settings merged over it."""
    folder = tools.asset("argo-cd", "manifests/base")
    names = ("cm", "cmd-params-cm", "gpg-keys-cm", "rbac-cm", "secret", "ssh-known-hosts-cm", "tls-certs-cm")
    files = [folder / "config" / f"argocd-{name}.yaml" for name in names]
    files += [folder / "notification" / f"argocd-notifications-{name}.yaml" for name in ("cm", "secret")]
    manifests = {file.stem: yaml_plain.load(file.read_text(), file.name)[0] for file in files}
    _data(manifests["argocd-cm"], "data").update(
        {"url": url(state), "timeout.reconciliation": RECONCILIATION, "timeout.reconciliation.jitter": "0s"}
    )
    # Gitea signs its webhooks like Gogs, and Argo CD verifies them as webhooks of Gogs.
    _data(manifests["argocd-secret"], "stringData").update(
        {
            "webhook.gogs.secret": state.secrets["webhook_secret"],
            "server.secretkey": state.secrets["argocd_secret_key"],
        }
    )
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    documents = "---\n".join(yaml_emit.dump(manifest) for manifest in [namespace, *manifests.values()])
    apply(state, "--namespace", NAMESPACE, "--filename", "-", stdin=documents)


def _data(manifest: dict[str, Any], key: str) -> dict[str, str]:
    data: dict[str, str] = manifest.setdefault(key, {})
    return data


def _read_password(state: State) -> None:
    """Read the password that argocd-server has generated from its Secret, and record it."""
    output = kubectl(
        state, "get", "secret", "argocd-initial-admin-secret", "--namespace", NAMESPACE, "--output", "json"
    )
    state.record_secrets(argocd_password=base64.b64decode(json.loads(output)["data"]["password"]).decode())


def _credentials(state: State) -> None:
    """Give Argo CD credentials for all repositories of the forge, including private ones."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "local-forge",
            "namespace": NAMESPACE,
            "labels": {"argocd.argoproj.io/secret-type": "repo-creds"},
        },
        "stringData": {
            "type": "git",
            "url": f"http://127.0.0.1:{state.ports['gitea']}/",
            "username": state.secrets["gitea_user"],
            "password": state.secrets["gitea_token"],
        },
    }
    apply(state, "--filename", "-", stdin=json.dumps(secret))


def new_secrets() -> dict[str, str]:
    """Return new passwords that Argo CD's parts share with each other and with the forge, by name."""
    return {name: secrets.token_urlsafe(32) for name in ("redis_password", "webhook_secret", "argocd_secret_key")}


def login(server: str, password: str) -> str:
    """Log in and return a session token for Argo CD's API, valid for a day."""
    status, answer = probe.request_json(
        "POST", f"{server}/api/v1/session", body={"username": USER, "password": password}
    )
    if status != 200 or not isinstance(answer, dict):
        raise ClusterError(f"{server}: Argo CD refuses to log {USER} in: {answer}", "see `local status`")
    return str(answer["token"])
