"""Entries of the fields of an app that is a Helm chart."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_SOURCE: Final = "Application spec.sources[]"
CHART: Final[dict[str, Entry]] = {
    "apps.<app>.chart": Entry(
        "chart:\n"
        "  repository: oci://ghcr.io/grafana/helm-charts\n"
        "  name: grafana\n"
        "  version: 8.5.1\n"
        "  digest: sha256:0d6f58a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789a\n"
        "  releaseName: grafana\n"
        "  kinds: [rbac.authorization.k8s.io/ClusterRole, monitoring.coreos.com/ServiceMonitor]\n"
        "  secrets: [grafana-config]",
        unset="the app is an image",
        kubernetes=("Application spec.sources",),
    ),
    "apps.<app>.chart.repository": Entry(kubernetes=(f"{_SOURCE}.repoURL",)),
    "apps.<app>.chart.name": Entry(unset="the name of the app", kubernetes=(f"{_SOURCE}.repoURL",)),
    "apps.<app>.chart.version": Entry(kubernetes=(f"{_SOURCE}.targetRevision",)),
    "apps.<app>.chart.digest": Entry(
        unset="`chart.lock` keeps the one that was fetched", kubernetes=(f"{_SOURCE}.targetRevision",)
    ),
    "apps.<app>.chart.releaseName": Entry(unset="the name of the app", kubernetes=(f"{_SOURCE}.helm.releaseName",)),
    "apps.<app>.chart.kinds": Entry(
        unset="none beside the usual ones, such as Deployment, Service and Role",
        kubernetes=("AppProject spec.clusterResourceWhitelist", "AppProject spec.namespaceResourceWhitelist"),
    ),
    "apps.<app>.chart.secrets": Entry(
        unset="none: `validate` refuses a Secret with data",
        effect="`validate` takes the Secrets of these names as they are.",
    ),
    "apps.<app>.values": Entry(
        "values:\n"
        "  theme: dark\n"
        "  route: {enabled: true, hosts: ['grafana.{environment}.example.com']}\n"
        "environments:\n"
        "  prod: {values: {theme: light}}",
        unset="the chart's own",
        effect="`base/<app>/values.yaml` and `overlays/<environment>/<app>/values.yaml`, which Helm lays over each "
        "other. `null` takes one of the chart's own values out.",
    ),
}
