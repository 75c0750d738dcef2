"""The whole file: the project, its environments, and what holds for all of them."""

from __future__ import annotations

from generator.spec import shapes, subject
from generator.spec.forge_kinds import FORGES
from generator.spec.language.app import APP
from generator.spec.language.ci import CI
from generator.spec.language.names import (
    APP_NAME,
    APPROVER,
    BRANCH,
    CLUSTER,
    ENVIRONMENT_NAME,
    FORGE_URL,
    LABEL,
    PROJECT_NAME,
    REGISTRY,
    REPOSITORY,
)
from generator.spec.language.promotion import GATES, PROMOTION
from generator.spec.types import Boolean, Choice, Field, Integer, ListOf, MapOf, Record, Text

ENVIRONMENT = Record(
    {
        "namespace": Field(LABEL, "its namespace; <project>-<environment> unless said otherwise"),
        "namespaces": Field(ListOf(LABEL), "further namespaces that its apps may put objects into"),
        "renamedFrom": Field(ENVIRONMENT_NAME, "its former name: its files move, with their tags and edits"),
        "sync": Field(Choice(("auto", "manual")), "whether Argo CD syncs by itself; auto unless said otherwise"),
        "approvers": Field(ListOf(APPROVER), "who approves what changes in it: its code owners and reviewers"),
        "cluster": Field(CLUSTER, "where it runs; Argo CD's own cluster unless said otherwise"),
        "readinessGate": Field(
            Boolean(), "pods are ready only when the AWS load balancer sends them requests; true unless said otherwise"
        ),
        "podSecurity": Field(
            Choice(("restricted", "baseline", "privileged")),
            "the Pod Security Standard of its namespace; restricted unless said otherwise",
        ),
        **GATES,
    }
)

ARGOCD = Record(
    {
        "namespace": Field(LABEL, "where Argo CD runs; argocd unless said otherwise"),
    }
)
FORGE = Record(
    {
        "kind": Field(Choice(FORGES), "which forge `repository` is on, where its URL does not tell"),
        "url": Field(FORGE_URL, "the forge's own address, where `repository` does not lead to it"),
    }
)
SECRET_STORE = Record(
    {
        "name": Field(LABEL, "the store's name", required=True),
        "kind": Field(Choice(("ClusterSecretStore", "SecretStore")), "ClusterSecretStore unless said otherwise"),
    }
)

COMMITS = Record(
    {
        "subject": Field(
            Text("a form of a subject", subject.PATTERN, subject.LONGEST, subject.HINT),
            "the form of their first lines, and of requests' titles, with {subject} in it",
        ),
    }
)
COMPARE = Record(
    {
        "allow": Field(
            ListOf(Text("a pattern", r"\S(?:.*\S)?", 300, "like spec.replicas, or ConfigMap/*.data.LOG_LEVEL")),
            "what may differ between environments: fields, or Kind/name.field, with * for any text",
        ),
    }
)

_FOREIGN = Text("a URL or a path", r"[^\s\x00-\x1f\x7f]+", 500, "as it is written where it is used")
ALLOW = Record(
    {
        "references": Field(
            ListOf(_FOREIGN),
            "what kustomizations may read from the network, or of another environment, as it is written there",
        ),
        "repositories": Field(ListOf(_FOREIGN), "other repositories that Applications in gitops/ may deploy from"),
        "revisions": Field(ListOf(_FOREIGN), "other branches, tags or commits of this repository that they may deploy"),
        "projects": Field(
            ListOf(Text("an AppProject's name", shapes.SUBDOMAIN, 253, "like platform")),
            "other AppProjects that gitops/ may hold, or its Applications be in",
        ),
        "destinations": Field(
            ListOf(
                Record(
                    {
                        "cluster": Field(CLUSTER, "the cluster; Argo CD's own unless said otherwise"),
                        "namespace": Field(LABEL, "the namespace", required=True),
                    }
                )
            ),
            "other places that gitops/ may deploy to",
        ),
    }
)

SPEC = Record(
    {
        "version": Field(Integer(1, 1, "a version of this language"), "the language's version: 1", required=True),
        "project": Field(PROJECT_NAME, "the project's name: a prefix of namespaces and Applications", required=True),
        "repository": Field(REPOSITORY, "this repository's URL, as Argo CD pulls it", required=True),
        "forge": Field(FORGE, "where pull requests are; told from the repository's URL if left out"),
        "branch": Field(BRANCH, "the branch that Argo CD follows; main unless said otherwise"),
        "registry": Field(REGISTRY, "put before images that name no registry"),
        "environments": Field(
            MapOf(ENVIRONMENT_NAME, ENVIRONMENT, least=1), "the environments, in promotion order", required=True
        ),
        "apps": Field(MapOf(APP_NAME, APP), "the apps", required=True),
        "secretStore": Field(SECRET_STORE, "the External Secrets store; aws-secrets-manager unless said otherwise"),
        "promotion": Field(PROMOTION, "what is promoted from one environment to the next, and who is told"),
        "commits": Field(COMMITS, "about the commits that bump, promote and rollback make"),
        "compare": Field(COMPARE, "about comparing environments"),
        "allow": Field(ALLOW, "what this repository may use that is not its own; `validate` refuses all else"),
        "argocd": Field(ARGOCD, "about Argo CD itself"),
        "ci": Field(CI, "about the build"),
    }
)
