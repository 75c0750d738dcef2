"""From the spec to files: snapshots, determinism, and overlays that give exactly the workload of their environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import process
from generator.render import render
from generator.render.kinds import manifests as manifests_of
from generator.spec import loader
from generator.spec.model import Spec
from generator.yaml import emit as yaml_emit
from testing import ROOT
from testing.programs import Run, tool
from testing.repository import TEN_LINES, git
from testing.specs import CHARTS, EVERY_FIELD

SNAPSHOTS = Path(__file__).parent / "snapshots"


def text_of(spec: Spec) -> str:
    return "".join(f"-- {path} --\n{file.text}" for path, file in sorted(render(spec).items()))


PULLED = {
    "https://gitlab.com/acme/shop": "https://gitlab.com/acme/shop.git",
    "https://gitlab.example.com/acme/platform/shop/": "https://gitlab.example.com/acme/platform/shop.git",
    "https://gitlab.com/acme/shop.git": "https://gitlab.com/acme/shop.git",
    "git@gitlab.com:acme/shop": "git@gitlab.com:acme/shop",
    "https://github.com/acme/shop": "https://github.com/acme/shop",
    "https://git.example.com/acme/gitlab": "https://git.example.com/acme/gitlab",
}


@pytest.mark.parametrize(("url", "pulled"), PULLED.items(), ids=PULLED)
def test_the_repository_is_named_as_argo_cd_can_pull_it(url: str, pulled: str) -> None:
    # argo-cd's own documentation: it does not follow GitLab's redirect to the URL with `.git`.
    found = render(loader.parse(TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", url)))
    named = [
        line.split(": ", 1)[1]
        for path, file in found.items()
        if path.startswith("gitops/")
        for line in file.text.splitlines()
        if "repoURL:" in line
    ]
    assert set(named) == {pulled}


@pytest.mark.parametrize(("name", "spec"), [("ten-lines", TEN_LINES), ("every-field", EVERY_FIELD), ("charts", CHARTS)])
def test_snapshot(name: str, spec: str) -> None:
    # After a change that is meant: ``UPDATE_SNAPSHOTS=1 pytest tests/golden/test_rendering.py``, and read the diff.
    snapshot = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(text_of(loader.parse(spec)))
    assert text_of(loader.parse(spec)) == snapshot.read_text()


RENDER = "import sys; from generator.render import render; from generator.spec import loader; [sys.stdout.buffer.write(f.text.encode()) for f in render(loader.parse(sys.argv[1])).values()]"


def test_the_same_bytes_whatever_the_hash_seed_locale_time_zone_and_folder(tmp_path: Path) -> None:
    def bytes_in(environment: dict[str, str]) -> bytes:
        return subprocess.run(
            [sys.executable, "-c", RENDER, EVERY_FIELD], env={**os.environ, **environment}, cwd=tmp_path,
            capture_output=True, check=True,
        ).stdout  # fmt: skip

    rendered = {
        bytes_in(environment)
        for environment in (
            {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
            {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"},
            {"PYTHONHASHSEED": "4242", "LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0"},
        )
    }
    assert len(rendered) == 1


@pytest.mark.parametrize("spec", [TEN_LINES, EVERY_FIELD], ids=["ten lines", "every field"])
def test_nothing_is_allowed_by_a_wildcard_and_no_secret_is_in_git(spec: str) -> None:
    for path, file in render(loader.parse(spec)).items():
        assert path.startswith("gitops/") <= ("*" not in file.text)
        for document in yaml.safe_load_all(file.text):
            assert not isinstance(document, dict) or document.get("kind") != "Secret"


# -- overlays

# What the app is in general, and what is different in prod.
OVERRIDES: dict[str, tuple[str, str]] = {
    "nothing": ("port: 80", ""),
    "another number of pods": ("replicas: 1", "replicas: 5"),
    "no pods": ("replicas: 2", "replicas: 0"),
    "an autoscaler instead of a number": ("replicas: 2", "autoscale: {min: 2, max: 4}"),
    "a number instead of an autoscaler": ("autoscale: {min: 2, max: 4}", "replicas: 2"),
    "another autoscaler": ("autoscale: {min: 2, max: 4, cpu: 50}", "autoscale: {max: 9, cpu: null, memory: 80}"),
    "another image": ("replicas: 1", "image: registry.example.com/other"),
    "another image, and more": ("port: 80\nmigration: {command: [m]}", "image: other\nport: 81\nreplicas: 3"),
    "another port": ("port: 8080\nhealth: /h", "port: 9090"),
    "another name of the port": ("port: 8080\nhealth: /h", "ports: [{name: web, containerPort: 8080}]"),
    "one port more": ("ports: [{name: a, containerPort: 1}]", "ports: [{name: a, containerPort: 1}, {name: b, containerPort: 2}]"),
    "one port less": ("ports: [{name: a, containerPort: 1}, {name: b, containerPort: 2}]", "ports: [{name: b, containerPort: 2}]"),
    "ports in another order": ("ports: [{name: a, containerPort: 1}, {name: b, containerPort: 2}]", "ports: [{name: b, containerPort: 2}, {name: a, containerPort: 1}]"),
    "another protocol": ("ports: [{name: a, containerPort: 53}]", "ports: [{name: a, containerPort: 53, protocol: UDP}]"),
    "one number in two protocols": ("ports: [{name: a, containerPort: 53}]", "ports: [{name: a, containerPort: 53}, {name: b, containerPort: 53, protocol: UDP}]"),
    "one number in two protocols, and another label": ("ports: [{name: http, containerPort: 8080}, {name: quic, containerPort: 8443, servicePort: 443, protocol: UDP}, {name: https, containerPort: 8443, servicePort: 443}]", "labels: {team: a}\nservice: {annotations: {a: b}}"),
    "two names for one port, and another label": ("ports: [{name: a, containerPort: 1}, {name: b, containerPort: 1, servicePort: 2}]", "labels: {e.com/x: a.b}\nargs: [y]"),
    "ports of a sidecar that share a number": ("pod: {containers: [{name: s, image: s, ports: [{containerPort: 1}, {containerPort: 1, protocol: UDP}]}]}", "labels: {team: a}\npod: {initContainers: [{name: i, image: i}]}"),
    "claims and gates in another order": ("pod: {resourceClaims: [{name: x, resourceClaimName: y}], schedulingGates: [{name: a}, {name: b}]}", "pod: {resourceClaims: [{name: z, resourceClaimName: y}, {name: x, resourceClaimName: w}], schedulingGates: [{name: b}]}"),
    "spread twice over one key": ("pod: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway}, {maxSkew: 2, topologyKey: z, whenUnsatisfiable: ScheduleAnyway}]}", "labels: {team: a}"),
    "names of one address in two items": ("pod: {hostAliases: [{ip: 1.1.1.1, hostnames: [a]}, {ip: 1.1.1.1, hostnames: [b]}]}", "labels: {team: a}"),
    "no ports any more": ("port: 80", "port: null"),
    "ports where there were none": ("replicas: 1", "port: 80\nhealth: /h"),
    "another command": ("command: [a, b]\nargs: [c, d]", "command: [x]\nargs: [y, z, w]"),
    "no arguments any more": ("args: [c, d]", "args: null"),
    "a variable more": ("env: {A: 1}", "env: {B: 2}"),
    "a variable less": ("env: {A: 1, B: 2, C: 3}", "env: {B: null}"),
    "another value": ("env: {A: 1, B: 2}", "env: {A: 3}"),
    "a value from elsewhere": ("env: {A: 1}", "env: {A: {valueFrom: {fieldRef: {fieldPath: metadata.name}}}}"),
    "a value instead of elsewhere": ("env: {A: {valueFrom: {fieldRef: {fieldPath: metadata.name}}}}", "env: {A: x}"),
    "from another elsewhere": ("env: {A: {valueFrom: {fieldRef: {fieldPath: metadata.name}}}}", "env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: k}}}]"),
    "variables in another order": ("env: [{name: A, value: 1}, {name: B, value: $(A)}]", "env: [{name: B, value: 2}, {name: A, value: $(B)}]"),
    "a variable first": ("env: [{name: B, value: x}]", "env: [{name: A, value: 1}, {name: B, value: $(A)}]"),
    "a variable that others refer to": ("env: {A: 1, B: $(A)}", "env: {A: $(C), C: 2, D: $(B)}"),
    "no variables any more": ("env: {A: 1}", "env: null"),
    "the environment's name": ("env: {E: '{environment}', A: 1}\nconfig: {N: '{environment}', B: 1}\nsecrets: {S: 'shop/{environment}#s'}\nport: 1\ningress: {host: '{environment}.example.com'}", ""),
    "another setting": ("config: {A: 1, B: 2}", "config: {A: 3}"),
    "a setting more": ("config: {A: 1}", "config: {B: 2}"),
    "a setting less": ("config: {A: 1, B: 2}", "config: {A: null}"),
    "no settings any more": ("config: {A: 1}", "config: null"),
    "settings where there were none": ("replicas: 1", "config: {A: 1}"),
    "settings with quotes, equals signs, spaces and lines": ("config: {A: x}", "config: {A: '\"x\"', B: \"'y'\", C: 'a=b', D: ' d ', E: \"1\\n2\\n\", F: '', G: '\"', H: 'it''s', I: '$HOME', J: '#x'}"),
    "settings with quotes in general": ("config: {A: '\"x\"', B: \"''\", C: '\"\"'}", ""),
    "settings of a migration": ("config: {A: 1}\nmigration: {command: [m]}", "config: {B: 2}"),
    "settings of a migration, one less": ("config: {A: 1, B: 2}\nmigration: {command: [m]}", "config: {B: null}"),
    "another secret": ("secrets: {A: shop/a}", "secrets: {A: shop/b, C: 'shop/c#d'}"),
    "no secrets any more": ("secrets: {A: shop/a}", "secrets: null"),
    "secrets where there were none": ("replicas: 1", "secrets: {A: shop/a}"),
    "other resources": ("resources: {limits: {memory: 1Gi, cpu: 1}}", "resources: {requests: {cpu: 2}, limits: {cpu: null}}"),
    "no limits any more": ("resources: {limits: {memory: 1Gi}}", "resources: {limits: null}"),
    "another path of the probes": ("port: 80\nhealth: /a", "health: /b\nready: /c"),
    "no probes any more": ("port: 80\nhealth: /a", "health: null"),
    "a probe by TCP instead of HTTP": ("port: 80\nhealth: /a", "livenessProbe: {tcpSocket: {port: 80}}"),
    "a probe by command instead of HTTP": ("port: 80\nlivenessProbe: {httpGet: {path: /}, periodSeconds: 3}", "livenessProbe: {exec: {command: [a]}}"),
    "a probe by HTTP instead of TCP": ("port: 80\nlivenessProbe: {tcpSocket: {port: 80}}", "livenessProbe: {httpGet: {path: /x, httpHeaders: [{name: a, value: b}]}}"),
    "no Service any more": ("port: 80", "service: false"),
    "a Service where there was none": ("port: 80\nservice: false", "service: {}"),
    "another kind of Service": ("port: 80", "service: {type: LoadBalancer, port: 8000, annotations: {a: b}}"),
    "a headless Service": ("port: 80\nservice: {annotations: {a: b}}", "service: {headless: true, annotations: null}"),
    "an Ingress where there was none": ("port: 80", "ingress: {host: a.example.com}"),
    "no Ingress any more": ("port: 80\ningress: {host: a.example.com}", "ingress: null"),
    "another host and class": ("port: 80\ningress: {host: a.example.com}", "ingress: {host: b.example.com, className: nginx, tls: cert, path: /x}"),
    "a migration where there was none": ("config: {A: 1}\nsecrets: {S: a/b}", "migration: {command: [m, up]}"),
    "no migration any more": ("config: {A: 1}\nmigration: {command: [m]}", "migration: null"),
    "another migration": ("migration: {command: [m]}", "migration: {command: [n, o], timeout: 5, retries: 0}"),
    "no budget any more": ("replicas: 3", "disruption: false"),
    "another budget": ("replicas: 3", "disruption: {minAvailable: 50%}"),
    "a budget of the other kind": ("replicas: 3\ndisruption: {maxUnavailable: 2}", "disruption: {minAvailable: 1}"),
    "a network where there was none": ("port: 80", "network: {from: [web], fromCidr: [10.0.0.0/8]}"),
    "another network": ("port: 80\nnetwork: {from: [web]}", "network: {fromCidr: [10.0.0.0/8], egress: []}"),
    "no network any more": ("port: 80\nnetwork: {from: [web]}", "network: null"),
    "a role": ("replicas: 1", "serviceAccount: {annotations: {eks.amazonaws.com/role-arn: x}, token: true}"),
    "labels and annotations": ("labels: {a: 1, b: 2}\nannotations: {c: 3}", "labels: {a: null, d: 4}\nannotations: null"),
    "contexts": ("securityContext: {runAsUser: 1}", "securityContext: {runAsUser: null, readOnlyRootFilesystem: false, capabilities: {drop: null, add: [X]}}\npodSecurityContext: {fsGroup: 5, runAsNonRoot: null}"),
    "other folders to write to": ("writable: [/tmp, /a]", "writable: [/a, /b/c]"),
    "no folders to write to": ("replicas: 1", "writable: []"),
    "folders to write to that are named alike": ("writable: [/a/b]", "writable: [/a/b, /a-b, /a.b/]"),
    "a deadline": ("progressDeadlineSeconds: 60", "progressDeadlineSeconds: null"),
    "a volume of another kind": ("pod: {volumes: [{name: v, emptyDir: {}}]}\ncontainer: {volumeMounts: [{name: v, mountPath: /v}]}", "pod: {volumes: [{name: v, configMap: {name: c, items: [{key: a, path: b}]}}]}"),
    "a mount elsewhere": ("container: {volumeMounts: [{name: tmp, mountPath: /v}]}", "container: {volumeMounts: [{name: tmp, mountPath: /w, readOnly: true}]}"),
    "one volume at two places": ("replicas: 1", "container: {volumeMounts: [{name: tmp, mountPath: /v, subPath: a}, {name: tmp, mountPath: /w, subPath: b}]}"),
    "a sidecar": ("replicas: 1", "pod: {containers: [{name: side, image: s}], initContainers: [{name: i, image: i}, {name: j, image: j}]}"),
    "other sidecars in another order": ("pod: {containers: [{name: a, image: a}, {name: b, image: b, ports: [{containerPort: 1}, {containerPort: 2}]}]}", "pod: {containers: [{name: b, image: b, ports: [{containerPort: 2}]}, {name: c, image: c}]}"),
    "tolerations, affinity and spread": (
        "pod: {tolerations: [{key: a, operator: Exists}], topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway}]}",
        "pod: {tolerations: [{key: b, operator: Exists}], nodeSelector: {a: b}, topologySpreadConstraints: [{maxSkew: 2, topologyKey: z, whenUnsatisfiable: ScheduleAnyway}, {maxSkew: 1, topologyKey: h, whenUnsatisfiable: DoNotSchedule}]}",
    ),
    "pull secrets, aliases, gates and claims": (
        "pod: {imagePullSecrets: [{name: a}], hostAliases: [{ip: 1.1.1.1, hostnames: [a]}], readinessGates: [{conditionType: a}]}",
        "pod: {imagePullSecrets: [{name: b}], hostAliases: [{ip: 1.1.1.1, hostnames: [b]}, {ip: 2.2.2.2, hostnames: [c]}], readinessGates: [{conditionType: b}], resourceClaims: [{name: x, resourceClaimName: y}]}",
    ),
    "a hook, a grace period and a class": ("container: {lifecycle: {preStop: {exec: {command: [a]}}}}", "container: {lifecycle: {preStop: {sleep: {seconds: 5}, exec: null}}, imagePullPolicy: Always}\npod: {terminationGracePeriodSeconds: 9, priorityClassName: x}"),
    "values that look like something else": ("env: {A: 'on', B: '1.10'}\nlabels: {v: '1.0'}", "env: {A: 'y', B: '0x1'}\nlabels: {v: '2.0'}"),
    "everything at once": ("port: 80\nhealth: /h\nconfig: {A: 1}\nenv: {X: 1}\nreplicas: 2\nargs: [a]", "port: 81\nhealth: null\nconfig: {A: null, B: 2}\nenv: {X: null, Y: 2}\nreplicas: 3\nargs: [b]\nnetwork: {from: [web]}"),
}  # fmt: skip


def of(number: int, general: str, override: str) -> Spec:
    fields = textwrap.indent(f"{general}\nenvironments:\n  prod:\n{textwrap.indent(override, '    ')}", "    ")
    return loader.parse(
        f"version: 1\nproject: p{number}\nrepository: /r\nenvironments: {{dev: {{}}, prod: {{}}}}\n"
        f"apps:\n  web:\n    image: shop/web\n    tag: v1\n{fields}\n"
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Spec, list[dict[str, Any]]]]:
    """Build every overlay of the table by the real kustomize in one go; a namespace tells them apart."""
    kustomize = tool("kustomize")
    folder = tmp_path_factory.mktemp("overlays")
    specs = {name: of(number, *row) for number, (name, row) in enumerate(OVERRIDES.items())}
    for spec in specs.values():
        write(folder / spec.project, spec)
    roots = "".join(f"- {spec.project}/overlays/prod/web\n" for spec in specs.values())
    (folder / "kustomization.yaml").write_text(f"resources:\n{roots}")
    manifests = list(yaml.load_all(process.run([kustomize, "build", folder]).stdout, Loader=yaml.CBaseLoader))
    return {
        name: (spec, [one for one in manifests if one["metadata"]["namespace"] == f"{spec.project}-prod"])
        for name, spec in specs.items()
    }


def write(folder: Path, spec: Spec) -> None:
    for path, file in render(spec).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(file.text)


@pytest.mark.thin(3)
@pytest.mark.parametrize("name", OVERRIDES)
def test_an_overlay_gives_the_workload_of_its_environment(name: str, built: dict[str, Any]) -> None:
    spec, manifests = built[name]
    here = spec.apps["web"].instances["prod"]
    wanted = {manifest["kind"]: manifest for manifest in manifests_of(here).values()}
    found = {manifest["kind"]: manifest for manifest in manifests}
    assert len(found) == len(manifests)
    config = found.pop("ConfigMap", {"data": {}})
    assert (config.get("data") or {}) == here.general.config
    for kind in found | wanted:
        assert normal(found.get(kind)) == normal(tagged(wanted.get(kind), here.image))


def tagged(manifest: dict[str, Any] | None, image: str) -> object:
    """Add the tag that the overlay sets, and make every scalar text, as the plain loader gives it."""
    text = yaml_emit.dump(manifest) if manifest else "null"
    return yaml.load(text.replace(f"image: {image}\n", f"image: {image}:v1\n"), Loader=yaml.CBaseLoader)


def normal(manifest: object) -> object:
    """Remove what kustomize adds: the namespace, the hash behind the ConfigMap's name; and empty maps."""
    if not isinstance(manifest, dict):
        return None
    metadata = {name: value for name, value in manifest["metadata"].items() if name != "namespace"}
    text = re.sub(r'"web-config-[a-z0-9]{10}"', '"web-config"', json.dumps({**manifest, "metadata": metadata}))
    return json.loads(text)


def test_rendered_files_pass_strict_validation(tmp_path: Path, generator: Run) -> None:
    tool("kustomize")
    tool("kubeconform")
    for name, text in (
        ("ten-lines", TEN_LINES),
        ("every-field", EVERY_FIELD.replace("source: src/web", "source: web")),
    ):
        folder = tmp_path / name
        folder.mkdir()
        git(folder, "init", "--quiet")
        (folder / "generator.yaml").write_text(text)
        assert generator("-C", folder, "generate", "-q").returncode == 0
        done = generator("-C", folder, "validate")
        assert done.returncode == 0, done.stdout + done.stderr


def test_this_repository_is_an_instance_of_its_own_output() -> None:
    spec = loader.load(ROOT)
    for path, file in render(spec).items():
        assert (ROOT / path).is_file(), path
        assert file.text
