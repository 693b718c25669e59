"""What a citizen can check without us: the `record` member of an answer, the receipt, and its verification.

The signature is Ed25519 (RFC 8032) over these bytes, where `\\n` is one line feed and the leaf is in lower-case hex:

    "miaopi ledger signature v1\\n" name of the log "\\n" index in decimal "\\n" leaf "\\n"

The first line keeps the signature from being good for anything else that the same key may ever sign.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from decision_service.ledger.entry import DIGEST_BYTES, Recorded, Statement, canonical, leaf
from decision_service.ledger.keys import key_id

RECEIPT_FORMAT: Final = "miaopi receipt v1"
ALGORITHM: Final = (
    "field(x) = length of x in 8 bytes, big-endian, then x; text is UTF-8. "
    "statement = field('miaopi record v1') field(application_id) field(matter) field(decision_id) field(decided_at) "
    "field(policy_digest) field(answer) field(withheld). "
    "leaf = SHA-256(byte 0x00, previous, statement). "
    "signature = Ed25519 (RFC 8032) by public_key over "
    "'miaopi ledger signature v1\\n' log '\\n' index '\\n' leaf in hex '\\n'. "
    "answer, signature and public_key are in base64."
)


class ReceiptError(Exception):
    """The receipt proves nothing; the text says why."""


def signed_bytes(log: str, index: int, leaf_digest: bytes) -> bytes:
    """What the signature of a record signs, as the head of this module defines it."""
    return f"miaopi ledger signature v1\n{log}\n{index}\n{leaf_digest.hex()}\n".encode()


def signature_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` over `message` was made with the private key of `public_key` (32 raw bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def full_answer(recorded: Recorded) -> bytes:
    """The bytes of the HTTP answer: the decision as recorded and `record` as its last member. Always the same."""
    record = {
        "index": recorded.index,
        "leaf": f"sha256:{recorded.leaf.hex()}",
        "signature": _base64(recorded.signature),
    }
    return recorded.entry.answer[:-1] + b',"record":' + canonical(record) + b"}"


def make_receipt(recorded: Recorded) -> bytes:
    """The receipt (canonical JSON) of a record: all that `verify_receipt` needs besides a trusted public key."""
    return canonical(
        _receipt(
            recorded.entry.statement(),
            log=recorded.log,
            index=recorded.index,
            previous=recorded.previous,
            signature=recorded.signature,
            public_key=recorded.public_key,
        )
    )


def verify_receipt(receipt: bytes, public_key: bytes) -> None:
    """Return if `receipt` proves that the log of `public_key` (32 raw bytes) holds this decision at this place.

    It needs no network and no ledger. Raises ReceiptError with the reason. The public key must come from elsewhere (the
    authority's site, an earlier receipt): the one inside the receipt only tells which is meant.
    """
    claimed = _parse(receipt)
    inner = _text(claimed, "public_key")
    if inner != _base64(public_key):
        raise ReceiptError(
            f"signed under key {_text(claimed, 'key_id')}, not under the trusted key {key_id(public_key)}"
        )
    statement = _statement(claimed)
    log, index = _text(claimed, "log"), claimed.get("index")
    if type(index) is not int or index < 0:
        raise ReceiptError("index: must be a whole number from 0")
    previous, signature = _digest(claimed, "previous"), _bytes(claimed, "signature")
    expected = _receipt(statement, log=log, index=index, previous=previous, signature=signature, public_key=public_key)
    wrong = sorted(name for name in claimed.keys() | expected.keys() if claimed.get(name) != expected.get(name))
    if wrong:
        raise ReceiptError(f"{', '.join(wrong)}: not what the rest of the receipt gives")
    if not signature_holds(public_key, signature, signed_bytes(log, index, leaf(statement.to_bytes(), previous))):
        raise ReceiptError("signature: not made over this record with the trusted key")
    _require_same_decision(statement)


def _receipt(
    statement: Statement, *, log: str, index: int, previous: bytes, signature: bytes, public_key: bytes
) -> dict[str, object]:
    digest = leaf(statement.to_bytes(), previous)
    return {
        "format": RECEIPT_FORMAT,
        "algorithm": ALGORITHM,
        "log": log,
        "index": index,
        "previous": f"sha256:{previous.hex()}",
        "leaf": f"sha256:{digest.hex()}",
        "signature": _base64(signature),
        "public_key": _base64(public_key),
        "key_id": key_id(public_key),
        "application_id": statement.application_id,
        "matter": statement.matter,
        "decision_id": statement.decision_id,
        "decided_at": statement.decided_at,
        "policy_digest": statement.policy_digest,
        "answer": _base64(statement.answer),
        "withheld": f"sha256:{statement.withheld.hex()}",
    }


def _statement(claimed: Mapping[str, object]) -> Statement:
    return Statement(
        application_id=_text(claimed, "application_id"),
        matter=_text(claimed, "matter"),
        decision_id=_text(claimed, "decision_id"),
        decided_at=_text(claimed, "decided_at"),
        policy_digest=_text(claimed, "policy_digest"),
        answer=_bytes(claimed, "answer"),
        withheld=_digest(claimed, "withheld"),
    )


def _require_same_decision(statement: Statement) -> None:
    """The signed fields beside the answer must not tell of another decision than the answer does."""
    try:
        answer = orjson.loads(statement.answer)
    except orjson.JSONDecodeError:
        raise ReceiptError("answer: not JSON") from None
    for name in ("application_id", "matter", "decision_id", "decided_at"):
        if name in answer and answer[name] != getattr(statement, name):
            raise ReceiptError(f"{name}: the answer tells another one")


def _parse(receipt: bytes) -> dict[str, object]:
    try:
        claimed = orjson.loads(receipt)
    except orjson.JSONDecodeError:
        raise ReceiptError("not JSON") from None
    if not isinstance(claimed, dict):
        raise ReceiptError("not a JSON object")
    if claimed.get("format") != RECEIPT_FORMAT:
        raise ReceiptError(f"format: must be {RECEIPT_FORMAT!r}")
    return claimed


def _text(claimed: Mapping[str, object], name: str) -> str:
    value = claimed.get(name)
    if not isinstance(value, str):
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


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
