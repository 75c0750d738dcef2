"""The identity header of an authenticating Application Load Balancer, with verification of its signature.

The header is a JWT with padding in its parts, and the signature includes the padding. So this module verifies the
received bytes itself, because libraries refuse the padding.
"""

import base64
import binascii
import json
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from release_board.access.settings import LoadBalancer

HEADER = "x-amzn-oidc-data"
# The key's id becomes a part of a URL.
KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")
LONGEST_HEADER = 16_384
LONGEST_KEY = 4096
KEYS = 16
# The limit of requests for unknown keys in a minute, because each forged header can have a new key id.
ASKED_A_MINUTE = 10
LEEWAY_SECONDS = 5
SECONDS = 3

logger = logging.getLogger("release_board.access")

Ask = Callable[[str], bytes]


class Unverified(Exception):
    """A header could not be verified; the text is the reason."""


class Keys:
    """Fetches public keys by their ids; a few keys are cached."""

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._clock = address, clock
        self._kept: OrderedDict[str, EllipticCurvePublicKey] = OrderedDict()
        self._asked: list[float] = []
        self._lock = threading.Lock()  # By then, gevent has replaced Python's lock.

    def get(self, name: str) -> EllipticCurvePublicKey:
        """Return the key with this id. Raise `Unverified` if there is none."""
        if not KEY_ID.fullmatch(name):
            raise Unverified("the key's id is none")
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
            now = self._clock()
            self._asked = [one for one in self._asked if now - one < 60]
            if len(self._asked) >= ASKED_A_MINUTE:
                raise Unverified("too many unknown keys are asked for")
            self._asked.append(now)
        key = self._ask(name)
        with self._lock:
            self._kept[name] = key
            while len(self._kept) > KEYS:
                self._kept.popitem(last=False)
        return key

    def _ask(self, name: str) -> EllipticCurvePublicKey:
        try:
            with requests.get(f"{self._address}/{name}", timeout=SECONDS, allow_redirects=False, stream=True) as answer:
                if answer.status_code != 200:
                    raise Unverified(f"there is no such key (HTTP {answer.status_code})")
                pem = answer.raw.read(LONGEST_KEY + 1, decode_content=True)
            key = load_pem_public_key(pem) if len(pem) <= LONGEST_KEY else None
        except (requests.RequestException, OSError, ValueError) as error:
            raise Unverified(f"the key cannot be had: {type(error).__name__}") from error
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            raise Unverified("the key is of another kind")
        return key


def claims(header: str, balancer: LoadBalancer, keys: Keys, now: float) -> dict[str, Any]:
    """Return a header's claims. Raises `Unverified` unless this load balancer has signed it and it is valid."""
    parts = header.split(".")
    if len(header) > LONGEST_HEADER or len(parts) != 3:
        raise Unverified("it is not a signed token")
    about, said = _object(parts[0]), _object(parts[1])
    if about.get("alg") != "ES256":
        raise Unverified("it is signed in another way")
    if about.get("signer") != balancer.arn:
        raise Unverified("another load balancer has signed it")
    if {about.get("iss", balancer.issuer), said.get("iss", balancer.issuer)} != {balancer.issuer}:
        raise Unverified("it is of another issuer")
    if "iss" not in about and "iss" not in said:
        raise Unverified("it names no issuer")
    if not _is_current(about, said, now):
        raise Unverified("it has expired")
    _verify(f"{parts[0]}.{parts[1]}".encode(), _bytes(parts[2]), keys.get(str(about.get("kid", ""))))
    return said


def _is_current(about: dict[str, Any], said: dict[str, Any], now: float) -> bool:
    """Tell whether the identity has not expired. At least one of header and claims must have an expiry."""
    ends = [one["exp"] for one in (about, said) if "exp" in one]
    numbers = [end for end in ends if isinstance(end, int | float) and not isinstance(end, bool)]
    return bool(numbers) and len(numbers) == len(ends) and all(now < end + LEEWAY_SECONDS for end in numbers)


def _verify(signed: bytes, signature: bytes, key: EllipticCurvePublicKey) -> None:
    if len(signature) != 64:
        raise Unverified("its signature is none")
    first, second = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        key.verify(encode_dss_signature(first, second), signed, ECDSA(SHA256()))
    except InvalidSignature:
        raise Unverified("its signature is forged") from None


def _bytes(part: str) -> bytes:
    bare = part.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Unverified("it is not a signed token") from None


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        raise Unverified("it is not a signed token") from None
    if not isinstance(found, dict):
        raise Unverified("it is not a signed token")
    return found
