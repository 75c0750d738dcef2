"""Entries of the fields of an app of a user's own manifests."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

ADOPTED: Final[dict[str, Entry]] = {
    "apps.<app>.adopted": Entry(
        "adopted:\n"
        "  application: blog-{environment}\n"
        "  kinds: [rbac.authorization.k8s.io/ClusterRole, monitoring.coreos.com/ServiceMonitor]\n"
        "  upstream: https://github.com/acme/blog@v1.4.2 deploy\n"
        "environments:\n"
        "  prod: {adopted: {application: blog-live}}",
        unset="the spec describes the app",
        effect="Nothing is written into `base/<app>` and `overlays/<environment>/<app>`: what is there is yours. "
        "`bump`, `promote` and `rollback` set the entry of `image` in the overlays.",
    ),
    "apps.<app>.adopted.application": Entry(
        unset="`<project>-<environment>-<app>`", kubernetes=("Application metadata.name",)
    ),
    "apps.<app>.adopted.kinds": Entry(
        unset="none beside the usual ones, such as Deployment, Service and Role",
        kubernetes=("AppProject spec.clusterResourceWhitelist", "AppProject spec.namespaceResourceWhitelist"),
    ),
    "apps.<app>.adopted.upstream": Entry(
        unset="they are from this repository", effect="Nothing but a note for `adopt` and its reader."
    ),
}
