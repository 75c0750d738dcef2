"""Turn what describes Kubernetes kinds (its OpenAPI document, CustomResourceDefinitions) into strict JSON schemas.

Strict means that a field which the kind does not have is a fault; that is what
finds misspellings. Every schema is complete in itself (``$ref`` only to its own
``definitions``) and of JSON Schema draft 4, which is what kubeconform reads.

What is left out on purpose: descriptions and defaults, which say nothing about
validity; ``format``, because kubeconform 0.7 fails on a duration that is not a
string; and the CEL rules of CustomResourceDefinitions, which no JSON Schema can
express. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

# Answers, questions and records of the control plane: nobody keeps these in git.
NOT_IN_GIT = frozenset(
    {
        "APIGroup",
        "APIGroupList",
        "APIResourceList",
        "APIVersions",
        "Binding",
        "CSINode",
        "CSIStorageCapacity",
        "CertificateSigningRequest",
        "ComponentStatus",
        "ControllerRevision",
        "DeleteOptions",
        "Event",
        "Eviction",
        "Lease",
        "LeaseCandidate",
        "LocalSubjectAccessReview",
        "PodCertificateRequest",
        "ResourcePoolStatusRequest",
        "ResourceSlice",
        "Scale",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "Status",
        "StorageVersion",
        "StorageVersionMigration",
        "SubjectAccessReview",
        "TokenRequest",
        "TokenReview",
        "VolumeAttachment",
        "WatchEvent",
    }
)


KEPT = (
    *("pattern", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)


def path(group: str, version: str, kind: str) -> str:
    """Where a kind's schema lies, for kubeconform's ``{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json``.

    The whole group, and not its first label only, so that a
    ``networking.example.com`` is not taken for ``networking.k8s.io``. For the
    core group kubeconform puts the version in the group's place.
    """
    return f"{group or version}/{kind.lower()}_{version}.json"


def from_openapi(document: Mapping[str, Any]) -> tuple[dict[str, Schema], list[str]]:
    """The schemas of Kubernetes' own kinds by path, from its ``swagger.json``; and which kinds were dropped."""
    definitions = {name: _builtin(name, body) for name, body in document["definitions"].items()}
    schemas: dict[str, Schema] = {}
    dropped: set[str] = set()
    for name, body in document["definitions"].items():
        for kind in body.get("x-kubernetes-group-version-kind", ()):
            # Lists are what an API answers; ``kind: List`` in a file is taken apart by kubeconform.
            if kind["kind"] in NOT_IN_GIT or kind["kind"].endswith("List"):
                dropped.add(kind["kind"])
                continue
            schemas[path(kind["group"], kind["version"], kind["kind"])] = _document(
                definitions[name], kind["group"], kind["version"], kind["kind"], definitions
            )
    return schemas, sorted(dropped)


def object_meta(document: Mapping[str, Any]) -> dict[str, Schema]:
    """ObjectMeta and what it refers to, from Kubernetes' ``swagger.json``; ``from_crd`` needs it."""
    definitions = {name: _builtin(name, body) for name, body in document["definitions"].items()}
    return _closure({"$ref": _ref(OBJECT_META)}, definitions)


def from_crd(crd: Mapping[str, Any], metadata: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schemas of a CustomResourceDefinition by path, one for each version that is served.

    ``metadata`` comes from ``object_meta``: a CustomResourceDefinition itself
    leaves its kind's metadata open.
    """
    spec = crd["spec"]
    schemas: dict[str, Schema] = {}
    for version in spec["versions"]:
        if not version.get("served", True):
            continue
        schema = custom(
            version.get("schema", {}).get("openAPIV3Schema", {"x-kubernetes-preserve-unknown-fields": True})
        )
        schema.setdefault("properties", {})["metadata"] = {"$ref": _ref(OBJECT_META)}
        kind = spec["names"]["kind"]
        schemas[path(spec["group"], version["name"], kind)] = _document(
            schema, spec["group"], version["name"], kind, metadata
        )
    return schemas


def custom(node: Mapping[str, Any], *, closed: bool = True) -> Schema:
    """One node of a structural schema.

    ``closed`` is False below ``anyOf`` and its like: those only add conditions
    to fields that are listed elsewhere.
    """
    schema: Schema = {key: node[key] for key in KEPT if key in node}
    if node.get("x-kubernetes-int-or-string"):
        schema["type"] = ["integer", "string"]
    elif "type" in node:
        schema["type"] = node["type"]
    if node.get("nullable") and "type" in schema:
        schema["type"] = [*_listed(schema["type"]), "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if "items" in node:
        schema["items"] = custom(node["items"], closed=closed)
    if node.get("required"):
        schema["required"] = node["required"]
    if "properties" in node:
        schema["properties"] = {name: custom(body, closed=closed) for name, body in node["properties"].items()}
    further = node.get("additionalProperties")
    if isinstance(further, Mapping):
        schema["additionalProperties"] = custom(further, closed=closed)
    elif node.get("x-kubernetes-embedded-resource") or node.get("x-kubernetes-preserve-unknown-fields"):
        pass
    elif closed and "properties" in node and further is None:
        schema["additionalProperties"] = False
    # With both types allowed, the usual anyOf of an int-or-string says nothing more.
    if not node.get("x-kubernetes-int-or-string"):
        for word in ("anyOf", "oneOf", "allOf"):
            if word in node:
                schema[word] = [custom(each, closed=False) for each in node[word]]
        if "not" in node:
            schema["not"] = custom(node["not"], closed=False)
    return schema


def _builtin(name: str, body: Mapping[str, Any]) -> Schema:
    """A definition of Kubernetes' own, closed where it lists its fields."""
    if name == INT_OR_STRING:
        return {"type": ["integer", "string"]}
    if name == QUANTITY:
        # The document says string, but the API server takes 1 and 0.5 as well.
        return {"type": ["number", "string"]}
    schema: Schema = {key: body[key] for key in ("type", "required") if key in body}
    if "properties" in body:
        required = body.get("required", ())
        schema["properties"] = {
            field: _field(value, nullable=field not in required) for field, value in body["properties"].items()
        }
        schema["additionalProperties"] = False
    return schema


def _field(node: Mapping[str, Any], *, nullable: bool) -> Schema:
    """A field, or what a list or map holds.

    The API server treats null like an absent field, and tools do write
    ``creationTimestamp: null``.
    """
    if "$ref" in node:
        refers: Schema = {"$ref": _ref(node["$ref"].rpartition("/")[2])}
        return {"anyOf": [refers, {"type": "null"}]} if nullable else refers
    schema: Schema = {}
    if "type" in node:
        schema["type"] = [node["type"], "null"] if nullable else node["type"]
    if "items" in node:
        schema["items"] = _field(node["items"], nullable=False)
    if "additionalProperties" in node:
        schema["additionalProperties"] = _field(node["additionalProperties"], nullable=True)
    return schema


def _document(
    body: Mapping[str, Any], group: str, version: str, kind: str, definitions: Mapping[str, Schema]
) -> Schema:
    """A whole manifest: of this kind, and with a name."""
    schema: Schema = {**body, "type": "object"}
    named = {"anyOf": [{"required": ["name"]}, {"required": ["generateName"]}]}
    schema["properties"] = {
        **body.get("properties", {}),
        "apiVersion": {"enum": [f"{group}/{version}" if group else version]},
        "kind": {"enum": [kind]},
        "metadata": {"allOf": [{"$ref": _ref(OBJECT_META)}, named]},
    }
    schema["required"] = sorted({*body.get("required", ()), "apiVersion", "kind", "metadata"})
    return {**schema, "definitions": _closure(schema, definitions)}


def _closure(schema: Mapping[str, Any], definitions: Mapping[str, Schema]) -> dict[str, Schema]:
    """The definitions that a schema refers to, directly and through others."""
    needed: dict[str, Schema] = {}
    todo = list(_references(schema))
    while todo:
        name = todo.pop()
        if name not in needed:
            needed[name] = definitions[name]
            todo.extend(_references(definitions[name]))
    return needed


def _references(node: object) -> Iterable[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _ref(name: str) -> str:
    return f"#/definitions/{name}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
