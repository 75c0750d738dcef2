"""Entries of the fields of an app: image, process, variables, health, number of pods."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_POD: Final = "Deployment spec.template.spec"
_CONTAINER: Final = f"{_POD}.containers[]"
_METRIC: Final = "HorizontalPodAutoscaler spec.metrics[].resource.target.averageUtilization"

APP: Final[dict[str, Entry]] = {
    "apps.<app>.image": Entry("image: shop/api", kubernetes=(f"{_CONTAINER}.image",)),
    "apps.<app>.renamedFrom": Entry(
        "renamedFrom: shop",
        unset="it has always had this name",
        effect="`generate` moves the files of the app. Take the line out once that is committed.",
    ),
    "apps.<app>.tag": Entry(
        "tag: 1.4.2",
        default="unreleased",
        kubernetes=("Kustomization images[].newTag",),
    ),
    "apps.<app>.namespace": Entry(
        'namespace: "shop-{environment}-web"',
        unset="the environment's namespace",
        kubernetes=(
            "Kustomization namespace",
            "Application spec.destination.namespace",
            "AppProject spec.destinations",
        ),
    ),
    "apps.<app>.digest": Entry(
        f"tag: 1.4.2\ndigest: sha256:{64 * '1'}",
        unset="the tag alone says which image it is",
        kubernetes=("Kustomization images[].digest",),
    ),
    "apps.<app>.environments": Entry(
        "replicas: 1\nconfig: {LOG_LEVEL: info}\n"
        "environments:\n"
        "  prod:\n"
        "    replicas: 3\n"
        "    config: {LOG_LEVEL: warning}\n"
        "    resources: {limits: {memory: 512Mi}}",
        unset="the app is the same in every environment",
        kubernetes=("Kustomization patches", "Kustomization configMapGenerator"),
    ),
    "apps.<app>.command": Entry(
        "command: [python3, -m, shop]", unset="the image's entrypoint", kubernetes=(f"{_CONTAINER}.command",)
    ),
    "apps.<app>.args": Entry("args: [--workers, '4']", unset="the image's own", kubernetes=(f"{_CONTAINER}.args",)),
    "apps.<app>.env": Entry(
        "env:\n"
        "  LOG_LEVEL: info\n"
        '  SITE: "https://{environment}.example.com"\n'
        "  NODE: {valueFrom: {fieldRef: {apiVersion: v1, fieldPath: spec.nodeName}}}\n"
        "  MEMORY: {valueFrom: {resourceFieldRef: {containerName: web, resource: requests.memory, divisor: 1Mi}}}\n"
        "  ZONE: {valueFrom: {configMapKeyRef: {name: cluster, key: zone, optional: true}}}\n"
        "  TOKEN: {valueFrom: {secretKeyRef: {name: gateway, key: token, optional: true}}}\n"
        "  PLAIN: {value: text}",
        unset="none",
        kubernetes=(f"{_CONTAINER}.env",),
    ),
    "apps.<app>.env.<name>.value": Entry(unset='""', kubernetes=(f"{_CONTAINER}.env[].value",)),
    "apps.<app>.env.<name>.valueFrom": Entry(unset="`value` tells", kubernetes=(f"{_CONTAINER}.env[].valueFrom",)),
    "apps.<app>.env.<name>.valueFrom.fieldRef.apiVersion": Entry(unset="`v1`"),
    "apps.<app>.env.<name>.valueFrom.resourceFieldRef.containerName": Entry(unset="the app's own container"),
    "apps.<app>.env.<name>.valueFrom.resourceFieldRef.divisor": Entry(unset='"1"'),
    "apps.<app>.env.<name>.valueFrom.configMapKeyRef.optional": Entry(unset="`false`"),
    "apps.<app>.env[].name": Entry("name: LOG_LEVEL\nvalue: info", kubernetes=(f"{_CONTAINER}.env[].name",)),
    "apps.<app>.env[].value": Entry(
        "name: LOG_LEVEL\nvalue: info", unset='""', kubernetes=(f"{_CONTAINER}.env[].value",)
    ),
    "apps.<app>.env[].valueFrom": Entry(
        "name: NODE\nvalueFrom: {fieldRef: {fieldPath: spec.nodeName}}",
        unset="`value` tells",
        kubernetes=(f"{_CONTAINER}.env[].valueFrom",),
    ),
    "apps.<app>.config": Entry(
        "config: {LOG_LEVEL: info, FEATURES: 'search,cart'}",
        unset="none",
        kubernetes=(f"{_CONTAINER}.envFrom[].configMapRef", "Kustomization configMapGenerator"),
    ),
    "apps.<app>.secrets": Entry(
        "secrets:\n"
        '  DATABASE_URL: "shop/{environment}/web#database_url"\n'
        "  API_KEY: {key: shop/api, property: key, version: AWSCURRENT}",
        unset="none",
        kubernetes=("ExternalSecret spec.data", f"{_CONTAINER}.envFrom[].secretRef"),
    ),
    "apps.<app>.secrets.<name>.key": Entry(
        kubernetes=("ExternalSecret spec.data[].remoteRef.key",),
    ),
    "apps.<app>.secrets.<name>.property": Entry(
        unset="the whole secret",
        kubernetes=("ExternalSecret spec.data[].remoteRef.property",),
    ),
    "apps.<app>.secrets.<name>.version": Entry(
        unset="the newest",
        kubernetes=("ExternalSecret spec.data[].remoteRef.version",),
    ),
    "apps.<app>.health": Entry(
        "port: 8080\nhealth: /healthz",
        unset="no probes",
        kubernetes=(f"{_CONTAINER}.startupProbe", f"{_CONTAINER}.livenessProbe", f"{_CONTAINER}.readinessProbe"),
    ),
    "apps.<app>.ready": Entry(
        "port: 8080\nhealth: /healthz\nready: /ready",
        unset="`health`",
        kubernetes=(f"{_CONTAINER}.readinessProbe",),
    ),
    "apps.<app>.livenessProbe": Entry(
        "ports: [{name: http, containerPort: 8080}, {name: admin, containerPort: 9000}]\n"
        "livenessProbe:\n"
        "  httpGet:\n"
        "    path: /healthz\n"
        "    port: admin\n"
        "    scheme: HTTP\n"
        "    host: web.example.com\n"
        "    httpHeaders: [{name: X-Probe, value: liveness}]\n"
        "  initialDelaySeconds: 5\n"
        "  periodSeconds: 20\n"
        "  timeoutSeconds: 5\n"
        "  successThreshold: 1\n"
        "  failureThreshold: 6\n"
        "  terminationGracePeriodSeconds: 60",
        unset="`health`, or no probe",
        kubernetes=(f"{_CONTAINER}.livenessProbe",),
    ),
    "apps.<app>.livenessProbe.httpGet.path": Entry(unset="`/`"),
    "apps.<app>.livenessProbe.httpGet.port": Entry(unset="the app's first port"),
    "apps.<app>.livenessProbe.httpGet.scheme": Entry(unset="`HTTP`"),
    "apps.<app>.livenessProbe.httpGet.host": Entry(unset="the pod's IP address"),
    "apps.<app>.livenessProbe.httpGet.httpHeaders": Entry(unset="none"),
    "apps.<app>.livenessProbe.tcpSocket": Entry("tcpSocket: {port: 5432, host: web.example.com}"),
    "apps.<app>.livenessProbe.tcpSocket.port": Entry(unset="the app's first port"),
    "apps.<app>.livenessProbe.tcpSocket.host": Entry(unset="the pod's IP address"),
    "apps.<app>.livenessProbe.exec": Entry("exec: {command: [pg_isready, -U, shop]}"),
    "apps.<app>.livenessProbe.grpc": Entry("grpc: {port: 9000, service: shop.Health}"),
    "apps.<app>.livenessProbe.grpc.port": Entry(unset="has to be there"),
    "apps.<app>.livenessProbe.grpc.service": Entry(unset='""'),
    "apps.<app>.livenessProbe.initialDelaySeconds": Entry(unset="0"),
    "apps.<app>.livenessProbe.periodSeconds": Entry(unset="10"),
    "apps.<app>.livenessProbe.timeoutSeconds": Entry(unset="1"),
    "apps.<app>.livenessProbe.successThreshold": Entry(unset="1"),
    "apps.<app>.livenessProbe.failureThreshold": Entry(unset="3"),
    "apps.<app>.livenessProbe.terminationGracePeriodSeconds": Entry(unset="the pod's own"),
    "apps.<app>.readinessProbe": Entry(
        "port: 8080\nreadinessProbe:\n  httpGet: {path: /ready}\n  periodSeconds: 5",
        unset="`ready`, `health`, or no probe",
        kubernetes=(f"{_CONTAINER}.readinessProbe",),
    ),
    "apps.<app>.startupProbe": Entry(
        "port: 8080\nstartupProbe:\n  httpGet: {path: /healthz}\n  failureThreshold: 60",
        unset="`health`, or no probe",
        kubernetes=(f"{_CONTAINER}.startupProbe",),
    ),
    "apps.<app>.resources": Entry(
        "resources:\n"
        "  requests: {cpu: 250m, memory: 256Mi}\n"
        "  limits: {memory: 512Mi}\n"
        "  claims: [{name: gpu, request: one}]\n"
        "pod: {resourceClaims: [{name: gpu, resourceClaimTemplateName: gpu}]}",
        unset="small requests, and no limits",
        kubernetes=(f"{_CONTAINER}.resources",),
    ),
    "apps.<app>.resources.requests": Entry(unset="`{cpu: 100m, memory: 128Mi}`"),
    "apps.<app>.resources.limits": Entry(unset="none"),
    "apps.<app>.resources.claims": Entry(unset="none"),
    "apps.<app>.resources.claims[].request": Entry(unset="all requests of the claim"),
    "apps.<app>.replicas": Entry("replicas: 2", default="1", kubernetes=("Deployment spec.replicas",)),
    "apps.<app>.autoscale": Entry(
        "autoscale:\n"
        "  min: 2\n"
        "  max: 10\n"
        "  cpu: 60\n"
        "  memory: 80\n"
        "  behavior:\n"
        "    scaleUp:\n"
        "      stabilizationWindowSeconds: 60\n"
        "      selectPolicy: Min\n"
        "      tolerance: 0.2\n"
        "      policies: [{type: Pods, value: 4, periodSeconds: 60}]\n"
        "    scaleDown:\n"
        "      policies: [{type: Percent, value: 50, periodSeconds: 60}]",
        unset="`replicas` tells",
        kubernetes=("HorizontalPodAutoscaler spec",),
    ),
    "apps.<app>.autoscale.min": Entry(kubernetes=("HorizontalPodAutoscaler spec.minReplicas",)),
    "apps.<app>.autoscale.max": Entry(kubernetes=("HorizontalPodAutoscaler spec.maxReplicas",)),
    "apps.<app>.autoscale.cpu": Entry(unset="70, or none where `memory` is given", kubernetes=(_METRIC,)),
    "apps.<app>.autoscale.memory": Entry(unset="none", kubernetes=(_METRIC,)),
    "apps.<app>.autoscale.metrics": Entry(
        "min: 2\n"
        "max: 20\n"
        "metrics:\n"
        "  - type: Pods\n"
        "    pods: {metric: {name: requests_per_second}, target: {type: AverageValue, averageValue: 100}}",
        unset="none",
        kubernetes=("HorizontalPodAutoscaler spec.metrics",),
    ),
    "apps.<app>.autoscale.behavior": Entry(
        unset="Kubernetes' own pace", kubernetes=("HorizontalPodAutoscaler spec.behavior",)
    ),
    "apps.<app>.autoscale.behavior.scaleUp": Entry(unset="Kubernetes' own pace"),
    "apps.<app>.autoscale.behavior.scaleDown": Entry(unset="Kubernetes' own pace"),
    "apps.<app>.autoscale.behavior.scaleUp.stabilizationWindowSeconds": Entry(
        unset="0 for `scaleUp`, 300 for `scaleDown`",
    ),
    "apps.<app>.autoscale.behavior.scaleUp.selectPolicy": Entry(unset="Max"),
    "apps.<app>.autoscale.behavior.scaleUp.tolerance": Entry(unset="0.1"),
    "apps.<app>.autoscale.behavior.scaleUp.policies": Entry(unset="Kubernetes' own"),
    "apps.<app>.migration": Entry(
        "migration:\n  command: [flask, db, upgrade]\n  timeout: 1800\n  retries: 0",
        unset="nothing runs before",
        kubernetes=("Job spec",),
    ),
    "apps.<app>.migration.command": Entry(kubernetes=("Job spec.template.spec.containers[].command",)),
    "apps.<app>.migration.timeout": Entry(default="600", kubernetes=("Job spec.activeDeadlineSeconds",)),
    "apps.<app>.migration.retries": Entry(default="2", kubernetes=("Job spec.backoffLimit",)),
    "apps.<app>.disruption": Entry(
        "replicas: 3\ndisruption:\n  minAvailable: 2\n  unhealthyPodEvictionPolicy: IfHealthyBudget",
        unset="`{maxUnavailable: 1}` where there is more than one pod",
        kubernetes=("PodDisruptionBudget spec",),
    ),
    "apps.<app>.disruption.minAvailable": Entry(unset="`maxUnavailable` tells"),
    "apps.<app>.disruption.maxUnavailable": Entry("maxUnavailable: 25%", unset="1, unless `minAvailable` is given"),
    "apps.<app>.disruption.unhealthyPodEvictionPolicy": Entry(default="AlwaysAllow"),
    "apps.<app>.progressDeadlineSeconds": Entry(
        "progressDeadlineSeconds: 1200",
        unset="600, Kubernetes' own",
        kubernetes=("Deployment spec.progressDeadlineSeconds",),
    ),
}
