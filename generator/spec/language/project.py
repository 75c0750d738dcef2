"""The whole file: the project, its environments, and what holds for all of them."""

from __future__ import annotations

from generator.spec import forge_kinds, shapes, subject
from generator.spec.kubernetes import VERSIONS
from generator.spec.language.app import APP
from generator.spec.language.argocd import ARGOCD
from generator.spec.language.ci import CI
from generator.spec.language.ecs import TARGET
from generator.spec.language.hatches import EVERYWHERE
from generator.spec.language.identity import SECRET_STORE
from generator.spec.language.names import (
    APP_NAME,
    APPROVER,
    BRANCH,
    CLUSTER,
    CLUSTER_NAME,
    ENVIRONMENT_NAME,
    FORGE_URL,
    LABEL,
    OURS,
    PRODUCT_NAME,
    PROJECT_NAME,
    REGISTRY,
    RELATIVE,
    REPOSITORY,
    STRINGS,
)
from generator.spec.language.notifications import NOTIFICATIONS
from generator.spec.language.promotion import GATES, PROMOTION
from generator.spec.language.pull_requests import PULL_REQUESTS
from generator.spec.language.stages import STAGE
from generator.spec.late_field import LateField
from generator.spec.types import Boolean, Choice, Field, Integer, ListOf, MapOf, Record, Scalar, Text

# Few specs have it, and no other loads it.
_INFRA = "generator.spec.language.infra"

SELECTOR = Record(
    {
        "matchLabels": Field(STRINGS, "Labels that the Secret of a cluster in Argo CD has."),
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
            NAMESPACE_METADATA, "Labels and annotations of its namespaces, beside those that are always there."
        ),
        "renamedFrom": Field(
            ENVIRONMENT_NAME,
            "The environment's former name. Its files move to the new name, with their tags and hand edits.",
        ),
        "sync": Field(
            Choice(("auto", "manual")),
            "Whether Argo CD applies changes by itself (`auto`), or once a user asks for it (`manual`).",
        ),
        "approvers": Field(
            ListOf(APPROVER),
            "The users and teams who approve changes of the environment. They become code owners and reviewers.",
        ),
        "cluster": Field(CLUSTER, "The cluster it runs in: its name in Argo CD, its ARN or its URL."),
        "clusters": Field(
            MapOf(CLUSTER_NAME, CLUSTER, least=1),
            "Further clusters that each of its apps runs in, by short names that end the names of Applications.",
        ),
        "clusterSelector": Field(
            SELECTOR,
            "The labels of the clusters that each of its apps runs in, where Argo CD's list of clusters changes.",
        ),
        "readinessGate": Field(Boolean(), "Count a pod as ready only once the AWS load balancer sends it requests."),
        "podSecurity": Field(
            Choice(("restricted", "baseline", "privileged")),
            "The Pod Security Standard that its namespace enforces.",
        ),
        "secretStore": Field(SECRET_STORE, "The store that `secrets` are read from here."),
        "localSecrets": Field(
            Boolean(),
            "Read no store here: Secrets of the names that apps read are made by hand, and never committed.",
        ),
        "pullRequests": Field(
            PULL_REQUESTS,
            "Makes the environment one of previews: each app comes with a pull request, and goes with it.",
        ),
        "infra": LateField(_INFRA, "IN_ENVIRONMENT", "What is different in the AWS account under this environment."),
        **GATES,
        **STAGE,
        **EVERYWHERE,
    }
)

KUBERNETES = Record(
    {
        "version": Field(
            Text("a version of Kubernetes", "|".join(VERSIONS).replace(".", r"\."), 4, f"one of {', '.join(VERSIONS)}"),
            "The version of the clusters: fields in Kubernetes' own shape are held against its schema.",
        ),
        "crds": Field(
            ListOf(RELATIVE, least=1),
            "Files of the repository with CustomResourceDefinitions that operators bring. Nothing applies them.",
        ),
        "spread": Field(
            Boolean(),
            "Spread the pods of each workload that has several over zones and nodes, as far as there is room. What has"
            " `topologySpreadConstraints` keeps them.",
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
            "URLs or paths outside an overlay's own reach that kustomizations may read, as they are written there.",
        ),
        "repositories": Field(ListOf(_FOREIGN), "Other repositories that Applications in `gitops/` may deploy from."),
        "revisions": Field(
            ListOf(_FOREIGN), "Other branches, tags or commits of this repository that Applications may deploy."
        ),
        "kinds": Field(
            ListOf(
                Text(
                    "a kind",
                    rf"(?:{shapes.SUBDOMAIN}/)?[A-Z][A-Za-z0-9]*",
                    317,
                    "like PersistentVolumeClaim, or batch/CronJob with its group",
                )
            ),
            "Further kinds of objects that the environments may hold, for manifests of your own.",
        ),
        "projects": Field(
            ListOf(Text("an AppProject's name", shapes.SUBDOMAIN, 253, "like platform")),
            "Other AppProjects that `gitops/` may hold, and its Applications may be in.",
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

# No `*` in the first name: what is generated and what git keeps lies there, too.
INCLUDE = Text(
    "a file of apps, or a pattern of them",
    rf"(?!(?:{OURS}|\.[gG][iI][tT])/)(?!.*(?:^|/)\.\.?(?:/|$))(?!.*\*\*)"
    r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.*-]+)*\.ya?ml",
    200,
    "a path like apps/shop.yaml or apps/*.yaml, of a folder of its own",
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
        "forge": Field(FORGE, "Where pull requests are opened, if the repository's URL does not tell."),
        "branch": Field(BRANCH, "The branch that Argo CD follows."),
        "registry": Field(REGISTRY, "The registry that is put before images that name none."),
        # Before the environments, which may have some of its fields: the reference describes them here.
        "infra": LateField(
            _INFRA, "INFRA", "The AWS accounts under the clusters, as Terraform in `infra/`. Without it there is none."
        ),
        "environments": Field(
            MapOf(ENVIRONMENT_NAME, ENVIRONMENT, least=1),
            "The environments, in the order of promotion. Every app runs in each of them.",
            required=True,
        ),
        "apps": Field(MapOf(APP_NAME, APP), "The apps, by name.", required=True),
        "sites": LateField(
            "generator.spec.language.sites", "SITES", "Static front ends, by name: Terraform makes what serves them."
        ),
        "include": Field(
            ListOf(INCLUDE, least=1),
            "Files with further apps, by path or pattern: each has `apps:`, and `owners:` where a team owns it.",
        ),
        "products": Field(
            MapOf(PRODUCT_NAME, ListOf(APP_NAME, least=1)),
            "Apps that move as one, by the product's name. An app is in one product at most.",
        ),
        "secretStore": Field(SECRET_STORE, "The store of the External Secrets Operator that `secrets` are read from."),
        "promotion": Field(PROMOTION, "Rules of promotions from one environment to the next, and who is notified."),
        "commits": Field(COMMITS, "The commits that `bump`, `promote` and `rollback` make."),
        "compare": Field(COMPARE, "What `compare` accepts as different."),
        "allow": Field(ALLOW, "What this repository may use that is not its own. `validate` refuses anything else."),
        "kubernetes": Field(KUBERNETES, "Kubernetes itself."),
        "notifications": Field(NOTIFICATIONS, "Who is notified of deployments, and of what goes wrong with them."),
        "argocd": Field(ARGOCD, "Argo CD itself."),
        "ci": Field(CI, "The pipelines that build, test and release."),
    }
)
