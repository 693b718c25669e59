"""Status lists and key sets as issuers publish them, for tests: right, wrong, and served from memory."""

import base64
import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.verifiers.credentials.mint import ISSUER, NOW, Signer, b64, es256, proved, text
from verifiers.credentials.issuers import Issuer
from verifiers.credentials.jwks import Publisher, published_keys
from verifiers.credentials.keyset import KeySet, KeySource
from verifiers.credentials.verified import StatusReference, VerifiedCredential
from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Delivery, Failed

FOLDER = "https://licences.example/status/"
URI = f"{FOLDER}1"
EDDSA_AND_ES256 = frozenset({"ES256", "EdDSA"})


def packed(values: Sequence[int], bits: int, *, most_first: bool) -> bytes:
    """The entries side by side, by way of one long number: entry 0 in its lowest bits, or in its highest."""
    width = len(values) * bits
    assert width % 8 == 0
    number = 0
    for place, value in enumerate(values):
        number |= value << (width - bits * (place + 1) if most_first else bits * place)
    return number.to_bytes(width // 8, "big" if most_first else "little")


def list_claims(entries: bytes, bits: int = 1, **changes: object) -> dict[str, object]:
    """The claims of a status list token; a claim that is changed to None is left out."""
    claims: dict[str, object] = {
        "sub": URI,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 7200,
        "ttl": 60,
        "status_list": {"bits": bits, "lst": b64(zlib.compress(entries))},
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def list_token(signer: Signer, claims: Mapping[str, object], typ: str = "statuslist+jwt") -> bytes:
    return signer.jws({"alg": "ES256", "typ": typ, "kid": signer.key.kid}, claims).encode()


def list_document(entries: bytes, subject: Mapping[str, object] | None = None, **changes: object) -> dict[str, object]:
    """A bitstring status list credential without its proof."""
    found: dict[str, object] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URI,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": NOW.isoformat(),
        "validUntil": (NOW + timedelta(hours=2)).isoformat(),
        "credentialSubject": {
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": multibase(entries),
            "ttl": 60_000,
            **(subject or {}),
        },
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


def multibase(entries: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(entries)).rstrip(b"=").decode()


def list_credential(signer: Signer, document: Mapping[str, object]) -> bytes:
    return text(proved(signer, document, created=NOW.isoformat()))


@dataclass
class World:
    """What is published where, what time it is, how far our clock is off, and how often each address was read."""

    now: datetime = NOW
    off: timedelta = timedelta(0)
    pages: dict[str, bytes | Delivery] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def seconds(self) -> float:
        return (self.now - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds()

    def time(self) -> datetime:
        return self.now + self.off

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def fetch(self, url: str, media_types: tuple[str, ...], deadline: Deadline) -> Delivery:
        assert media_types
        assert deadline.remaining() > 0
        self.reads.append(url)
        page = self.pages.get(url, Failed("http_status"))
        return Answered((), page) if isinstance(page, bytes) else page

    def deadline(self) -> Deadline:
        return Deadline.after(5, self.seconds)


def key_set(world: World, *signers: Signer) -> KeySet:
    """Keys that the operator wrote out."""
    publisher = Publisher(ISSUER, EDDSA_AND_ES256)
    inline = published_keys({"keys": [{**one.jwk, "kid": one.key.kid} for one in signers]}, publisher)
    return KeySet(KeySource(publisher, inline=inline), world.fetch, world.seconds)


def issuer(*folders: str) -> Issuer:
    source = KeySource(Publisher(ISSUER, EDDSA_AND_ES256))
    return Issuer(ISSUER, source, EDDSA_AND_ES256, folders, ())


def credential(*references: StatusReference) -> VerifiedCredential:
    """A credential that is fine but for its status, which is not known yet."""
    return VerifiedCredential(
        format="jwt",
        issuer=ISSUER,
        kid="k1",
        credential_id="c" * 64,
        holder="matched",
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        subject="210100193505208826",
        claims={},
        statuses=references,
    )


def in_token_list(index: int, uri: str = URI) -> StatusReference:
    return StatusReference("token_status_list", uri, index)


def in_bitstring(index: int, purpose: str = "revocation") -> StatusReference:
    return StatusReference("bitstring_status_list", URI, index, purpose)


NewSigner = Callable[[], Signer]
LIST_SIGNER: NewSigner = es256
