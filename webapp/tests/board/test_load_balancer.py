"""The identity header of a load balancer: its signature, its signer, its end, and where its key is asked for."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from access_board import ARN, ISSUER, KEY, board
from identity_provider import KeyServer
from release_board.access.load_balancer import ASKED_A_MINUTE, HEADER, KEYS, Keys, Unverified, claims
from release_board.access.settings import LoadBalancer

HOME = "https://board.example.com"
KID = "7cbf9f1e-0a5d-4b1c-9e0c-3f0d9bd4a001"
NOW = 1_800_000_000
SAID = {"sub": "ann", "email": "ann@example.com", "name": "Ann Lee", "iss": ISSUER, "groups": ["releasers"]}
ABOUT = {"typ": "JWT", "kid": KID, "alg": "ES256", "iss": ISSUER, "client": "c", "signer": ARN, "exp": NOW + 120}


def encoded(part: object) -> str:
    """Encode as the load balancer does: the padding stays."""
    return base64.urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode()).decode()


def signed(key: ec.EllipticCurvePrivateKey, about: dict[str, Any] = ABOUT, said: dict[str, Any] = SAID) -> str:
    start = f"{encoded(about)}.{encoded(said)}"
    first, second = decode_dss_signature(key.sign(start.encode(), ec.ECDSA(SHA256())))
    return f"{start}.{encoded(first.to_bytes(32) + second.to_bytes(32))}"


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def server(key: ec.EllipticCurvePrivateKey) -> Iterator[KeyServer]:
    with KeyServer() as made:
        made.pems[KID] = pem(key)
        yield made


@pytest.fixture
def balancer(server: KeyServer) -> LoadBalancer:
    return LoadBalancer(ARN, ISSUER, server.url)


def test_what_it_has_signed_is_believed_and_its_key_asked_for_once(
    key: ec.EllipticCurvePrivateKey, balancer: LoadBalancer, server: KeyServer
) -> None:
    keys = Keys(balancer.keys)
    for pad in ("", "x", "xx", "xxx"):
        said = {**SAID, "name": f"Ann{pad}"}
        assert claims(signed(key, said=said), balancer, keys, NOW) == said
    assert server.asked == [f"/{KID}"]


@pytest.mark.parametrize(
    ("about", "said", "reason"),
    [
        ({"signer": ARN.replace("board", "other")}, {}, "another load balancer"),
        ({"signer": None}, {}, "another load balancer"),
        ({"alg": "none"}, {}, "another way"),
        ({"alg": "HS256"}, {}, "another way"),
        ({"exp": NOW - 60}, {}, "expired"),
        ({"exp": str(NOW + 60)}, {}, "expired"),
        ({"exp": True}, {}, "expired"),
        ({}, {"exp": NOW - 60}, "expired"),
        ({"iss": "https://evil.example"}, {}, "another issuer"),
        ({}, {"iss": "https://evil.example"}, "another issuer"),
        ({"kid": "../../etc/passwd"}, {}, "id is none"),
        ({"kid": "@evil.example/aaaaaaaa"}, {}, "id is none"),
        ({"kid": f"{KID}?x=1"}, {}, "id is none"),
        ({"kid": f"{KID}\n"}, {}, "id is none"),
        ({"kid": None}, {}, "id is none"),
    ],
)
def test_what_is_wrong_in_one_place_is_no_one_and_asks_for_no_key(
    about: dict[str, Any], said: dict[str, Any], reason: str,
    key: ec.EllipticCurvePrivateKey, balancer: LoadBalancer, server: KeyServer,
) -> None:  # fmt: skip
    header = signed(key, {**ABOUT, **about}, {**SAID, **said})
    with pytest.raises(Unverified, match=reason):
        claims(header, balancer, Keys(balancer.keys), NOW)
    assert server.asked == []


def test_a_forged_signature_is_no_one(key: ec.EllipticCurvePrivateKey, balancer: LoadBalancer) -> None:
    keys = Keys(balancer.keys)
    head, _, signature = signed(key).split(".")
    other = ec.generate_private_key(ec.SECP256R1())
    root = encoded({**SAID, "groups": ["operators"]})
    for forged in (
        signed(other),
        f"{head}.{root}.{signature}",
        f"{head}.{encoded(SAID)}.",
        f"{head}.{encoded(SAID)}.AAAA",
    ):
        with pytest.raises(Unverified):
            claims(forged, balancer, keys, NOW)


@pytest.mark.parametrize("header", ["", "a.b.c", ".", "..", "é.é.é", "e30.e30", "W10=.W10=.W10=", f"{'x' * 20000}.a.b"])
def test_what_is_no_token_is_no_one(header: str, balancer: LoadBalancer) -> None:
    with pytest.raises(Unverified):
        claims(header, balancer, Keys(balancer.keys), NOW)


def test_unknown_keys_are_asked_for_so_often_and_known_ones_go_on(
    key: ec.EllipticCurvePrivateKey, balancer: LoadBalancer, server: KeyServer
) -> None:
    keys = Keys(balancer.keys, clock=lambda: 100.0)
    assert claims(signed(key), balancer, keys, NOW) == SAID
    for number in range(ASKED_A_MINUTE + 5):
        with pytest.raises(Unverified):
            keys.get(f"{number:08d}")
    assert len(server.asked) == ASKED_A_MINUTE
    assert claims(signed(key), balancer, keys, NOW) == SAID


def test_a_few_keys_are_kept(key: ec.EllipticCurvePrivateKey, server: KeyServer) -> None:
    ticks = iter(range(0, 100_000, 60))
    keys = Keys(server.url, clock=lambda: float(next(ticks)))
    for number in range(KEYS + 1):
        server.pems[f"{number:08d}"] = pem(key)
        keys.get(f"{number:08d}")
    keys.get(f"{KEYS:08d}")
    assert len(server.asked) == KEYS + 1
    keys.get(f"{0:08d}")
    assert len(server.asked) == KEYS + 2


@pytest.mark.parametrize("given", [b"", b"no key", b"x" * 9000])
def test_what_is_no_key_is_no_key(given: bytes, server: KeyServer) -> None:
    server.pems[KID] = given
    with pytest.raises(Unverified):
        Keys(server.url).get(KID)
    server.pems[KID] = (
        ec.generate_private_key(ec.SECP384R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(Unverified, match="another kind"):
        Keys(server.url).get(KID)


def test_pages_know_whom_it_names(key: ec.EllipticCurvePrivateKey, server: KeyServer, tmp_path: Path) -> None:
    named = {
        "ALB_ARN": ARN,
        "ALB_ISSUER": ISSUER,
        "ALB_KEYS_URL": server.url,
        "PUBLIC_URL": HOME,
    }
    app = board(tmp_path, SESSION_KEY=KEY, ROLE_PROMOTERS="releasers", READ_ACCESS="signed-in", **named)
    client = app.test_client()
    # Far in the future, as the page looks at the clock.
    good = signed(key, {**ABOUT, "exp": 4_000_000_000})
    assert client.get("/audit", headers={HEADER: good}).status_code == 200
    assert "Ann Lee" in client.get("/", headers={HEADER: good}).text
    for bad in (f"{good[:-8]}AAAAAA==", signed(key, {**ABOUT, "exp": 1}), "x"):
        assert client.get("/", headers={HEADER: bad}).status_code == 401
    for name in ("x-amzn-oidc-identity", "x-amzn-oidc-accesstoken", "x-forwarded-user", "remote-user"):
        assert client.get("/", headers={name: "ann"}).status_code == 401


def test_a_refused_header_is_stronger_than_a_session(
    key: ec.EllipticCurvePrivateKey, server: KeyServer, tmp_path: Path
) -> None:
    named = {
        "ALB_ARN": ARN,
        "ALB_ISSUER": ISSUER,
        "ALB_KEYS_URL": server.url,
        "PUBLIC_URL": HOME,
    }
    app = board(tmp_path, SESSION_KEY=KEY, ROLE_PROMOTERS="releasers", **named)
    client = app.test_client()
    with client.session_transaction(base_url=HOME) as session:
        session["reader"] = {"sub": "1", "name": "A", "email": "", "groups": ["releasers"], "at": 4_000_000_000}
    assert client.get("/audit", base_url=HOME).status_code == 200
    answer = client.get("/audit", base_url=HOME, headers={HEADER: signed(key, {**ABOUT, "exp": 1})})
    assert answer.status_code == 401


def test_the_header_means_nothing_where_no_load_balancer_is_configured(
    key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    app = board(tmp_path, ROLE_PROMOTERS="releasers")
    good = signed(key, {**ABOUT, "exp": 4_000_000_000})
    assert app.test_client().get("/audit", headers={HEADER: good}).status_code == 401
