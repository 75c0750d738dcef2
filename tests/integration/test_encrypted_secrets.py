"""Secrets that the programs themselves have encrypted: what a cluster gets of them, a holder of the key can still open.

A controller opens a SealedSecret only under the name and the namespace that it was sealed for; sops opens a value only
at the place in the document where it was encrypted. So a renderer that moved or renamed something would be found here.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from testing.programs import Run, tool
from testing.repository import git

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps:
  web:
    image: shop/web
    migration: {command: [migrate]}
    environments:
      dev: {encryptedSecret: secrets/web-dev.yaml}
      prod: {encryptedSecret: secrets/web-prod.yaml}
"""
VALUES = {"dev": "one: 'two' #three", "prod": "häßlich\nand long"}


class Sealed:
    """The key pair of a controller of Sealed Secrets."""

    def __init__(self, folder: Path) -> None:
        """Make the pair, as the controller does."""
        self.key, self.certificate = folder / "tls.key", folder / "tls.crt"
        pair = ["-keyout", str(self.key), "-out", str(self.certificate)]
        words = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:4096", "-subj", "/CN=sealed-secret", *pair]
        subprocess.run(words, check=True, capture_output=True)

    def encrypt(self, environment: str, value: str) -> str:
        """Return a file for the spec, made as the guide says."""
        about = {"name": "web-secrets", "namespace": f"shop-{environment}"}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": about, "stringData": {"TOKEN": value}}
        return _run([tool("kubeseal"), "--cert", self.certificate, "--format", "yaml"], yaml.safe_dump(secret))

    def decrypt(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Return the Secret that the controller would make of it."""
        words = [tool("kubeseal"), "--recovery-unseal", "--recovery-private-key", self.key]
        secret: dict[str, Any] = json.loads(_run(words, yaml.safe_dump(manifest)))
        data = {name: base64.b64decode(value).decode() for name, value in secret["data"].items()}
        return {"name": secret["metadata"]["name"], "namespace": secret["metadata"]["namespace"], "data": data}


class Sops:
    """A key of sops, here of SSH, as KMS cannot be asked."""

    def __init__(self, folder: Path) -> None:
        """Make the key."""
        pair = Ed25519PrivateKey.generate()
        self.public = pair.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        self.key = folder / "key"
        self.key.write_bytes(pair.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        self.folder = folder

    def encrypt(self, environment: str, value: str) -> str:
        """Return a file for the spec, made as the guide says."""
        file = self.folder / f"{environment}.yaml"
        template = {"name": "web-secrets", "stringData": {"TOKEN": value}}
        head = {"apiVersion": "isindir.github.com/v1alpha3", "kind": "SopsSecret", "metadata": {"name": "web"}}
        file.write_text(yaml.safe_dump({**head, "spec": {"secretTemplates": [template]}}))
        _run([tool("sops"), "encrypt", "--in-place", "--age", self.public, "--encrypted-suffix", "Templates", file])
        return file.read_text()

    def decrypt(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Return the Secret that the operator would make of it; like sops' operator, do not look at the sum of all."""
        file = self.folder / "rendered.json"
        file.write_text(json.dumps(manifest))
        opened = json.loads(
            _run([tool("sops"), "decrypt", "--ignore-mac", file], SOPS_AGE_SSH_PRIVATE_KEY_FILE=str(self.key))
        )
        (template,) = opened["spec"]["secretTemplates"]
        about = {"name": template["name"], "namespace": manifest["metadata"]["namespace"]}
        return {**about, "data": template["stringData"]}


def _run(argv: list[Any], given: str = "", **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in argv],
        input=given,
        text=True,
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rendered(repository: Path, environment: str) -> dict[str, Any]:
    """Return the encrypted secret that Argo CD would apply."""
    built = _run([tool("kustomize"), "build", repository / f"overlays/{environment}/web"])
    (found,) = [one for one in yaml.safe_load_all(built) if one["kind"] in ("SealedSecret", "SopsSecret")]
    return dict(found)


KINDS = [
    pytest.param(Sealed, marks=pytest.mark.needs("kubeseal", "openssl", "kustomize"), id="SealedSecret"),
    pytest.param(Sops, marks=pytest.mark.needs("sops", "kustomize"), id="SopsSecret"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_cluster_gets_can_be_opened(
    kind: type[Sealed | Sops], repository: Path, tmp_path: Path, generator: Run
) -> None:
    keys = kind(tmp_path)
    (repository / "generator.yaml").write_text(SPEC)
    (repository / "secrets").mkdir()
    for environment, value in VALUES.items():
        (repository / f"secrets/web-{environment}.yaml").write_text(keys.encrypt(environment, value))
    done = generator("generate", cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr
    for environment, value in VALUES.items():
        about = {"name": "web-secrets", "namespace": f"shop-{environment}"}
        assert keys.decrypt(rendered(repository, environment)) == {**about, "data": {"TOKEN": value}}
    git(repository, "add", "-A")
    text = git(repository, "diff", "--cached")
    assert not [value for value in VALUES.values() if value in text]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_encrypted_anew_reaches_the_cluster(
    kind: type[Sealed | Sops], repository: Path, tmp_path: Path, generator: Run
) -> None:
    keys = kind(tmp_path)
    (repository / "generator.yaml").write_text(
        SPEC.replace("web-prod", "web-dev").replace(
            "      prod: {encryptedSecret: secrets/web-dev.yaml}\n", "      prod: false\n"
        )
    )
    (repository / "secrets").mkdir()
    for value in ("before", "after"):
        (repository / "secrets/web-dev.yaml").write_text(keys.encrypt("dev", value))
        assert generator("generate", cwd=repository).returncode == 0
        assert keys.decrypt(rendered(repository, "dev"))["data"] == {"TOKEN": value}
