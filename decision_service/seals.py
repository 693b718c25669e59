"""Seals on documents: the test seal of this service, and the place of a real one.

Nothing that this service seals by itself is a legal seal. An authority's electronic seal (GB/T 38540, on an OFD layout
file) needs hardware and a certificate from an accredited provider: a package offers it as an entry point of the group
`miaopi.seals`, a class that is made without arguments and has the one method of `SealProvider` (docs/auditors.md).
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any, Final, Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from decision_service.ledger.keys import Signer
from decision_service.policy.parts import Bilingual

GROUP: Final = "miaopi.seals"
TEST: Final = "test"
TEST_SEAL: Final = Bilingual("测试印章 · 无法律效力", "TEST SEAL · NOT A LEGAL SEAL")

_HEAD: Final = b"miaopi test seal v1\n"
"""Before what is sealed: the same key signs records, and neither can be taken for the other."""


class SealError(Exception):
    """There is no such seal, or it can't be set; the text says why."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal over a document. `value` is whatever the algorithm makes, `proof` what its checker needs besides (public
    key, certificate), `mark` what is written beside it for people."""

    provider: str
    algorithm: str
    mark: Bilingual
    value: bytes = field(repr=False)
    proof: bytes = field(default=b"", repr=False)

    def as_json(self) -> dict[str, object]:
        """Its form in a package."""
        return {
            "provider": self.provider,
            "algorithm": self.algorithm,
            "mark": {"zh": self.mark.zh, "en": self.mark.en},
            "value": base64.b64encode(self.value).decode(),
            "proof": base64.b64encode(self.proof).decode(),
        }


class SealProvider(Protocol):
    """Whoever sets seals."""

    def seal(self, document: bytes) -> Seal:
        """The seal over `document`. The same document should give the same seal. Raises SealError."""


@dataclass(frozen=True, slots=True)
class OwnSeal:
    """Ed25519 (RFC 8032) under the key that signs the record: shows that nothing was changed, and whose key it was."""

    signer: Signer

    def seal(self, document: bytes) -> Seal:
        """The test seal over `document`."""
        return Seal(TEST, "Ed25519", TEST_SEAL, self.signer.sign(_HEAD + document), self.signer.public_key)


def own_seal_holds(seal: Mapping[str, Any], document: bytes, public_key: bytes) -> bool:
    """Whether `seal`, as `as_json` writes it, is the test seal over `document` under this key and nothing else."""
    try:
        value = base64.b64decode(seal["value"], validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(value, _HEAD + document)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return dict(seal) == Seal(TEST, "Ed25519", TEST_SEAL, value, public_key).as_json()


def provider_of(name: str, signer: Signer) -> SealProvider:
    """The provider of that name. Raises SealError."""
    if name == TEST:
        return OwnSeal(signer)
    offered = {point.name: point for point in entry_points(group=GROUP)}
    if name not in offered:
        raise SealError(f"seal {name!r}: there is none of that name; these are: {', '.join(sorted({TEST, *offered}))}")
    try:
        return cast("SealProvider", offered[name].load()())
    except Exception as error:  # noqa: BLE001 - a stranger's code, whose fault must not look like ours
        raise SealError(f"seal {name!r}: its package can't be used ({type(error).__name__})") from None
