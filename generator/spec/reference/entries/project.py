"""Entries of the fields at the top of the file."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

PROJECT: Final[dict[str, Entry]] = {
    "version": Entry("version: 1", effect="`upgrade` brings a file to the newest version."),
    "project": Entry(
        "project: store",
        kubernetes=("AppProject metadata.name", "Application metadata.name", "Kustomization namespace"),
    ),
    "repository": Entry(
        "repository: https://git.example.com/acme/store-gitops.git",
        kubernetes=("Application spec.source.repoURL", "AppProject spec.sourceRepos"),
    ),
    "forge": Entry(
        "forge:\n  kind: gitea\n  url: https://git.example.com",
        unset="told from `repository`",
        effect="`promote`, `bump --pull-request`, `rollback --pull-request` and `status` ask this forge.",
    ),
    "forge.kind": Entry(unset="told from the host of `repository`"),
    "forge.url": Entry(unset="the host of `repository`"),
    "branch": Entry(
        "branch: production",
        default="main",
        kubernetes=("Application spec.source.targetRevision",),
    ),
    "registry": Entry(
        "registry: registry.example.com/team",
        unset="images are taken as they are written",
        kubernetes=("Deployment spec.template.spec.containers[].image",),
    ),
    "environments": Entry(
        "environments:\n  dev: {}\n  staging: {}\n  prod: {}",
        kubernetes=("Application spec.source.path", "AppProject metadata.name", "Kustomization namespace"),
    ),
    "apps": Entry(
        "apps:\n  web: {image: shop/web, port: 8080}\n  worker: {image: shop/worker}",
        kubernetes=("Deployment metadata.name", "Application metadata.name"),
    ),
    "include": Entry(
        "include: [apps/*.yaml]",
        unset="all apps stand in this file",
        effect="Each file has `apps:`, and may have `owners:`, who become its code owners. A name stands in one"
        " of the files; which of them, and in which order, makes no difference.",
    ),
    "products": Entry(
        "apps:\n  web: {image: shop/web, port: 8080}\n  api: {image: shop/api, port: 8080}\n"
        "products:\n  shop: [web, api]",
        unset="each app moves by itself",
        effect="`promote`, `compare`, `status` and `validate` take its name in place of its apps: one request promotes"
        " all of them, or none if one cannot move. `list` names it, and the release board groups its rows.",
    ),
    "secretStore": Entry(
        "secretStore: {name: vault, kind: SecretStore}\n"
        "apps:\n  web: {image: shop/web, secrets: {DATABASE_URL: shop/web#database_url}}",
        default="{name: aws-secrets-manager, kind: ClusterSecretStore}",
        kubernetes=("ExternalSecret spec.secretStoreRef",),
    ),
    "promotion": Entry(
        "promotion:\n  soak: 30m\n  notify: arn:aws:sns:eu-west-1:123456789012:approvals\n"
        "  base: true\n  config: false",
        unset="images are promoted, and nothing else",
        effect="`promote` reads it. With `base`, later environments get a copy of each app's base.",
    ),
    "promotion.soak": Entry(default="0s"),
    "promotion.notify": Entry(unset="no topic is notified"),
    "promotion.base": Entry(default="false"),
    "promotion.config": Entry(default="true"),
    "commits": Entry(
        'commits: {subject: "chore(release): {subject}"}',
        unset="plain subjects",
        effect="`bump`, `promote` and `rollback` write commits and titles of pull requests in this form.",
    ),
    "commits.subject": Entry(default='"{Subject}"'),
    "compare": Entry(
        "compare: {allow: [spec.replicas, ConfigMap/*.data.LOG_LEVEL]}",
        unset="every difference is reported",
        effect="`compare` leaves these differences out.",
    ),
    "compare.allow": Entry(unset="every difference is reported"),
    "allow": Entry(
        "allow:\n"
        "  references: ['https://git.example.com/acme/platform//redis?ref=v1']\n"
        "  repositories: [https://charts.example.com]\n"
        "  revisions: [release-1.x]\n"
        "  kinds: [batch/CronJob, PersistentVolumeClaim]\n"
        "  projects: [platform]\n"
        "  destinations: [{cluster: https://eks.example.com, namespace: monitoring}]",
        unset="only what is this repository's own",
        effect="`validate` accepts these, and refuses everything else that is not this repository's own.",
    ),
    "allow.references": Entry(unset="none"),
    "allow.repositories": Entry(unset="none but this one"),
    "allow.revisions": Entry(unset="none but `branch`"),
    "allow.kinds": Entry(
        unset="the kinds that are generated", kubernetes=("AppProject spec.namespaceResourceWhitelist",)
    ),
    "allow.projects": Entry(unset="none but those of the environments"),
    "allow.destinations": Entry(unset="none but those of the environments"),
    "allow.destinations[].cluster": Entry(default="https://kubernetes.default.svc"),
    "kubernetes": Entry(
        'kubernetes: {version: "1.34", crds: [crds/certificates.yaml], spread: true}',
        unset="the newest version that is known, 1.36, and no spread",
        effect="Fields in Kubernetes' own shape (`pod`, `container`) are held against the schema of this version.",
    ),
    "kubernetes.version": Entry(default='"1.36"'),
    "kubernetes.crds": Entry(
        unset="no other kinds than those that are known, and those that charts, adopted apps and `manifests` define",
        effect="`validate` holds objects of these kinds against them; without, it refuses a kind that is unknown.",
    ),
    "kubernetes.spread": Entry(
        default="false", effect="`topologySpreadConstraints` of Deployments and StatefulSets with several pods."
    ),
    "notifications": Entry(
        "notifications:\n"
        "  events: [degraded, failed]\n"
        "  environments: [prod]\n"
        "  slack: {channels: [releases], token: slack}\n"
        "  email:\n"
        "    to: [releases@example.com]\n"
        "    from: argocd@example.com\n"
        "    host: smtp.example.com\n"
        "    port: 465\n"
        "    username: argocd\n"
        "    password: smtp-password\n"
        "  webhook: {url: https://hooks.example.com/argocd, authorization: hook}\n"
        "  sns: arn:aws:sns:eu-west-1:123456789012:releases",
        unset="no one is notified",
        kubernetes=("ConfigMap data", "AppProject metadata.annotations"),
    ),
    "notifications.events": Entry(default="[deployed, degraded, failed]", kubernetes=("ConfigMap data",)),
    "notifications.environments": Entry(unset="all, but for previews", kubernetes=("AppProject metadata.annotations",)),
    "notifications.slack": Entry(unset="no messages", kubernetes=("ConfigMap data", "AppProject metadata.annotations")),
    "notifications.slack.channels": Entry(kubernetes=("AppProject metadata.annotations",)),
    "notifications.slack.token": Entry(default="slack-token", kubernetes=("ConfigMap data",)),
    "notifications.email": Entry(unset="no mail", kubernetes=("ConfigMap data", "AppProject metadata.annotations")),
    "notifications.email.to": Entry(kubernetes=("AppProject metadata.annotations",)),
    "notifications.email.from": Entry(kubernetes=("ConfigMap data",)),
    "notifications.email.host": Entry(kubernetes=("ConfigMap data",)),
    "notifications.email.port": Entry(default="587", kubernetes=("ConfigMap data",)),
    "notifications.email.username": Entry(unset="no login", kubernetes=("ConfigMap data",)),
    "notifications.email.password": Entry(
        unset="`email-password`, where there is a `username`", kubernetes=("ConfigMap data",)
    ),
    "notifications.webhook": Entry(
        unset="no request", kubernetes=("ConfigMap data", "AppProject metadata.annotations")
    ),
    "notifications.webhook.url": Entry(kubernetes=("ConfigMap data",)),
    "notifications.webhook.authorization": Entry(unset="no such header", kubernetes=("ConfigMap data",)),
    "notifications.sns": Entry(unset="no topic is notified", effect="`wait --notify` publishes to it."),
    "argocd": Entry(
        "argocd: {namespace: gitops}",
        unset="it runs in the namespace `argocd`",
        kubernetes=("Application metadata.namespace", "AppProject metadata.namespace"),
    ),
    "argocd.namespace": Entry(
        default="argocd", kubernetes=("Application metadata.namespace", "AppProject metadata.namespace")
    ),
    "argocd.version": Entry(
        'version: "3.2"',
        default='"3.5"',
        kubernetes=("AppProject spec.clusterResourceWhitelist",),
    ),
    "argocd.flavor": Entry(
        "flavor: eks-capability\nversion: 3.1.8-eks-1\ncluster: arn:aws:eks:eu-west-1:123456789012:cluster/tools",
        default="self-managed",
        kubernetes=("AppProject spec.sourceNamespaces",),
    ),
    "argocd.cluster": Entry(
        "cluster: arn:aws:eks:eu-west-1:123456789012:cluster/tools",
        default="https://kubernetes.default.svc",
        kubernetes=("Application spec.destination.server", "AppProject spec.destinations"),
    ),
    "argocd.syncWindows": Entry(
        "syncWindows: true",
        default="false",
        effect="The AppProject of an environment with these gets `spec.syncWindows`. A user may still sync.",
    ),
    "argocd.notices": Entry(
        "notices: true",
        default="false",
        effect="These commands write the annotation `notice.argocd.argoproj.io/content` of the Application, too.",
    ),
    "argocd.syncTimeout": Entry(
        "syncTimeout: 5m",
        unset="no limit; of the EKS capability, the two minutes that it has",
        effect="A migration without a `timeout` gets 20 seconds less than this, and one with a longer one is refused.",
    ),
}
