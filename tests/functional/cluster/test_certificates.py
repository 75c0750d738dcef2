"""The cluster's certificate authority, with real TLS between its certificates."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from generator.cluster.certificates import Authority

pytestmark = pytest.mark.needs("openssl")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path)
    made.create()
    return made


def handshake(authority: Authority, name: str, *, client: bool) -> None:
    """Let a client of the authority call a server of the authority ``name``; both verify each other."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.certificate))
    server.verify_mode = ssl.CERT_REQUIRED
    pair = authority.issue("server", common_name="server", hosts=["127.0.0.1", "localhost"])
    server.load_cert_chain(pair.certificate, pair.key)
    caller = ssl.create_default_context(cafile=str(authority.certificate))
    if client:
        own = authority.issue("client", common_name="anna", organization="system:masters")
        caller.load_cert_chain(own.certificate, own.key)
    near, far = socket.socketpair()

    def serve() -> None:
        try:
            with server.wrap_socket(far, server_side=True) as stream:
                stream.send(b"hello")
        except ssl.SSLError:
            far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with near, caller.wrap_socket(near, server_hostname=name) as stream:
            assert stream.recv(5) == b"hello"
    finally:
        thread.join()


def test_servers_and_clients_of_the_authority_accept_each_other(authority: Authority) -> None:
    handshake(authority, "127.0.0.1", client=True)
    handshake(authority, "localhost", client=True)


def test_a_client_without_a_certificate_is_refused(authority: Authority) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(authority, "localhost", client=False)


def test_a_server_is_not_taken_for_another(authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority, "127.0.0.2", client=True)


def test_what_is_there_is_kept_and_what_is_half_there_is_made_again(authority: Authority) -> None:
    pair = authority.issue("etcd", common_name="etcd")
    before = pair.certificate.read_bytes()
    assert authority.issue("etcd", common_name="etcd").certificate.read_bytes() == before
    pair.certificate.unlink()
    assert authority.issue("etcd", common_name="etcd").certificate.read_bytes() != before


def test_private_keys_are_private(authority: Authority) -> None:
    pairs = [authority.issue("etcd", common_name="etcd"), authority.key_pair("service-account")]
    for key in [authority.directory / "ca.key", *(pair.key for pair in pairs)]:
        assert key.stat().st_mode & 0o077 == 0, key
    assert b"PUBLIC KEY" in pairs[1].certificate.read_bytes()
