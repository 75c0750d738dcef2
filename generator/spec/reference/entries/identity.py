"""Entries of the fields for rights and secrets of an app's pods."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

IDENTITY: Final[dict[str, Entry]] = {
    "apps.<app>.serviceAccount.roleArn": Entry(
        "roleArn: 'arn:aws:iam::123456789012:role/shop-web-{environment}'",
        unset="no role, or that of an association of EKS Pod Identity",
        kubernetes=("ServiceAccount metadata.annotations",),
    ),
    "apps.<app>.role": Entry(
        "role:\n"
        "  - {apiGroups: [batch], resources: [jobs], verbs: [get, list, create]}\n"
        "  - {resources: [configmaps], resourceNames: [flags], verbs: [get]}",
        unset="its pods may do nothing in the API",
        kubernetes=("Role rules",),
    ),
    "apps.<app>.role.rules": Entry(
        "rules: [{apiGroups: [apps], resources: ['*'], verbs: [get, list, watch]}]\nreason: It shows all that runs.",
        kubernetes=("Role rules",),
    ),
    "apps.<app>.role.reason": Entry(
        "rules: [{resources: ['*'], verbs: [get]}]\nreason: It shows all that runs.",
        unset="none: `*`, `bind`, `escalate` and `impersonate` are faults",
        kubernetes=("Role metadata.annotations",),
    ),
    "apps.<app>.role[].apiGroups": Entry(unset='`[""]`, that of Pods'),
    "apps.<app>.role[].resourceNames": Entry(unset="all of them"),
    "apps.<app>.encryptedSecret": Entry(
        "encryptedSecret: secrets/web.yaml",
        unset="no encrypted secrets",
        effect="A SealedSecret or a SopsSecret, and `envFrom` of all containers of the app's own.",
    ),
    "environments.<environment>.localSecrets": Entry(
        "localSecrets: true", default="false", effect="No ExternalSecret there; pods read the Secret all the same."
    ),
    "apps.<app>.externalSecret": Entry(
        "secrets: {TOKEN: 'shop/token#token'}\n"
        "externalSecret:\n"
        "  dataFrom: [shop/web]\n"
        "  refreshInterval: 15m\n"
        "  template: {type: Opaque, metadata: {labels: {team: shop}}}\n"
        "  restart: true",
        unset="what `secrets` say, asked for every hour",
        kubernetes=("ExternalSecret spec",),
    ),
    "apps.<app>.externalSecret.dataFrom": Entry(unset="none"),
    "apps.<app>.externalSecret.template": Entry(
        unset="a Secret with the values as they are", kubernetes=("ExternalSecret spec.target.template",)
    ),
    "apps.<app>.externalSecret.refreshInterval": Entry(default="1h"),
    "apps.<app>.externalSecret.restart": Entry(default="false", kubernetes=("Deployment metadata.annotations",)),
    "environments.<environment>.secretStore.kind": Entry(default="ClusterSecretStore"),
    "environments.<environment>.secretStore": Entry(
        "secretStore: {name: aws-secrets-manager-prod, kind: ClusterSecretStore}",
        unset="that of the project",
        effect="ExternalSecrets of the environment name it.",
    ),
}
