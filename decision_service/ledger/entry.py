"""What the ledger keeps: one entry for each thing that was decided or done, in one order. Its bytes and digests are
those of `decision_service.proof.statement`."""

import re
from dataclasses import dataclass, field
from typing import Final

import orjson

from decision_service.ledger.errors import ErasedError
from decision_service.proof.statement import Statement, leaf, origin_digest, sealed_digest
from verifiers.frozen import quickly_made

DECISION: Final = "decision"
"""The kind of a decision; what happens afterwards has kinds of its own, named by the room that records it."""

TEXT_LIMIT: Final = 1024
"""Longest text of an entry's field, in bytes of UTF-8: two of them fit into an index of every store. Answer and archive
are not bounded here but at the door."""

MARK_BYTES: Final = 16

_KIND: Final = re.compile(r"[a-z_]{1,32}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def canonical(value: object) -> bytes:
    """JSON of `value` with sorted keys and no spaces: equal values, equal bytes. TypeError for what JSON lacks."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@quickly_made
@dataclass(frozen=True, slots=True)
class Contents:
    """What may hold personal values: it lies on disk under the key of the person, and is lost with it.

    `fingerprint` is the SHA-256 (hex) of what was asked. `answer` is the canonical JSON of what was answered, without
    its `record` member, `archive` that of all it takes to decide again; the ledger doesn't look into either. Raises
    ValueError if it can't be kept: the text names the field, never its value.
    """

    fingerprint: str
    answer: bytes = field(repr=False)
    archive: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _FINGERPRINT.fullmatch(self.fingerprint):
            raise ValueError("entry.fingerprint: must be 64 lower-case hex digits, the SHA-256 of the request body")
        _require_answer(self.answer)


@quickly_made
@dataclass(frozen=True, slots=True)
class Entry:
    """One thing as it is recorded. Raises ValueError if it can't be: the text names the field, never its value.

    `record_id` is unique in the log, of a decision its decision id. `decision_id` is the decision that the record
    belongs to (of a decision itself the same), empty where there is none, as `application_id`, `matter` and
    `policy_digest` may be. `key` is the idempotency key, which belongs to `caller` alone. `at` is the instant (RFC
    3339) as the answer writes it. `subject` marks whose facts `contents` holds (16 bytes), empty where they are
    nobody's: only then do they lie open on disk. `contents` is None where the key of the person was destroyed.
    """

    kind: str
    record_id: str
    decision_id: str
    application_id: str
    matter: str
    caller: str
    key: str
    at: str
    policy_digest: str
    subject: bytes
    contents: Contents | None

    def __post_init__(self) -> None:
        """Refuse here what the store couldn't write, so that one bad entry never spoils the commit of others."""
        if not _KIND.fullmatch(self.kind):
            raise ValueError("entry.kind: must be 1 to 32 small letters and underscores")
        for name in ("record_id", "caller", "key", "at"):
            _require_text(name, getattr(self, name), fewest=1)
        for name in ("decision_id", "application_id", "matter", "policy_digest"):
            _require_text(name, getattr(self, name), fewest=0)
        if len(self.subject) not in (0, MARK_BYTES):
            raise ValueError(f"entry.subject: must be a mark of {MARK_BYTES} bytes, or empty")

    @property
    def is_erased(self) -> bool:
        """Whether nobody can read the contents any more."""
        return self.contents is None

    @property
    def fingerprint(self) -> str:
        """That of the contents. Raises ErasedError."""
        return self._contents().fingerprint

    @property
    def answer(self) -> bytes:
        """That of the contents. Raises ErasedError."""
        return self._contents().answer

    @property
    def archive(self) -> bytes:
        """That of the contents. Raises ErasedError."""
        return self._contents().archive

    def _contents(self) -> Contents:
        if self.contents is None:
            raise ErasedError("the facts of this record were erased: it proves that it stood, not what it said")
        return self.contents


@quickly_made
@dataclass(frozen=True, slots=True)
class Envelope:
    """How the contents of a record lie on disk: `sealed` bytes under the key named `key_id` (empty: not encrypted), and
    the salts and digests that bind them. `shown_salt` and `withheld_salt` are empty where the contents were erased."""

    key_id: bytes
    origin_salt: bytes
    shown_salt: bytes
    shown: bytes
    withheld: bytes
    sealed: bytes
    withheld_salt: bytes = b""


@quickly_made
@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with its place in the log. Nothing in it can change any more, but that its contents are erased.

    `index` counts from 0. `previous` and `leaf` are 32 bytes, `signature` is Ed25519 (RFC 8032) under `public_key` (32
    raw bytes) over `proof.signature.signed_bytes`; it is kept, not made again, so an answer stays the same when keys
    change.
    """

    log: str
    index: int
    previous: bytes
    leaf: bytes
    signature: bytes
    public_key: bytes
    entry: Entry
    envelope: Envelope

    def statement(self) -> Statement:
        """What the leaf binds, and the receipt shows."""
        return statement_of(self.entry, self.envelope)


def statement_of(entry: Entry, envelope: Envelope) -> Statement:
    """The statement of an entry whose contents lie in `envelope`."""
    return Statement(
        kind=entry.kind,
        record_id=entry.record_id,
        decision_id=entry.decision_id,
        application_id=entry.application_id,
        matter=entry.matter,
        at=entry.at,
        policy_digest=entry.policy_digest,
        shown=envelope.shown,
        withheld=envelope.withheld,
        origin=origin_digest(envelope.origin_salt, entry.caller, entry.key, entry.subject, envelope.key_id),
        sealed=sealed_digest(envelope.sealed),
    )


def require_unchanged(recorded: Recorded) -> None:
    """Raises ValueError if a byte of the record was changed since it was made."""
    if leaf(recorded.statement().to_bytes(), recorded.previous) != recorded.leaf:
        raise ValueError(f"record {recorded.index} was changed since it was made; run `miaopi ledger verify`")


def _require_text(name: str, text: str, *, fewest: int) -> None:
    try:
        length = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        # Without its cause, whose text would repeat the value.
        raise ValueError(f"entry.{name}: holds half a surrogate pair, which UTF-8 can't write") from None
    if not fewest <= length <= TEXT_LIMIT or "\x00" in text:
        raise ValueError(f"entry.{name}: must have {fewest} to {TEXT_LIMIT} bytes, and no NUL")


def _require_answer(answer: bytes) -> None:
    if answer[:2] != b'{"' or answer[-1:] != b"}":
        raise ValueError("entry.answer: must be a JSON object with at least one member, as entry.canonical writes it")
    if b'"record"' in answer and "record" in orjson.loads(answer):
        raise ValueError(
            "entry.answer: must not have a `record` member, which is added once the place in the log is known"
        )
