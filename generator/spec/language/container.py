"""Define fields of every container: variables, probes and Kubernetes' own; and the containers beside the app's own."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import COMMAND, FOLDER, HOST, TAGGED_IMAGE, URL_PATH, VARIABLE
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
)

QUANTITY = shapes.QUANTITY
PORT = shapes.PORT
PORT_OR_NAME = shapes.PORT_OR_NAME

_HTTP_GET = Record(
    {
        "path": Field(URL_PATH, "The path to request."),
        "port": Field(PORT_OR_NAME, "The number or name of the port."),
        "scheme": Field(Choice(("HTTP", "HTTPS")), "The scheme to request it by."),
        "host": Field(Text("a host", longest=253), "The host to connect to."),
        "httpHeaders": Field(shapes.HEADERS, "The headers to send."),
    }
)
_SECONDS = Integer(0, 86400, "seconds")
PROBE = Record(
    {
        "httpGet": Field(_HTTP_GET, "Request a path; 2xx and 3xx are a success."),
        "tcpSocket": Field(
            Record(
                {
                    "port": Field(PORT_OR_NAME, "The number or name of the port."),
                    "host": Field(HOST, "The host to connect to."),
                }
            ),
            "Open a connection; one that opens is a success.",
        ),
        "exec": Field(
            Record({"command": Field(COMMAND, "The command, as a list of words.", required=True)}),
            "Run a command in the container; exit code 0 is a success.",
        ),
        "grpc": Field(
            Record(
                {"port": Field(PORT, "The number of the port."), "service": Field(Text(), "The service to ask about.")}
            ),
            "Ask by the gRPC health protocol.",
        ),
        "initialDelaySeconds": Field(_SECONDS, "The seconds before the first probe."),
        "periodSeconds": Field(_SECONDS, "The seconds between two probes."),
        "timeoutSeconds": Field(_SECONDS, "The seconds after which a probe has failed."),
        "successThreshold": Field(Integer(1, 100), "The successes in a row after which the container is healthy."),
        "failureThreshold": Field(Integer(1, 1000), "The failures in a row after which the container is unhealthy."),
        "terminationGracePeriodSeconds": Field(
            Integer(1, 86400, "seconds"), "The seconds that the container gets to stop after a failed liveness probe."
        ),
    },
    exactly_one=("httpGet", "tcpSocket", "exec", "grpc"),
)

_VALUE = {
    "value": Field(Scalar(), "The value."),
    "valueFrom": Field(shapes.VALUE_FROM, "Where the value comes from, as in Kubernetes."),
}
ENV_VAR = Record({"name": Field(VARIABLE, "The name of the variable.", required=True), **_VALUE})
ENV = Either(
    (
        (dict, MapOf(VARIABLE, Either(((dict, Record(_VALUE)), (object, Scalar())), "a value"))),
        (list, ListOf(ENV_VAR, key="name")),
    ),
    "a map or a list of variables",
)


def _list(of: str) -> Anything:
    return Anything("a list", list, of)


CONTAINER: dict[str, Field] = {
    "envFrom": Field(_list("[EnvFromSource]"), "ConfigMaps and Secrets whose keys are environment variables."),
    "imagePullPolicy": Field(Choice(("Always", "IfNotPresent", "Never")), "When the image is pulled."),
    "workingDir": Field(Text("a folder", longest=4096), "The folder that the process starts in."),
    "lifecycle": Field(Anything(of="Lifecycle"), "Hooks after the container's start and before its end."),
    "volumeMounts": Field(_list("[VolumeMount:mountPath]"), "Mounts of volumes in the container, by `mountPath`."),
    "volumeDevices": Field(_list("[VolumeDevice:devicePath]"), "Volumes that the container gets as block devices."),
    "terminationMessagePath": Field(
        Text("a file", longest=4096), "The file with the reason why the container has ended."
    ),
    "terminationMessagePolicy": Field(
        Choice(("File", "FallbackToLogsOnError")), "Whether the log gives the reason if the file does not."
    ),
    "stdin": Field(Boolean(), "Keep standard input open."),
    "stdinOnce": Field(Boolean(), "Close standard input after the first client."),
    "tty": Field(Boolean(), "Give the process a terminal."),
}
# The fields of a sidecar or an init container.
_BESIDE: dict[str, Field] = {
    "image": Field(
        TAGGED_IMAGE,
        "The image with its tag; by default, the app's own image. `registry` is put before it, unless "
        "it names a registry itself.",
    ),
    "command": Field(COMMAND, "The command that replaces the image's entrypoint, as a list of words."),
    "args": Field(ListOf(Text("an argument", longest=8192), words=True), "The arguments, as a list of words."),
    "env": Field(ENV, "Environment variables: a map, or a list as in Kubernetes."),
    "resources": Field(shapes.RESOURCES, "The requests and limits of the container."),
    "securityContext": Field(shapes.SECURITY, "Its security context, which overrides the safe defaults."),
    "writable": Field(ListOf(FOLDER), "The folders that it may write to, each an `emptyDir` volume of its own."),
    "startupProbe": Field(
        PROBE, "The probe that delays the other probes, and the start of containers after a native sidecar."
    ),
    "livenessProbe": Field(PROBE, "The probe that restarts the container when it fails."),
    "readinessProbe": Field(PROBE, "The probe that takes the pod out of the Service while it fails."),
    "ports": Field(_list("[ContainerPort:containerPort,protocol]"), "The ports that it listens on."),
    **CONTAINER,
}
SIDECAR = Record(
    {
        **_BESIDE,
        "native": Field(
            Boolean(),
            "Start it before the app's container and end it after, as a native sidecar of "
            "Kubernetes; otherwise all containers start and end together.",
        ),
    }
)
INIT = Record(
    {
        **_BESIDE,
        "restartPolicy": Field(
            Choice(("Always",)),
            "Whether it keeps running: `Always` makes it a native sidecar at this position in the order.",
        ),
    }
)
