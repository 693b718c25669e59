"""Public keys of issuers, each bound to the one algorithm that it may be used with."""

from dataclasses import dataclass, field
from typing import Literal

KeyAlgorithm = Literal["ES256", "EdDSA", "SM2"]
"""ES256: ECDSA on P-256 with SHA-256. EdDSA: Ed25519 alone. SM2: with SM3 (GB/T 32918.2, 32918.5)."""

Sm2Form = Literal["raw", "der"]
"""How an SM2 issuer writes its signatures: r and s of 32 bytes each, or as the SEQUENCE of two INTEGERs."""

SM2_DEFAULT_SIGNER = b"1234567812345678"
"""The signer's identity that GM/T 0009 prescribes where none was agreed on."""

_SIZES: dict[KeyAlgorithm, int] = {"ES256": 65, "EdDSA": 32, "SM2": 65}


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
