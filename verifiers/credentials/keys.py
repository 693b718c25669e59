"""Public keys of issuers, each bound to the one algorithm that it may be used with."""

from dataclasses import dataclass, field
from typing import Literal, assert_never

from cryptography.hazmat.primitives.asymmetric import ec

KeyAlgorithm = Literal["ES256", "EdDSA", "SM2"]
"""ES256: ECDSA on P-256 with SHA-256. EdDSA: Ed25519 alone. SM2: with SM3 (GB/T 32918.2, 32918.5)."""

Sm2Form = Literal["raw", "der"]
"""How an SM2 issuer writes its signatures: r and s of 32 bytes each, or as the SEQUENCE of two INTEGERs."""

SM2_DEFAULT_SIGNER = b"1234567812345678"
"""The signer's identity that GM/T 0009 prescribes where none was agreed on."""

SM2_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""The order n of the group of GB/T 32918.5."""

_SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_MOST_SIGNER_BYTES = 8191  # its length is hashed as a number of bits in two bytes


class UnusableKeyError(ValueError):
    """A public key that can't be used; the text says why and what to configure."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key that `issuer` publishes under `kid`.

    `public` is the uncompressed point (65 bytes, first 04) of ES256 and SM2, the 32 bytes of Ed25519. A W3C issuer's
    `kid` is the whole verification method. `sm2_signer` (at most 8191 bytes) and `sm2_form` are agreed on with an SM2
    issuer and mean nothing to other algorithms. Raises UnusableKeyError if the key's form can't be right.
    """

    issuer: str
    kid: str
    algorithm: KeyAlgorithm
    public: bytes = field(repr=False)
    sm2_signer: bytes = SM2_DEFAULT_SIGNER
    sm2_form: Sm2Form = "raw"

    def __post_init__(self) -> None:
        if not self.issuer:
            raise UnusableKeyError("verification key: `issuer` is empty; name who publishes the key")
        if not _right(self.algorithm, self.public):
            raise UnusableKeyError(
                f"verification key: these {len(self.public)} bytes are no {self.algorithm} public key; give the "
                "uncompressed point of 65 bytes for ES256 and SM2, the 32 bytes of Ed25519 for EdDSA"
            )
        if self.algorithm == "SM2" and not 0 < len(self.sm2_signer) <= _MOST_SIGNER_BYTES:
            raise UnusableKeyError(f"verification key: `sm2_signer` must have 1 to {_MOST_SIGNER_BYTES} bytes")


def _right(algorithm: KeyAlgorithm, public: bytes) -> bool:
    match algorithm:
        case "ES256":
            return _is_uncompressed(public) and _on_p256(public)
        case "EdDSA":
            return len(public) == 32
        case "SM2":
            return _is_uncompressed(public) and _on_sm2(int.from_bytes(public[1:33]), int.from_bytes(public[33:]))
        case _ as unreachable:
            assert_never(unreachable)


def _is_uncompressed(public: bytes) -> bool:
    return len(public) == 65 and public[0] == 4


def _on_p256(public: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        return False
    return True


def _on_sm2(x: int, y: int) -> bool:
    return x < _SM2_P and y < _SM2_P and (y * y - (x * x * x - 3 * x + _SM2_B)) % _SM2_P == 0
