"""An issuer's published keys (JWK Set, RFC 7517), read strictly: what can't be used is left out, what deceives refuses
the set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from verifiers.credentials.keys import (
    SM2_DEFAULT_SIGNER,
    KeyAlgorithm,
    Sm2Form,
    UnusableKeyError,
    VerificationKey,
)
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.wire import from_base64url, read_json

MOST_BYTES = 256 * 1024
"""Room for 64 keys with their certificates. A set is read on the event loop, which a larger one would hold up."""

MOST_KEYS = 64
_MAX_KID = 256

_ALGORITHMS: Mapping[tuple[object, object], KeyAlgorithm] = {
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
    ("EC", "SM2"): "SM2",
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose keys they are, and which algorithms the operator lets him use. SM2's particulars are agreed on with him."""

    issuer: str
    algorithms: frozenset[KeyAlgorithm]
    sm2_signer: bytes = SM2_DEFAULT_SIGNER
    sm2_form: Sm2Form = "raw"


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """The usable keys of one set by kid, and the kids that the issuer himself marks as revoked."""

    keys: Mapping[str, VerificationKey]
    revoked: frozenset[str]


def read_jwks(body: bytes, publisher: Publisher) -> PublishedKeys:
    """The keys in `body`. Raises CredentialRefused for what is no key set, too large, or gives a kid twice."""
    if len(body) > MOST_BYTES:
        raise CredentialRefused("too_large")
    return published_keys(read_json(body), publisher)


def published_keys(raw: object, publisher: Publisher) -> PublishedKeys:
    """The keys in a key set that was parsed. Raises as `read_jwks` does."""
    listed = raw.get("keys") if isinstance(raw, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise CredentialRefused("malformed")
    if len(listed) > MOST_KEYS:
        raise CredentialRefused("too_large")
    named = [cast("dict[str, object]", one) for one in listed if _kid(one) is not None]
    kids = [cast("str", one["kid"]) for one in named]
    # Which of the two is meant could be chosen by whoever orders the list (also where one of them is no signing key).
    if len(set(kids)) < len(kids):
        raise CredentialRefused("malformed")
    revoked = frozenset(kid for kid, one in zip(kids, named, strict=True) if "revoked" in one)
    found = {kid: _key(kid, one, publisher) for kid, one in zip(kids, named, strict=True) if kid not in revoked}
    return PublishedKeys({kid: key for kid, key in found.items() if key is not None}, revoked)


def _kid(one: Mapping[str, object]) -> str | None:
    kid = one.get("kid")
    return kid if isinstance(kid, str) and 0 < len(kid) <= _MAX_KID and kid.isprintable() else None


def _key(kid: str, one: Mapping[str, object], publisher: Publisher) -> VerificationKey | None:
    """None where it is of no use here: another kind, not for signatures, of an algorithm that is not allowed, not on
    its curve, or published with its private half."""
    algorithm = _ALGORITHMS.get((_text(one.get("kty")), _text(one.get("crv"))))
    if algorithm is None or algorithm not in publisher.algorithms or "d" in one:
        return None
    operations = one.get("key_ops", ["verify"])
    if one.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return None
    if one.get("alg", algorithm) not in (algorithm, {"EdDSA": "Ed25519"}.get(algorithm)):
        return None
    try:
        coordinates = [from_base64url(_text(one.get(name))) for name in _coordinates(algorithm)]
        if any(len(value) != 32 for value in coordinates):
            return None
        public = coordinates[0] if algorithm == "EdDSA" else b"\x04" + b"".join(coordinates)
        return VerificationKey(
            publisher.issuer, kid, algorithm, public, sm2_signer=publisher.sm2_signer, sm2_form=publisher.sm2_form
        )
    except (CredentialRefused, UnusableKeyError):
        return None


def _coordinates(algorithm: KeyAlgorithm) -> tuple[str, ...]:
    return ("x",) if algorithm == "EdDSA" else ("x", "y")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
