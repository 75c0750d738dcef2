"""What Kubernetes, Argo CD or AWS would refuse or take for something else is a fault of the spec, where that can be known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generator.spec import language, loader
from generator.spec.types import Either, ListOf, MapOf, Record, Text
from testing.specs import app, told, top, workload

FAULTS: dict[str, tuple[str, list[str]]] = {
    "a secret's name with a placeholder that is none": (
        app("secrets: {X: 'shop/{env}/web#x'}"),
        [
            '8:18 apps.web.secrets.X: "shop/{env}/web#x" is not a secret\'s name / NAME or NAME#PROPERTY in Secrets Manager; never the secret itself',
        ],
    ),
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
            '9:21 apps.web.ingress.host: "https://shop.example.com" is not a host name / like shop.example.com, in lower case, without https:// and without a path',
        ],
    ),
    "port 0, told once": (
        app("port: 0\nhealth: /healthz\ningress: {host: shop.example.com}"),
        ["8:11 apps.web.port: 0 is out of range for a port / from 1 to 65535"],
    ),
    "a lock outside of the repository": (
        top("ci: {install: {requirements: /etc/x}}"),
        ['6:30 ci.install.requirements: "/etc/x" is not a file in this repository / a relative path without `..`'],
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
            '9:21 apps.web.ingress.host: "a..dev.example.com" is not a host name, in dev / like shop.example.com, in lower case, without https:// and without a path',
            '9:21 apps.web.ingress.host: "a..prod.example.com" is not a host name, in prod / like shop.example.com, in lower case, without https:// and without a path',
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
            '9:21 apps.web.ingress.host: "a.{env}.example.com" is not a host name / like shop.example.com, in lower case, without https:// and without a path',
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
        app("env: {A: {valueFrom: {fieldRef: {fieldPath: status.podIP}, resourceFieldRef: {resource: limits.cpu}}}}"),
        [
            '8:15 apps.web.env.A.valueFrom: needs exactly one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef / write one of them, and no other',
        ],
    ),
    "a variable with a value and a source": (
        app("env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]"),
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
            '8:5 apps.web.securityContext: privileged needs allowPrivilegeEscalation / add `allowPrivilegeEscalation: true`, which is off by default',
        ],
    ),
    "SYS_ADMIN without the right to gain it": (
        app("securityContext: {capabilities: {add: [SYS_ADMIN]}}"),
        [
            '8:5 apps.web.securityContext: SYS_ADMIN needs allowPrivilegeEscalation / add `allowPrivilegeEscalation: true`, which is off by default',
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
    'a field of the pod that there is not': (
        app('env: {A: {valueFrom: {fieldRef: {fieldPath: status.phase}}}}'),
        [
            '8:49 apps.web.env.A.valueFrom.fieldRef.fieldPath: "status.phase" is not a field of the pod / like metadata.name, spec.nodeName, status.podIP, or metadata.labels[\'team\']',
        ],
    ),
    'a field that is no map': (
        app('env: {A: {valueFrom: {fieldRef: metadata.name}}}'),
        [
            '8:37 apps.web.env.A.valueFrom.fieldRef: expected a map, got "metadata.name" / write it as a map: `{fieldPath: "metadata.name"}`',
        ],
    ),
    'a key of a ConfigMap without the key': (
        app('env: {A: {valueFrom: {configMapKeyRef: {name: c}}}}'),
        [
            '8:27 apps.web.env.A.valueFrom.configMapKeyRef.key: key is missing / add `key:`, the key in it',
        ],
    ),
    "a Secret's name in capitals": (
        app('env: {A: {valueFrom: {secretKeyRef: {name: Not_A_Name, key: a}}}}'),
        [
            '8:48 apps.web.env.A.valueFrom.secretKeyRef.name: "Not_A_Name" is not an object\'s name / lower-case letters, digits, - and .; a letter or digit first and last',
        ],
    ),
    'cores in bytes': (
        app('env: {A: {valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1Mi}}}}'),
        [
            '8:77 apps.web.env.A.valueFrom.resourceFieldRef.divisor: 1Mi is no unit of limits.cpu / 1 or 1m',
        ],
    ),
    'bytes in thousandths': (
        app('env: {A: {valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1m}}}}'),
        [
            '8:80 apps.web.env.A.valueFrom.resourceFieldRef.divisor: 1m is no unit of limits.memory / 1, or a unit like 1Mi',
        ],
    ),
    'a variable of another name than its key': (
        app('env: {A: {name: B, value: c}}'),
        [
            '8:15 apps.web.env.A.name: unknown field "name" / known here: value, valueFrom',
        ],
    ),
    'a claim that the pod has not': (
        app('resources: {claims: [{name: gpu}]}'),
        [
            '8:33 apps.web.resources.claims[0].name: no claim is named "gpu" / add it: `pod: {resourceClaims: […]}`',
        ],
    ),
    'a claim twice': (
        app('resources: {claims: [{name: a}, {name: a, request: b}]}\npod: {resourceClaims: [{name: a, resourceClaimName: x}]}'),
        [
            '8:44 apps.web.resources.claims[1].name: a is claimed already / claim it once, or different requests of it',
        ],
    ),
    'pages that are not whole': (
        app('resources: {limits: {hugepages-2Mi: 3Mi}}'),
        [
            '8:41 apps.web.resources.limits.hugepages-2Mi: 3Mi is no number of pages, each 2Mi / a multiple of it',
        ],
    ),
    'pages of nothing': (
        app('resources: {limits: {hugepages-0Mi: 2Mi}}'),
        [
            '8:41 apps.web.resources.limits.hugepages-0Mi: 2Mi is no number of pages, each 0Mi / a multiple of it',
        ],
    ),
    'a resource of a broken domain': (
        app('resources: {limits: {example..com/x: 1}}'),
        [
            '8:26 apps.web.resources.limits."example..com/x": "example..com/x" is no resource / cpu, memory, ephemeral-storage, or one with a domain',
        ],
    ),
    'a header with a space': (
        app('port: 80\nlivenessProbe: {httpGet: {httpHeaders: [{name: a b, value: c}]}}'),
        [
            '9:52 apps.web.livenessProbe.httpGet.httpHeaders[0].name: "a b" is not a header\'s name / letters, digits and -',
        ],
    ),
    'a probe that gives no time to end': (
        app('livenessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 0}'),
        [
            '8:74 apps.web.livenessProbe.terminationGracePeriodSeconds: 0 is out of range for seconds / from 1 to 86400',
        ],
    ),
    'a window that is too long': (
        app('autoscale: {min: 1, max: 2, behavior: {scaleUp: {stabilizationWindowSeconds: 3601}}}'),
        [
            '8:82 apps.web.autoscale.behavior.scaleUp.stabilizationWindowSeconds: 3601 is out of range for seconds / from 0 to 3600',
        ],
    ),
    'scaling without a policy': (
        app('autoscale: {min: 1, max: 2, behavior: {scaleDown: {policies: []}}}'),
        [
            '8:66 apps.web.autoscale.behavior.scaleDown.policies: an empty list / at least 1 is needed',
        ],
    ),
    'scaling in capitals': (
        app('autoscale: {min: 1, max: 2, behavior: {scaledown: {}}}'),
        [
            '8:44 apps.web.autoscale.behavior.scaledown: unknown field "scaledown" / did you mean "scaleDown"?',
        ],
    ),
    'source ranges without a load balancer': (
        app('port: 80\nservice: {annotations: {service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8}}'),
        [
            '9:29 apps.web.service.annotations."service.beta.kubernetes.io/load-balancer-source-ranges": is for a LoadBalancer only / add `type: LoadBalancer`, or take it out',
        ],
    ),
    'source ranges that are none': (
        app("port: 80\nservice: {type: LoadBalancer, annotations: {service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, x'}}"),
        [
            '9:105 apps.web.service.annotations."service.beta.kubernetes.io/load-balancer-source-ranges": "x" is not a range of addresses: \'x\' does not appear to be an IPv4 or IPv6 network / like 10.0.0.0/8, with nothing set behind the prefix',
        ],
    ),
    'two classes of an Ingress': (
        app('port: 80\ningress: {host: a.example.com, annotations: {kubernetes.io/ingress.class: nginx}}'),
        [
            '9:79 apps.web.ingress.annotations."kubernetes.io/ingress.class": the class is alb / take it out, and say it once: `className: nginx`',
        ],
    ),
    'a prefix that starts with 0': (
        app('network: {fromCidr: [10.0.0.0/08]}'),
        [
            '8:26 apps.web.network.fromCidr[0]: "10.0.0.0/08" is not a range of addresses: the prefix starts with 0 / like 10.0.0.0/8, with nothing set behind the prefix',
        ],
    ),
    'IPv4 within IPv6': (
        app("network: {fromCidr: ['::ffff:10.0.0.0/104']}"),
        [
            '8:26 apps.web.network.fromCidr[0]: "::ffff:10.0.0.0/104" is not a range of addresses: IPv4 addresses are not written as IPv6 here / like 10.0.0.0/8, with nothing set behind the prefix',
        ],
    ),
    'a rule for nobody': (
        app('network: {ingress: [{from: [{}]}]}'),
        [
            '8:33 apps.web.network.ingress[0].from[0]: names no peer / say podSelector, namespaceSelector or ipBlock; `podSelector: {}` is every pod of the namespace',
        ],
    ),
    'pods and addresses in one item': (
        app('network: {ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}'),
        [
            '8:33 apps.web.network.ingress[0].from[0]: both ipBlock and a selector / make two items of it',
        ],
    ),
    'an exception that is elsewhere': (
        app('network: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]}]}'),
        [
            '8:68 apps.web.network.egress[0].to[0].ipBlock.except[0]: 11.0.0.0/8 is not within 10.0.0.0/8 / a smaller range within it',
        ],
    ),
    'ports backwards': (
        app('network: {ingress: [{ports: [{port: 80, endPort: 79}]}]}'),
        [
            '8:54 apps.web.network.ingress[0].ports[0].endPort: 79 is below the first port, 80 / at least 80',
        ],
    ),
    'ports after a name': (
        app('network: {ingress: [{ports: [{port: http, endPort: 79}]}]}'),
        [
            '8:56 apps.web.network.ingress[0].ports[0].endPort: needs the number of the first port / add `port:` with a number',
        ],
    ),
    'a selector without values': (
        app('network: {ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: In}]}}]}]}'),
        [
            '8:67 apps.web.network.ingress[0].from[0].podSelector.matchExpressions[0]: In needs values / add `values: [a, b]`',
        ],
    ),
    'a selector with values': (
        app('network: {ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}]}'),
        [
            '8:94 apps.web.network.ingress[0].from[0].podSelector.matchExpressions[0].values: Exists takes no values / take them out',
        ],
    ),
    'a rule of the other direction': (
        app('network: {egress: [{from: [{podSelector: {}}]}]}'),
        [
            '8:25 apps.web.network.egress[0].from: unknown field "from" / known here: to, ports',
        ],
    ),
    'an annotation that Kubernetes reads': (
        app('annotations: {controller.kubernetes.io/pod-deletion-cost: much}'),
        [
            '8:63 apps.web.annotations."controller.kubernetes.io/pod-deletion-cost": Kubernetes reads this one, and does not take "much" / a whole number, like 100',
        ],
    ),
    'a profile for a container that there is not': (
        app('annotations: {container.apparmor.security.beta.kubernetes.io/other: runtime/default}'),
        [
            '8:19 apps.web.annotations."container.apparmor.security.beta.kubernetes.io/other": no container of this name, or no profile / say `securityContext: {appArmorProfile: …}`',
        ],
    ),
    'a user below zero': (
        app('securityContext: {runAsUser: -1}'),
        [
            '8:34 apps.web.securityContext.runAsUser: -1 is out of range for a number of a user or group / from 0 to 2147483647',
        ],
    ),
    'a user in quotes': (
        app("securityContext: {runAsUser: '1000'}"),
        [
            '8:34 apps.web.securityContext.runAsUser: expected a number of a user or group, got "1000" / take off the quotes',
        ],
    ),
    'a misspelled field of security': (
        app('securityContext: {runAsuser: 1}'),
        [
            '8:23 apps.web.securityContext.runAsuser: unknown field "runAsuser" / did you mean "runAsUser"?',
        ],
    ),
    "the pod's group for a container": (
        app('securityContext: {fsGroup: 1}'),
        [
            '8:23 apps.web.securityContext.fsGroup: unknown field "fsGroup" / that is the pod\'s: `podSecurityContext: {fsGroup: …}`',
        ],
    ),
    "the container's rights for a pod": (
        app('podSecurityContext: {privileged: true}'),
        [
            '8:26 apps.web.podSecurityContext.privileged: unknown field "privileged" / that is the container\'s: `securityContext: {privileged: …}`',
        ],
    ),
    "a profile of the node's that is not named": (
        app('podSecurityContext: {seccompProfile: {type: Localhost}}'),
        [
            '8:26 apps.web.podSecurityContext.seccompProfile: no profile is named / add `localhostProfile:`, its file on the node',
        ],
    ),
    "a profile's file with another type": (
        app('securityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: a}}'),
        [
            '8:80 apps.web.securityContext.seccompProfile.localhostProfile: cannot be set with RuntimeDefault / set `type: Localhost`',
        ],
    ),
    'an unmasked /proc': (
        app('securityContext: {procMount: Unmasked}'),
        [
            "8:34 apps.web.securityContext.procMount: Unmasked needs users of the pod's own / add `pod: {hostUsers: false}`",
        ],
    ),
    'a sysctl twice': (
        app('podSecurityContext: {sysctls: [{name: a, value: 1}, {name: a, value: 2}]}'),
        [
            '8:64 apps.web.podSecurityContext.sysctls[1].name: name "a" is there twice / keep one, or rename it',
        ],
    ),
    'a mount of no volume': (
        app('container: {volumeMounts: [{name: data, mountPath: /data}]}'),
        [
            '8:39 apps.web.container.volumeMounts[0].name: no volume is named "data" / add it: `volumes: {data: {emptyDir: {}}}`',
        ],
    ),
    "a container of the app's name": (
        app('pod: {initContainers: [{name: web, image: x}]}'),
        [
            '8:35 apps.web.pod.initContainers[0].name: a second container named web / rename it',
        ],
    ),
    "a container of the migration's name": (
        app('migration: {command: [a]}\npod: {containers: [{name: migrate, image: x}]}'),
        [
            '9:31 apps.web.pod.containers[0].name: a second container named migrate / rename it',
        ],
    ),
    "a container's name in capitals": (
        app('container: {name: Web}'),
        [
            '8:23 apps.web.container.name: "Web" is not a container\'s name / lower-case letters, digits and -',
        ],
    ),
    "a port's name under container, again": (
        app('port: 80\ncontainer: {ports: [{name: http, containerPort: 81}]}'),
        [
            '9:32 apps.web.container.ports[0].name: a second port named http / say it under `ports`, or give it another name',
        ],
    ),
    'a limit under container below our request': (
        app('container: {resources: {limits: {cpu: 10m}}}'),
        [
            '8:43 apps.web.container.resources.limits.cpu: 50m of cpu is asked for, and the limit is 10m / say both under `resources`',
        ],
    ),
    'a pod that does not start again': (
        app('pod: {restartPolicy: Never}'),
        [
            "8:26 apps.web.pod.restartPolicy: only Always is possible here / its pods run until they are replaced; what runs to an end is of `kind: Job` or `kind: CronJob`",
        ],
    ),
    'a pod with a deadline': (
        app('pod: {activeDeadlineSeconds: 60}'),
        [
            "8:11 apps.web.pod.activeDeadlineSeconds: cannot be set here / its pods run until they are replaced; what runs to an end is of `kind: Job` or `kind: CronJob`",
        ],
    ),
    'a sleep beyond the end': (
        app('container: {lifecycle: {preStop: {sleep: {seconds: 31}}}}'),
        [
            '8:56 apps.web.container.lifecycle.preStop.sleep.seconds: 31 is too long / the pod has 30 seconds to end: `terminationGracePeriodSeconds: 41` gives more',
        ],
    ),
    'a probe of a port of an app without ports': (
        app('startupProbe: {tcpSocket: {port: web}}'),
        [
            '8:38 apps.web.startupProbe.tcpSocket.port: no port is named "web" / add it: `ports: [{name: …, containerPort: …}]`',
        ],
    ),
    "a folder of thousandths of a byte": (
        app("writableSize: 100m"),
        [
            '8:19 apps.web.writableSize: 100m of ephemeral-storage is 0.100 bytes / m is a thousandth; did you mean "100Mi"?',
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
    there = loader.parse(app(lines)).apps["web"].instances["prod"].workloads["web"]
    assert "{environment}" not in repr(there)
    assert repr(there).count("prod") >= 11


def test_true_is_what_there_would_be_anyway() -> None:
    plain = workload("port: 80\nreplicas: 2")
    assert workload("port: 80\nreplicas: 2\nservice: true\ndisruption: true") == plain


def test_an_override_takes_another_source_of_a_variable() -> None:
    found = workload(
        "env: {A: {valueFrom: {fieldRef: {fieldPath: status.podIP}}}}\n"
        "environments: {prod: {env: {A: {valueFrom: {secretKeyRef: {name: a, key: b}}}}}}"
    )
    assert found.env == ({"name": "A", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},)


def test_values_of_headers_and_sysctls_are_text() -> None:
    found = workload(
        "port: 80\nlivenessProbe: {httpGet: {httpHeaders: [{name: A, value: true}]}}\n"
        "podSecurityContext: {sysctls: [{name: a, value: 1}]}"
    )
    assert found.probes["livenessProbe"]["httpGet"]["httpHeaders"] == [{"name": "A", "value": "true"}]
    assert found.pod_security_context["sysctls"] == [{"name": "a", "value": "1"}]


def texts(accepts: object, path: str = "") -> Iterator[tuple[str, Text]]:
    """Yield every type of text in the language, with the first place where it stands."""
    if isinstance(accepts, Text):
        yield path, accepts
    elif isinstance(accepts, Record):
        for name, known in accepts.fields.items():
            yield from texts(known.type, f"{path}.{name}")
    elif isinstance(accepts, ListOf):
        yield from texts(accepts.item, f"{path}[]")
    elif isinstance(accepts, MapOf):
        yield from texts(accepts.key, f"{path} (its names)")
        yield from texts(accepts.value, f"{path}.*")
    elif isinstance(accepts, Either):
        for _, inner in accepts.shapes:
            yield from texts(inner, path)


def test_every_name_says_how_it_must_be() -> None:
    found = list(texts(language.SPEC))
    assert len(found) > 150
    assert [path for path, accepts in found if accepts.pattern and not accepts.hint] == []


@pytest.mark.parametrize(
    "fields", ["labels: {a: 'x\\0'}", "annotations: {a: 'x\\0'}", "config: {A: 'x\\0'}", "args: ['x\\0']"]
)
def test_a_nul_character_is_named_as_one(fields: str) -> None:
    written = fields.replace("'", '"')
    assert any("NUL" in line for line in told(app(written)))
    assert not any("variable" in line for line in told(app(written)))
