"""Entries of the fields with additions to kustomizations."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_ENVIRONMENT: Final = "environments.<environment>"
_PATCHES: Final = f"{_ENVIRONMENT}.patches"
_REPLACEMENTS: Final = f"{_ENVIRONMENT}.replacements"
_APP: Final = "apps.<app>"
_ANY: Final = "any"
_TARGET: Final = (
    "target:\n"
    "  group: apps\n"
    "  version: v1\n"
    "  kind: Deployment\n"
    "  name: web\n"
    "  namespace: shop-prod\n"
    "  labelSelector: tier=web\n"
    "  annotationSelector: team=shop\n"
    "patch: {spec: {paused: true}}"
)
_REPLACED: Final = (
    "replacements:\n"
    "  - source:\n"
    "      group: apps\n"
    "      version: v1\n"
    "      kind: Deployment\n"
    "      name: web\n"
    "      namespace: shop-prod\n"
    "      fieldPath: metadata.name\n"
    "      options: {delimiter: '-', index: 0}\n"
    "    targets:\n"
    "      - select: {group: '', version: v1, kind: Service, name: web, namespace: shop-prod}\n"
    "        reject: [{group: '', version: v1, kind: Service, name: old, namespace: shop-prod}]\n"
    "        fieldPaths: [metadata.annotations.of]\n"
    "        options: {delimiter: '/', index: 1, create: true}"
)
_SELECTED: Final = ("group", "version", "kind", "name", "namespace")

_WHERE: Final = "of the kustomization: of the base, or of the environment's overlay"
_PATCHES_ENTRY: Final = Entry(
    "patches:\n"
    "  - target: {kind: Deployment}\n"
    "    patch: {spec: {paused: true}}\n"
    "  - target: {kind: Service, name: web}\n"
    "    patch: [{op: add, path: /spec/sessionAffinity, value: ClientIP}]",
    unset="none",
    effect=f"`patches` {_WHERE}",
)
_COMPONENTS_ENTRY: Final = Entry("components: [components/otel]", unset="none", effect=f"`components` {_WHERE}")
_REPLACEMENTS_ENTRY: Final = Entry(_REPLACED, unset="none", effect=f"`replacements` {_WHERE}")

HATCHES: Final[dict[str, Entry]] = {
    **dict.fromkeys((_PATCHES, f"{_APP}.patches"), _PATCHES_ENTRY),
    f"{_PATCHES}[].path": Entry("path: patches/web.yaml"),
    f"{_PATCHES}[].target": Entry(_TARGET, unset="the object that the patch names"),
    **{
        f"{_PATCHES}[].target.{name}": Entry(unset=_ANY) for name in (*_SELECTED, "labelSelector", "annotationSelector")
    },
    **dict.fromkeys((f"{_ENVIRONMENT}.components", f"{_APP}.components"), _COMPONENTS_ENTRY),
    **dict.fromkeys((_REPLACEMENTS, f"{_APP}.replacements"), _REPLACEMENTS_ENTRY),
    **{f"{_REPLACEMENTS}[].source.{name}": Entry(unset=_ANY) for name in _SELECTED},
    f"{_REPLACEMENTS}[].source.fieldPath": Entry(unset="metadata.name"),
    f"{_REPLACEMENTS}[].source.options": Entry(unset="all of the value"),
    f"{_REPLACEMENTS}[].source.options.delimiter": Entry(unset="the value is not split"),
    f"{_REPLACEMENTS}[].source.options.index": Entry(unset="0"),
    **{f"{_REPLACEMENTS}[].targets[].select.{name}": Entry(unset=_ANY) for name in _SELECTED},
    f"{_REPLACEMENTS}[].targets[].reject": Entry(unset="none"),
    **{f"{_REPLACEMENTS}[].targets[].reject[].{name}": Entry(unset=_ANY) for name in _SELECTED},
    f"{_REPLACEMENTS}[].targets[].fieldPaths": Entry(unset="metadata.name"),
    f"{_REPLACEMENTS}[].targets[].options": Entry(unset="all of the field"),
    f"{_REPLACEMENTS}[].targets[].options.delimiter": Entry(unset="the field is not split"),
    f"{_REPLACEMENTS}[].targets[].options.index": Entry(unset="0"),
    f"{_REPLACEMENTS}[].targets[].options.create": Entry(unset="false"),
    f"{_APP}.manifests": Entry(
        "manifests:\n"
        "  settings: {apiVersion: v1, kind: ConfigMap, metadata: {name: web-settings}, data: {site: shop}}\n"
        "  roles: manifests/roles.yaml",
        unset="none",
        effect="files in `manifests/` of the base, or of the environment's overlay; AppProjects permit their kinds",
    ),
}
