"""Notifications: the ConfigMap of Argo CD's controller, and the subscriptions of Applications.

Argo CD has one such ConfigMap, in the namespace of the ConfigMaps that decide its permissions. So the root may not
write ConfigMaps there: an administrator of Argo CD applies this one, like the root itself. Its keys contain the
project's name, so that several projects can add their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from generator.render.file import HEADER, File, yaml_file
from generator.spec.layout import GITOPS
from generator.yaml import emit as yaml_emit

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import Spec
    from generator.spec.notifications import Notifications

PATH: Final = f"{GITOPS}/notifications.yaml"
_HEADER: Final = f"""\
{HEADER}# +argocd:skip-file-rendering
# An administrator of Argo CD applies it: kubectl apply --server-side -f {PATH}
"""
_OPERATION: Final = "app.status?.operationState"
# Once for each synced revision, not for each commit of a repository that many apps share. An Application with
# several sources has several revisions.
_SYNCED: Final = f"[{_OPERATION}?.syncResult?.revision, {_OPERATION}?.syncResult?.revisions]"
_WHEN: Final = {
    "deployed": (f"{_OPERATION}?.phase in ['Succeeded'] and app.status?.health?.status == 'Healthy'", _SYNCED),
    "degraded": ("app.status?.health?.status == 'Degraded'", _SYNCED),
    "failed": (
        f"{_OPERATION}?.phase in ['Error', 'Failed']",
        f"[{_OPERATION}?.operation?.sync?.revision, {_OPERATION}?.operation?.sync?.revisions]",
    ),
}
_SAID: Final = {
    "deployed": "{{.app.metadata.name}} runs {{.app.status.operationState.syncResult.revision}}",
    "degraded": "{{.app.metadata.name}} is degraded",
    "failed": "{{.app.metadata.name}} could not be synced: {{.app.status.operationState.message}}",
}
_BODY: Final = (
    '{"event": "%s", "application": {{toJson .app.metadata.name}}, "health": {{toJson .app.status.health.status}}, '
    '"revision": {{toJson .app.status.sync.revision}}, "images": {{toJson .app.status.summary.images}}, '
    '"message": {{toJson (printf "%%s" .app.status.operationState.message)}}}'
)


def render(spec: Spec) -> Iterator[File]:
    """Yield the ConfigMap, if there is a controller and it has something to send."""
    about = spec.notifications
    if about is None or spec.argocd.managed or not about.by_controller:
        return
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "argocd-notifications-cm",
            "namespace": spec.argocd.namespace,
            "labels": {"app.kubernetes.io/part-of": "argocd"},
        },
        "data": {**_services(spec, about), **_triggers(spec, about), **_templates(spec, about)},
    }
    yield yaml_file(PATH, manifest, header=_HEADER)


def subscriptions(spec: Spec, environment: Environment) -> dict[str, str]:
    """Return the annotations of an environment's AppProject that subscribe all of its Applications."""
    about = spec.notifications
    if about is None or spec.argocd.managed or environment.name not in about.environments:
        return {}
    receivers: dict[str, str] = {}
    if about.slack:
        receivers["slack"] = ";".join(about.slack.channels)
    if about.email:
        receivers[_service(spec, "email")] = ";".join(about.email.to)
    if about.webhook:
        receivers[_service(spec, "webhook")] = ""
    return {
        f"notifications.argoproj.io/subscribe.{spec.project}-{event}.{service}": receiver
        for event in about.events
        for service, receiver in receivers.items()
    }


def _service(spec: Spec, kind: str) -> str:
    return f"{spec.project}-{kind}"


def _services(spec: Spec, about: Notifications) -> dict[str, str]:
    found: dict[str, Any] = {}
    if about.slack:
        found["service.slack"] = {"token": f"${about.slack.token}"}
    if mail := about.email:
        login = {"username": mail.username, "password": f"${mail.password}"} if mail.username else {}
        found[f"service.email.{_service(spec, 'email')}"] = {
            "host": mail.host,
            "port": mail.port,
            "from": mail.sender,
            **login,
        }
    if hook := about.webhook:
        headers = [{"name": "Content-Type", "value": "application/json"}]
        if hook.authorization:
            headers.append({"name": "Authorization", "value": f"${hook.authorization}"})
        found[f"service.webhook.{_service(spec, 'webhook')}"] = {"url": hook.url, "headers": headers}
    return {name: yaml_emit.dump(value) for name, value in found.items()}


def _triggers(spec: Spec, about: Notifications) -> dict[str, str]:
    return {
        f"trigger.{spec.project}-{event}": yaml_emit.dump(
            [{"when": _WHEN[event][0], "oncePer": _WHEN[event][1], "send": [f"{spec.project}-{event}"]}]
        )
        for event in about.events
    }


def _templates(spec: Spec, about: Notifications) -> dict[str, str]:
    return {f"template.{spec.project}-{event}": yaml_emit.dump(_template(spec, about, event)) for event in about.events}


def _template(spec: Spec, about: Notifications, event: str) -> dict[str, Any]:
    said = _SAID[event]
    webhook = {"method": "POST", "body": _BODY % event}
    return {
        "message": said,
        **({"email": {"subject": said}} if about.email else {}),
        **({"webhook": {_service(spec, "webhook"): webhook}} if about.webhook else {}),
    }
