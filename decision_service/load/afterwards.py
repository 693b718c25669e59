"""After a run: is every decision that was answered on record, and is the record what it must be?"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import orjson

from decision_service.client.errors import ReceiptRefusedError
from decision_service.client.verifying import verify
from decision_service.ledger.verify import verify_ledger
from decision_service.load.report import Line
from decision_service.load.samples import Sample
from decision_service.load.site import Site
from decision_service.reconciling import Report, Sources, reconcile
from decision_service.reconciling.day import Catalogued
from decision_service.settings import journal_beside

MOST_RECEIPTS = 2000
"""Of more decisions than that as many are drawn."""

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Receipts:
    """Receipts that were asked for after a run: of how many decisions, how many of them in all, and those that were
    lost: not to be had, proving nothing, or of another answer than was given. `trusted`: against a key from elsewhere
    than the service's own answers."""

    asked: int
    decisions: int
    lost: tuple[str, ...]
    trusted: bool

    def line(self) -> Line:
        """As a line that must be met."""
        which = "all" if self.asked == self.decisions else f"drawn from {self.decisions}"
        told = f"{len(self.lost)} of {self.asked} ({which})"
        return Line.of("receipts", ("丢失的回执", "receipts that are lost or prove nothing"), not self.lost, told)


def receipts(site: Site, samples: Sequence[Sample], seed: int) -> Receipts:
    """Fetch and verify the receipts of the decisions that were answered, all of them or as many as MOST_RECEIPTS."""
    given = {one.told.decision_id: one.told.digest for one in samples if one.told is not None}
    drawn = sorted(given)
    if len(drawn) > MOST_RECEIPTS:
        drawn = random.Random(seed).sample(drawn, MOST_RECEIPTS)  # noqa: S311 - which ones is no secret
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        held = list(pool.map(lambda one: _is_held(site, one, given[one]), drawn))
    lost = tuple(one for one, kept in zip(drawn, held, strict=True) if not kept)
    return Receipts(len(drawn), len(given), lost, site.public_key is not None)


def _is_held(site: Site, decision_id: str, digest: str) -> bool:
    """Whether the decision can be fetched with the bytes that were answered, and its receipt proves them."""
    answer = site.fetch(f"/v1/decisions/{decision_id}")
    receipt = site.fetch(f"/v1/decisions/{decision_id}/receipt")
    if answer is None or receipt is None or hashlib.sha256(answer).hexdigest() != digest:
        return False
    try:
        verify(receipt, site.public_key or str(orjson.loads(receipt)["public_key"]), answer)
    except (ReceiptRefusedError, KeyError, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Books:
    """The record of one's own service after a run: whether it is sound, and the decisions of the day against the calls
    that they rest on."""

    records: int
    sound: bool
    day: Report

    def lines(self) -> Iterator[Line]:
        """As lines that must be met."""
        sound = f"{self.records} records"
        yield Line.of("ledger", ("账本完好", "the ledger verifies"), self.sound, sound)
        told = f"{self.day.decisions} decisions, {self.day.calls} calls, {sum(self.day.counts.values())} differences"
        yield Line.of("reconciled", ("对账不符", "differences between decisions and calls"), self.day.is_clean, told)


def books(ledger: Path, rules: Catalogued, day: date, now: datetime) -> Books:
    """Verify and reconcile a ledger. Raises LedgerError, JournalError."""
    report = verify_ledger(ledger)
    matched = reconcile(Sources(ledger, journal_beside(ledger)), day, rules, now, lambda _, __: None)
    return Books(report.records, report.is_sound, matched)
