"""Kubernetes' own shapes that the language takes over: sources of variables, security, selectors, rules, policies.

What the API server refuses of them (``k8s.io/kubernetes/pkg/apis/*/validation``) they refuse, too. A field that a newer
Kubernetes adds can be said under ``pod`` and ``container``, which take any.
"""

from __future__ import annotations

from typing import Final

from generator.spec import quantity
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

LABEL_PATTERN: Final = r"[a-z](?:[a-z0-9-]*[a-z0-9])?"
SUBDOMAIN: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_NAME_HINT: Final = "lower-case letters, digits, - and .; a letter or digit first and last"
OBJECT_NAME: Final = Text("an object's name", SUBDOMAIN, 253, _NAME_HINT, filled=True)
_KEY_PART: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
QUALIFIED: Final = rf"(?:(?=[^/]{{1,253}}/){SUBDOMAIN}/)?{_KEY_PART}"
KEY: Final = Text("a key", QUALIFIED, 317, "like team or example.com/team, the part after / of at most 63 characters")
LABEL_VALUE: Final = Text(
    "a label's value", rf"(?:{_KEY_PART})?", 63,
    "letters, digits, -, _ and ., with a letter or digit first and last", filled=True,
)  # fmt: skip
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
        (str, Text("a quantity", quantity.PATTERN, 40, "like 250m, 1, 128Mi")),
    ),
    "a quantity like 250m or 128Mi",
)

# -- what a variable's value comes from ---------------------------------------------------------------------------

_MAP_KEY: Final = Text("a key", r"(?!\.\.)(?!\.$)[A-Za-z0-9_.-]+", 253, "letters, digits, -, _ and .", filled=True)
_OF_OBJECT: Final = Record(
    {
        "name": Field(OBJECT_NAME, "its name", required=True),
        "key": Field(_MAP_KEY, "the key in it", required=True),
        "optional": Field(Boolean(), "whether pods start without it"),
    }
)
_FIELD_PATH: Final = Text(
    "a field of the pod",
    r"metadata\.(?:name|namespace|uid)|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIP|podIP)s?"
    rf"|metadata\.(?:labels|annotations)\['{QUALIFIED}'\]",
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
            "like limits.memory",
            required=True,
        ),
        "containerName": Field(CONTAINER_NAME, "the container; this one if left out"),
        "divisor": Field(
            Either(
                (
                    (int, Integer(1, 1, "a divisor")),
                    (str, Text("a divisor", r"1(?:m|k|[MGTPE]|[KMGTPE]i)?", 3, _UNITS)),
                ),
                "a unit like 1Mi",
            ),
            "the unit of the number",
        ),
    }
)
VALUE_FROM: Final = Record(
    {
        "fieldRef": Field(
            Record(
                {
                    "fieldPath": Field(_FIELD_PATH, "the field", required=True),
                    "apiVersion": Field(Choice(("v1",)), "v1"),
                }
            ),
            "a field of the pod",
        ),
        "resourceFieldRef": Field(_RESOURCE_FIELD, "a request or limit of the container"),
        "configMapKeyRef": Field(_OF_OBJECT, "a key of a ConfigMap"),
        "secretKeyRef": Field(_OF_OBJECT, "a key of a Secret"),
    },
    exactly_one=("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"),
)
CLAIMS: Final = ListOf(
    Record(
        {
            "name": Field(OBJECT_NAME, "its name under `pod: {resourceClaims: …}`", required=True),
            "request": Field(OBJECT_NAME, "which request of it; all if left out"),
        }
    )
)
HEADERS: Final = ListOf(
    Record(
        {
            "name": Field(
                Text("a header's name", r"[A-Za-z0-9-]+", 256, "letters, digits and -"), "its name", required=True
            ),
            "value": Field(Scalar(), "its value", required=True),
        }
    )
)

# -- security ---------------------------------------------------------------------------------------------------

_ID: Final = Integer(0, 2**31 - 1, "a number of a user or group")
_PROFILE: Final = Record(
    {
        "type": Field(Choice(("RuntimeDefault", "Localhost", "Unconfined")), "which one", required=True),
        "localhostProfile": Field(Text("a profile", longest=4096), "its file on the node, for Localhost"),
    }
)
_SE_LINUX: Final = Record({name: Field(Text(), f"its {name}") for name in ("user", "role", "type", "level")})
_SYSCTL_PART: Final = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
_SYSCTL: Final = Text("a sysctl", rf"(?:{_SYSCTL_PART}[./])*{_SYSCTL_PART}", 253, "like net.core.somaxconn")
_CAPABILITIES: Final = ListOf(Text("a capability", r"[A-Za-z0-9_]+", 40, "like NET_BIND_SERVICE"))
_SHARED: Final = {
    "runAsUser": Field(_ID, "the user that it runs as"),
    "runAsGroup": Field(_ID, "its primary group"),
    "runAsNonRoot": Field(Boolean(), "refuse to start as root"),
    "seccompProfile": Field(_PROFILE, "which system calls it may make"),
    "appArmorProfile": Field(_PROFILE, "its AppArmor profile"),
    "seLinuxOptions": Field(_SE_LINUX, "its SELinux context"),
}
SECURITY: Final = Record(
    {
        **_SHARED,
        "allowPrivilegeEscalation": Field(Boolean(), "whether it may gain rights"),
        "capabilities": Field(
            Record(
                {
                    "add": Field(_CAPABILITIES, "capabilities to add"),
                    "drop": Field(_CAPABILITIES, "capabilities to drop"),
                }
            ),
            "Linux capabilities",
        ),
        "privileged": Field(Boolean(), "all rights on the node"),
        "procMount": Field(Choice(("Default", "Unmasked")), "how /proc is mounted"),
        "readOnlyRootFilesystem": Field(Boolean(), "whether the image's files cannot be written to"),
    },
    elsewhere=hints({"fsGroup": "that is the pod's: `podSecurityContext: {fsGroup: …}`"}),
)
POD_SECURITY: Final = Record(
    {
        **_SHARED,
        "fsGroup": Field(_ID, "the group that volumes belong to"),
        "fsGroupChangePolicy": Field(Choice(("Always", "OnRootMismatch")), "when volumes are given to it"),
        "supplementalGroups": Field(ListOf(_ID), "more groups"),
        "supplementalGroupsPolicy": Field(Choice(("Merge", "Strict")), "whether the image's groups count"),
        "sysctls": Field(
            ListOf(
                Record(
                    {
                        "name": Field(_SYSCTL, "its name", required=True),
                        "value": Field(Scalar(), "its value", required=True),
                    }
                ),
                key="name",
            ),
            "kernel settings of the pod",
        ),
    },
    elsewhere=hints({
        name: f"that is the container's: `securityContext: {{{name}: …}}`"
        for name in ("allowPrivilegeEscalation", "capabilities", "privileged", "readOnlyRootFilesystem")
    }),
)  # fmt: skip

# -- who may connect --------------------------------------------------------------------------------------------

CIDR: Final = Text("a range of addresses", r"[0-9a-f.:]+/[0-9]{1,3}", 50, "like 10.0.0.0/8")
_SELECTOR: Final = Record(
    {
        "matchLabels": Field(MapOf(KEY, LABEL_VALUE), "labels that must be there"),
        "matchExpressions": Field(
            ListOf(
                Record(
                    {
                        "key": Field(KEY, "the label", required=True),
                        "operator": Field(Choice(("In", "NotIn", "Exists", "DoesNotExist")), "how", required=True),
                        "values": Field(ListOf(LABEL_VALUE), "the values, for In and NotIn"),
                    }
                )
            ),
            "conditions on labels",
        ),
    }
)
_PEERS: Final = ListOf(
    Record(
        {
            "podSelector": Field(_SELECTOR, "these pods"),
            "namespaceSelector": Field(_SELECTOR, "in these namespaces"),
            "ipBlock": Field(
                Record(
                    {
                        "cidr": Field(CIDR, "the range", required=True),
                        "except": Field(ListOf(CIDR), "but not these in it"),
                    }
                ),
                "these addresses",
            ),
        }
    )
)
_PORTS: Final = ListOf(
    Record(
        {
            "port": Field(PORT_OR_NAME, "its number or name; all if left out"),
            "endPort": Field(PORT, "the last one of a range"),
            "protocol": Field(PROTOCOL, "TCP unless said otherwise"),
        }
    )
)
INGRESS_RULES: Final = ListOf(Record({"from": Field(_PEERS, "who"), "ports": Field(_PORTS, "where")}))
EGRESS_RULES: Final = ListOf(Record({"to": Field(_PEERS, "whom"), "ports": Field(_PORTS, "where")}))

# -- how fast to scale ------------------------------------------------------------------------------------------

_SCALING: Final = Record(
    {
        "stabilizationWindowSeconds": Field(Integer(0, 3600, "seconds"), "seconds to look back"),
        "selectPolicy": Field(Choice(("Max", "Min", "Disabled")), "which policy counts; Max if left out"),
        "tolerance": Field(QUANTITY, "how far off is near enough, like 0.1"),
        "policies": Field(
            ListOf(
                Record(
                    {
                        "type": Field(Choice(("Pods", "Percent")), "what is counted", required=True),
                        "value": Field(Integer(1, 2**31 - 1), "how many at once", required=True),
                        "periodSeconds": Field(Integer(1, 1800, "seconds"), "within how many seconds", required=True),
                    }
                ),
                least=1,
            ),
            "how many pods may come or go, and how fast",
        ),
    }
)
BEHAVIOR: Final = Record({"scaleUp": Field(_SCALING, "up"), "scaleDown": Field(_SCALING, "down")})
