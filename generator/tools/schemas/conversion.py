"""Convert Kubernetes' OpenAPI document and CustomResourceDefinitions to strict JSON schemas.

Strict means that an unknown field is a fault; this finds misspellings. Each
schema is complete, and in JSON Schema draft 4, which kubeconform reads.
Definitions that Kubernetes refers to are copied to each place, because
kubeconform's messages have the path of a fault only up to the first ``$ref`` or
``anyOf``. Only the one recursive definition keeps its reference.

The schemas do not contain descriptions and defaults, which do not affect
validity; ``format``, because kubeconform 0.7 crashes on a duration that is not a
string; and CEL rules of CustomResourceDefinitions, which JSON Schema cannot
express. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
RECURSIVE = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"

# Kinds for requests, responses and internal data of the control plane, which are not kept in git.
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
    """Return a schema's path, for kubeconform's ``{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json``.

    It contains the whole group and not only its first label, so that
    ``networking.example.com`` differs from ``networking.k8s.io``. For the core group,
    kubeconform uses the version in place of the group.
    """
    return f"{group or version}/{kind.lower()}_{version}.json"


def from_openapi(document: Mapping[str, Any]) -> tuple[dict[str, Schema], list[str]]:
    """Convert the kinds of Kubernetes' ``swagger.json``; return schemas by path, and the kinds that were dropped."""
    definitions = document["definitions"]
    metadata = object_meta(document)
    recursive = _builtin(definitions[RECURSIVE], definitions) if RECURSIVE in definitions else {}
    schemas: dict[str, Schema] = {}
    dropped: set[str] = set()
    for body in definitions.values():
        for kind in body.get("x-kubernetes-group-version-kind", ()):
            # Kinds of lists are only in responses of the API; kubeconform splits a ``kind: List`` in a file.
            if kind["kind"] in NOT_IN_GIT or kind["kind"].endswith("List"):
                dropped.add(kind["kind"])
                continue
            identity = kind["group"], kind["version"], kind["kind"]
            schema = _document(_builtin(body, definitions), *identity, metadata)
            if kind["kind"] == "CustomResourceDefinition":
                schema["definitions"] = {RECURSIVE: recursive}
            schemas[path(*identity)] = schema
    return schemas, sorted(dropped)


def object_meta(document: Mapping[str, Any]) -> Schema:
    """Return the schema of ObjectMeta, from Kubernetes' ``swagger.json``; ``from_crd`` needs it."""
    definitions = document["definitions"]
    return _builtin(definitions[OBJECT_META], definitions)


def from_crd(crd: Mapping[str, Any], metadata: Schema) -> dict[str, Schema]:
    """Return the schemas of a CustomResourceDefinition by path, one for each version that is served.

    ``metadata`` comes from ``object_meta``, because a CustomResourceDefinition does
    not describe the metadata of its kind.
    """
    spec = crd["spec"]
    kind = spec["names"]["kind"]
    schemas: dict[str, Schema] = {}
    for version in spec["versions"]:
        if version.get("served", True):
            described = version.get("schema", {}).get("openAPIV3Schema", {"x-kubernetes-preserve-unknown-fields": True})
            schemas[path(spec["group"], version["name"], kind)] = _document(
                custom(described), spec["group"], version["name"], kind, metadata
            )
    return schemas


def custom(node: Mapping[str, Any], *, closed: bool = True) -> Schema:
    """Convert one node of a structural schema.

    ``closed`` is False below ``anyOf`` and similar keywords, because these only add
    conditions to fields that are listed elsewhere.
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
    # Both types are allowed here, so the usual anyOf of an int-or-string is not needed.
    if not node.get("x-kubernetes-int-or-string"):
        for word in ("anyOf", "oneOf", "allOf"):
            if word in node:
                schema[word] = [custom(each, closed=False) for each in node[word]]
        if "not" in node:
            schema["not"] = custom(node["not"], closed=False)
    return schema


def _builtin(body: Mapping[str, Any], definitions: Mapping[str, Any]) -> Schema:
    """Convert a definition of Kubernetes; it is closed if it lists its fields."""
    schema: Schema = {key: body[key] for key in ("type", "required") if key in body}
    if "properties" in body:
        required = body.get("required", ())
        schema["properties"] = {
            field: _field(value, definitions, nullable=field not in required)
            for field, value in body["properties"].items()
        }
        schema["additionalProperties"] = False
    return schema


def _field(node: Mapping[str, Any], definitions: Mapping[str, Any], *, nullable: bool) -> Schema:
    """Convert a field, or the items of a list or map.

    The API server treats null as a missing field, and some tools write
    ``creationTimestamp: null``.
    """
    name = node["$ref"].rpartition("/")[2] if "$ref" in node else ""
    if name == RECURSIVE:
        return {"$ref": f"#/definitions/{RECURSIVE}"}
    if name == INT_OR_STRING:
        schema: Schema = {"type": ["integer", "string"]}
    elif name == QUANTITY:
        # The document has the type string, but the API server also accepts 1 and 0.5.
        schema = {"type": ["number", "string"]}
    elif name:
        schema = _builtin(definitions[name], definitions)
    else:
        schema = {key: node[key] for key in ("type",) if key in node}
    if nullable and "type" in schema:
        schema["type"] = [*_listed(schema["type"]), "null"]
    if "items" in node:
        schema["items"] = _field(node["items"], definitions, nullable=False)
    if "additionalProperties" in node:
        schema["additionalProperties"] = _field(node["additionalProperties"], definitions, nullable=True)
    return schema


def _document(body: Mapping[str, Any], group: str, version: str, kind: str, metadata: Schema) -> Schema:
    """Return the complete schema of a manifest: with its kind, and a required name."""
    schema: Schema = {**body, "type": "object"}
    schema["properties"] = {
        **body.get("properties", {}),
        "apiVersion": {"enum": [f"{group}/{version}" if group else version]},
        "kind": {"enum": [kind]},
        "metadata": {**metadata, "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}]},
    }
    schema["required"] = sorted({*body.get("required", ()), "apiVersion", "kind", "metadata"})
    return schema


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
