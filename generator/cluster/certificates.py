"""The cluster's own certificate authority, made with the program ``openssl`` (3.0 or later).

Keys are elliptic (P-256), because each RSA key takes a second. Nothing outside
of the cluster trusts these certificates, and ``down`` removes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.cluster import host_programs

NAME = "gitops-generator local cluster"
DAYS = "3650"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256", "-days", DAYS)
_HINT = "install OpenSSL 3.0 or later"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority in ``directory``; methods return the files of an earlier run if they exist."""

    directory: Path

    @property
    def certificate(self) -> Path:
        """Return the path of the authority's own certificate, which clients use to verify servers."""
        return self.directory / "ca.crt"

    def create(self) -> None:
        """Make the authority."""
        if self.certificate.exists():
            return
        self._openssl(
            [
                "req",
                "-x509",
                *_KEY,
                "-subj",
                f"/CN={NAME}",
                "-addext",
                "keyUsage=critical,digitalSignature,keyCertSign",
            ],
            Pair(self.certificate, self.directory / "ca.key"),
        )

    def issue(self, name: str, *, common_name: str, organization: str = "", hosts: Sequence[str] = ()) -> Pair:
        """Issue a certificate for clients and servers, as ``<name>.crt`` and ``<name>.key``.

        Args:
            name: The name of the two files.
            common_name: The client's user in Kubernetes.
            organization: The client's group in Kubernetes.
            hosts: DNS names and IP addresses of a server.
        """
        pair = self._pair(name)
        if pair.certificate.exists():
            return pair
        subject = (f"/O={organization}" if organization else "") + f"/CN={common_name}"
        arguments = ["req", "-x509", "-CA", str(self.certificate), "-CAkey", str(self.directory / "ca.key"), *_KEY]
        arguments += ["-subj", subject, "-addext", "basicConstraints=critical,CA:FALSE"]
        arguments += ["-addext", "keyUsage=critical,digitalSignature,keyEncipherment"]
        arguments += ["-addext", "extendedKeyUsage=serverAuth,clientAuth"]
        if hosts:
            names = ",".join(f"{'IP' if host[-1].isdigit() or ':' in host else 'DNS'}:{host}" for host in hosts)
            arguments += ["-addext", f"subjectAltName={names}"]
        self._openssl(arguments, pair)
        return pair

    def key_pair(self, name: str) -> Pair:
        """Make a public key (``<name>.crt``) and a private key that signs tokens of ServiceAccounts."""
        pair = self._pair(name)
        if pair.certificate.exists():
            return pair
        host_programs.run(
            ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", pair.key],
            hint=_HINT,
        )
        host_programs.run(["openssl", "pkey", "-in", pair.key, "-pubout", "-out", pair.certificate], hint=_HINT)
        return pair

    def _pair(self, name: str) -> Pair:
        return Pair(self.directory / f"{name}.crt", self.directory / f"{name}.key")

    @staticmethod
    def _openssl(arguments: Sequence[str], pair: Pair) -> None:
        """Run openssl. The certificate gets its name last, because its existence means that the pair is complete."""
        unfinished = pair.certificate.with_suffix(".new")
        host_programs.run(["openssl", *arguments, "-keyout", pair.key, "-out", unfinished], hint=_HINT, timeout=30)
        unfinished.replace(pair.certificate)
