"""Random apps of the whole language, for hypothesis: what an app says in general, and what each environment says of it.

Values come from small pools, so that an override often meets what it overrides: the same variable, the same number of
a port in another protocol, the same mount. A field of the language without a strategy here fails a test.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from generator.errors import SpecError
from generator.spec import loader, workload_kinds
from generator.spec.language.workload import SHARED

Data = dict[str, Any]
Strategy = st.SearchStrategy[Any]
ENVIRONMENTS = ("dev", "prod")


def some(items: Strategy, least: int = 0, most: int = 3) -> Strategy:
    return st.lists(items, min_size=least, max_size=most)


def unlike(items: Strategy, *keys: str, least: int = 0, most: int = 3) -> Strategy:
    """Return a list in which no two items have the same keys, as Kubernetes demands of it."""
    return st.lists(items, min_size=least, max_size=most, unique_by=lambda item: tuple(str(item.get(k)) for k in keys))


def one_of(*values: Any) -> Strategy:
    return st.sampled_from(values)


def record(required: Any = None, **optional: Strategy) -> Strategy:
    return st.fixed_dictionaries(required or {}, optional=optional)


def maps(keys: Strategy, values: Strategy) -> Strategy:
    return st.dictionaries(keys, values, max_size=3)


SECONDS = st.integers(1, 90)
PORT = one_of(53, 80, 8080, 8443)
PROTOCOL = one_of("TCP", "UDP", "SCTP")
WORD = one_of("a", "b", "c", "run", "--flag", "x=y", "$(A)")
NAME = one_of("a", "b", "c")
TEXT = one_of("1", "on", "1.10", "", "x y", "'q'", '"q"', "a=b", "{environment}", "in-{environment}", "null", "~", "0x1F", "é", "l1\nl2\n", "$(A)-$(B)")  # fmt: skip
VARIABLE = one_of("A", "B", "C", "D")
VALUE_FROM = one_of(
    {"fieldRef": {"fieldPath": "metadata.name"}},
    {"configMapKeyRef": {"name": "elsewhere", "key": "k"}},
    {"secretKeyRef": {"name": "elsewhere", "key": "k", "optional": True}},
    {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}},
)
ENV_LIST = unlike(
    st.one_of(
        record({"name": VARIABLE, "value": TEXT}), st.fixed_dictionaries({"name": VARIABLE, "valueFrom": VALUE_FROM})
    ),
    "name",
    most=4,
)
ENV_MAP = maps(VARIABLE, st.one_of(TEXT, st.fixed_dictionaries({"valueFrom": VALUE_FROM})))
STRINGS = maps(one_of("a", "b", "example.com/c", "d"), one_of("1", "true", "x", ""))
LABELS = maps(one_of("team", "tier", "example.com/cost"), one_of("a", "b", "1.0"))
QUANTITIES = maps(one_of("cpu", "memory", "ephemeral-storage"), one_of("2", "1Gi", "512Mi", 3))
HTTP = record({"path": one_of("/", "/h")}, port=one_of(80, 8080), scheme=one_of("HTTP", "HTTPS"),
              httpHeaders=some(record({"name": NAME, "value": WORD})))  # fmt: skip
ACTION = st.one_of(
    st.fixed_dictionaries({"httpGet": HTTP}),
    st.fixed_dictionaries({"tcpSocket": record({"port": PORT})}),
    st.fixed_dictionaries({"exec": record({"command": some(WORD, 1)})}),
    st.fixed_dictionaries({"grpc": record({"port": PORT}, service=NAME)}),
)
PROBE = st.builds(
    lambda action, more: {**action, **more}, ACTION, record(periodSeconds=SECONDS, initialDelaySeconds=SECONDS)
)
CONTAINER_PORT = record({"containerPort": PORT}, name=one_of("http", "quic", "dns", "web"), servicePort=PORT, protocol=PROTOCOL)  # fmt: skip
MOUNT = record({"name": one_of("tmp", "v", "w"), "mountPath": one_of("/v", "/w", "/x")}, subPath=NAME, readOnly=st.booleans())  # fmt: skip
HANDLER = st.one_of(
    st.fixed_dictionaries({"exec": record({"command": some(WORD, 1)})}),
    st.fixed_dictionaries({"sleep": st.fixed_dictionaries({"seconds": SECONDS})}),
)
KUBERNETES_PORT = record({"containerPort": PORT}, name=NAME, protocol=PROTOCOL, hostPort=PORT)
SECURITY = record(
    runAsUser=one_of(1000, 2000), runAsNonRoot=st.booleans(), readOnlyRootFilesystem=st.booleans(),
    capabilities=record(drop=some(NAME), add=some(NAME)), seLinuxOptions=record(level=NAME), privileged=st.booleans(),
)  # fmt: skip
CONTAINER_MORE = {
    "volumeMounts": unlike(MOUNT, "mountPath"),
    "volumeDevices": unlike(record({"name": one_of("v", "w"), "devicePath": one_of("/d", "/e")}), "devicePath"),
    "lifecycle": record(preStop=HANDLER, postStart=HANDLER),
    "imagePullPolicy": one_of("Always", "IfNotPresent"),
    "workingDir": one_of("/a", "/b"),
    "resizePolicy": some(
        record({"resourceName": one_of("cpu", "memory"), "restartPolicy": one_of("NotRequired", "RestartContainer")})
    ),
    "terminationMessagePolicy": one_of("File", "FallbackToLogsOnError"),
    "stdin": st.booleans(),
}
ENV_FROM = some(st.one_of(record({"configMapRef": record({"name": NAME})}, prefix=NAME), record({"secretRef": record({"name": NAME})})))  # fmt: skip
SIDECAR = record(
    {"name": one_of("side", "proxy", "log"), "image": one_of("proxy:1", "busybox", "shop/web:old")},
    **CONTAINER_MORE, command=some(WORD, 1), args=some(WORD), env=ENV_LIST, envFrom=ENV_FROM, ports=some(KUBERNETES_PORT),
    livenessProbe=PROBE, securityContext=SECURITY, resources=record(limits=QUANTITIES), restartPolicy=one_of("Always"),
)  # fmt: skip
SOURCE = one_of(
    {"emptyDir": {}}, {"emptyDir": {"sizeLimit": "1Gi", "medium": "Memory"}},
    {"configMap": {"name": "c", "items": [{"key": "a", "path": "p"}, {"key": "b", "path": "q"}]}},
    {"configMap": {"name": "c", "defaultMode": 420}}, {"secret": {"secretName": "s"}},
    {"projected": {"sources": [{"secret": {"name": "s"}}, {"configMap": {"name": "c"}}]}},
    {"csi": {"driver": "d", "volumeAttributes": {"a": "b"}}}, {"hostPath": {"path": "/h"}},
)  # fmt: skip
VOLUME = st.builds(lambda name, source: {"name": name, **source}, one_of("v", "w", "x"), SOURCE)
SPREAD = record(
    {"maxSkew": one_of(1, 2), "topologyKey": one_of("zone", "host"), "whenUnsatisfiable": one_of("DoNotSchedule", "ScheduleAnyway")},
    labelSelector=st.just({"matchLabels": {"a": "b"}}), minDomains=one_of(2),
)  # fmt: skip
TERM = record({"topologyKey": one_of("zone", "host")}, labelSelector=record({"matchExpressions": some(record({"key": NAME, "operator": one_of("Exists")}), 1)}))  # fmt: skip
POD = record(
    volumes=unlike(VOLUME, "name"),
    containers=unlike(SIDECAR, "name", most=2),
    initContainers=unlike(SIDECAR, "name", most=3),
    tolerations=some(record({"key": NAME, "operator": one_of("Exists")}, effect=one_of("NoSchedule", "NoExecute"))),
    topologySpreadConstraints=some(SPREAD),
    hostAliases=some(record({"ip": one_of("1.1.1.1", "2.2.2.2"), "hostnames": some(NAME, 1)})),
    imagePullSecrets=unlike(record({"name": NAME}), "name"),
    readinessGates=some(record({"conditionType": NAME})),
    resourceClaims=unlike(record({"name": NAME, "resourceClaimName": NAME}), "name"),
    schedulingGates=unlike(record({"name": NAME}), "name"),
    nodeSelector=STRINGS,
    affinity=record(podAntiAffinity=record(requiredDuringSchedulingIgnoredDuringExecution=some(TERM))),
    dnsConfig=record(
        nameservers=some(one_of("1.1.1.1", "9.9.9.9")),
        searches=some(NAME),
        options=some(record({"name": NAME}, value=NAME)),
    ),
    terminationGracePeriodSeconds=SECONDS,
    priorityClassName=NAME,
    runtimeClassName=NAME,
    hostNetwork=st.booleans(),
    securityContext=record(supplementalGroups=some(one_of(1, 2)), sysctls=some(record({"name": NAME, "value": NAME}))),
)
PEERS = some(one_of({"podSelector": {}}, {"namespaceSelector": {"matchLabels": {"a": "b"}}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}), 1)  # fmt: skip
RULE = record(ports=some(record(port=PORT, protocol=PROTOCOL, endPort=one_of(9000))), **{"from": PEERS})
EGRESS = record(ports=some(record(port=PORT, protocol=PROTOCOL)), to=PEERS)

TRIGGER = record(
    {"type": one_of("cron", "kafka"), "metadata": maps(NAME, one_of("1", "x", "in-{environment}"))}, name=NAME, useCachedMetrics=st.booleans(),
    authenticationRef=record({"name": NAME}),
)  # fmt: skip
RIGHT = record({"resources": some(one_of("pods", "configmaps"), 1), "verbs": some(one_of("get", "list"), 1)}, apiGroups=some(one_of("", "apps"), 1), resourceNames=some(NAME, 1))  # fmt: skip

FIELDS: dict[str, Strategy] = {
    "image": one_of("shop/web", "shop/other", "docker.io/library/busybox", "proxy"),
    "port": PORT,
    "ports": some(CONTAINER_PORT, 1, 4),
    "command": some(WORD, 1),
    "args": some(WORD),
    "env": st.one_of(ENV_LIST, ENV_MAP),
    "config": maps(one_of("C1", "C2", "C3"), TEXT),
    "secrets": maps(
        one_of("S1", "S2"), one_of("shop/a", "shop/b#p", "shop/{environment}#p", {"key": "k", "version": "V"})
    ),
    "resources": record(
        requests=QUANTITIES, limits=QUANTITIES, claims=unlike(record({"name": NAME}, request=NAME), "name")
    ),
    "health": one_of("/h", "/healthz"),
    "ready": one_of("/r", "/ready"),
    "livenessProbe": PROBE,
    "readinessProbe": PROBE,
    "startupProbe": PROBE,
    "replicas": st.integers(0, 4),
    "autoscale": record(
        {"min": one_of(1, 2), "max": one_of(3, 9)}, cpu=one_of(50, 90), memory=one_of(60, 80),
        behavior=record(scaleDown=record(policies=some(record({"type": one_of("Pods", "Percent"), "value": one_of(1, 2), "periodSeconds": SECONDS})))),
    ),
    "service": st.one_of(
        st.just(False), record(type=one_of("ClusterIP", "NodePort"), port=PORT, annotations=STRINGS, headless=st.booleans())
    ),
    "ingress": record(
        {"host": one_of("a.example.com", "{environment}.example.com")}, path=one_of("/", "/api"),
        className=one_of("alb", "nginx"), annotations=STRINGS, tls=NAME,
    ),
    "migration": record({"command": some(WORD, 1)}, timeout=SECONDS, retries=one_of(0, 3)),
    "disruption": st.one_of(st.just(False), record(minAvailable=one_of(1, "50%")), record(maxUnavailable=one_of(1, 2))),
    "network": record(
        fromCidr=some(one_of("10.0.0.0/8", "192.168.0.0/16")), ingress=some(RULE), egress=some(EGRESS),
        **{"from": some(one_of("app0", "app1"))},
    ),
    "serviceAccount": record(annotations=STRINGS, token=st.booleans()),
    "labels": LABELS,
    "annotations": STRINGS,
    "securityContext": SECURITY,
    "podSecurityContext": record(fsGroup=one_of(1, 2), runAsNonRoot=st.booleans(), supplementalGroups=some(one_of(1, 2))),
    "writable": st.lists(one_of("/tmp", "/var/cache", "/a/b", "/a-b"), max_size=3, unique=True),
    "writableSize": one_of("1Gi", "5Gi"),
    "progressDeadlineSeconds": SECONDS,
    "strategy": st.one_of(st.just({"type": "Recreate"}), record(rollingUpdate=record(maxSurge=one_of(1, "50%"), maxUnavailable=one_of(1, "25%")))),
    "updateStrategy": st.one_of(st.just({"type": "OnDelete"}), record(rollingUpdate=record(partition=one_of(1, 2))), record(rollingUpdate=record(maxUnavailable=one_of(1, "50%")))),
    "minReadySeconds": one_of(1, 5),
    "revisionHistoryLimit": one_of(0, 3),
    "podManagementPolicy": one_of("OrderedReady", "Parallel"),
    "volumeClaimTemplates": st.dictionaries(
        one_of("data", "logs"), record({"size": one_of("1Gi", "500Mi"), "mountPath": one_of("/data", "/logs")}, subPath=NAME, storageClassName=NAME, accessModes=some(one_of("ReadWriteOnce", "ReadWriteMany"), 1)), min_size=1,
    ),
    "persistentVolumeClaimRetentionPolicy": record(whenDeleted=one_of("Retain", "Delete"), whenScaled=one_of("Retain", "Delete")),
    "schedule": one_of("@daily", "0 3 * * *", "*/5 0-12/3 1,15 jan-mar sun"),
    "timeZone": one_of("Europe/Berlin", "UTC"),
    "concurrencyPolicy": one_of("Allow", "Forbid", "Replace"),
    "startingDeadlineSeconds": one_of(60, 300),
    "successfulJobsHistoryLimit": one_of(0, 5),
    "failedJobsHistoryLimit": one_of(0, 5),
    "suspend": st.booleans(),
    "backoffLimit": one_of(0, 4),
    "activeDeadlineSeconds": SECONDS,
    "completions": one_of(1, 3),
    "parallelism": one_of(1, 2),
    "ttlSecondsAfterFinished": SECONDS,
    "terminationGracePeriodSeconds": one_of(40, 90),
    "nodeSelector": st.dictionaries(one_of("zone", "arch"), one_of("a", "b"), min_size=1),
    "tolerations": some(one_of({"operator": "Exists"}, {"key": "a", "operator": "Exists"}, {"key": "b", "value": "c", "effect": "NoSchedule"}), 1),
    "affinity": one_of({"podAntiAffinity": {}}, {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}),
    "topologySpreadConstraints": one_of(*(
        [{"maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway"}] for skew, key in ((1, "zone"), (2, "zone"), (1, "host"))
    )),
    "priorityClassName": NAME,
    "preemptionPolicy": one_of("Never", "PreemptLowerPriority"),
    "imagePullSecrets": one_of([{"name": "a"}], [{"name": "b"}], [{"name": "a"}, {"name": "b"}]),
    "hostAliases": one_of([{"ip": "1.1.1.1", "hostnames": ["a"]}], [{"ip": "1.1.1.1", "hostnames": ["b"]}, {"ip": "1.1.1.2", "hostnames": ["c"]}]),
    "dnsPolicy": one_of("Default", "ClusterFirst"),
    "dnsConfig": one_of({"searches": ["a.b"]}, {"options": [{"name": "ndots", "value": "2"}]}),
    "hostname": NAME,
    "subdomain": NAME,
    "setHostnameAsFQDN": st.booleans(),
    "hostNetwork": st.booleans(),
    "hostPID": st.just(False),
    "hostIPC": st.booleans(),
    "hostUsers": st.booleans(),
    "shareProcessNamespace": st.booleans(),
    "runtimeClassName": NAME,
    "schedulerName": NAME,
    "schedulingGates": one_of([{"name": "a/b"}], [{"name": "a/b"}, {"name": "c"}]),
    "readinessGates": one_of([{"conditionType": "a/b"}], [{"conditionType": "c"}]),
    "resourceClaims": one_of([{"name": "gpu", "resourceClaimName": "a"}], [{"name": "gpu", "resourceClaimTemplateName": "b"}]),
    "enableServiceLinks": st.booleans(),
    "envFrom": one_of([{"configMapRef": {"name": "a"}}], [{"secretRef": {"name": "b"}}, {"prefix": "X_", "configMapRef": {"name": "a"}}]),
    "imagePullPolicy": one_of("Always", "IfNotPresent"),
    "workingDir": one_of("/srv", "/a"),
    "lifecycle": one_of({"preStop": {"sleep": {"seconds": 3}}}, {"postStart": {"exec": {"command": ["a"]}}}),
    "volumeMounts": st.just([]),
    "volumeDevices": st.just([]),
    "terminationMessagePath": one_of("/dev/a", "/dev/b"),
    "terminationMessagePolicy": one_of("File", "FallbackToLogsOnError"),
    "stdin": st.booleans(),
    "stdinOnce": st.booleans(),
    "tty": st.booleans(),
    "files": st.dictionaries(one_of("/etc/a", "/etc/b/c.conf"), record({"content": one_of("x", "y\n", "{environment}")}), min_size=1),
    "volumes": st.dictionaries(one_of("own", "more"), one_of({"emptyDir": "1Gi"}, {"claim": "c", "mountPath": "/c"}, {"secret": "s", "mountPath": "/s"}, {"configMap": {"name": "c"}}), min_size=1, max_size=1),
    "claims": st.dictionaries(one_of("disk", "share"), record({"size": one_of("1Gi", "2Gi")}, accessModes=one_of(["ReadWriteMany"], ["ReadWriteOnce"])), min_size=1),
    "sidecars": st.dictionaries(one_of("proxy", "agent"), record({"image": one_of("p:1", "p:2")}, native=st.booleans(), args=some(WORD), env=st.dictionaries(one_of("A", "B"), WORD), writable=one_of([], ["/tmp"], ["/x"])), min_size=1),
    "initContainers": st.dictionaries(one_of("first", "second"), record(command=some(WORD, 1), image=one_of("i:1", "i:2")), min_size=1),
    "services": st.dictionaries(one_of("admin", "other"), record({"port": one_of(81, 82)}, targetPort=one_of(9000, 9001), headless=st.booleans()), min_size=1),
    "databases": st.dictionaries(one_of("main", "other"), record(size=one_of("1Gi", "2Gi"), instances=one_of(1, 3), pooler=record(instances=one_of(1, 2), mode=one_of("session", "transaction")), variables=st.just({"DB": "uri"}), backup=st.just({"bucket": "s3://b/{environment}"})), min_size=1, max_size=1),
    "encryptedSecret": one_of("secrets/web.yaml"),
    "externalSecret": record(
        dataFrom=some(one_of("shop/a", "shop/{environment}"), 1), refreshInterval=one_of("15m", "1h"), restart=st.booleans(),
        template=record(type=one_of("Opaque"), data=maps(NAME, one_of("{{ .a }}", "x"))),
    ),
    "gateway": record(
        {"name": one_of("public", "own")}, namespace=one_of("edge"), sectionName=NAME, hosts=some(one_of("a.example.com", "{environment}.example.com"), 1),
        paths=some(one_of("/a", "/b"), 1), annotations=STRINGS, kind=one_of("HTTPRoute", "GRPCRoute"),
    ),
    "keda": record(
        {"max": one_of(3, 9), "triggers": some(TRIGGER, 1)}, min=one_of(0, 1), pollingInterval=SECONDS, cooldownPeriod=SECONDS,
        fallback=record({"failureThreshold": one_of(1, 3), "replicas": one_of(1, 2)}), advanced=record(restoreToOriginalReplicaCount=st.booleans()),
        authentication=record(podIdentity=record({"provider": one_of("aws")}), secretTargetRef=some(record({"parameter": NAME, "name": NAME, "key": NAME}))),
    ),
    "logs": record(exclude=st.booleans(), parser=NAME),
    "metrics": record(path=one_of("/m", "/metrics"), port=one_of("http"), scrape=one_of("annotations", "PodMonitor"), interval=one_of("15s", "1m"), labels=LABELS),
    "role": st.one_of(some(RIGHT, 1), record({"rules": some(RIGHT, 1)}, reason=WORD)),
    "rollout": st.one_of(
        record({"canary": record(steps=some(one_of({"setWeight": 20}, {"pause": {}}, {"pause": {"duration": "5m"}})), maxSurge=one_of(1, "25%"))}),
        record({"blueGreen": record(autoPromotionEnabled=st.booleans())}),
    ),
    "commonLabels": st.just({}),  # kustomize adds them: `test_common_labels`
    "commonAnnotations": st.just({}),
    "container": record(**CONTAINER_MORE),
    "pod": POD,
}  # fmt: skip
KINDS = ("Deployment", "Deployment", *workload_kinds.NAMES)
# An override may also take a field out.
OVERRIDES = {name: st.one_of(strategy, strategy, st.none()) for name, strategy in FIELDS.items() if name != "image"}


def few(fields: dict[str, Strategy], most: int) -> Strategy:
    """Return some of the fields, of which an app has a handful rather than half of all."""
    names = st.lists(st.sampled_from(sorted(fields)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: fields[name] for name in chosen}))


@st.composite
def apps(draw: st.DrawFn) -> Data:
    """Return an app that the loader takes: of one workload, or of several."""
    kind = draw(st.sampled_from(KINDS))
    app = {"image": "shop/web", "tag": "v1", **draw(fields_of(kind, FIELDS, 9))}
    if workload_kinds.takes(kind, "port") and "port" not in app and "ports" not in app and draw(st.integers(0, 3)):
        app["port"] = draw(PORT)
    if not draw(st.integers(0, 2)):
        # What all share is that of Deployments then.
        kind = "Deployment"
        app["workloads"] = draw(several())
    overrides = {**OVERRIDES, "image": FIELDS["image"]}
    # What is said in general is what is most interesting to override.
    near = {name: overrides[name] for name in app if name in overrides}
    for environment in ENVIRONMENTS:
        override = {**draw(fields_of(kind, overrides, 4)), **draw(few(near, 3))}
        if "workloads" in app and draw(st.booleans()):
            override["workloads"] = draw(some_of(app["workloads"]))
        if override:
            app.setdefault("environments", {})[environment] = override
    return app


def fields_of(kind: str, fields: dict[str, Strategy], most: int) -> Strategy:
    """Return some fields of a workload of this kind, and what it needs."""
    needed = {name: FIELDS[name] for name in ("schedule",) if kind == "CronJob" and name in fields}
    taken = {name: one for name, one in fields.items() if workload_kinds.takes(kind, name) and name not in needed}
    said = {} if kind == "Deployment" or fields is not FIELDS else {"kind": st.just(kind)}
    return st.builds(lambda one, other: {**one, **other}, few(taken, most), st.fixed_dictionaries({**said, **needed}))


def several() -> Strategy:
    """Return one to three workloads, the app's own name among them or not."""
    own = {name: one for name, one in OVERRIDES.items() if name not in SHARED}
    one = st.sampled_from(KINDS).flatmap(
        lambda kind: st.builds(
            lambda fields, more: {**more, **{name: value for name, value in fields.items() if name not in SHARED}},
            fields_of(kind, FIELDS, 4), fields_of(kind, own, 2),
        )
    )  # fmt: skip
    return st.dictionaries(one_of("worker", "app0", "beat"), one, min_size=1, max_size=3)


def some_of(workloads: dict[str, Data]) -> Strategy:
    """Return what differs of some of these workloads."""

    def changes(name: str) -> Strategy:
        kind = workloads[name].get("kind", "Deployment")
        own = {field: one for field, one in OVERRIDES.items() if field not in SHARED}
        return st.one_of(fields_of(kind, own, 3), fields_of(kind, own, 3), st.none())

    return st.fixed_dictionaries({}, optional={name: changes(name) for name in workloads})


def spec_text(apps: list[Data], project: str = "shop") -> str:
    """Return a spec of these apps; JSON is YAML, too."""
    return json.dumps(
        {
            "version": 1, "project": project, "repository": "/r", "registry": "registry.example.com",
            "environments": {name: {} for name in ENVIRONMENTS},
            "apps": {f"app{number}": app for number, app in enumerate(apps)},
        },
        ensure_ascii=False,
    )  # fmt: skip


def accepted(app: Data) -> bool:
    """Tell whether the loader takes it; it may name two other apps."""
    return _taken([app])


def together(apps: list[Data]) -> list[Data]:
    """Return those of several apps that the loader takes beside those before them: no two answer to one host."""
    kept: list[Data] = []
    for app in apps:
        if _taken([*kept, app]):
            kept.append(app)
    return kept


def _taken(apps: list[Data]) -> bool:
    try:
        loader.parse(spec_text([*apps, {"image": "x"}, {"image": "x"}]))
    except SpecError:
        return False
    return True
