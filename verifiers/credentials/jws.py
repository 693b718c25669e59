"""Compact JWS (RFC 7515): read strictly, and verified with the one algorithm that its issuer's key is bound to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifiers.credentials.keys import KeyAlgorithm, VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import Suites
from verifiers.credentials.wire import from_base64url, read_object

LARGEST_CREDENTIAL = 64 * 1024
"""Bytes of a credential of any format, with all that is sent along."""

_NAMES: Mapping[KeyAlgorithm, tuple[str, ...]] = {
    "ES256": ("ES256",),
    "EdDSA": ("EdDSA", "Ed25519"),  # RFC 9864 renamed it
    "SM2": ("SM2",),  # not registered with IANA: agreed on with each issuer
}


@dataclass(frozen=True, slots=True)
class CompactJws:
    """A compact JWS taken apart. Nothing of it is to be believed before check_signature."""

    header: Mapping[str, object]
    payload: bytes = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def kid(self) -> str | None:
        """The name of the key that the header claims, if any. Raises CredentialRefused (header) if it is no text."""
        kid = self.header.get("kid")
        if kid is not None and not isinstance(kid, str):
            raise CredentialRefused("header")
        return kid


def read_jws(text: str, largest: int = LARGEST_CREDENTIAL) -> CompactJws:
    """Take a compact JWS of at most `largest` characters apart.

    Headers that carry or point to a key (jwk, jku, x5c, x5u) are never looked at: the key is the issuer's as pinned. No
    extension is understood, so each `crit` is refused, and so is `b64` unless it states the default (RFC 7797).
    Raises CredentialRefused: too_large, malformed, header.
    """
    if len(text) > largest:
        raise CredentialRefused("too_large")
    parts = text.split(".")
    if len(parts) != 3 or not text.isascii():
        raise CredentialRefused("malformed")
    header, payload, signature = (from_base64url(part) for part in parts)
    headers = read_object(header)
    if "crit" in headers or headers.get("b64", True) is not True:
        raise CredentialRefused("header")
    return CompactJws(headers, payload, ".".join(parts[:2]).encode(), signature)


def check_signature(jws: CompactJws, key: VerificationKey, suites: Suites) -> None:
    """Return if `key` signed `jws`. Raises CredentialRefused: algorithm, key_unknown, signature."""
    if jws.header.get("alg") not in _NAMES[key.algorithm]:
        raise CredentialRefused("algorithm")
    if jws.kid is not None and jws.kid != key.kid:
        raise CredentialRefused("key_unknown")
    suite = suites.get(key.algorithm)
    if suite is None:
        raise CredentialRefused("algorithm")
    if not suite.verify(key, jws.signing_input, jws.signature):
        raise CredentialRefused("signature")


def check_typ(jws: CompactJws, typ: str) -> None:
    """Return if the header's media type is `typ`; "application/" and case don't count (RFC 7515, 4.1.9).

    Raises CredentialRefused (type).
    """
    found = jws.header.get("typ")
    if not isinstance(found, str) or found.lower().removeprefix("application/") != typ.lower():
        raise CredentialRefused("type")
