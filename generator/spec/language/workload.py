"""What an app says of its workload: fields that may differ in each environment.

To add one: a line in ``WORKLOAD`` here, an attribute in ``workload.Workload``, its entry in
``reference/``, and its use in the module under ``kinds/`` that renders it.
"""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import (
    APP_NAME,
    COMMAND,
    FOLDER,
    HOST,
    HOST_HINT,
    IMAGE,
    LABEL,
    STORE_HINT,
    STRINGS,
    URL_PATH,
    VARIABLE,
)
from generator.spec.types import (
    Anything,
    Boolean,
    Choice,
    Either,
    Field,
    Integer,
    ListOf,
    MapOf,
    Record,
    Scalar,
    Text,
    hints,
    partial,
)

QUANTITY = shapes.QUANTITY
PORT = shapes.PORT
PORT_NAME = shapes.PORT_NAME
PORT_OR_NAME = shapes.PORT_OR_NAME

_COUNT = Either(
    (
        (int, Integer(0, 5000)),
        (str, Text("a percentage", r"(?:100|[1-9]?[0-9])%", 4, "a number of pods, or a percentage like 25%")),
    ),
    "a number or a percentage",
)
DISRUPTION = Record(
    {
        "minAvailable": Field(_COUNT, "how many pods must stay: a number, or a percentage"),
        "maxUnavailable": Field(_COUNT, "how many pods may go at once: a number, or a percentage"),
        "unhealthyPodEvictionPolicy": Field(
            Choice(("AlwaysAllow", "IfHealthyBudget")), "whether pods that are not ready may go in any case"
        ),
    }
)

_AMOUNTS = ("cpu", "memory", "ephemeral-storage")
RESOURCES = Record(
    {
        "requests": Field(MapOf(Text("a resource", longest=100), QUANTITY), "what the scheduler reserves"),
        "limits": Field(MapOf(Text("a resource", longest=100), QUANTITY), "what the container may use at most"),
        "claims": Field(shapes.CLAIMS, "dynamic resource claims"),
    },
    elsewhere=hints({name: f"write `requests: {{{name}: …}}`, `limits: {{{name}: …}}`, or both" for name in _AMOUNTS}),
)

_HTTP_GET = Record(
    {
        "path": Field(URL_PATH, "the path to get"),
        "port": Field(PORT_OR_NAME, "the port's number or name; the first port if left out"),
        "scheme": Field(Choice(("HTTP", "HTTPS")), "HTTP or HTTPS"),
        "host": Field(Text("a host", longest=253), "the host; the pod's IP if left out"),
        "httpHeaders": Field(shapes.HEADERS, "headers to send"),
    }
)
_SECONDS = Integer(0, 86400, "seconds")
PROBE = Record(
    {
        "httpGet": Field(_HTTP_GET, "healthy if it answers 2xx or 3xx"),
        "tcpSocket": Field(Record({"port": Field(PORT_OR_NAME, "the port"), "host": Field(HOST, "the host")}), "open?"),
        "exec": Field(Record({"command": Field(COMMAND, "its words", required=True)}), "healthy if it exits 0"),
        "grpc": Field(
            Record({"port": Field(PORT, "the port"), "service": Field(Text(), "the service")}), "gRPC health"
        ),
        "initialDelaySeconds": Field(_SECONDS, "seconds before the first probe"),
        "periodSeconds": Field(_SECONDS, "seconds between probes"),
        "timeoutSeconds": Field(_SECONDS, "seconds until a probe has failed"),
        "successThreshold": Field(Integer(1, 100), "successes in a row until healthy"),
        "failureThreshold": Field(Integer(1, 1000), "failures in a row until unhealthy"),
        "terminationGracePeriodSeconds": Field(
            Integer(1, 86400, "seconds"), "seconds to stop in after a failed liveness probe"
        ),
    },
    exactly_one=("httpGet", "tcpSocket", "exec", "grpc"),
)

CONTAINER_PORT = Record(
    {
        "name": Field(PORT_NAME, "its name, by which Services, probes and Ingresses refer to it"),
        "containerPort": Field(PORT, "the port that the process listens on", required=True),
        "servicePort": Field(PORT, "the Service's port for it, if another one"),
        "protocol": Field(shapes.PROTOCOL, "TCP unless said otherwise"),
    }
)

_VALUE = {
    "value": Field(Scalar(), "its value"),
    "valueFrom": Field(shapes.VALUE_FROM, "where its value comes from, as in Kubernetes"),
}
ENV_VAR = Record({"name": Field(VARIABLE, "the variable's name", required=True), **_VALUE})

SECRET = Either(
    (
        (
            str,
            Text(
                "a secret's name",
                r"(?:[A-Za-z0-9/_+=.@-]|\{environment\})+(?:#[A-Za-z0-9_.-]+)?",
                512,
                "NAME or NAME#PROPERTY in Secrets Manager; never the secret itself",
            ),
        ),
        (
            dict,
            Record(
                {
                    "key": Field(
                        Text("a secret's name", r"(?:[A-Za-z0-9/_+=.@-]|\{environment\})+", 512, STORE_HINT),
                        "its name",
                        required=True,
                    ),
                    "property": Field(
                        Text("a property", r"[A-Za-z0-9_.-]+", 253, "letters, digits, -, _ and ."),
                        "a field of its JSON",
                    ),
                    "version": Field(
                        Text("a version", r"[A-Za-z0-9_./-]+", 253, "like AWSCURRENT"), "its version stage or id"
                    ),
                }
            ),
        ),
    ),
    "NAME#PROPERTY or a map with key and property",
)

_PERCENT = Integer(1, 1000, "a percentage of what is requested")
AUTOSCALE = Record(
    {
        "min": Field(Integer(1, 1000), "pods at the least", required=True),
        "max": Field(Integer(1, 5000), "pods at the most", required=True),
        "cpu": Field(_PERCENT, "average CPU use to aim at, percent of the request; 70 unless said otherwise"),
        "memory": Field(_PERCENT, "average memory use to aim at, percent of the request"),
        "behavior": Field(shapes.BEHAVIOR, "how fast to scale, as in HorizontalPodAutoscaler"),
    }
)

_ANNOTATIONS = Field(STRINGS, "annotations")
SERVICE = Record(
    {
        "type": Field(Choice(("ClusterIP", "NodePort", "LoadBalancer")), "ClusterIP unless said otherwise"),
        "port": Field(PORT, "the Service's port for the first port; 80 for the one named http"),
        "annotations": _ANNOTATIONS,
        "headless": Field(Boolean(), "no cluster IP: the name resolves to the pods"),
    }
)
INGRESS = Record(
    {
        "host": Field(
            Text("a host name", r"(?:\*\.)?[a-z0-9{}.-]+", 253, HOST_HINT), "the host it answers to", required=True
        ),
        "path": Field(URL_PATH, "the path prefix; / unless said otherwise"),
        "className": Field(LABEL, "the IngressClass; alb unless said otherwise"),
        "annotations": _ANNOTATIONS,
        "tls": Field(LABEL, "the Secret with the certificate, where the controller wants one"),
    }
)
MIGRATION = Record(
    {
        "command": Field(COMMAND, "what to run with the new image before its pods start", required=True),
        "timeout": Field(Integer(1, 86400, "seconds"), "seconds until it has failed; 600 unless said otherwise"),
        "retries": Field(Integer(0, 20), "how often it is tried again; 2 unless said otherwise"),
    }
)
SERVICE_ACCOUNT = Record({"annotations": _ANNOTATIONS, "token": Field(Boolean(), "mount its token into the pods")})
NETWORK = Record(
    {
        "from": Field(ListOf(APP_NAME), "the apps whose pods may connect; nobody else can"),
        "fromCidr": Field(ListOf(shapes.CIDR), "addresses that may connect"),
        "ingress": Field(shapes.INGRESS_RULES, "more rules, as in NetworkPolicy"),
        "egress": Field(shapes.EGRESS_RULES, "rules for what the pods may reach; everything if left out"),
    }
)
_OFF = Boolean()

WORKLOAD: dict[str, Field] = {
    "image": Field(IMAGE, "the image, without a tag; the registry is put before it if it names none"),
    "port": Field(PORT, "the port it listens on: short for one port named http"),
    "ports": Field(ListOf(CONTAINER_PORT, key="name"), "the ports it listens on"),
    "command": Field(COMMAND, "replaces the image's entrypoint"),
    "args": Field(ListOf(Text("an argument", longest=8192), words=True), "replaces the image's arguments"),
    "env": Field(
        Either(
            (
                (dict, MapOf(VARIABLE, Either(((dict, Record(_VALUE)), (object, Scalar())), "a value"))),
                (list, ListOf(ENV_VAR, key="name")),
            ),
            "a map or a list of variables",
        ),
        "environment variables: a map, or a list as in Kubernetes",
    ),
    "config": Field(MapOf(VARIABLE, Scalar()), "a ConfigMap, given to the process as environment variables"),
    "secrets": Field(MapOf(VARIABLE, SECRET), "variables from AWS Secrets Manager: NAME: secret/name#property"),
    "resources": Field(RESOURCES, "requests and limits"),
    "health": Field(
        URL_PATH,
        "the path that tells whether it lives: startup, liveness (a restart after a minute of failures) "
        "and, without `ready`, readiness (no requests after 15 seconds)",
    ),
    "ready": Field(URL_PATH, "the path that tells whether it can take requests"),
    "livenessProbe": Field(PROBE, "restart the container when it fails"),
    "readinessProbe": Field(PROBE, "send no requests while it fails"),
    "startupProbe": Field(PROBE, "hold the other probes until it succeeds"),
    "replicas": Field(Integer(0, 5000), "how many pods; 1 unless said otherwise"),
    "autoscale": Field(AUTOSCALE, "let a HorizontalPodAutoscaler say how many"),
    "service": Field(Either(((bool, _OFF), (dict, SERVICE)), "false or a map"), "its Service; false for none"),
    "ingress": Field(INGRESS, "its way in from outside, by the AWS load balancer unless said otherwise"),
    "migration": Field(MIGRATION, "a job that runs before each new version"),
    "disruption": Field(
        Either(((bool, _OFF), (dict, DISRUPTION)), "false or a map"),
        "its PodDisruptionBudget (minAvailable or maxUnavailable); false for none",
    ),
    "network": Field(NETWORK, "who may connect to it (NetworkPolicy)"),
    "serviceAccount": Field(SERVICE_ACCOUNT, "its ServiceAccount"),
    "labels": Field(STRINGS, "labels on the workload and its pods"),
    "annotations": Field(STRINGS, "annotations on the pods"),
    "securityContext": Field(shapes.SECURITY, "the container's, laid over the safe defaults"),
    "podSecurityContext": Field(shapes.POD_SECURITY, "the pod's, laid over the safe defaults"),
    "writable": Field(ListOf(FOLDER), "folders it may write to (emptyDir); /tmp unless said otherwise"),
    "writableSize": Field(
        QUANTITY, "how much each of these may hold before the pod is evicted; 1Gi unless said otherwise"
    ),
    "progressDeadlineSeconds": Field(Integer(1, 86400, "seconds"), "seconds until a stuck rollout has failed"),
    "container": Field(Anything(), "any more fields of the container, as in Kubernetes"),
    "pod": Field(Anything(), "any more fields of the pod, as in Kubernetes"),
}


def _of_override(name: str, value: object) -> str:
    from generator.spec import misplaced

    return misplaced.in_override(name, value)


# An app as it is in one environment, once the override is laid over it; and the override itself, which may leave
# out what the app says in general.
COMPLETE = Record({**WORKLOAD, "image": Field(IMAGE, "the image, without a tag, like shop/web", required=True)})
OVERRIDE = Record(
    {name: Field(partial(known.type), known.about) for name, known in WORKLOAD.items()},
    elsewhere=_of_override,
)
