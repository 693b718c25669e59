"""What the ledger keeps of one decision, its bytes, and the hash chain over them. Pure functions only.

Notation: `a || b` is concatenation, `u64(n)` is n in 8 bytes, big-endian, and `field(x)` is u64(length of x) || x,
where text is UTF-8. All digests are SHA-256 (FIPS 180-4). The first byte 0x00 of a leaf is that of RFC 6962 section
2.1, so that a leaf can't be taken for an inner node once a Merkle tree stands over the same statements.

    withheld  = sha256(0x02 || salt || field(caller) || field(key) || field(fingerprint) || field(archive))
    statement = field("miaopi record v1") || field(application_id) || field(matter) || field(decision_id)
                || field(decided_at) || field(policy_digest) || field(answer) || field(withheld)
    leaf      = sha256(0x00 || previous leaf || statement)

`previous leaf` of the first record is genesis = sha256(0x03 || field("miaopi ledger v1") || field(name of the log)).
A receipt shows the statement. What it withholds (who called, the form, the facts) is bound by a digest with 16 random
bytes of salt: a bare digest of an ID number could be found by trying them all.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

import orjson

FORMAT: Final = "miaopi record v1"
DIGEST_BYTES: Final = 32
SALT_BYTES: Final = 16
TEXT_LIMIT: Final = 512
"""Longest text of an entry's field, in characters; answer and archive are not bounded here but at the door."""

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def canonical(value: object) -> bytes:
    """JSON of `value` with sorted keys and no spaces: equal values, equal bytes. TypeError for what JSON lacks."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True, slots=True)
class Statement:
    """The part of an entry that its receipt shows; `withheld` (32 bytes) binds the part that it doesn't."""

    application_id: str
    matter: str
    decision_id: str
    decided_at: str
    policy_digest: str
    answer: bytes
    withheld: bytes

    def to_bytes(self) -> bytes:
        """The bytes that the leaf hashes, as the head of this module defines them."""
        texts = (FORMAT, self.application_id, self.matter, self.decision_id, self.decided_at, self.policy_digest)
        return b"".join([*(_field(text.encode()) for text in texts), _field(self.answer), _field(self.withheld)])


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision as it is recorded. Raises ValueError if it can't be: the text names the field, never its value.

    `key` is the idempotency key, which belongs to `caller` alone; `fingerprint` is the SHA-256 (hex) of the request
    body. `decided_at` is the instant as the answer writes it. `answer` is the canonical JSON of the decision
    without its `record` member, `archive` that of all it takes to decide again; the ledger doesn't look into either.
    """

    application_id: str
    matter: str
    caller: str
    key: str
    fingerprint: str
    decision_id: str
    decided_at: str
    policy_digest: str
    answer: bytes
    archive: bytes
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES))

    def __post_init__(self) -> None:
        """Refuse here what the store couldn't write, so that one bad entry never spoils the commit of others."""
        for name in ("application_id", "matter", "caller", "key", "decision_id", "decided_at", "policy_digest"):
            _require_text(name, getattr(self, name))
        if not _FINGERPRINT.fullmatch(self.fingerprint):
            raise ValueError("entry.fingerprint: must be 64 lower-case hex digits, the SHA-256 of the request body")
        if len(self.salt) != SALT_BYTES:
            raise ValueError(f"entry.salt: must be {SALT_BYTES} bytes")
        _require_answer(self.answer)

    def statement(self) -> Statement:
        """What the receipt of this entry shows."""
        private = (self.caller.encode(), self.key.encode(), self.fingerprint.encode(), self.archive)
        withheld = hashlib.sha256(b"\x02" + self.salt + b"".join(map(_field, private))).digest()
        return Statement(
            application_id=self.application_id,
            matter=self.matter,
            decision_id=self.decision_id,
            decided_at=self.decided_at,
            policy_digest=self.policy_digest,
            answer=self.answer,
            withheld=withheld,
        )


def genesis(log: str) -> bytes:
    """What stands before the first record of the log of this name: no two logs share a leaf, so none can be spliced."""
    return hashlib.sha256(b"\x03" + _field(b"miaopi ledger v1") + _field(log.encode())).digest()


def leaf(statement: bytes, previous: bytes) -> bytes:
    """The digest of a record, which binds every record before it through `previous` (32 bytes)."""
    return hashlib.sha256(b"\x00" + previous + statement).digest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with its place in the log. Nothing in it can change any more.

    `index` counts from 0. `previous` and `leaf` are 32 bytes, `signature` is Ed25519 (RFC 8032) under `public_key` (32
    raw bytes) over `receipt.signed_bytes`; it is kept, not made again, so an answer stays the same when keys change.
    """

    log: str
    index: int
    previous: bytes
    leaf: bytes
    signature: bytes
    public_key: bytes
    entry: Entry


def _field(content: bytes) -> bytes:
    return len(content).to_bytes(8, "big") + content


def _require_text(name: str, text: str) -> None:
    if not 0 < len(text) <= TEXT_LIMIT:
        raise ValueError(f"entry.{name}: must have 1 to {TEXT_LIMIT} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        # Without its cause, whose text would repeat the value.
        raise ValueError(f"entry.{name}: holds half a surrogate pair, which UTF-8 can't write") from None


def _require_answer(answer: bytes) -> None:
    if answer[:2] != b'{"' or answer[-1:] != b"}":
        raise ValueError("entry.answer: must be a JSON object with at least one member, as entry.canonical writes it")
    if b'"record"' in answer and "record" in orjson.loads(answer):
        raise ValueError(
            "entry.answer: must not have a `record` member, which is added once the place in the log is known"
        )
