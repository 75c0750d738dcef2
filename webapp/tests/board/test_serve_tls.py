"""Other servers are asked over TLS by the real gunicorn, whose worker replaces sockets by gevent's."""

import datetime
import http.client
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from access_board import SIGNED_IN
from board_server import serving
from identity_provider import LyingProvider
from waiting import PATIENCE


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a PEM file with a key and its self-signed certificate for 127.0.0.1."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begins = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([address]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, pem = tmp_path / "server.pem", serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def issuer(certificate: Path) -> Iterator[str]:
    with LyingProvider() as provider:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        provider.socket = context.wrap_socket(provider.socket, server_side=True)
        provider.url = provider.issuer = provider.url.replace("http://", "https://")
        yield provider.url


# A program of its own for what only another version of gevent or gunicorn could change.
@pytest.mark.full
def test_an_identity_provider_is_asked_over_tls(issuer: str, certificate: Path, tmp_path: Path) -> None:
    environment = {
        **SIGNED_IN,
        "OIDC_ISSUER": issuer,
        "DATABASE_URL": f"sqlite:///{tmp_path}/board.sqlite3",
        "REQUESTS_CA_BUNDLE": str(certificate),
    }
    with serving(**environment) as server:  # type: ignore[arg-type]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request("GET", "/signin", headers={"Connection": "close"})
        answer = connection.getresponse()
        where, body = answer.headers["Location"], answer.read()
        connection.close()
        _, log = server.stop()
    assert (answer.status, (where or "").partition("?")[0]) == (302, f"{issuer}/authorize"), body
    # It names each module that has kept the former TLS, whichever library it is of.
    assert b"MonkeyPatchWarning" not in log, log
