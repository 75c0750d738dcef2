"""Entries of the fields for access to an app: Service, Ingress, NetworkPolicy, ports."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_CONTAINER: Final = "Deployment spec.template.spec.containers[]"

NETWORK: Final[dict[str, Entry]] = {
    "apps.<app>.port": Entry(
        "port: 3000",
        unset="no port, and no Service",
        kubernetes=(f"{_CONTAINER}.ports[].containerPort", "Service spec.ports[].port"),
    ),
    "apps.<app>.ports": Entry(
        "ports:\n"
        "  - {name: http, containerPort: 8080}\n"
        "  - {name: metrics, containerPort: 9090, servicePort: 9100, protocol: TCP}",
        unset="no port, and no Service",
        kubernetes=(f"{_CONTAINER}.ports", "Service spec.ports"),
    ),
    "apps.<app>.ports[].name": Entry(
        unset="`http` for the first, `port-<number>` for others", kubernetes=(f"{_CONTAINER}.ports[].name",)
    ),
    "apps.<app>.ports[].containerPort": Entry(kubernetes=(f"{_CONTAINER}.ports[].containerPort",)),
    "apps.<app>.ports[].servicePort": Entry(
        unset="80 for the port named `http`, else the same number", kubernetes=("Service spec.ports[].port",)
    ),
    "apps.<app>.ports[].protocol": Entry(
        default="TCP", kubernetes=(f"{_CONTAINER}.ports[].protocol", "Service spec.ports[].protocol")
    ),
    "apps.<app>.service": Entry(
        "port: 8080\n"
        "service:\n"
        "  type: LoadBalancer\n"
        "  port: 443\n"
        "  annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internal}",
        unset="a Service of the type ClusterIP, where the app has a port",
        kubernetes=("Service spec",),
    ),
    "apps.<app>.service.type": Entry(unset="`ClusterIP`", kubernetes=("Service spec.type",)),
    "apps.<app>.service.port": Entry(
        unset="80 for the port named `http`, else the same number", kubernetes=("Service spec.ports[].port",)
    ),
    "apps.<app>.ingress": Entry(
        "port: 8080\n"
        "ingress:\n"
        '  host: "shop.{environment}.example.com"\n'
        "  path: /shop\n"
        "  annotations: {alb.ingress.kubernetes.io/scheme: internal}",
        unset="no way in from outside",
        kubernetes=("Ingress spec",),
    ),
    "apps.<app>.ingress.host": Entry(kubernetes=("Ingress spec.rules[].host",)),
    "apps.<app>.ingress.hosts": Entry(
        "hosts:\n"
        "  - shop.example.com\n"
        "  - {host: api.example.com, paths: [/v1, {path: /health, pathType: Exact}]}\n"
        "tls: true",
        unset="`host` alone",
        kubernetes=("Ingress spec.rules",),
    ),
    "apps.<app>.ingress.hosts[].host": Entry(kubernetes=("Ingress spec.rules[].host",)),
    "apps.<app>.ingress.hosts[].paths": Entry(
        unset="the paths of all hosts", kubernetes=("Ingress spec.rules[].http.paths",)
    ),
    "apps.<app>.ingress.path": Entry(default="/", kubernetes=("Ingress spec.rules[].http.paths[].path",)),
    "apps.<app>.ingress.paths": Entry(
        "host: shop.example.com\npaths: [/shop, {path: /admin, pathType: Exact, port: admin}]",
        unset="`path` alone",
        kubernetes=("Ingress spec.rules[].http.paths",),
    ),
    "apps.<app>.ingress.paths[].path": Entry(kubernetes=("Ingress spec.rules[].http.paths[].path",)),
    "apps.<app>.ingress.paths[].pathType": Entry(
        unset="the Ingress's own `pathType`", kubernetes=("Ingress spec.rules[].http.paths[].pathType",)
    ),
    "apps.<app>.ingress.paths[].port": Entry(
        unset="the first port of the Service",
        kubernetes=("Ingress spec.rules[].http.paths[].backend.service.port.name",),
    ),
    "apps.<app>.ingress.pathType": Entry(
        "host: shop.example.com\npath: /shop\npathType: Exact",
        default="Prefix",
        kubernetes=("Ingress spec.rules[].http.paths[].pathType",),
    ),
    "apps.<app>.ingress.className": Entry(
        "host: shop.example.com\nclassName: nginx\ntls: shop-certificate",
        default="alb",
        kubernetes=("Ingress spec.ingressClassName",),
    ),
    "apps.<app>.ingress.annotations": Entry(
        unset="those that an AWS load balancer needs", kubernetes=("Ingress metadata.annotations",)
    ),
    "apps.<app>.ingress.tls": Entry(
        "hosts: [shop.example.com, shop.example.org]\n"
        "className: nginx\n"
        "tls: [{secretName: com, hosts: [shop.example.com]}, {secretName: org, hosts: [shop.example.org]}]",
        unset="HTTP alone, unless annotations say otherwise",
        kubernetes=("Ingress spec.tls[].secretName",),
    ),
    "apps.<app>.ingress.tls[].secretName": Entry(kubernetes=("Ingress spec.tls[].secretName",)),
    "apps.<app>.ingress.tls[].hosts": Entry(unset="all hosts", kubernetes=("Ingress spec.tls[].hosts",)),
    "apps.<app>.gateway": Entry(
        "gateway:\n"
        "  name: public\n"
        "  namespace: gateways\n"
        "  sectionName: https\n"
        '  hosts: ["shop.{environment}.example.com"]\n'
        "  paths: [/shop, /api]",
        unset="no way in by a Gateway",
        kubernetes=("HTTPRoute spec",),
    ),
    "apps.<app>.gateway.name": Entry(kubernetes=("HTTPRoute spec.parentRefs[].name",)),
    "apps.<app>.gateway.namespace": Entry(
        unset="the app's own namespace", kubernetes=("HTTPRoute spec.parentRefs[].namespace",)
    ),
    "apps.<app>.gateway.sectionName": Entry(
        unset="all listeners that take the route", kubernetes=("HTTPRoute spec.parentRefs[].sectionName",)
    ),
    "apps.<app>.gateway.kind": Entry(
        "name: public\nkind: GRPCRoute\nport: grpc\nannotations: {example.com/team: shop}",
        default="HTTPRoute",
        kubernetes=("GRPCRoute spec",),
    ),
    "apps.<app>.gateway.hosts": Entry(
        unset="all that the Gateway answers to", kubernetes=("HTTPRoute spec.hostnames",)
    ),
    "apps.<app>.gateway.paths": Entry(unset="all paths", kubernetes=("HTTPRoute spec.rules[].matches[].path.value",)),
    "apps.<app>.gateway.port": Entry(
        "name: public\nkind: GRPCRoute\nport: grpc",
        unset="the first port of the Service",
        kubernetes=("GRPCRoute spec.rules[].backendRefs[].port",),
    ),
    "apps.<app>.gateway.annotations": Entry(
        "name: public\nannotations: {example.com/team: shop}",
        unset="none",
        kubernetes=("HTTPRoute metadata.annotations",),
    ),
    "apps.<app>.gateway.rules": Entry(
        "name: public\n"
        "rules:\n"
        "  - matches: [{path: {type: Exact, value: /old}}]\n"
        "    filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301}}]\n"
        "  - matches: [{path: {type: PathPrefix, value: /}}]",
        unset="one, for all `paths`",
        kubernetes=("HTTPRoute spec.rules",),
    ),
    "apps.<app>.needs": Entry(
        "needs: [api]",
        unset="it reaches everything",
        kubernetes=("NetworkPolicy spec.egress",),
    ),
    "apps.<app>.needsCidr": Entry(
        "needs: [api]\nneedsCidr: [10.20.0.0/16]",
        unset="it reaches everything",
        kubernetes=("NetworkPolicy spec.egress[].to",),
    ),
    "apps.<app>.network": Entry(
        "port: 8080\n"
        "network:\n"
        "  from: [web]\n"
        "  fromCidr: [10.0.0.0/8]\n"
        "  egress:\n"
        "    - to:\n"
        "        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}\n"
        "      ports: [{port: 53, protocol: UDP}]\n"
        "    - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]\n"
        "      ports: [{port: 8000, endPort: 8100}]",
        unset="no NetworkPolicy: everybody may connect",
        kubernetes=("NetworkPolicy spec",),
    ),
    "apps.<app>.network.from": Entry(unset="none", kubernetes=("NetworkPolicy spec.ingress[].from",)),
    "apps.<app>.network.fromCidr": Entry(unset="none", kubernetes=("NetworkPolicy spec.ingress[].from",)),
    "apps.<app>.network.ingress": Entry(
        "ingress:\n"
        "  - from:\n"
        "      - namespaceSelector: {}\n"
        "        podSelector:\n"
        "          matchLabels: {app.kubernetes.io/name: prometheus}\n"
        "          matchExpressions: [{key: tier, operator: In, values: [monitoring]}]\n"
        "      - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}\n"
        "    ports: [{port: 9090, endPort: 9099, protocol: TCP}]",
        unset="none",
        kubernetes=("NetworkPolicy spec.ingress",),
    ),
    "apps.<app>.network.ingress[].from": Entry(unset="anybody"),
    "apps.<app>.network.ingress[].ports": Entry(unset="all ports"),
    "apps.<app>.network.ingress[].ports[].port": Entry(unset="all ports"),
    "apps.<app>.network.ingress[].ports[].endPort": Entry(unset="`port` alone"),
    "apps.<app>.network.ingress[].ports[].protocol": Entry(unset="`TCP`"),
    "apps.<app>.network.ingress[].from[].podSelector": Entry(unset="all pods"),
    "apps.<app>.network.ingress[].from[].namespaceSelector": Entry(unset="the app's own namespace"),
    "apps.<app>.network.ingress[].from[].podSelector.matchLabels": Entry(unset="none"),
    "apps.<app>.network.ingress[].from[].podSelector.matchExpressions": Entry(unset="none"),
    "apps.<app>.network.ingress[].from[].podSelector.matchExpressions[].values": Entry(unset="none"),
    "apps.<app>.network.ingress[].from[].ipBlock": Entry(unset="pods are meant"),
    "apps.<app>.network.ingress[].from[].ipBlock.except": Entry(unset="none"),
    "apps.<app>.network.egress": Entry(unset="pods may reach everything", kubernetes=("NetworkPolicy spec.egress",)),
    "apps.<app>.network.egress[].to": Entry(unset="anything"),
    "apps.<app>.network.egress[].ports": Entry(unset="all ports"),
}
