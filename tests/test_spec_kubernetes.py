"""What Kubernetes, Argo CD or AWS would refuse or take for something else is a fault of the spec, where that can be known."""

from __future__ import annotations

import pytest
from test_spec_loader import app, told, top, workload

from generator.spec import loader

FAULTS: dict[str, tuple[str, list[str]]] = {
    "a request above its limit": (
        app("resources: {requests: {memory: 512Mi}, limits: {memory: 256Mi}}"),
        [
            '8:36 apps.web.resources.requests.memory: 512Mi is more than the limit, 256Mi / ask for less, or raise the limit',
        ],
    ),
    "a limit that an environment lowers below the request": (
        app("resources: {requests: {memory: 512Mi}}\nenvironments: {prod: {resources: {limits: {memory: 256Mi}}}}"),
        [
            '9:27 apps.web.environments.prod.resources: resources.requests.memory: 512Mi is more than the limit, 256Mi / ask for less, or raise the limit',
        ],
    ),
    "thousandths of a byte": (
        app("resources: {requests: {memory: 128m}}"),
        [
            '8:36 apps.web.resources.requests.memory: 128m of memory is 0.128 bytes / m is a thousandth; did you mean "128Mi"?',
        ],
    ),
    "bytes that were meant to be megabytes": (
        app("resources: {limits: {memory: 256}}"),
        [
            '8:34 apps.web.resources.limits.memory: 256 of memory is 256 bytes / did you mean "256Mi"?',
        ],
    ),
    "cores that were meant to be thousandths": (
        app("resources: {requests: {cpu: 250}}"),
        [
            '8:33 apps.web.resources.requests.cpu: 250 of cpu is 250 cores / did you mean "250m"? write 250000m if not',
        ],
    ),
    "bytes of cpu": (
        app("resources: {requests: {cpu: 500Mi}}"),
        [
            '8:33 apps.web.resources.requests.cpu: 500Mi of cpu is 524,288,000 cores / write cores like 2, or thousandths like 500m',
        ],
    ),
    "a third of a GPU": (
        app("resources: {limits: {nvidia.com/gpu: 0.3}}"),
        [
            '8:42 apps.web.resources.limits."nvidia.com/gpu": 0.3 of nvidia.com/gpu is no whole number / write a whole number',
        ],
    ),
    "a GPU that is asked for without its limit": (
        app("resources: {requests: {nvidia.com/gpu: 1}}"),
        [
            '8:44 apps.web.resources.requests."nvidia.com/gpu": must equal its limit / set it under `limits`: `limits: {nvidia.com/gpu: 1}`',
        ],
    ),
    "a resource that there is not": (
        app("resources: {limits: {memry: 1Gi}}"),
        [
            '8:26 apps.web.resources.limits.memry: "memry" is no resource / did you mean "memory"?',
        ],
    ),
    "a unit of lower case": (
        app("resources: {limits: {memory: 1gi}}"),
        [
            '8:34 apps.web.resources.limits.memory: "1gi" is not a quantity / like 250m, 1, 128Mi',
        ],
    ),
    "a label's value with a space": (
        app("labels: {team: a team}"),
        [
            '8:20 apps.web.labels.team: "a team" is not a label\'s value / letters, digits, -, _ and ., with a letter or digit first and last; annotations take any text',
        ],
    ),
    "a label's value that is too long": (
        app("labels: {team: "+"a"*64+"}"),
        [
            "8:20 apps.web.labels.team: a label's value of 64 characters / at most 63 are possible",
        ],
    ),
    "a label's key with two slashes": (
        app("labels: {a/b/c: x}"),
        [
            '8:14 apps.web.labels."a/b/c": "a/b/c" is not a key / like team or example.com/team, the part after / of at most 63 characters',
        ],
    ),
    "the label of the selector": (
        app("labels: {app.kubernetes.io/name: store}"),
        [
            '8:14 apps.web.labels."app.kubernetes.io/name": this label is the app\'s name, web / take it out: Services find the pods by it',
        ],
    ),
    "a label that is filled in too long": (
        app("labels: {team: '{environment}"+"a"*60+"'}"),
        [
            "8:20 apps.web.labels.team: a label's value of 64 characters, in prod / at most 63 are possible",
        ],
    ),
    "both limits of disruption": (
        app("replicas: 3\ndisruption: {minAvailable: 1, maxUnavailable: 1}"),
        [
            '9:5 apps.web.disruption: both minAvailable and maxUnavailable / keep one of the two',
        ],
    ),
    "a budget of no pod": (
        app("replicas: 3\ndisruption: {maxUnavailable: 0}"),
        [
            '9:34 apps.web.disruption.maxUnavailable: 0 lets no pod go: no node could ever be drained while it runs / at least 1',
        ],
    ),
    "a budget that keeps all pods": (
        app("replicas: 3\ndisruption: {minAvailable: 3}"),
        [
            '9:32 apps.web.disruption.minAvailable: keeping 3 of 3 pods lets no pod go: no node could ever be drained while it runs / at most 2, or more replicas',
        ],
    ),
    "a budget that keeps all pods of one environment": (
        app("replicas: 3\ndisruption: {minAvailable: 2}\nenvironments: {prod: {replicas: 2}}"),
        [
            '10:20 apps.web.environments.prod: disruption.minAvailable: keeping 2 of 2 pods lets no pod go: no node could ever be drained while it runs / at most 1, or more replicas',
        ],
    ),
    "a budget that keeps all pods of the autoscaler": (
        app("autoscale: {min: 2, max: 9}\ndisruption: {minAvailable: 2}"),
        [
            '9:32 apps.web.disruption.minAvailable: keeping 2 of 2 pods lets no pod go: no node could ever be drained while it runs / at most 1, or more replicas',
        ],
    ),
    "a budget that keeps every pod": (
        app("disruption: {minAvailable: 100%}"),
        [
            '8:32 apps.web.disruption.minAvailable: keeping 100% of the pods lets no pod go: no node could ever be drained while it runs / more replicas, or `disruption: false`',
        ],
    ),
    "a URL as a host": (
        app("port: 80\ningress: {host: 'https://shop.example.com'}"),
        [
            '9:21 apps.web.ingress.host: "https://shop.example.com" is not a host name / like shop.example.com, without https:// and without a path',
        ],
    ),
    "an address as a host": (
        app("port: 80\ningress: {host: 10.0.0.1}"),
        [
            '9:21 apps.web.ingress.host: "10.0.0.1" is an IP address / a host name, like shop.example.com',
        ],
    ),
    "a host that is filled in wrong": (
        app("port: 80\ningress: {host: 'a..{environment}.example.com'}"),
        [
            '9:21 apps.web.ingress.host: "a..dev.example.com" is not a host name, in dev / like shop.example.com, without https:// and without a path',
            '9:21 apps.web.ingress.host: "a..prod.example.com" is not a host name, in prod / like shop.example.com, without https:// and without a path',
        ],
    ),
    "a part of a host that becomes too long": (
        app("port: 80\ningress: {host: '"+"a"*60+"-{environment}.example.com'}"),
        [
            '9:21 apps.web.ingress.host: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…" (76 characters) has a part of more than 63 characters, in dev / shorten it',
            '9:21 apps.web.ingress.host: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…" (77 characters) has a part of more than 63 characters, in prod / shorten it',
        ],
    ),
    "a host with braces that are not ours": (
        app("port: 80\ningress: {host: 'a.{env}.example.com'}"),
        [
            '9:21 apps.web.ingress.host: "a.{env}.example.com" is not a host name / like shop.example.com, without https:// and without a path',
        ],
    ),
    "a path with a double slash": (
        app("port: 80\ningress: {host: a.example.com, path: /a//b}"),
        [
            '9:42 apps.web.ingress.path: "/a//b" has // in it / a plain path, like /shop',
        ],
    ),
    "a path that goes up": (
        app("port: 80\ningress: {host: a.example.com, path: /a/..}"),
        [
            '9:42 apps.web.ingress.path: "/a/.." has /.. in it / a plain path, like /shop',
        ],
    ),
    "a load balancer without an address": (
        app("port: 80\nservice: {type: LoadBalancer, headless: true}"),
        [
            '9:45 apps.web.service.headless: a LoadBalancer needs a cluster IP / take `headless` or `type` out',
        ],
    ),
    "a port's name with two hyphens": (
        app("ports: [{name: a--b, containerPort: 1}]"),
        [
            '8:20 apps.web.ports[0].name: "a--b" is not a port name / at most 15 of a-z, 0-9 and single -',
        ],
    ),
    "a probe of a port that is not said": (
        app("livenessProbe: {tcpSocket: {}}"),
        [
            '8:21 apps.web.livenessProbe.tcpSocket: needs a port / add `port:` to it, or to the app',
        ],
    ),
    "a gRPC probe without a port": (
        app("livenessProbe: {grpc: {service: x}}"),
        [
            '8:21 apps.web.livenessProbe.grpc: needs a port / add `port:` with its number',
        ],
    ),
    "a liveness probe that must succeed twice": (
        app("port: 80\nlivenessProbe: {httpGet: {path: /}, successThreshold: 2}"),
        [
            '9:59 apps.web.livenessProbe.successThreshold: must be 1 here / take it out; only a readinessProbe can have more',
        ],
    ),
    "a readiness probe that ends the container": (
        app("port: 80\nreadinessProbe: {httpGet: {path: /}, terminationGracePeriodSeconds: 5}"),
        [
            '9:42 apps.web.readinessProbe.terminationGracePeriodSeconds: cannot be set here / take it out: a readiness probe ends no container',
        ],
    ),
    "a range with bits behind its prefix": (
        app("port: 80\nnetwork: {fromCidr: [10.0.0.1/8]}"),
        [
            '9:26 apps.web.network.fromCidr[0]: "10.0.0.1/8" is not a range of addresses: 10.0.0.1/8 has host bits set / like 10.0.0.0/8, with nothing set behind the prefix',
        ],
    ),
    "a range that is none": (
        app("port: 80\nnetwork: {fromCidr: [999.0.0.0/8]}"),
        [
            '9:26 apps.web.network.fromCidr[0]: "999.0.0.0/8" is not a range of addresses: \'999.0.0.0/8\' does not appear to be an IPv4 or IPv6 network / like 10.0.0.0/8, with nothing set behind the prefix',
        ],
    ),
    "a variable with two sources": (
        app("env: {A: {valueFrom: {fieldRef: {fieldPath: a}, resourceFieldRef: {resource: b}}}}"),
        [
            '8:15 apps.web.env.A.valueFrom: needs exactly one source / like `valueFrom: {fieldRef: {fieldPath: status.podIP}}`',
        ],
    ),
    "a variable with a value and a source": (
        app("env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: a}}}]"),
        [
            '8:11 apps.web.env[0]: both value and valueFrom / keep one of the two',
        ],
    ),
    "a folder twice": (
        app("writable: [/tmp, /tmp/]"),
        [
            '8:22 apps.web.writable[1]: /tmp is there twice / keep one of the two',
        ],
    ),
    "a folder that hides the image": (
        app("writable: [/]"),
        [
            '8:16 apps.web.writable[0]: an empty folder would hide the whole image / name folders in it, or turn it off: `securityContext: {readOnlyRootFilesystem: false}`',
        ],
    ),
    "a folder with a colon": (
        app("writable: ['/a:b']"),
        [
            '8:16 apps.web.writable[0]: "/a:b" is not a folder / an absolute path without a colon, like /var/cache',
        ],
    ),
    "privileges without the right to gain them": (
        app("securityContext: {privileged: true}"),
        [
            '8:5 apps.web.securityContext: privileged needs allowPrivilegeEscalation / add `allowPrivilegeEscalation: true`, which is off unless said otherwise',
        ],
    ),
    "SYS_ADMIN without the right to gain it": (
        app("securityContext: {capabilities: {add: [SYS_ADMIN]}}"),
        [
            '8:5 apps.web.securityContext: SYS_ADMIN needs allowPrivilegeEscalation / add `allowPrivilegeEscalation: true`, which is off unless said otherwise',
        ],
    ),
    "a misspelled placeholder": (
        app("args: ['--env={enviroment}']"),
        [
            '8:12 apps.web.args[0]: {enviroment} is not filled in / did you mean {environment}?',
        ],
    ),
    "a placeholder where an image is built": (
        app("source: web\nbuild: {args: {ENV: '{environment}'}}"),
        [
            "9:25 apps.web.build.args.ENV: {environment} is not filled in here / it stands for an environment's name in what an app is in one; write it out, or leave it out",
        ],
    ),
    "a placeholder in the image": (
        top("", apps="{web: {image: 'shop/{environment}/web'}}"),
        [
            '5:21 apps.web.image: "shop/{environment}/web" is not an image without a tag / {environment} is not filled in here; if it differs, say so for each environment',
        ],
    ),
    "a placeholder in CI": (
        top("ci: {install: 'pip install x-{environment}'}\n"),
        [
            "6:15 ci.install: {environment} is not filled in here / it stands for an environment's name in what an app is in one; write it out, or leave it out",
        ],
    ),
    "nothing in a list": (
        app("args: [a, null]"),
        [
            '8:15 apps.web.args[1]: nothing there / take the item out, or write what it is',
        ],
    ),
    "a request below zero": (
        app("resources: {requests: {cpu: -0.5}}"),
        [
            '8:33 apps.web.resources.requests.cpu: -0.5 is below zero / like 0.5',
        ],
    ),
    "Applications of one name": (
        top("", environments="{dev: {}, dev-eu: {}}", apps="{web: {image: a}, eu-web: {image: b}}"),
        [
            '5:25 apps.eu-web: in dev its Application is shop-dev-eu-web, as is that of web in dev-eu / call one of the two apps or environments by another name',
        ],
    ),
    "an environment in Argo CD's namespace": (
        top("", environments="{dev: {namespace: argocd}}"),
        [
            "4:16 environments.dev: the namespace argocd is Argo CD's own / give apps a namespace of their own: `namespace:`",
        ],
    ),
    "an environment in one of Kubernetes' namespaces": (
        top("", environments="{dev: {namespace: kube-system}}"),
        [
            "4:16 environments.dev: the namespace kube-system is one of Kubernetes' own / give apps a namespace of their own: `namespace:`",
        ],
    ),
    "a cluster by two names": (
        top("", environments="{dev: {namespace: a, cluster: in-cluster}, prod: {namespace: a}}"),
        [
            '4:58 environments.prod: shares its namespace with dev / give each a namespace of its own',
        ],
    ),
    "a cache among the images of another app": (
        top("", apps="{web: {image: shop/web, source: web}, cache: {image: shop/web-cache}}"),
        [
            '5:21 apps.web.image: its build cache is shop/web-cache, where the images of cache are / name another with `build: {cache: IMAGE}`, or turn it off: `build: {cache: false}`',
        ],
    ),
    "git's own folder as a source": (
        app("source: .git"),
        [
            '8:13 apps.web.source: ".git" is not a folder in this repository / a relative path without `..`, outside base, overlays, gitops and .git',
        ],
    ),
    "git's own folder in capitals": (
        app("source: .GIT/hooks"),
        [
            '8:13 apps.web.source: ".GIT/hooks" is not a folder in this repository / a relative path without `..`, outside base, overlays, gitops and .git',
        ],
    ),
    "a folder of workflows as a source": (
        app("source: .github/workflows"),
        [
            '8:13 apps.web.source: ".github/workflows" is not a folder in this repository / a relative path without `..`, outside base, overlays, gitops and .git',
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "faults"), FAULTS.values(), ids=FAULTS)
def test_what_would_be_refused_later_is_refused_here(text: str, faults: list[str]) -> None:
    assert told(text) == faults


TAKEN = {
    "requests that equal limits": "resources: {requests: {memory: 256Mi, cpu: 1}, limits: {memory: 256Mi, cpu: '1000m'}}",
    "many cores, written out": "resources: {requests: {cpu: 250000m}}",
    "a GPU by its limit": "resources: {limits: {nvidia.com/gpu: 1}}",
    "no memory to speak of": "resources: {requests: {memory: 0}}",
    "a label without a value": "labels: {team: ''}",
    "the selector's label as it is": "labels: {app.kubernetes.io/name: web}",
    "one pod of two": "replicas: 2\ndisruption: {minAvailable: 1}",
    "a quarter of the pods": "replicas: 4\ndisruption: {maxUnavailable: 25%}",
    "a budget for no pods": "replicas: 0\ndisruption: {minAvailable: 1}",
    "a host that is filled in": "port: 80\ningress: {host: '*.{environment}.example.com'}",
    "privileges with the right to gain them": "securityContext: {privileged: true, allowPrivilegeEscalation: true}",
}


@pytest.mark.parametrize("fields", TAKEN.values(), ids=TAKEN)
def test_what_kubernetes_takes_is_taken(fields: str) -> None:
    loader.parse(app(fields))


KEPT = (
    "${environment}",
    "{{environment}}",
    "{{ environment }}",
    "$(environment)",
    "{a,b}",
    "[a-z]{2,3}",
    '{"level": "info"}',
    "{level}",
    "%{HOST}",
    "${enviroment}",
)


@pytest.mark.parametrize("written", KEPT)
def test_braces_of_others_stay(written: str) -> None:
    found = workload(f"args: ['{written}']\nconfig: {{A: '{written}'}}\nannotations: {{a: '{written}'}}")
    assert (found.args, dict(found.config), dict(found.annotations)) == ((written,), {"A": written}, {"a": written})


def test_scalars_are_text_wherever_text_may_stand() -> None:
    found = workload(
        """
        command: [true, 1.10, 8080]
        args: [false, 010, 1e3]
        env: {A: true, B: 1.10, C: off}
        config: {D: true, E: 1.10, F: off}
        labels: {g: true, h: 1.10}
        annotations: {i: true, j: 1.10}
        serviceAccount: {annotations: {k: true}}
        service: {annotations: {l: 1.10}}
        port: 80
        ingress: {host: a.example.com, annotations: {m: true}}
        migration: {command: [migrate, 1.10, true]}
        livenessProbe: {exec: {command: [probe, 1.10, true]}}
        """
    )
    assert (found.command, found.args) == (("true", "1.10", "8080"), ("false", "010", "1e3"))
    assert [item["value"] for item in found.env] == ["true", "1.10", "off"]
    assert [*found.config.values()] == ["true", "1.10", "off"]
    assert [*found.labels.values(), *found.annotations.values()] == ["true", "1.10", "true", "1.10"]
    assert found.service_account["annotations"] == {"k": "true"}
    assert found.service is not None and found.service["annotations"] == {"l": "1.10"}  # noqa: PT018
    assert found.ingress is not None and found.ingress["annotations"] == {"m": "true"}  # noqa: PT018
    assert found.migration is not None and found.migration["command"] == ("migrate", "1.10", "true")  # noqa: PT018
    assert found.probes["livenessProbe"]["exec"] == {"command": ["probe", "1.10", "true"]}


@pytest.mark.parametrize(
    ("limits", "requests"),
    [
        ("{}", {"cpu": "50m", "memory": "128Mi"}),
        ("{memory: 64Mi}", {"cpu": "50m", "memory": "64Mi"}),
        ("{memory: 256Mi, cpu: 20m}", {"cpu": "20m", "memory": "128Mi"}),
    ],
)
def test_what_is_asked_for_by_default_is_within_the_limit(limits: str, requests: dict[str, str]) -> None:
    assert workload(f"resources: {{limits: {limits}}}").resources["requests"] == requests


def test_the_environments_name_is_filled_in_wherever_an_app_has_text() -> None:
    lines = """
        args: ['--env={environment}']
        labels: {stage: '{environment}'}
        annotations: {note: 'runs in {environment}'}
        serviceAccount: {annotations: {role: 'arn:{environment}'}}
        port: 80
        service: {annotations: {a: '{environment}'}}
        ingress: {host: '{environment}.example.com', annotations: {b: '{environment}'}}
        pod: {dnsConfig: {searches: ['{environment}.internal']}}
        container: {workingDir: '/srv/{environment}'}
        migration: {command: [migrate, '{environment}']}
        env: {C: {valueFrom: {configMapKeyRef: {name: '{environment}-x', key: y}}}}
        """
    there = loader.parse(app(lines)).apps["web"].workloads["prod"]
    assert "{environment}" not in repr(there)
    assert repr(there).count("prod") >= 11
