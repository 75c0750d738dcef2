"""The language of ``generator.yaml``: which field takes which type.

To add a field to an app: a line in ``WORKLOAD`` here, an attribute in
``model.Workload``, and its use in the module under ``kinds/`` that renders it.
"""

from __future__ import annotations

from generator.forges import FORGES
from generator.spec import shapes, subject
from generator.spec.promotion import GATES, PROMOTION
from generator.spec.types import (
    Anything,
    Boolean,
    Choice,
    Either,
    Field,
    Integer,
    ListOf,
    MapOf,
    Record,
    Scalar,
    Text,
    partial,
)

LABEL_HINT = "lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit"
_LABEL = shapes.LABEL_PATTERN

# 50 characters leave room for what Kubernetes and we append: pod hashes, "-migrate", "-config".
APP_NAME = Text("a name (DNS label)", _LABEL, 50, LABEL_HINT)
ENVIRONMENT_NAME = Text("a name (DNS label)", _LABEL, 30, LABEL_HINT)
PROJECT_NAME = Text("a name (DNS label)", _LABEL, 30, LABEL_HINT)
LABEL = Text("a DNS label", _LABEL, 63, LABEL_HINT)
_HOST_HINT = "like shop.example.com, in lower case, without https:// and without a path"
HOST = Text("a host name", rf"(?:\*\.)?{shapes.SUBDOMAIN}", 253, _HOST_HINT)
VARIABLE = Text("a variable's name", r"[A-Za-z_][A-Za-z0-9_.-]*", 253, "letters, digits and _; no digit first")
REPOSITORY = Text(
    "a git URL or a path",
    r"(?:https?|ssh|file)://(?![^/]*:[^/]*@)[A-Za-z0-9][A-Za-z0-9._~:/@%+-]*"
    r"|file:///[A-Za-z0-9._~/%+-]+|[a-z][a-z0-9_-]*@[A-Za-z0-9.-]+:[A-Za-z0-9._~/-]+|/[A-Za-z0-9._/-]+",
    500,
    "like https://git.example.com/acme/shop-gitops.git, with no password in it",
)
REGISTRY = Text(
    "a registry",
    r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:/[a-z0-9][a-z0-9._-]*)*",
    255,
    "like 123456789012.dkr.ecr.eu-west-1.amazonaws.com",
)
IMAGE = Text(
    "an image without a tag",
    r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*",
    255,
    "like shop/web; the tag is the pipeline's: seed it with `tag:`",
)
TAG = Text("an image tag", r"[A-Za-z0-9_][A-Za-z0-9_.-]*", 128, "letters, digits, _, . and -; at most 128")
BRANCH = Text(
    "a branch", r"(?!.*(?:\.\.|//|@\{|\.lock$))[A-Za-z0-9_][A-Za-z0-9_./-]*(?<![./])", 200, "a plain branch name"
)
FORGE_URL = Text(
    "a forge's address",
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?",
    300,
    "like https://github.example.com, with no path of a repository",
)
APPROVER = Text(
    "a person or a team",
    r"@?[A-Za-z0-9][A-Za-z0-9._/-]*(?:@[A-Za-z0-9.-]+)?",
    254,
    "a user's name, organisation/team, or an e-mail address",
)
URL_PATH = Text("a path", r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*", 1024, "starts with /, like /healthz")
RELATIVE = Text(
    "a file in this repository",
    r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*",
    200,
    "a relative path without `..`",
)
SOURCE = Text(
    "a folder in this repository",
    r"(?!(?:base|overlays|gitops|\.generator|\.[gG][iI][tT]|\.github)(?:/|$))(?!.*(?:^|/)\.\.?(?:/|$))"
    r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*",
    200,
    "a relative path without `..`, outside base, overlays, gitops and .git",
)
QUANTITY = shapes.QUANTITY
PORT = shapes.PORT
PORT_NAME = shapes.PORT_NAME
PORT_OR_NAME = shapes.PORT_OR_NAME
CLUSTER = Text(
    "a cluster",
    r"https://[A-Za-z0-9.:/_-]+|arn:aws[a-z-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+|" + _LABEL,
    300,
    "its name in Argo CD, its ARN or its https URL",
)
COMMAND = ListOf(Text("a word of a command", longest=8192), least=1)
STRINGS = MapOf(shapes.KEY, Scalar())
FOLDER = Text("a folder", r"/[^:\0]*", 1024, "an absolute path without a colon, like /var/cache")
_COUNT = Either(
    (
        (int, Integer(0, 5000)),
        (str, Text("a percentage", r"(?:100|[1-9]?[0-9])%", 4, "a number of pods, or a percentage like 25%")),
    ),
    "a number or a percentage",
)
DISRUPTION = Record(
    {
        "minAvailable": Field(_COUNT, "how many pods must stay: a number, or a percentage"),
        "maxUnavailable": Field(_COUNT, "how many pods may go at once: a number, or a percentage"),
        "unhealthyPodEvictionPolicy": Field(
            Choice(("AlwaysAllow", "IfHealthyBudget")), "whether pods that are not ready may go in any case"
        ),
    }
)

RESOURCES = Record(
    {
        "requests": Field(MapOf(Text("a resource", longest=100), QUANTITY), "what the scheduler reserves"),
        "limits": Field(MapOf(Text("a resource", longest=100), QUANTITY), "what the container may use at most"),
        "claims": Field(shapes.CLAIMS, "dynamic resource claims"),
    }
)

_HTTP_GET = Record(
    {
        "path": Field(URL_PATH, "the path to get"),
        "port": Field(PORT_OR_NAME, "the port's number or name; the first port if left out"),
        "scheme": Field(Choice(("HTTP", "HTTPS")), "HTTP or HTTPS"),
        "host": Field(Text("a host", longest=253), "the host; the pod's IP if left out"),
        "httpHeaders": Field(shapes.HEADERS, "headers to send"),
    }
)
_SECONDS = Integer(0, 86400, "seconds")
PROBE = Record(
    {
        "httpGet": Field(_HTTP_GET, "healthy if it answers 2xx or 3xx"),
        "tcpSocket": Field(Record({"port": Field(PORT_OR_NAME, "the port"), "host": Field(HOST, "the host")}), "open?"),
        "exec": Field(Record({"command": Field(COMMAND, "its words", required=True)}), "healthy if it exits 0"),
        "grpc": Field(
            Record({"port": Field(PORT, "the port"), "service": Field(Text(), "the service")}), "gRPC health"
        ),
        "initialDelaySeconds": Field(_SECONDS, "seconds before the first probe"),
        "periodSeconds": Field(_SECONDS, "seconds between probes"),
        "timeoutSeconds": Field(_SECONDS, "seconds until a probe has failed"),
        "successThreshold": Field(Integer(1, 100), "successes in a row until healthy"),
        "failureThreshold": Field(Integer(1, 1000), "failures in a row until unhealthy"),
        "terminationGracePeriodSeconds": Field(
            Integer(1, 86400, "seconds"), "seconds to stop in after a failed liveness probe"
        ),
    },
    exactly_one=("httpGet", "tcpSocket", "exec", "grpc"),
)

CONTAINER_PORT = Record(
    {
        "name": Field(PORT_NAME, "its name, by which Services, probes and Ingresses refer to it"),
        "containerPort": Field(PORT, "the port that the process listens on", required=True),
        "servicePort": Field(PORT, "the Service's port for it, if another one"),
        "protocol": Field(shapes.PROTOCOL, "TCP unless said otherwise"),
    }
)

_VALUE = {
    "value": Field(Scalar(), "its value"),
    "valueFrom": Field(shapes.VALUE_FROM, "where its value comes from, as in Kubernetes"),
}
ENV_VAR = Record({"name": Field(VARIABLE, "the variable's name", required=True), **_VALUE})

_STORE_HINT = "its name in Secrets Manager, like shop/web; never the secret itself"
SECRET = Either(
    (
        (
            str,
            Text(
                "a secret's name",
                r"(?:[A-Za-z0-9/_+=.@-]|\{environment\})+(?:#[A-Za-z0-9_.-]+)?",
                512,
                "NAME or NAME#PROPERTY in Secrets Manager; never the secret itself",
            ),
        ),
        (
            dict,
            Record(
                {
                    "key": Field(
                        Text("a secret's name", r"(?:[A-Za-z0-9/_+=.@-]|\{environment\})+", 512, _STORE_HINT),
                        "its name",
                        required=True,
                    ),
                    "property": Field(
                        Text("a property", r"[A-Za-z0-9_.-]+", 253, "letters, digits, -, _ and ."),
                        "a field of its JSON",
                    ),
                    "version": Field(
                        Text("a version", r"[A-Za-z0-9_./-]+", 253, "like AWSCURRENT"), "its version stage or id"
                    ),
                }
            ),
        ),
    ),
    "NAME#PROPERTY or a map with key and property",
)

_PERCENT = Integer(1, 1000, "a percentage of what is requested")
AUTOSCALE = Record(
    {
        "min": Field(Integer(1, 1000), "pods at the least", required=True),
        "max": Field(Integer(1, 5000), "pods at the most", required=True),
        "cpu": Field(_PERCENT, "average CPU use to aim at, percent of the request; 70 unless said otherwise"),
        "memory": Field(_PERCENT, "average memory use to aim at, percent of the request"),
        "behavior": Field(shapes.BEHAVIOR, "how fast to scale, as in HorizontalPodAutoscaler"),
    }
)

_ANNOTATIONS = Field(STRINGS, "annotations")
SERVICE = Record(
    {
        "type": Field(Choice(("ClusterIP", "NodePort", "LoadBalancer")), "ClusterIP unless said otherwise"),
        "port": Field(PORT, "the Service's port for the first port; 80 for the one named http"),
        "annotations": _ANNOTATIONS,
        "headless": Field(Boolean(), "no cluster IP: the name resolves to the pods"),
    }
)
INGRESS = Record(
    {
        "host": Field(
            Text("a host name", r"(?:\*\.)?[a-z0-9{}.-]+", 253, _HOST_HINT), "the host it answers to", required=True
        ),
        "path": Field(URL_PATH, "the path prefix; / unless said otherwise"),
        "className": Field(LABEL, "the IngressClass; alb unless said otherwise"),
        "annotations": _ANNOTATIONS,
        "tls": Field(LABEL, "the Secret with the certificate, where the controller wants one"),
    }
)
MIGRATION = Record(
    {
        "command": Field(COMMAND, "what to run with the new image before its pods start", required=True),
        "timeout": Field(Integer(1, 86400, "seconds"), "seconds until it has failed; 600 unless said otherwise"),
        "retries": Field(Integer(0, 20), "how often it is tried again; 2 unless said otherwise"),
    }
)
SERVICE_ACCOUNT = Record({"annotations": _ANNOTATIONS, "token": Field(Boolean(), "mount its token into the pods")})
NETWORK = Record(
    {
        "from": Field(ListOf(APP_NAME), "the apps whose pods may connect; nobody else can"),
        "fromCidr": Field(ListOf(shapes.CIDR), "addresses that may connect"),
        "ingress": Field(shapes.INGRESS_RULES, "more rules, as in NetworkPolicy"),
        "egress": Field(shapes.EGRESS_RULES, "rules for what the pods may reach; everything if left out"),
    }
)
_OFF = Boolean()

WORKLOAD: dict[str, Field] = {
    "image": Field(IMAGE, "the image, without a tag; the registry is put before it if it names none"),
    "port": Field(PORT, "the port it listens on: short for one port named http"),
    "ports": Field(ListOf(CONTAINER_PORT, key="name"), "the ports it listens on"),
    "command": Field(COMMAND, "replaces the image's entrypoint"),
    "args": Field(ListOf(Text("an argument", longest=8192)), "replaces the image's arguments"),
    "env": Field(
        Either(
            (
                (dict, MapOf(VARIABLE, Either(((dict, Record(_VALUE)), (object, Scalar())), "a value"))),
                (list, ListOf(ENV_VAR, key="name")),
            ),
            "a map or a list of variables",
        ),
        "environment variables: a map, or a list as in Kubernetes",
    ),
    "config": Field(MapOf(VARIABLE, Scalar()), "a ConfigMap, given to the process as environment variables"),
    "secrets": Field(MapOf(VARIABLE, SECRET), "variables from AWS Secrets Manager: NAME: secret/name#property"),
    "resources": Field(RESOURCES, "requests and limits"),
    "health": Field(
        URL_PATH,
        "the path that tells whether it lives: startup, liveness (a restart after a minute of failures) "
        "and, without `ready`, readiness (no requests after 15 seconds)",
    ),
    "ready": Field(URL_PATH, "the path that tells whether it can take requests"),
    "livenessProbe": Field(PROBE, "restart the container when it fails"),
    "readinessProbe": Field(PROBE, "send no requests while it fails"),
    "startupProbe": Field(PROBE, "hold the other probes until it succeeds"),
    "replicas": Field(Integer(0, 5000), "how many pods; 1 unless said otherwise"),
    "autoscale": Field(AUTOSCALE, "let a HorizontalPodAutoscaler say how many"),
    "service": Field(Either(((bool, _OFF), (dict, SERVICE)), "false or a map"), "its Service; false for none"),
    "ingress": Field(INGRESS, "its way in from outside, by the AWS load balancer unless said otherwise"),
    "migration": Field(MIGRATION, "a job that runs before each new version"),
    "disruption": Field(
        Either(((bool, _OFF), (dict, DISRUPTION)), "false or a map"),
        "its PodDisruptionBudget (minAvailable or maxUnavailable); false for none",
    ),
    "network": Field(NETWORK, "who may connect to it (NetworkPolicy)"),
    "serviceAccount": Field(SERVICE_ACCOUNT, "its ServiceAccount"),
    "labels": Field(STRINGS, "labels on the workload and its pods"),
    "annotations": Field(STRINGS, "annotations on the pods"),
    "securityContext": Field(shapes.SECURITY, "the container's, laid over the safe defaults"),
    "podSecurityContext": Field(shapes.POD_SECURITY, "the pod's, laid over the safe defaults"),
    "writable": Field(ListOf(FOLDER), "folders it may write to (emptyDir); /tmp unless said otherwise"),
    "writableSize": Field(
        QUANTITY, "how much each of these may hold before the pod is evicted; 1Gi unless said otherwise"
    ),
    "progressDeadlineSeconds": Field(Integer(1, 86400, "seconds"), "seconds until a stuck rollout has failed"),
    "container": Field(Anything(), "any more fields of the container, as in Kubernetes"),
    "pod": Field(Anything(), "any more fields of the pod, as in Kubernetes"),
}

SCAN = Record(
    {
        "severity": Field(
            Choice(("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL")),
            "what a finding must at least be to stop the release; CRITICAL unless said otherwise",
        ),
        "ignore": Field(
            ListOf(Text("a finding's name", r"[A-Za-z0-9][A-Za-z0-9-]*", 60, "like CVE-2024-3094")),
            "findings that are known and accepted",
        ),
    }
)
BUILD = Record(
    {
        "dockerfile": Field(RELATIVE, "the Dockerfile, within `source`; Dockerfile unless said otherwise"),
        "test": Field(ListOf(Text("a shell command", longest=8192)), "commands that must pass before the build"),
        "reports": Field(
            ListOf(
                Text(
                    "a file's pattern",
                    r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.*][A-Za-z0-9_.*/-]*",
                    200,
                    "like reports/*.xml, without `..`",
                )
            ),
            "JUnit XML files that the tests write, within `source`; CI shows them",
        ),
        "args": Field(MapOf(VARIABLE, Scalar()), "docker build arguments; $TAG is the new tag"),
        "platforms": Field(
            ListOf(Text("a platform", r"linux/[a-z0-9]+(?:/v[0-9]+)?", 30, "like linux/arm64"), least=1),
            "the processors to build for, [linux/amd64, linux/arm64]; the build machine's own if left out",
        ),
        "cache": Field(
            Either(((bool, Boolean()), (str, IMAGE)), "false or an image"),
            "where layers are kept between builds; <image>-cache in ECR unless said otherwise, false for nowhere",
        ),
        "sbom": Field(Boolean(), "put a bill of materials beside the image in the registry; true if left out"),
        "scan": Field(
            Either(((bool, Boolean()), (dict, SCAN)), "false or a map"),
            "stop the release of what ECR's scan finds unsafe; on in ECR unless said otherwise",
        ),
    }
)

# An app as it is in one environment, once the override is laid over it; and the override itself, which may leave
# out what the app says in general.
COMPLETE = Record({**WORKLOAD, "image": Field(IMAGE, "the image, without a tag, like shop/web", required=True)})
OVERRIDE = Record(
    {name: Field(partial(known.type), known.about) for name, known in WORKLOAD.items()},
    elsewhere={"tag": "`bump` sets the tag of an environment"},
)
APP = Record(
    {
        **WORKLOAD,
        "image": Field(IMAGE, "the image, without a tag, like shop/web", required=True),
        "renamed_from": Field(APP_NAME, "its former name: its files move, with their tags and edits"),
        "tag": Field(TAG, "the tag to start with; the pipeline's from then on"),
        "source": Field(SOURCE, "the folder with its Dockerfile, if buildspec.yml is to build it"),
        "build": Field(BUILD, "how it is tested and built"),
        "environments": Field(
            MapOf(ENVIRONMENT_NAME, OVERRIDE),
            "what is different in an environment; any field of the app",
        ),
    }
)

ENVIRONMENT = Record(
    {
        "namespace": Field(LABEL, "its namespace; <project>-<environment> unless said otherwise"),
        "namespaces": Field(ListOf(LABEL), "further namespaces that its apps may put objects into"),
        "renamed_from": Field(ENVIRONMENT_NAME, "its former name: its files move, with their tags and edits"),
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

_SECRET_NAME = Text("a secret's name", r"[A-Za-z0-9/_+=.@][A-Za-z0-9/_+=.@-]*", 512, _STORE_HINT)
GITHUB_APP = Record(
    {
        "id": Field(
            Text("an App's id", r"[0-9]{1,20}|Iv[A-Za-z0-9.]{1,30}", 32, 'its App ID, in quotes: "123456"'),
            "its App ID",
            required=True,
        ),
        "secret": Field(
            _SECRET_NAME, "the Secrets Manager secret with its `private_key`, for CodeBuild", required=True
        ),
    }
)
GITHUB = Record(
    {
        "role": Field(
            Text(
                "a role's ARN",
                r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+",
                300,
                "like arn:aws:iam::123456789012:role/ci",
            ),
            "the AWS role that the workflow takes on by OIDC; the repository's variable AWS_ROLE_ARN if left out",
        ),
        "runner": Field(
            Text("a runner's label", r"[A-Za-z0-9][A-Za-z0-9._-]*", 100, "like ubuntu-24.04"),
            "where it runs; ubuntu-24.04 if left out",
        ),
        "environment": Field(
            Text(
                "an environment of GitHub",
                r"[A-Za-z0-9][A-Za-z0-9._-]*",
                100,
                "its name in the repository's settings, like production",
            ),
            "GitHub's environment whose secrets, branches and reviewers hold for the job that delivers",
        ),
    }
)
INSTALL = Record(
    {
        "requirements": Field(
            RELATIVE, "a file of this repository with versions and hashes, for pip --require-hashes", required=True
        ),
    }
)
_PINNED_IMAGE = Text(
    "an image with its digest",
    r"[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?(?::[0-9]{1,5}/[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?)?"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?@sha256:[0-9a-f]{64}",
    512,
    "like moby/buildkit:v0.31.2@sha256:…: a tag could be moved, a digest cannot",
)
CI_IMAGES = Record(
    {
        "binfmt": Field(_PINNED_IMAGE, "emulates other processors"),
        "buildkit": Field(_PINNED_IMAGE, "builds"),
        "sbom": Field(_PINNED_IMAGE, "writes the bill of materials"),
    }
)
CI = Record(
    {
        "install": Field(
            Either(((str, Text("a shell command", longest=2000)), (dict, INSTALL)), "a shell command or a map"),
            "how builds get this generator; their image has to hold it if left out",
        ),
        "images": Field(CI_IMAGES, "other copies of the images that builds take from Docker Hub"),
        "runtime": Field(
            MapOf(Text("a runtime", r"[a-z]+", 30, "lower-case letters, like python"), Scalar()),
            "CodeBuild runtime-versions; python: 3.11 if left out",
        ),
        "environment": Field(ENVIRONMENT_NAME, "the environment that builds are put into; the first if left out"),
        "credentials": Field(
            _SECRET_NAME,
            "the Secrets Manager secret with git `username` and `token`; CodeBuild's own credentials if left out",
        ),
        "github_app": Field(GITHUB_APP, "a GitHub App that commits the tags, in place of a token"),
        "pull_request": Field(
            Boolean(), "where the branch takes no pushes, open a pull request with the new tags in place of the commit"
        ),
        "codebuild": Field(Boolean(), "generate buildspec.yml; true if left out"),
        "github": Field(
            Either(((bool, Boolean()), (dict, GITHUB)), "true or a map"),
            "generate the same as GitHub Actions workflows",
        ),
        "checks": Field(Boolean(), "check pull requests to this repository; on with `github` unless said otherwise"),
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
