"""What a namespace's Pod Security Standard would refuse is told at the field that asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.manifests import security_advice
from generator.spec import loader
from testing.programs import Run, tool

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {podSecurity: baseline}}
apps:
  web:
    image: shop/web
"""

FIELDS: dict[str, tuple[str, list[str]]] = {
    "root": ("podSecurityContext: {runAsNonRoot: false}", ["8:40 apps.web.podSecurityContext.runAsNonRoot: refused in dev"]),
    "more rights": ("securityContext: {allowPrivilegeEscalation: true}", ["8:49 apps.web.securityContext.allowPrivilegeEscalation: refused in dev"]),
    "of a sidecar": (
        "sidecars: {a: {image: x, securityContext: {capabilities: {add: [NET_ADMIN]}}}}",
        ["8:69 apps.web.sidecars.a.securityContext.capabilities.add[0]: refused in dev, prod"],
    ),
    "the node's network": ("hostNetwork: true", ["8:18 apps.web.hostNetwork: refused in dev, prod"]),
    "a folder of the node": (
        "volumes: {a: {hostPath: {path: /x}}}", ["8:29 apps.web.volumes.a.hostPath: refused in dev, prod"],
    ),
    "in one environment": (
        "environments: {dev: {pod: {hostPID: true}}}", ["8:41 apps.web.environments.dev.pod.hostPID: refused in dev"],
    ),
    "nothing": ("sidecars: {a: {image: x}}\nvolumes: {a: {emptyDir: {}}}", []),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), FIELDS.values(), ids=FIELDS)
def test_the_field_is_named(fields: str, expected: list[str], tmp_path: Path) -> None:
    text = HEAD + "".join(f"    {line}\n" for line in fields.splitlines())
    (tmp_path / "generator.yaml").write_text(text)
    found = loader.written(tmp_path).told(security_advice.of(loader.parse(text), ["web"]))
    assert [
        str(one).removeprefix("generator.yaml:").split(": ")[0] + ": " + one.message.split(":")[0] for one in found
    ] == expected


def test_generate_and_validate_tell_it(repository: Path, generator: Run) -> None:
    tool("kustomize")
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "  odd: {image: shop/odd, hostNetwork: true}\n")
    done = generator(cwd=repository)
    assert done.returncode == 0
    assert "apps.odd.hostNetwork: refused in" in done.stderr
    assert "set `podSecurity: privileged` in environments." in done.stderr
    assert "apps.odd.hostNetwork" not in generator(cwd=repository).stderr
    validated = generator("validate", cwd=repository)
    assert (validated.returncode, "apps.odd.hostNetwork: refused in" in validated.stderr) == (1, True)
