"""Signature algorithms behind one port. Which one is used is said by the key, never by what is to be verified."""

from collections.abc import Collection, Mapping
from typing import Protocol, TypeAlias, assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from verifiers.credentials.keys import KeyAlgorithm, VerificationKey
from verifiers.credentials.sm2 import Sm2Suite

ALL_ALGORITHMS: tuple[KeyAlgorithm, ...] = ("ES256", "EdDSA", "SM2")
_ALWAYS: tuple[KeyAlgorithm, ...] = ("ES256", "EdDSA")


class SignatureSuite(Protocol):
    """One signature algorithm."""

    def verify(self, key: VerificationKey, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is that of `key` over `message`. False for signatures of any wrong form too."""
        ...


Suites: TypeAlias = Mapping[KeyAlgorithm, SignatureSuite]
"""What this service can verify. A key whose algorithm is not among them refuses whatever it signed."""


class Es256Suite:
    """ECDSA on P-256 with SHA-256; r and s of 32 bytes each (RFC 7518, 3.4)."""

    def verify(self, key: VerificationKey, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is that of `key` over `message`."""
        if len(signature) != 64:
            return False
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.public)
            public.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class Ed25519Suite:
    """EdDSA on Ed25519 (RFC 8032, 8037)."""

    def verify(self, key: VerificationKey, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is that of `key` over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def signature_suites(algorithms: Collection[KeyAlgorithm]) -> Suites:
    """The suites for `algorithms`, and always ES256 and EdDSA, which holders' keys are for whatever the issuers use.

    Raises MissingExtraError if SM2 is among them and its library is not installed.
    """
    return {algorithm: _suite(algorithm) for algorithm in {*algorithms, *_ALWAYS}}


def _suite(algorithm: KeyAlgorithm) -> SignatureSuite:
    match algorithm:
        case "ES256":
            return Es256Suite()
        case "EdDSA":
            return Ed25519Suite()
        case "SM2":
            return Sm2Suite()
        case _ as unreachable:
            assert_never(unreachable)
