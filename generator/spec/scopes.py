"""Tell which kinds have no namespace, for the API groups with schemas in the package."""

from __future__ import annotations

from typing import Final

# Kinds without a namespace, by API group; all others have one.
_CLUSTER_WIDE: Final = {
    "": "Namespace Node PersistentVolume ComponentStatus",
    "admissionregistration.k8s.io": "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
    " MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
    " ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "authentication.k8s.io": "SelfSubjectReview TokenReview",
    "authorization.k8s.io": "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "internal.apiserver.k8s.io": "StorageVersion",
    "networking.k8s.io": "IngressClass IPAddress ServiceCIDR",
    "node.k8s.io": "RuntimeClass",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding",
    "resource.k8s.io": "DeviceClass DeviceTaintRule ResourceSlice ResourcePoolStatusRequest",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
    "storagemigration.k8s.io": "StorageVersionMigration",
    "external-secrets.io": "ClusterExternalSecret ClusterPushSecret ClusterSecretStore",
    "generators.external-secrets.io": "ClusterGenerator",
}
_ALL_CLUSTER_WIDE: Final = {(group, kind) for group, kinds in _CLUSTER_WIDE.items() for kind in kinds.split()}
# Groups whose kinds all have a namespace.
_NAMESPACED: Final = frozenset({"apps", "autoscaling", "batch", "coordination.k8s.io", "discovery.k8s.io", "policy"})


def is_cluster_wide(group: str, kind: str) -> bool:
    """Tell whether objects of a kind have no namespace."""
    return (group, kind) in _ALL_CLUSTER_WIDE


def is_known(group: str) -> bool:
    """Tell whether this module knows all kinds of an API group."""
    return group in _CLUSTER_WIDE or group in _NAMESPACED
