"""The bytes of a record and the hash chain over them. Pure functions only.

Notation: `a || b` is concatenation, and `field(x)` is the length of x in 8 bytes, big-endian, then x; text is UTF-8.
All digests are SHA-256 (FIPS 180-4).

    shown     = sha256(0x02 || shown salt || field(answer))
    withheld  = sha256(0x03 || withheld salt || field(fingerprint) || field(archive))
    origin    = sha256(0x04 || origin salt || field(caller) || field(key) || field(subject) || field(key id))
    sealed    = sha256(0x05 || the bytes in which answer and archive lie on disk, encrypted)
    statement = field("miaopi record v2") || field(kind) || field(record_id) || field(decision_id)
                || field(application_id) || field(matter) || field(at) || field(policy_digest)
                || field(shown) || field(withheld) || field(origin) || field(sealed)
    leaf      = sha256(0x00 || previous leaf || statement)

`previous leaf` of the first record is genesis = sha256(0x06 || field("miaopi ledger v2") || field(name of the log)).
The leaf is the leaf hash of RFC 6962 section 2.1 over `previous leaf || statement`: the same records make a chain and
a Merkle tree.

A receipt shows the statement, the answer and the salt of `shown`. What it keeps back (the form, the facts, who
called) is bound by digests with 16 random bytes of salt each: a bare digest of an ID number could be found by trying
them all. When the key of a person's facts is destroyed, answer and archive can't be read any more; statement, leaf
and every proof stay.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from decision_service.proof.merkle import leaf_hash

FORMAT: Final = "miaopi record v2"
DIGEST_BYTES: Final = 32
SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Statement:
    """What the leaf of a record binds. The last four are digests of 32 bytes, as the head of this module defines
    them."""

    kind: str
    record_id: str
    decision_id: str
    application_id: str
    matter: str
    at: str
    policy_digest: str
    shown: bytes
    withheld: bytes
    origin: bytes
    sealed: bytes

    def to_bytes(self) -> bytes:
        """The bytes that the leaf hashes."""
        texts = (
            FORMAT,
            self.kind,
            self.record_id,
            self.decision_id,
            self.application_id,
            self.matter,
            self.at,
            self.policy_digest,
        )
        digests = (self.shown, self.withheld, self.origin, self.sealed)
        return b"".join([*(field(text.encode()) for text in texts), *(field(digest) for digest in digests)])


def field(content: bytes) -> bytes:
    """`content` behind its length, so that no two lists of fields have the same bytes."""
    return len(content).to_bytes(8, "big") + content


def shown_digest(salt: bytes, answer: bytes) -> bytes:
    """Binds the answer."""
    return _digest(b"\x02" + salt, answer)


def withheld_digest(salt: bytes, fingerprint: str, archive: bytes) -> bytes:
    """Binds what no receipt shows: the request's fingerprint, and all that the record was made from."""
    return _digest(b"\x03" + salt, fingerprint.encode(), archive)


def origin_digest(salt: bytes, caller: str, key: str, subject: bytes, key_id: bytes) -> bytes:
    """Binds who asked, under which idempotency key, about whom, and the name of the key that seals the contents."""
    return _digest(b"\x04" + salt, caller.encode(), key.encode(), subject, key_id)


def sealed_digest(sealed: bytes) -> bytes:
    """Binds the contents as they lie on disk, whether anyone can still read them or not."""
    return hashlib.sha256(b"\x05" + sealed).digest()


def genesis(log: str) -> bytes:
    """What stands before the first record of the log of this name: no two logs share a leaf, so none can be spliced."""
    return _digest(b"\x06", b"miaopi ledger v2", log.encode())


def leaf(statement: bytes, previous: bytes) -> bytes:
    """The digest of a record, which binds every record before it through `previous` (32 bytes)."""
    return leaf_hash(previous + statement)


def _digest(head: bytes, *fields: bytes) -> bytes:
    return hashlib.sha256(head + b"".join(map(field, fields))).digest()
