"""What anyone can check without the service: that a decision stands in a log, with nothing but its receipt and a
public key.

A receipt proves three things at once: the record says this answer (the digests of `proof.statement`), the authority
signed it at its place in the log (`proof.signature`), and it is part of the log whose head a signed checkpoint states
(inclusion proof of RFC 9162 section 2.1.3.2, checkpoint as a C2SP signed note).
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from decision_service.proof.merkle import ProofError, verify_inclusion
from decision_service.proof.note import Checkpoint, NoteError, Opened, VerifierKey, open_note
from decision_service.proof.signature import key_id, public_key_text, signature_holds, signed_bytes
from decision_service.proof.statement import DIGEST_BYTES, SALT_BYTES, Statement, leaf, shown_digest

RECEIPT_FORMAT: Final = "miaopi receipt v2"
ALGORITHM: Final = (
    "field(x) = length of x in 8 bytes, big-endian, then x; text is UTF-8. "
    "shown = SHA-256(byte 0x02, shown_salt, field(answer)). "
    "statement = field('miaopi record v2') field(kind) field(record_id) field(decision_id) field(application_id) "
    "field(matter) field(at) field(policy_digest) field(shown) field(withheld) field(origin) field(sealed). "
    "leaf = SHA-256(byte 0x00, previous, statement). "
    "signature = Ed25519 (RFC 8032) by public_key over "
    "'miaopi ledger signature v1\\n' log '\\n' index '\\n' leaf in hex '\\n'. "
    "checkpoint = C2SP signed note of the log; inclusion = RFC 9162 proof of leaf at index in the tree of its size and "
    "root. answer, shown_salt, signature, public_key and inclusion are in base64."
)
MAX_BYTES: Final = 8 * 1024 * 1024
"""A longer text is no receipt."""

_TEXTS: Final = ("kind", "record_id", "decision_id", "application_id", "matter", "at", "policy_digest")


class ReceiptError(Exception):
    """The receipt proves nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a receipt that holds has proven. `answer` is the JSON of the decision without its `record` member;
    `witnesses` are the names of those trusted ones that cosigned the checkpoint."""

    log: str
    index: int
    leaf: bytes
    statement: Statement
    answer: bytes
    checkpoint: Checkpoint
    witnesses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a receipt shows; the other members follow from these."""

    statement: Statement
    log: str
    index: int
    previous: bytes
    signature: bytes
    public_key: bytes
    answer: bytes
    shown_salt: bytes
    checkpoint: str
    inclusion: Sequence[bytes]

    def as_json(self) -> dict[str, object]:
        """The members of the receipt."""
        one = self.statement
        return {
            "format": RECEIPT_FORMAT,
            "algorithm": ALGORITHM,
            "log": self.log,
            "index": self.index,
            "previous": _digest_text(self.previous),
            "leaf": _digest_text(leaf(one.to_bytes(), self.previous)),
            "signature": _base64(self.signature),
            "public_key": public_key_text(self.public_key),
            "key_id": key_id(self.public_key),
            **{name: getattr(one, name) for name in _TEXTS},
            "answer": _base64(self.answer),
            "shown_salt": _base64(self.shown_salt),
            "withheld": _digest_text(one.withheld),
            "origin": _digest_text(one.origin),
            "sealed": _digest_text(one.sealed),
            "checkpoint": self.checkpoint,
            "inclusion": [_base64(one) for one in self.inclusion],
        }


def verify_receipt(receipt: bytes, *public_keys: bytes, witnesses: Iterable[VerifierKey] = ()) -> Proven:
    """What `receipt` proves about the log of one of `public_keys` (32 raw bytes each).

    It needs no network and no ledger. Raises ReceiptError with the reason. The public keys must come from elsewhere
    (the authority's site, an earlier receipt): the one inside the receipt only tells which is meant.
    """
    claimed, shown = read_receipt(receipt)
    if shown.public_key not in public_keys:
        raise ReceiptError(f"signed under key {key_id(shown.public_key)}, which is not a trusted key")
    expected = shown.as_json()
    wrong = sorted(name for name in claimed.keys() | expected.keys() if claimed.get(name) != expected.get(name))
    if wrong:
        raise ReceiptError(f"{', '.join(wrong)}: not what the rest of the receipt gives")
    digest = leaf(shown.statement.to_bytes(), shown.previous)
    if not signature_holds(shown.public_key, shown.signature, signed_bytes(shown.log, shown.index, digest)):
        raise ReceiptError("signature: not made over this record with the trusted key")
    checkpoint, opened = _checkpoint(shown, public_keys, tuple(witnesses))
    try:
        verify_inclusion(digest, shown.index, checkpoint.size, shown.inclusion, checkpoint.root)
    except ProofError as error:
        raise ReceiptError(f"inclusion: {error}") from None
    _require_same_decision(shown)
    names = tuple(one.key.name for one in opened.signatures if one.key.name != shown.log)
    return Proven(shown.log, shown.index, digest, shown.statement, shown.answer, checkpoint, names)


def read_receipt(receipt: bytes) -> tuple[Mapping[str, object], Shown]:
    """The members of a receipt as they stand, and what they show; none of it is checked. Raises ReceiptError where it
    has not the form of one."""
    claimed = _parse(receipt)
    return claimed, _shown(claimed)


def _checkpoint(
    shown: Shown, public_keys: Sequence[bytes], witnesses: tuple[VerifierKey, ...]
) -> tuple[Checkpoint, Opened]:
    try:
        logs = [VerifierKey(shown.log, key) for key in public_keys]
        opened = open_note(shown.checkpoint, [*logs, *witnesses])
        if not any(opened.is_signed_by(key) for key in logs):
            raise ReceiptError("checkpoint: not signed by the log under a trusted key")
        checkpoint = Checkpoint.parse(opened.body)
    except NoteError as error:
        raise ReceiptError(f"checkpoint: {error}") from None
    if checkpoint.origin != shown.log:
        raise ReceiptError("checkpoint: of another log")
    return checkpoint, opened


def _shown(claimed: Mapping[str, object]) -> Shown:
    answer, salt = _bytes(claimed, "answer"), _bytes(claimed, "shown_salt")
    if len(salt) != SALT_BYTES:
        raise ReceiptError(f"shown_salt: must be {SALT_BYTES} bytes")
    index = claimed.get("index")
    if type(index) is not int or index < 0:
        raise ReceiptError("index: must be a whole number from 0")
    inclusion = claimed.get("inclusion")
    if not isinstance(inclusion, list):
        raise ReceiptError("inclusion: must be a list")
    return Shown(
        statement=Statement(
            **{name: _text(claimed, name) for name in _TEXTS},
            shown=shown_digest(salt, answer),
            withheld=_digest(claimed, "withheld"),
            origin=_digest(claimed, "origin"),
            sealed=_digest(claimed, "sealed"),
        ),
        log=_text(claimed, "log"),
        index=index,
        previous=_digest(claimed, "previous"),
        signature=_bytes(claimed, "signature"),
        public_key=_bytes(claimed, "public_key"),
        answer=answer,
        shown_salt=salt,
        checkpoint=_text(claimed, "checkpoint"),
        inclusion=[_bytes({"inclusion": one}, "inclusion") for one in inclusion],
    )


def _require_same_decision(shown: Shown) -> None:
    """The signed fields beside the answer must not tell of another decision than the answer does."""
    try:
        answer = json.loads(shown.answer)
    except (ValueError, RecursionError):
        raise ReceiptError("answer: not JSON") from None
    for name in ("application_id", "matter", "decision_id"):
        if name in answer and answer[name] != getattr(shown.statement, name):
            raise ReceiptError(f"{name}: the answer tells another one")


def _parse(receipt: bytes) -> dict[str, object]:
    if len(receipt) > MAX_BYTES:
        raise ReceiptError("too long for a receipt")
    try:
        claimed = json.loads(receipt, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise ReceiptError("not JSON, or with a member twice") from None
    if not isinstance(claimed, dict):
        raise ReceiptError("not a JSON object")
    if claimed.get("format") != RECEIPT_FORMAT:
        raise ReceiptError(f"format: must be {RECEIPT_FORMAT!r}")
    return claimed


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _text(claimed: Mapping[str, object], name: str) -> str:
    value = claimed.get(name)
    if not isinstance(value, str) or any(0xD800 <= ord(one) < 0xE000 for one in value):
        raise ReceiptError(f"{name}: missing, or not text")
    return value


def _bytes(claimed: Mapping[str, object], name: str) -> bytes:
    try:
        return base64.b64decode(_text(claimed, name), validate=True)
    except (binascii.Error, ValueError):
        raise ReceiptError(f"{name}: not base64") from None


def _digest(claimed: Mapping[str, object], name: str) -> bytes:
    head, _, digits = _text(claimed, name).partition(":")
    try:
        digest = bytes.fromhex(digits)
    except ValueError:
        raise ReceiptError(f"{name}: not a digest in hex") from None
    if head != "sha256" or len(digest) != DIGEST_BYTES:
        raise ReceiptError(f"{name}: must be sha256: and 64 hex digits")
    return digest


def _digest_text(digest: bytes) -> str:
    return f"sha256:{digest.hex()}"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
