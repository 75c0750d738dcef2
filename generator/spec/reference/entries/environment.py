"""Entries of the fields of an environment."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

# The sync option that makes Argo CD create the namespace.
_LABELS: Final = "Application spec.syncPolicy.managedNamespaceMetadata.labels"

ENVIRONMENT: Final[dict[str, Entry]] = {
    "environments.<environment>.namespace": Entry(
        "namespace: live",
        unset="`<project>-<environment>`",
        kubernetes=("Application spec.destination.namespace", "Kustomization namespace"),
    ),
    "environments.<environment>.namespaces": Entry(
        "namespaces: [shop-jobs]",
        unset="none",
        kubernetes=("AppProject spec.destinations",),
    ),
    "environments.<environment>.renamedFrom": Entry(
        "renamedFrom: live",
        unset="it has always had this name",
        effect="`generate` moves the files of the environment. Take the line out once that is committed.",
    ),
    "environments.<environment>.sync": Entry(
        "sync: manual",
        default="auto",
        kubernetes=("Application spec.syncPolicy.automated",),
    ),
    "environments.<environment>.approvers": Entry(
        "approvers: [acme/platform, alice]",
        unset="no code owners, and no reviewers",
        effect="Code owners of the environment's files, and reviewers of promotions into it.",
    ),
    "environments.<environment>.cluster": Entry(
        "cluster: arn:aws:eks:eu-west-1:123456789012:cluster/live",
        default="https://kubernetes.default.svc",
        kubernetes=("Application spec.destination.server", "AppProject spec.destinations"),
    ),
    "environments.<environment>.clusters": Entry(
        "clusters:\n"
        "  eu: arn:aws:eks:eu-west-1:123456789012:cluster/live\n"
        "  us: arn:aws:eks:us-east-1:123456789012:cluster/live",
        unset="`cluster` alone",
        kubernetes=("Application metadata.name", "Application spec.destination.server", "AppProject spec.destinations"),
    ),
    "environments.<environment>.clusterSelector": Entry(
        "clusterSelector:\n"
        "  matchLabels: {tier: edge}\n"
        "  matchExpressions: [{key: region, operator: In, values: [eu, us]}]",
        unset="`cluster` and `clusters`",
        kubernetes=("ApplicationSet spec.generators", "AppProject spec.destinations"),
    ),
    "environments.<environment>.clusterSelector.matchLabels": Entry(
        unset="any", kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.clusterSelector.matchExpressions": Entry(
        unset="any", kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.clusterSelector.matchExpressions[].key": Entry(
        kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.clusterSelector.matchExpressions[].operator": Entry(
        kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.clusterSelector.matchExpressions[].values": Entry(
        unset="none", kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.pullRequests": Entry(
        "pullRequests:\n"
        "  label: preview\n"
        "  repository: https://github.com/acme/shop.git\n"
        '  tag: "pr-{number}-{sha}"\n'
        '  host: "{app}-{number}.preview.example.com"\n'
        "  token: {name: preview-token, key: password}\n"
        "  quota: {pods: 10}\n"
        "  pollSeconds: 600\n"
        "  timeToLive: 7d\n"
        "  apps: [web]",
        unset="the environment is there all the time",
        kubernetes=("ApplicationSet spec.generators",),
    ),
    "environments.<environment>.pullRequests.label": Entry(kubernetes=("ApplicationSet spec.generators",)),
    "environments.<environment>.pullRequests.repository": Entry(
        unset="`repository` of the spec", kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.pullRequests.tag": Entry(
        default='"pr-{number}-{short_sha}"',
        effect="The image of a preview has this tag.",
    ),
    "environments.<environment>.pullRequests.host": Entry(
        unset="the host that the app has in the environment",
        effect="The Ingress of a preview has this host.",
    ),
    "environments.<environment>.pullRequests.token": Entry(
        unset="requests are read without one", kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.pullRequests.token.name": Entry(kubernetes=("ApplicationSet spec.generators",)),
    "environments.<environment>.pullRequests.token.key": Entry(
        default="token", kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.pullRequests.quota": Entry(
        unset="20 pods, 5 claims and no load balancer", kubernetes=("ResourceQuota spec.hard",)
    ),
    "environments.<environment>.pullRequests.pollSeconds": Entry(
        default="300", kubernetes=("ApplicationSet spec.generators",)
    ),
    "environments.<environment>.pullRequests.timeToLive": Entry(
        unset="as long as the request is open and has the label",
        effect="`python -m generator previews --expire` takes the label off a request that has had it for so long.",
    ),
    "environments.<environment>.pullRequests.apps": Entry(
        unset="all that are built here (`source`)",
        effect="An ApplicationSet of each of these apps, and of no other.",
    ),
    "environments.<environment>.namespaceMetadata": Entry(
        "namespaceMetadata:\n  labels: {istio-injection: enabled}\n  annotations: {acme.example/owner: shop}",
        unset="the labels that are always there, and no annotation",
        kubernetes=("Application spec.syncPolicy.managedNamespaceMetadata",),
    ),
    "environments.<environment>.namespaceMetadata.labels": Entry(
        unset="those that are always there", kubernetes=(_LABELS,)
    ),
    "environments.<environment>.namespaceMetadata.annotations": Entry(
        unset="none", kubernetes=("Application spec.syncPolicy.managedNamespaceMetadata.annotations",)
    ),
    "environments.<environment>.readinessGate": Entry(
        "readinessGate: false",
        default="true",
        kubernetes=(f"{_LABELS}.elbv2.k8s.aws/pod-readiness-gate-inject",),
    ),
    "environments.<environment>.podSecurity": Entry(
        "podSecurity: baseline",
        default="restricted",
        kubernetes=(f"{_LABELS}.pod-security.kubernetes.io/enforce",),
    ),
    "environments.<environment>.soak": Entry(
        "soak: 2h",
        unset="`promotion.soak`",
        effect="`promote` into it waits for this time.",
    ),
    "environments.<environment>.freeze": Entry(
        "freeze:\n  - {from: 2026-12-20, to: 2027-01-02T08:00, reason: holidays, timezone: Europe/Berlin}",
        unset="never",
        effect="`promote` into it is refused in these times.",
    ),
    "environments.<environment>.freeze[].reason": Entry(unset="none is shown"),
    "environments.<environment>.freeze[].timezone": Entry(default="UTC"),
    "environments.<environment>.windows": Entry(
        "windows:\n  - {days: [mon, tue, wed, thu], from: 09:00, to: 16:00, timezone: Europe/Berlin}",
        unset="at any time",
        effect="`promote` into it is refused at other times.",
    ),
    "environments.<environment>.windows[].days": Entry(default="[mon, tue, wed, thu, fri, sat, sun]"),
    "environments.<environment>.windows[].from": Entry(default='"00:00"'),
    "environments.<environment>.windows[].to": Entry(unset="the end of the day"),
    "environments.<environment>.windows[].timezone": Entry(default="UTC"),
    "environments.<environment>.approval": Entry(
        "approval: {email: [ops@example.com], timeout: 2d}",
        unset="no approval is asked for",
        effect="The stage of the pipeline that waits for an approval, and the SNS topic that asks for it.",
    ),
    "environments.<environment>.approval.email": Entry(
        effect="Subscriptions to the topic. Each address confirms its own once.",
    ),
    "environments.<environment>.approval.timeout": Entry(default="7d"),
    "environments.<environment>.verify": Entry(
        "verify: [curl --fail https://shop.example.com/healthz]",
        unset="nothing is tested",
        effect="The last action of the environment's stage. If it fails, what ran before is put back, and pinned.",
    ),
}
