"""Define how an app is reached from outside."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import HOST_HINT, LABEL, URL_PATH
from generator.spec.types import Anything, Boolean, Choice, Either, Field, ListOf, Record, Text

HOST = Text("a host name", r"(?:\*\.)?[a-z0-9{}.-]+", 253, HOST_HINT)
PATH_TYPE = Choice(("Prefix", "Exact", "ImplementationSpecific"))
_ARN = r"arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+"
_CERTIFICATE = Text("a certificate's ARN", _ARN, 200, "like arn:aws:acm:eu-west-1:123456789012:certificate/1111-2222")
_SECRET_OR_ARN = Text("a Secret's name", rf"{LABEL.pattern}|{_ARN}", 200, f"{LABEL.hint}; or the ARN of a certificate")

_PATH = Record(
    {
        "path": Field(URL_PATH, "The path.", required=True),
        "pathType": Field(PATH_TYPE, "How the path is compared, if it differs from the Ingress's `pathType`."),
        "port": Field(shapes.PORT_OR_NAME, "The port of the Service, by name or number, if not the first."),
    }
)
PATHS = ListOf(Either(((str, URL_PATH), (dict, _PATH)), "a path or a map with path"), least=1)
_HOST = Record(
    {
        "host": Field(HOST, "The host name.", required=True),
        "paths": Field(PATHS, "The paths of this host, instead of the common ones."),
    }
)
_TLS = Record(
    {
        "secretName": Field(LABEL, "The name of the Secret with the certificate.", required=True),
        "hosts": Field(ListOf(HOST, least=1), "The hosts that the certificate is for."),
    }
)
INGRESS = Record(
    {
        "host": Field(HOST, "The host name that it answers to. `{environment}` stands for the environment's name."),
        "path": Field(URL_PATH, "The prefix of the paths that it answers to."),
        "paths": Field(PATHS, "The paths that it answers to, where there are several."),
        "pathType": Field(PATH_TYPE, "How paths are compared with those of requests."),
        "hosts": Field(
            ListOf(Either(((str, HOST), (dict, _HOST)), "a host name or a map with host and paths"), least=1),
            "The host names that it answers to, where there are several. One with `paths` has paths of its own.",
        ),
        "className": Field(LABEL, "The IngressClass, which selects the controller."),
        "annotations": Field(shapes.STRINGS, "Annotations of the Ingress, which set up the load balancer."),
        "tls": Field(
            Either(
                (
                    (bool, Boolean()),
                    (str, _SECRET_OR_ARN),
                    (list, ListOf(Either(((str, _CERTIFICATE), (dict, _TLS)), "an ARN or a map with secretName"))),
                ),
                "true, a Secret's name, an ARN or a list",
            ),
            "The certificate: an ARN of ACM, `true` for ACM's certificate of the host, or the "
            "name of a Secret for other controllers.",
        ),
    },
    exactly_one=("host", "hosts"),
)

GATEWAY = Record(
    {
        "name": Field(LABEL, "The name of the Gateway.", required=True),
        "namespace": Field(LABEL, "The namespace of the Gateway."),
        "sectionName": Field(LABEL, "The listener of the Gateway."),
        "kind": Field(Choice(("HTTPRoute", "GRPCRoute")), "The kind of the route."),
        "hosts": Field(
            ListOf(HOST, least=1),
            "The host names that it answers to. `{environment}` stands for the environment's name.",
        ),
        "paths": Field(ListOf(URL_PATH, least=1), "The prefixes of the paths that it answers to, of an HTTPRoute."),
        "port": Field(shapes.PORT_OR_NAME, "The port of the Service, by name or number, if not the first."),
        "annotations": Field(shapes.STRINGS, "Annotations of the route."),
        "rules": Field(
            Anything("a list", list),
            "Rules as in the route, instead of `paths`. A rule without `backendRefs` leads to the app.",
        ),
    }
)
