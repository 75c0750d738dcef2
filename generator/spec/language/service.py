"""Define Services: the main Service of an app, and additional ones by name."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import HOST, LABEL
from generator.spec.types import Anything, Boolean, Choice, Field, Integer, ListOf, MapOf, Record

PORT = shapes.PORT
NODE_PORT = Integer(30000, 32767, "a port of the nodes")
_TRAFFIC = Choice(("Cluster", "Local"))
_MORE: dict[str, Field] = {
    "nodePort": Field(NODE_PORT, "The port of the nodes for the first port, of a NodePort or LoadBalancer."),
    "annotations": Field(shapes.STRINGS, "Annotations of the Service."),
    "headless": Field(Boolean(), "Give the Service no IP address of its own, so that its name resolves to the pods."),
    "publishNotReadyAddresses": Field(Boolean(), "Let the name also resolve to pods that are not ready."),
    "sessionAffinity": Field(Choice(("ClientIP", "None")), "Whether a client always reaches the same pod."),
    "externalTrafficPolicy": Field(_TRAFFIC, "Whether traffic from outside stays on the node where it arrives."),
    "internalTrafficPolicy": Field(_TRAFFIC, "Whether traffic from inside stays on its node."),
    "loadBalancerClass": Field(shapes.KEY, "The controller that makes the load balancer."),
    "loadBalancerSourceRanges": Field(
        ListOf(shapes.CIDR), "Ranges of addresses from which the load balancer accepts traffic."
    ),
    "ipFamilyPolicy": Field(
        Choice(("SingleStack", "PreferDualStack", "RequireDualStack")), "Whether it has addresses of IPv4 and IPv6."
    ),
}
SERVICE = Record(
    {
        "type": Field(Choice(("ClusterIP", "NodePort", "LoadBalancer")), "The type of the Service."),
        "port": Field(PORT, "The Service's port for the app's first port."),
        **_MORE,
    }
)
FURTHER = Record(
    {
        "name": Field(LABEL, "The name of the Service."),
        "type": Field(
            Choice(("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")),
            "The type of the Service; `ExternalName` makes an external host available under a local name.",
        ),
        "port": Field(PORT, "The port of the Service."),
        "targetPort": Field(shapes.PORT_OR_NAME, "The number or name of the port of the pods that `port` leads to."),
        "ports": Field(
            Anything("a list", list, "[ServicePort:port,protocol]"), "Its ports as in Kubernetes, if there are several."
        ),
        "externalName": Field(HOST, "The host that an ExternalName stands for."),
        **_MORE,
    }
)
SERVICES: dict[str, Field] = {
    "services": Field(MapOf(LABEL, FURTHER), "Further Services of the pods by name, beside `service`."),
}
