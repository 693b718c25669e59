"""Making the package of a decision. The same record, rules and key give the same bytes."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from decision_service.archival.manifest import EXTRA_SEAL, MANIFEST, SEAL, manifest_of, seal_part, sealed_bytes, written
from decision_service.archival.readme import NAME, README
from decision_service.archival.rulefiles import rule_parts
from decision_service.archival.zipped import PackageError, zipped
from decision_service.archive import read_archive
from decision_service.casework.records import Kind
from decision_service.explaining import explanation
from decision_service.ledger.entry import Recorded
from decision_service.ledger.receipt import full_answer
from decision_service.notice.machine import notice_of
from decision_service.notice.officer import notice_of_outcome
from decision_service.notice.page import page
from decision_service.publishing import Publication
from decision_service.replay import ReplayError, decide_again
from decision_service.seals import OwnSeal, SealError, SealProvider


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A record with the receipt that proves it; None where its contents were erased."""

    recorded: Recorded
    receipt: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules folder, and what was published from it."""

    folder: Path
    publication: Publication


def package_of(
    decision: OnRecord, later: Sequence[OnRecord], rules: Rules, seal: OwnSeal, further: Mapping[str, SealProvider]
) -> bytes:
    """The package of a decision with what was recorded of its case `later`. `further` set their seals beside ours.

    Raises PackageError where the contents were erased, or the rules that decided are not there any more.
    """
    recorded = decision.recorded
    if recorded.entry.is_erased or decision.receipt is None:
        raise PackageError("the facts of this decision were erased: there is nothing left to put into a package")
    published = rules.publication.by_digest(recorded.entry.policy_digest)
    if published is None:
        raise PackageError("rules: no file here has the digest that decided; use the folder as it was published then")
    parts = rule_parts(rules.folder, published.policy) | _told(recorded, rules.publication) | _proof(decision)
    for number, one in enumerate(later, 1):
        name = f"later/{number:04}-{one.recorded.entry.kind}"
        parts[f"{name}.json"] = _later(one)
        if one.recorded.entry.kind == Kind.OFFICER_OUTCOME and not one.recorded.entry.is_erased:
            notice = notice_of_outcome(recorded, one.recorded, rules.publication)
            parts[f"{name}.html"] = page(notice).encode()
    parts[MANIFEST] = manifest_of(recorded, published.policy, parts)
    try:
        for name, provider in sorted(further.items()):
            parts[EXTRA_SEAL.format(name)] = seal_part(provider.seal(parts[MANIFEST]))
    except SealError as error:
        raise PackageError(f"seal: {error}") from None
    parts[SEAL] = seal_part(seal.seal(sealed_bytes(parts)))
    return zipped(parts)


def _told(recorded: Recorded, publication: Publication) -> dict[str, bytes]:
    """What people read."""
    try:
        again = decide_again(recorded, publication, None, None)
        notice = page(notice_of(recorded, publication))
    except ReplayError as error:
        raise PackageError(str(error)) from None
    answer: dict[str, Any] = orjson.loads(recorded.entry.answer)
    archive = read_archive(recorded.entry.archive)
    return {
        NAME: README.encode(),
        "application.json": written({"form": archive.form, "channel": archive.occasion.channel}),
        "answer.json": full_answer(recorded),
        "findings.json": written(explanation(again.decided, answer)),
        "verifications.json": written(archive.answers),
        "notice.html": notice.encode(),
    }


def _proof(decision: OnRecord) -> dict[str, bytes]:
    """What machines check: the bytes that the record binds, and the receipt."""
    recorded = decision.recorded
    salt = base64.b64encode(recorded.envelope.withheld_salt).decode()
    return {
        "record/answer.json": recorded.entry.answer,
        "record/archive.json": recorded.entry.archive,
        "record/withheld.json": written({"fingerprint": recorded.entry.fingerprint, "salt": salt}),
        "receipt.json": decision.receipt or b"",
    }


def _later(one: OnRecord) -> bytes:
    """A later record of the case: who did it and what it says, with its own receipt."""
    entry = one.recorded.entry
    told: dict[str, object] = {"kind": entry.kind, "record_id": entry.record_id, "at": entry.at, "by": entry.caller}
    told |= {"index": one.recorded.index, "leaf": f"sha256:{one.recorded.leaf.hex()}"}
    if entry.is_erased or one.receipt is None:
        return written(told | {"erased": True})
    return written(told | {"said": orjson.loads(entry.answer), "receipt": orjson.loads(one.receipt)})
