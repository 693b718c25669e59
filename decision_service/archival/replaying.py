"""Checking a package and deciding again from it alone: its own rules, no ledger, no network."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from decision_service.archival.manifest import SEAL, read_manifest, require_sealed
from decision_service.archival.rulefiles import publication_in
from decision_service.archival.zipped import PackageError, unzipped
from decision_service.ledger.entry import Contents, Entry, Envelope, Recorded, canonical
from decision_service.ledger.receipt import full_answer
from decision_service.policy.shape import Policy
from decision_service.proof.receipt import Proven, ReceiptError, verify_receipt
from decision_service.proof.signature import key_id
from decision_service.proof.statement import withheld_digest
from decision_service.replay import Judge, ReplayError, replay

NOBODY = "package"
"""Who called is bound by the record and not told by its package."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A package that is sound and whose decision comes out as it did. `key` is the id of the
    key that signed the record."""

    decision_id: str
    log: str
    index: int
    key: str
    later: int


def keys_inside(content: bytes) -> tuple[bytes, ...]:
    """The public keys that a package names itself: they tell which are meant and prove nothing. Raises PackageError."""
    parts = unzipped(content)
    try:
        named = orjson.loads(parts["receipt.json"])["public_key"], orjson.loads(parts[SEAL])["proof"]
        return tuple(base64.b64decode(one, validate=True) for one in named)
    except (KeyError, TypeError, ValueError):
        raise PackageError("receipt.json, seal.json: name no keys") from None


def replay_package(content: bytes, trusted: Sequence[bytes], second_of: Callable[[Policy], Judge]) -> Replayed:
    """Check a package under the `trusted` keys (32 raw bytes each; keys change over the years) and decide again by the
    rules in it, with both engines.

    Raises PackageError with the first thing that is wrong.
    """
    parts = unzipped(content)
    manifest = read_manifest(parts)
    require_sealed(parts, trusted)
    proven = _proven(parts.get("receipt.json", b""), trusted, "receipt.json")
    recorded = _recorded(parts, proven)
    if full_answer(recorded) != parts.get("answer.json"):
        raise PackageError("answer.json: not the answer on record")
    if manifest.get("decision_id") != proven.statement.decision_id:
        raise PackageError("manifest.json: names another decision than the receipt")
    later = [name for name in parts if name.startswith("later/") and name.endswith(".json")]
    for name in sorted(later):
        _check_later(name, parts[name], trusted, proven.statement.decision_id)
    try:
        again = replay(recorded, publication_in(parts), second_of)
    except ReplayError as error:
        raise PackageError(f"decided again: {error}") from None
    if again != parts["answer.json"]:
        raise PackageError("decided again: the answer comes out otherwise")
    return Replayed(proven.statement.decision_id, proven.log, proven.index, key_id(recorded.public_key), len(later))


def _proven(receipt: bytes, trusted: Sequence[bytes], name: str) -> Proven:
    try:
        return verify_receipt(receipt, *trusted)
    except ReceiptError as error:
        raise PackageError(f"{name}: {error}") from None


def _recorded(parts: Mapping[str, bytes], proven: Proven) -> Recorded:
    """The record as the receipt proves it, with what it withholds, which must be what its digest binds."""
    statement = proven.statement
    try:
        answer, archive = parts["record/answer.json"], parts["record/archive.json"]
        withheld: dict[str, Any] = orjson.loads(parts["record/withheld.json"])
        fingerprint, salt = str(withheld["fingerprint"]), base64.b64decode(withheld["salt"], validate=True)
        receipt = orjson.loads(parts["receipt.json"])
        signature, public_key = (base64.b64decode(receipt[name], validate=True) for name in ("signature", "public_key"))
        contents = Contents(fingerprint, answer, archive)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise PackageError("record/: missing, or not what a record holds") from None
    if answer != proven.answer:
        raise PackageError("record/answer.json: not what the receipt proves")
    if withheld_digest(salt, fingerprint, archive) != statement.withheld:
        raise PackageError("record/archive.json: not what the record binds")
    entry = Entry(
        kind=statement.kind,
        record_id=statement.record_id,
        decision_id=statement.decision_id,
        application_id=statement.application_id,
        matter=statement.matter,
        caller=NOBODY,
        key=NOBODY,
        at=statement.at,
        policy_digest=statement.policy_digest,
        subject=b"",
        contents=contents,
    )
    nothing = Envelope(b"", b"", b"", statement.shown, statement.withheld, b"", salt)
    return Recorded(proven.log, proven.index, b"", proven.leaf, signature, public_key, entry, nothing)


def _check_later(name: str, content: bytes, trusted: Sequence[bytes], decision_id: str) -> None:
    try:
        told: dict[str, Any] = orjson.loads(content)
        if told.get("erased") is True:
            return
        proven = _proven(canonical(told["receipt"]), trusted, name)
        said = canonical(told["said"])
    except (KeyError, TypeError, ValueError):
        raise PackageError(f"{name}: no record") from None
    statement = proven.statement
    proved = (proven.index, statement.kind, statement.record_id, statement.at, decision_id)
    place = (*(told.get(one) for one in ("index", "kind", "record_id", "at")), statement.decision_id)
    if said != proven.answer or place != proved:
        raise PackageError(f"{name}: not what its receipt proves")
