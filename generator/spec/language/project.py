"""Define the whole file: the project, its environments, and the fields for all of them."""

from __future__ import annotations

from generator.spec import forge_kinds, patterns, shapes, subject
from generator.spec.kubernetes import VERSIONS
from generator.spec.language.app import APP
from generator.spec.language.ecs import TARGET
from generator.spec.language.hatches import EVERYWHERE
from generator.spec.language.names import (
    APP_NAME,
    APPROVER,
    BRANCH,
    CLUSTER,
    CLUSTER_NAME,
    ENVIRONMENT_NAME,
    FORGE_URL,
    INCLUDE,
    LABEL,
    PRODUCT_NAME,
    PROJECT_NAME,
    REGISTRY,
    RELATIVE,
    REPOSITORY,
)
from generator.spec.language.promotion import GATES, PROMOTION
from generator.spec.language.stages import STAGE
from generator.spec.late_field import LateField
from generator.spec.types import Boolean, Choice, Field, Integer, ListOf, MapOf, Record, Scalar, Text

SELECTOR = Record(
    {
        "matchLabels": Field(shapes.STRINGS, "Labels that the Secret of a cluster in Argo CD has."),
        "matchExpressions": Field(
            ListOf(
                Record(
                    {
                        "key": Field(shapes.KEY, "The label.", required=True),
                        "operator": Field(
                            Choice(("In", "NotIn", "Exists", "DoesNotExist")), "How it is compared.", required=True
                        ),
                        "values": Field(ListOf(Text("a label's value", longest=63)), "What it is compared with."),
                    }
                )
            ),
            "Conditions on labels.",
        ),
    }
)

NAMESPACE_METADATA = Record(
    {
        "labels": Field(MapOf(shapes.KEY, shapes.LABEL_VALUE), "Labels, like those by which a service mesh finds it."),
        "annotations": Field(MapOf(shapes.KEY, Scalar()), "Annotations."),
    }
)
ENVIRONMENT = Record(
    {
        **TARGET,
        "namespace": Field(LABEL, "The namespace of its apps."),
        "namespaces": Field(ListOf(LABEL), "Further namespaces that its apps may put objects into."),
        "namespaceMetadata": Field(
            NAMESPACE_METADATA, "Labels and annotations of its namespaces, in addition to those that are always set."
        ),
        "renamedFrom": Field(
            ENVIRONMENT_NAME,
            "The environment's former name. Its files move to the new name, with their tags and hand edits.",
        ),
        "sync": Field(
            Choice(("auto", "manual")),
            "Whether Argo CD applies changes by itself (`auto`), or only when a user syncs (`manual`).",
        ),
        "approvers": Field(
            ListOf(APPROVER),
            "The users and teams who approve changes of the environment. They become code owners and reviewers.",
        ),
        "cluster": Field(CLUSTER, "The cluster it runs in: its name in Argo CD, its ARN or its URL."),
        "clusters": Field(
            MapOf(CLUSTER_NAME, CLUSTER, least=1),
            "Further clusters in which each of its apps runs, by short names, which become "
            "suffixes of the Applications' names.",
        ),
        "clusterSelector": Field(
            SELECTOR,
            "The labels of the clusters in which each of its apps runs, if Argo CD's list of clusters changes.",
        ),
        "readinessGate": Field(Boolean(), "Count a pod as ready only once the AWS load balancer sends it requests."),
        "podSecurity": Field(
            Choice(("restricted", "baseline", "privileged")),
            "The Pod Security Standard that its namespace enforces.",
        ),
        "secretStore": LateField("identity", "SECRET_STORE", "The store from which this environment reads `secrets`."),
        "localSecrets": Field(
            Boolean(),
            "Read no store in this environment: users create the Secrets by hand, and never commit them.",
        ),
        "pullRequests": LateField(
            "pull_requests",
            "PULL_REQUESTS",
            "Use the environment for previews: its apps are created for each pull request, and removed with it.",
        ),
        "infra": LateField("infra", "IN_ENVIRONMENT", "What is different in the AWS account under this environment."),
        **GATES,
        **STAGE,
        **EVERYWHERE,
    }
)

KUBERNETES = Record(
    {
        "version": Field(
            Text("a version of Kubernetes", "|".join(VERSIONS).replace(".", r"\."), 4, f"one of {', '.join(VERSIONS)}"),
            "The Kubernetes version of the clusters. Fields in Kubernetes' own structure are "
            "checked against its schema.",
        ),
        "crds": Field(
            ListOf(RELATIVE, least=1),
            "Files of the repository with CustomResourceDefinitions that operators install. They are never applied.",
        ),
        "spread": Field(
            Boolean(),
            "Spread the pods of each workload with several pods over zones and nodes, as far as "
            "there is room. Workloads with `topologySpreadConstraints` keep their own.",
        ),
    }
)
FORGE = Record(
    {
        "kind": Field(Choice(forge_kinds.NAMES), "The kind of forge that `repository` is on."),
        "url": Field(FORGE_URL, "The address of the forge itself."),
    }
)
COMMITS = Record(
    {
        "subject": Field(
            Text("a form of a subject", subject.PATTERN, subject.LONGEST, subject.HINT),
            "The form of the first line of commits and of titles of requests, around `{subject}` or `{Subject}`.",
        ),
    }
)
COMPARE = Record(
    {
        "allow": Field(
            ListOf(Text("a pattern", r"\S(?:.*\S)?", 300, "like spec.replicas, or ConfigMap/*.data.LOG_LEVEL")),
            "What may differ between environments: a field, or `Kind/name.field`. `*` stands for any text.",
        ),
    }
)

_FOREIGN = Text("a URL or a path", r"[^\s\x00-\x1f\x7f]+", 500, "as it is written where it is used")
ALLOW = Record(
    {
        "references": Field(
            ListOf(_FOREIGN),
            "URLs and paths outside of an overlay that its kustomization may read, exactly as they are written there.",
        ),
        "repositories": Field(ListOf(_FOREIGN), "Other repositories that Applications in `gitops/` may deploy from."),
        "revisions": Field(
            ListOf(_FOREIGN), "Other branches, tags or commits of this repository that Applications may deploy."
        ),
        "kinds": Field(
            ListOf(
                Text(
                    "a kind",
                    rf"(?:{patterns.SUBDOMAIN}/)?[A-Z][A-Za-z0-9]*",
                    317,
                    "like PersistentVolumeClaim, or batch/CronJob with its group",
                )
            ),
            "Further kinds of objects that the environments may contain, for your own manifests.",
        ),
        "projects": Field(
            ListOf(Text("an AppProject's name", patterns.SUBDOMAIN, 253, "like platform")),
            "Other AppProjects that `gitops/` may contain, and that its Applications may use.",
        ),
        "destinations": Field(
            ListOf(
                Record(
                    {
                        "cluster": Field(CLUSTER, "The cluster: its name in Argo CD, its ARN or its URL."),
                        "namespace": Field(LABEL, "The namespace.", required=True),
                    }
                )
            ),
            "Other clusters and namespaces that `gitops/` may deploy to.",
        ),
    }
)

INCLUDED = Record(
    {
        "apps": Field(MapOf(APP_NAME, APP), "The apps, by name.", required=True),
        "owners": Field(ListOf(APPROVER), "The users and teams whose file this is. They become its code owners."),
    }
)

SPEC = Record(
    {
        "version": Field(
            Integer(1, 1, "a version of this language"), "The version of this language, 1.", required=True
        ),
        "project": Field(
            PROJECT_NAME, "The name of the project. Namespaces and Applications begin with it.", required=True
        ),
        "repository": Field(REPOSITORY, "The URL of this repository, as Argo CD pulls it.", required=True),
        "forge": Field(FORGE, "The forge for pull requests, if it is not clear from the repository's URL."),
        "branch": Field(BRANCH, "The branch that Argo CD follows."),
        "registry": Field(REGISTRY, "The registry of images that name none."),
        # This comes before `environments`, which share some of its fields, so that the reference describes them here.
        "infra": LateField(
            "infra",
            "INFRA",
            "The AWS accounts under the clusters, as Terraform in `infra/`. Without this field, "
            "no Terraform is generated.",
        ),
        "environments": Field(
            MapOf(ENVIRONMENT_NAME, ENVIRONMENT, least=1),
            "The environments, in the order of promotion. Every app runs in each of them.",
            required=True,
        ),
        "apps": Field(MapOf(APP_NAME, APP), "The apps, by name.", required=True),
        "sites": LateField("sites", "SITES", "Static front ends, by name: Terraform makes what serves them."),
        "include": Field(
            ListOf(INCLUDE, least=1),
            "Files with further apps, by path or pattern: each has `apps:`, and `owners:` where a team owns it.",
        ),
        "products": Field(
            MapOf(PRODUCT_NAME, ListOf(APP_NAME, least=1)),
            "Apps that are promoted together, by the product's name. An app is in at most one product.",
        ),
        "secretStore": LateField(
            "identity", "SECRET_STORE", "The store of the External Secrets Operator from which `secrets` are read."
        ),
        "promotion": Field(PROMOTION, "Rules of promotions from one environment to the next, and who is notified."),
        "commits": Field(COMMITS, "The commits that `bump`, `promote` and `rollback` make."),
        "compare": Field(COMPARE, "What `compare` accepts as different."),
        "allow": Field(
            ALLOW,
            "Foreign repositories, references and kinds that this repository may use. `validate` refuses all others.",
        ),
        "kubernetes": Field(KUBERNETES, "Kubernetes itself."),
        "notifications": LateField(
            "notifications", "NOTIFICATIONS", "Receivers of notifications about deployments and their failures."
        ),
        "argocd": LateField("argocd", "ARGOCD", "Argo CD itself."),
        "ci": LateField("ci", "CI", "The pipelines that build, test and release."),
    }
)
