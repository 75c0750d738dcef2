"""Types of the language with Kubernetes' own shapes: sources of variables, security, selectors, rules, policies.

They refuse the same values as the API server (``k8s.io/kubernetes/pkg/apis/*/validation``). Fields of a newer
Kubernetes are possible under ``pod`` and ``container``, which accept any field.
"""

from __future__ import annotations

from typing import Final

from generator.spec import patterns
from generator.spec.types import (
    Boolean,
    Choice,
    Decimal,
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

OBJECT_NAME: Final = Text("an object's name", patterns.SUBDOMAIN, 253, patterns.NAME_HINT, filled=True)
OBJECT_KIND: Final = Text(
    "a kind",
    rf"(?:{patterns.SUBDOMAIN}/)?[A-Z][A-Za-z0-9]*",
    317,
    "like Namespace, or rbac.authorization.k8s.io/ClusterRole with its group",
)
KEY: Final = Text(
    "a key", patterns.QUALIFIED, 317, "like team or example.com/team, the part after / of at most 63 characters"
)
STRINGS: Final = MapOf(KEY, Scalar())
LABEL_VALUE: Final = Text(
    "a label's value", patterns.LABEL_VALUE, patterns.LONGEST_VALUE, patterns.VALUE_HINT, filled=True
)
CONTAINER_NAME: Final = Text(
    "a container's name", r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", 63, "lower-case letters, digits and -"
)
PORT: Final = Integer(1, 65535, "a port")
PORT_NAME: Final = Text(
    "a port name", r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", 15, "at most 15 of a-z, 0-9 and single -"
)
PORT_OR_NAME: Final = Either(((int, PORT), (str, PORT_NAME)), "a port's number or name")
PROTOCOL: Final = Choice(("TCP", "UDP", "SCTP"))
QUANTITY: Final = Either(
    (
        (int, Integer(0, 2**60)),
        (float, Decimal()),
        (str, Text("a quantity", patterns.QUANTITY, 40, "like 250m, 1, 128Mi")),
    ),
    "a quantity like 250m or 128Mi",
)

# -- what a variable's value comes from ---------------------------------------------------------------------------

_MAP_KEY: Final = Text("a key", r"(?!\.\.)(?!\.$)[A-Za-z0-9_.-]+", 253, "letters, digits, -, _ and .", filled=True)
_OF_OBJECT: Final = Record(
    {
        "name": Field(OBJECT_NAME, "The name of the object.", required=True),
        "key": Field(_MAP_KEY, "The key in it.", required=True),
        "optional": Field(Boolean(), "Start pods even if the object or the key is missing."),
    }
)
_FIELD_PATH: Final = Text(
    "a field of the pod",
    r"metadata\.(?:name|namespace|uid)|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIP|podIP)s?"
    rf"|metadata\.(?:labels|annotations)\['{patterns.QUALIFIED}'\]",
    400,
    "like metadata.name, spec.nodeName, status.podIP, or metadata.labels['team']",
)
_UNITS: Final = "1, 1k, 1M, 1G, 1Ki, 1Mi, 1Gi; of cpu 1 and 1m"
_RESOURCE_FIELD: Final = Record(
    {
        "resource": Field(
            Text(
                "a resource of the container",
                r"(?:limits|requests)\.(?:cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMGT]i)",
                60,
                "like limits.memory or requests.cpu",
            ),
            "The request or limit, like `limits.memory`.",
            required=True,
        ),
        "containerName": Field(CONTAINER_NAME, "The container whose request or limit it is."),
        "divisor": Field(
            Either(
                (
                    (int, Integer(1, 1, "a divisor")),
                    (str, Text("a divisor", r"1(?:m|k|[MGTPE]|[KMGTPE]i)?", 3, _UNITS)),
                ),
                "a unit like 1Mi",
            ),
            "The unit that the number is given in.",
        ),
    }
)
VALUE_FROM: Final = Record(
    {
        "fieldRef": Field(
            Record(
                {
                    "fieldPath": Field(_FIELD_PATH, "The path of the field, like `metadata.name`.", required=True),
                    "apiVersion": Field(Choice(("v1",)), "The version of the schema that the path is of."),
                }
            ),
            "A field of the pod, such as its name or its IP address.",
        ),
        "resourceFieldRef": Field(_RESOURCE_FIELD, "A request or limit of the container."),
        "configMapKeyRef": Field(_OF_OBJECT, "A key of a ConfigMap."),
        "secretKeyRef": Field(_OF_OBJECT, "A key of a Secret."),
    },
    exactly_one=("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"),
)
CLAIMS: Final = ListOf(
    Record(
        {
            "name": Field(OBJECT_NAME, "The name of the claim under `pod: {resourceClaims: …}`.", required=True),
            "request": Field(OBJECT_NAME, "The request of the claim that the container uses."),
        }
    )
)
_AMOUNTS: Final = ("cpu", "memory", "ephemeral-storage")
RESOURCES: Final = Record(
    {
        "requests": Field(
            MapOf(Text("a resource", longest=100), QUANTITY), "The amounts that the scheduler reserves on a node."
        ),
        "limits": Field(
            MapOf(Text("a resource", longest=100), QUANTITY), "The amounts that the container may use at most."
        ),
        "claims": Field(CLAIMS, "Dynamic resource claims of the container."),
    },
    elsewhere=hints({name: f"write `requests: {{{name}: …}}`, `limits: {{{name}: …}}`, or both" for name in _AMOUNTS}),
)
HEADERS: Final = ListOf(
    Record(
        {
            "name": Field(
                Text("a header's name", r"[A-Za-z0-9-]+", 256, "letters, digits and -"),
                "The name of the header.",
                required=True,
            ),
            "value": Field(Scalar(), "The value of the header.", required=True),
        }
    )
)

# -- security ---------------------------------------------------------------------------------------------------

_ID: Final = Integer(0, 2**31 - 1, "a number of a user or group")
_PROFILE: Final = Record(
    {
        "type": Field(
            Choice(("RuntimeDefault", "Localhost", "Unconfined")),
            "The kind of profile: the runtime's own, a file on the node, or none.",
            required=True,
        ),
        "localhostProfile": Field(Text("a profile", longest=4096), "The profile's file on the node, for `Localhost`."),
    }
)
_SE_LINUX: Final = Record(
    {name: Field(Text(), f"The {name} of the SELinux context.") for name in ("user", "role", "type", "level")}
)
_SYSCTL_PART: Final = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
_SYSCTL: Final = Text("a sysctl", rf"(?:{_SYSCTL_PART}[./])*{_SYSCTL_PART}", 253, "like net.core.somaxconn")
_CAPABILITIES: Final = ListOf(Text("a capability", r"[A-Za-z0-9_]+", 40, "like NET_BIND_SERVICE"))
_SHARED: Final = {
    "runAsUser": Field(_ID, "The number of the user that the process runs as."),
    "runAsGroup": Field(_ID, "The number of the process's primary group."),
    "runAsNonRoot": Field(Boolean(), "Refuse to start a process that would run as root."),
    "seccompProfile": Field(_PROFILE, "The system calls that the process may make."),
    "appArmorProfile": Field(_PROFILE, "The AppArmor profile of the process."),
    "seLinuxOptions": Field(_SE_LINUX, "The SELinux context of the process."),
}
SECURITY: Final = Record(
    {
        **_SHARED,
        "allowPrivilegeEscalation": Field(Boolean(), "Let the process gain more rights than its parent has."),
        "capabilities": Field(
            Record(
                {
                    "add": Field(_CAPABILITIES, "Capabilities to add."),
                    "drop": Field(_CAPABILITIES, "Capabilities to drop."),
                }
            ),
            "The Linux capabilities of the process.",
        ),
        "privileged": Field(Boolean(), "Run with all rights on the node."),
        "procMount": Field(Choice(("Default", "Unmasked")), "How `/proc` is mounted."),
        "readOnlyRootFilesystem": Field(Boolean(), "Mount the image's own files read-only."),
    },
    elsewhere=hints({"fsGroup": "that is the pod's: `podSecurityContext: {fsGroup: …}`"}),
    laid_over=True,
)
POD_SECURITY: Final = Record(
    {
        **_SHARED,
        "fsGroup": Field(_ID, "The number of the group that volumes belong to."),
        "fsGroupChangePolicy": Field(Choice(("Always", "OnRootMismatch")), "When `fsGroup` gets a volume's files."),
        "supplementalGroups": Field(ListOf(_ID), "Further groups of the process, by number."),
        "supplementalGroupsPolicy": Field(Choice(("Merge", "Strict")), "Whether the image's own groups count."),
        "sysctls": Field(
            ListOf(
                Record(
                    {
                        "name": Field(_SYSCTL, "The name of the setting.", required=True),
                        "value": Field(Scalar(), "The value of the setting.", required=True),
                    }
                ),
                key="name",
            ),
            "Kernel settings of the pod.",
        ),
    },
    elsewhere=hints({
        name: f"that is the container's: `securityContext: {{{name}: …}}`"
        for name in ("allowPrivilegeEscalation", "capabilities", "privileged", "readOnlyRootFilesystem")
    }),
    laid_over=True,
)  # fmt: skip

# -- who may connect --------------------------------------------------------------------------------------------

CIDR: Final = Text("a range of addresses", r"[0-9a-f.:]+/[0-9]{1,3}", 50, "like 10.0.0.0/8")
_SELECTOR: Final = Record(
    {
        "matchLabels": Field(MapOf(KEY, LABEL_VALUE), "Labels that must be there, with these values."),
        "matchExpressions": Field(
            ListOf(
                Record(
                    {
                        "key": Field(KEY, "The label.", required=True),
                        "operator": Field(
                            Choice(("In", "NotIn", "Exists", "DoesNotExist")),
                            "How the label is compared with the values.",
                            required=True,
                        ),
                        "values": Field(ListOf(LABEL_VALUE), "The values, for `In` and `NotIn`."),
                    }
                )
            ),
            "Conditions on labels, all of which must hold.",
        ),
    }
)
_PEERS: Final = ListOf(
    Record(
        {
            "podSelector": Field(_SELECTOR, "The pods, by their labels."),
            "namespaceSelector": Field(_SELECTOR, "The namespaces of the pods, by their labels."),
            "ipBlock": Field(
                Record(
                    {
                        "cidr": Field(CIDR, "The range of addresses.", required=True),
                        "except": Field(ListOf(CIDR), "Ranges within it that are left out."),
                    }
                ),
                "Addresses outside of the cluster.",
            ),
        }
    )
)
_PORTS: Final = ListOf(
    Record(
        {
            "port": Field(PORT_OR_NAME, "The port's number or name."),
            "endPort": Field(PORT, "The last port of a range."),
            "protocol": Field(PROTOCOL, "The protocol."),
        }
    )
)
INGRESS_RULES: Final = ListOf(
    Record(
        {
            "from": Field(_PEERS, "Who may connect; anybody if it is left out."),
            "ports": Field(_PORTS, "The ports; all of them if it is left out."),
        }
    )
)
EGRESS_RULES: Final = ListOf(
    Record(
        {
            "to": Field(_PEERS, "What may be reached; anything if it is left out."),
            "ports": Field(_PORTS, "The ports; all of them if it is left out."),
        }
    )
)

# -- how fast to scale ------------------------------------------------------------------------------------------

_SCALING: Final = Record(
    {
        "stabilizationWindowSeconds": Field(
            Integer(0, 3600, "seconds"), "How many seconds of past recommendations are looked at."
        ),
        "selectPolicy": Field(Choice(("Max", "Min", "Disabled")), "Which of the policies counts."),
        "tolerance": Field(
            QUANTITY, "How far the measured value may be off before pods are added or removed, like 0.1."
        ),
        "policies": Field(
            ListOf(
                Record(
                    {
                        "type": Field(
                            Choice(("Pods", "Percent")),
                            "Whether pods or percent of the pods are counted.",
                            required=True,
                        ),
                        "value": Field(Integer(1, 2**31 - 1), "How many may change within the period.", required=True),
                        "periodSeconds": Field(Integer(1, 1800, "seconds"), "The period, in seconds.", required=True),
                    }
                ),
                least=1,
            ),
            "How many pods may come or go, and how fast.",
        ),
    }
)
BEHAVIOR: Final = Record(
    {"scaleUp": Field(_SCALING, "How pods are added."), "scaleDown": Field(_SCALING, "How pods are removed.")}
)
