"""Define the fields of a workload, which may differ in each environment.

To add a field, add a line to ``WORKLOAD`` here (a ``LateField`` if few specs have it), an attribute to
``workload.Workload``, an entry in ``reference/``, and code that renders it to a module in ``render/kinds/``.
"""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language import container, pod
from generator.spec.language.container import ENV, INIT, PROBE, QUANTITY, SIDECAR
from generator.spec.language.ecs import FIELDS as ECS
from generator.spec.language.hatches import HATCHES
from generator.spec.language.kinds import KIND, OBJECT
from generator.spec.language.names import (
    APP_NAME,
    COMMAND,
    FOLDER,
    IMAGE,
    LABEL,
    RELATIVE,
    STORE_HINT,
    URL_PATH,
    VARIABLE,
    WORKLOAD_NAME,
)
from generator.spec.language.service import NODE_PORT, SERVICE, SERVICES
from generator.spec.late_field import LateField
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
)

PORT = shapes.PORT
PORT_NAME = shapes.PORT_NAME

_COUNT = Either(
    (
        (int, Integer(0, 5000)),
        (str, Text("a percentage", r"(?:100|[1-9]?[0-9])%", 4, "a number of pods, or a percentage like 25%")),
    ),
    "a number or a percentage",
)
DISRUPTION = Record(
    {
        "minAvailable": Field(_COUNT, "The number or percentage of pods that must stay."),
        "maxUnavailable": Field(_COUNT, "The number or percentage of pods that may be evicted at once."),
        "unhealthyPodEvictionPolicy": Field(
            Choice(("AlwaysAllow", "IfHealthyBudget")), "Whether pods that are not ready may always be evicted."
        ),
    }
)

CONTAINER_PORT = Record(
    {
        "name": Field(PORT_NAME, "The name by which Services, probes and Ingresses refer to the port."),
        "containerPort": Field(PORT, "The port that the process listens on.", required=True),
        "servicePort": Field(PORT, "The port of the Service for it; `null` keeps it out of the Service.", null=True),
        "protocol": Field(shapes.PROTOCOL, "The protocol."),
        "nodePort": Field(NODE_PORT, "The port of the nodes for it, of a Service of type NodePort or LoadBalancer."),
        "appProtocol": Field(shapes.KEY, "The protocol that is spoken on it, for load balancers and meshes."),
    },
    elsewhere=hints(dict.fromkeys(("hostPort", "hostIP"), "a node's own port is said in `container: {ports: […]}`")),
)

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
                        "The name of the secret in Secrets Manager.",
                        required=True,
                    ),
                    "property": Field(
                        Text("a property", r"[A-Za-z0-9_.-]+", 253, "letters, digits, -, _ and ."),
                        "The field of the secret's JSON.",
                    ),
                    "version": Field(
                        Text("a version", r"[A-Za-z0-9_./-]+", 253, "like AWSCURRENT"),
                        "The version stage or id of the secret.",
                    ),
                }
            ),
        ),
    ),
    "NAME#PROPERTY or a map with key and property",
)

MIGRATION = Record(
    {
        "command": Field(COMMAND, "The command that runs in the new image before its pods start.", required=True),
        "timeout": Field(Integer(1, 86400, "seconds"), "The seconds after which it has failed."),
        "retries": Field(Integer(0, 20), "The number of retries."),
    }
)
NETWORK = Record(
    {
        "from": Field(ListOf(APP_NAME), "The apps whose pods may connect."),
        "fromCidr": Field(ListOf(shapes.CIDR), "Ranges of addresses that may connect."),
        "ingress": Field(shapes.INGRESS_RULES, "Further rules for incoming connections, as in a NetworkPolicy."),
        "egress": Field(
            shapes.EGRESS_RULES,
            "Rules for outgoing connections, as in a NetworkPolicy. Without any, pods may reach everything.",
        ),
    }
)
_OFF = Boolean()

WORKLOAD: dict[str, Field] = {
    "image": Field(
        IMAGE, "The image without a tag, like shop/web. `registry` is put before it, unless it names a registry itself."
    ),
    "port": Field(
        PORT, "The port that the process listens on. It is named `http`, and the Service offers it as port 80."
    ),
    "ports": Field(
        ListOf(CONTAINER_PORT, key="name"),
        "The ports that the process listens on, where there are several or one needs another name.",
    ),
    "command": Field(COMMAND, "The command that replaces the image's entrypoint, as a list of words."),
    "args": Field(
        ListOf(Text("an argument", longest=8192), words=True),
        "The arguments that replace the image's own, as a list of words.",
    ),
    "env": Field(
        ENV,
        "Environment variables: a map, or a list as in Kubernetes. `{environment}` stands for the environment's name, "
        "`{infra.OUTPUT}` for what Terraform gave it.",
    ),
    "config": Field(
        MapOf(VARIABLE, Scalar()),
        "A ConfigMap whose keys the process gets as environment variables. A change restarts the pods.",
    ),
    "secrets": Field(
        MapOf(VARIABLE, SECRET),
        "Environment variables from AWS Secrets Manager, as `VARIABLE: NAME#PROPERTY`. The values are never in git.",
    ),
    "resources": Field(shapes.RESOURCES, "The requests and limits of the container."),
    "health": Field(
        URL_PATH,
        "The path that tells whether the process lives. It becomes the probes that are not written in full.",
    ),
    "ready": Field(URL_PATH, "The path that tells whether the process can take requests."),
    "livenessProbe": Field(
        PROBE, "The probe that restarts the container when it fails. It replaces the one from `health`."
    ),
    "readinessProbe": Field(
        PROBE,
        "The probe that removes the pod from the Service while it fails. It replaces the one "
        "from `health` and `ready`.",
    ),
    "startupProbe": Field(
        PROBE, "The probe that delays the others until it succeeds. It replaces the one from `health`."
    ),
    "replicas": Field(Integer(0, 5000), "The number of pods."),
    "autoscale": LateField(
        "scale", "AUTOSCALE", "A HorizontalPodAutoscaler that sets the number of pods, instead of `replicas`."
    ),
    "keda": LateField("scale", "KEDA", "A ScaledObject of KEDA, which sets the number of pods, instead of `replicas`."),
    "service": Field(
        Either(((bool, _OFF), (dict, SERVICE)), "false or a map"), "Settings of the Service, or `false` for none."
    ),
    **SERVICES,
    "ingress": LateField(
        "traffic",
        "INGRESS",
        "Access from outside, through the AWS load balancer unless `className` names another controller.",
    ),
    "gateway": LateField("traffic", "GATEWAY", "Access from outside, through an existing Gateway of the Gateway API."),
    "migration": Field(
        MIGRATION, "A Job that runs before each new version, such as a change of the database's schema."
    ),
    "disruption": Field(
        Either(((bool, _OFF), (dict, DISRUPTION)), "false or a map"),
        "The PodDisruptionBudget, with `minAvailable` or `maxUnavailable`, or `false` for none.",
    ),
    "network": Field(NETWORK, "A NetworkPolicy that accepts only the connections named here."),
    "serviceAccount": LateField("identity", "SERVICE_ACCOUNT", "Settings of the app's ServiceAccount."),
    "role": LateField(
        "identity", "ROLE", "What its pods may do in the API of the cluster: a Role, which mounts their token."
    ),
    "encryptedSecret": Field(
        RELATIVE,
        "The file of the repository with the app's secrets, encrypted for the cluster: a SealedSecret, or a SopsSecret."
        " Every key becomes an environment variable.",
    ),
    "externalSecret": LateField(
        "identity", "EXTERNAL_SECRET", "Settings of the ExternalSecret that reads `secrets`, and whole secrets."
    ),
    "labels": Field(shapes.STRINGS, "Labels of the workload and its pods, in addition to those that are always set."),
    "annotations": Field(shapes.STRINGS, "Annotations of the pods."),
    "commonLabels": Field(
        MapOf(shapes.KEY, shapes.LABEL_VALUE),
        "Labels of all objects of the app and of its pods, including hand-written objects.",
    ),
    "commonAnnotations": Field(
        shapes.STRINGS, "Annotations of all objects of the app and of its pods, including hand-written objects."
    ),
    "securityContext": Field(
        shapes.SECURITY, "The security context of the container, which overrides the safe defaults."
    ),
    "podSecurityContext": Field(
        shapes.POD_SECURITY, "The security context of the pod, which overrides the safe defaults."
    ),
    "writable": Field(ListOf(FOLDER), "The folders that the process may write to, each an `emptyDir` volume."),
    "writableSize": Field(QUANTITY, "The size that each of these folders may have before the pod is evicted."),
    "progressDeadlineSeconds": Field(
        Integer(1, 86400, "seconds"), "The seconds without progress after which a rollout has failed."
    ),
    **ECS,
    **OBJECT,
    **pod.POD,
    **container.CONTAINER,
    **pod.FILES,
    **pod.VOLUMES,
    "databases": LateField(
        "database",
        "DATABASES",
        "Databases of the app's own, by name, run by CloudNativePG in the cluster or by RDS, with their variables.",
    ),
    "tables": LateField(
        "stores", "TABLES", "Tables of the app's own in DynamoDB, by name, paid by use. They need `infra`."
    ),
    "buckets": LateField(
        "stores", "BUCKETS", "Buckets of the app's own in S3, by name, private and encrypted. They need `infra`."
    ),
    "queues": LateField(
        "stores",
        "QUEUES",
        "Queues of the app's own in SQS, by name, each with a second queue for failed messages. They need `infra`.",
    ),
    "sidecars": Field(
        MapOf(LABEL, SIDECAR),
        "Containers that run beside the app's own, by name. They start before it and end after it.",
    ),
    "initContainers": Field(
        MapOf(LABEL, INIT), "Containers that run one after the other before the app's own starts, by name."
    ),
    "container": Field(
        Anything(of="Container"),
        "Further fields of the container, as in Kubernetes. Lists are merged with those that are generated, by the key"
        " that Kubernetes merges them by.",
    ),
    "pod": Field(
        Anything(of="PodSpec"),
        "Further fields of the pod, as in Kubernetes. Lists are merged with those that are generated, by the key that"
        " Kubernetes merges them by.",
    ),
}


def _of_override(name: str, value: object) -> str:
    from generator.spec import misplaced

    return misplaced.in_override(name, value)


# The type of an app in an environment, with the override merged over it; and the type of the override, which has no
# required fields, because the app has them. Workloads may leave out fields that the app has for all of them.
_IMAGE = Field(
    IMAGE,
    "The image without a tag, like shop/web. `registry` is put before it, unless it names a registry itself.",
    required=True,
)
_PARTIAL: dict[str, Field] = {name: known.partial() for name, known in WORKLOAD.items()}
# Fields that an app has once, independent of its number of workloads.
SHARED = frozenset({
    "image", "target", "migration", "serviceAccount", "role", "encryptedSecret", "externalSecret", "databases",
    "tables", "buckets", "queues", "commonLabels", "commonAnnotations",
})  # fmt: skip
_ONE = {name: known for name, known in _PARTIAL.items() if name not in SHARED}
OBJECT_NAME = Text("a name (DNS label)", LABEL.pattern, 52, LABEL.hint)
NAME: dict[str, Field] = {
    "name": Field(OBJECT_NAME, "The name of its object, instead of the app's name followed by the workload's."),
}


def _of_workload(name: str, value: object) -> str:
    from generator.spec import misplaced

    return misplaced.in_workload(name, value)


WORKLOADS: dict[str, Field] = {
    "workloads": Field(
        MapOf(WORKLOAD_NAME, Record({**NAME, **KIND, **_ONE}, elsewhere=_of_workload, laid_over=True), least=1),
        "The workloads of the app, if it has several. Each inherits the app's fields and can override them.",
    )
}
COMPLETE = Record({**KIND, **WORKLOAD, **HATCHES, "image": _IMAGE})
GENERAL = Record({**KIND, **WORKLOAD, **HATCHES, "image": _IMAGE, **WORKLOADS})
OVERRIDE = Record(
    {
        **_PARTIAL,
        **HATCHES,
        "workloads": Field(
            MapOf(WORKLOAD_NAME, Record(_ONE, elsewhere=_of_override, laid_over=True)),
            "Overrides for one of several workloads. `null` excludes the workload from the environment.",
        ),
    },
    elsewhere=_of_override,
    laid_over=True,
)
