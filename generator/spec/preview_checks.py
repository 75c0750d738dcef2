"""Check environments with previews: Argo CD must be able to list requests, and promotions must not need them."""

from __future__ import annotations

from collections.abc import Mapping

from generator.spec import forge_kinds
from generator.spec.findings import Findings, did_you_mean
from generator.spec.plain_data import as_map as _map


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about settings that prevent previews, or that previews cannot have."""
    environments, apps = _map(data.get("environments")), _map(data.get("apps"))
    names = list(environments)
    for name, environment in environments.items():
        fields = _map(environment)
        about = fields.get("pullRequests")
        if not isinstance(about, dict):
            continue
        path = ("environments", name, "pullRequests")
        if names.index(name) < len(names) - 1:
            hint = f"put it behind {names[-1]}: environments are in the order of promotion"
            findings.add(path, f"previews come before {names[names.index(name) + 1]}", hint, at_key=True)
        for other in ("clusters", "clusterSelector"):
            if fields.get(other):
                findings.add(
                    path, "a preview runs in one cluster", f"name it with `cluster:`, not `{other}:`", at_key=True
                )
        _check_forge(path, about, data, findings)
        chosen = about.get("apps")
        for index, app in enumerate(chosen if isinstance(chosen, list) else ()):
            if isinstance(app, str) and app not in apps:
                findings.add((*path, "apps", index), "no such app", did_you_mean(app, tuple(apps)))
            elif of := next((name for name in ("chart", "adopted") if _map(apps.get(str(app))).get(name)), None):
                about = f"{'a chart' if of == 'chart' else 'an adopted app'} has no previews"
                findings.add((*path, "apps", index), about, "name apps that are described here")


def _check_forge(
    path: tuple[str, ...], about: Mapping[str, object], data: Mapping[str, object], findings: Findings
) -> None:
    from generator.spec import pull_requests  # Most projects have no previews.

    repository = about.get("repository") or data.get("repository")
    forge = _map(data.get("forge"))
    kind = forge_kinds.find(str(repository), str(forge.get("kind"))).name
    if kind not in pull_requests.FORGES:
        about_it = f"Argo CD asks {', '.join(pull_requests.FORGES)} for pull requests, and this is none"
        hint = "say which it is, if it is one: `forge: {kind: …}`" if not kind else "have no previews there"
        findings.add(path, about_it, hint, at_key=True)
    elif not forge_kinds.page(str(repository)):
        findings.add(
            path, "the repository's URL does not tell its owner and name", "name it by https or ssh", at_key=True
        )
