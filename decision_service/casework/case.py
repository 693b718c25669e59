"""A case: a decision with all that was put on record of it since, and what follows from that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from decision_service.casework.folding import folded, replaced
from decision_service.casework.items import Items
from decision_service.casework.opening import ground_of, waits_for_officer
from decision_service.casework.records import Kind, said
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.store import About, ByApplication, Query
from decision_service.outcome import APPROVALS, RANK, Outcome
from decision_service.publishing import Publication


class Records(Protocol):
    """The ledger as a case is read from it."""

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """The records on disk that `query` describes, oldest first. Raises LedgerFaultError."""


@dataclass(frozen=True, slots=True)
class Case:
    """All records of one case, the decision first. `again` is the decision that was made in its place when a register
    answered late, if one was."""

    records: tuple[Recorded, ...]
    again: Recorded | None = None

    @property
    def decision(self) -> Recorded:
        """The machine's decision."""
        return self.records[0]

    @property
    def answer(self) -> Mapping[str, Any]:
        """What the machine answered. Raises ErasedError."""
        return said(self.decision)

    def of(self, kind: Kind) -> tuple[Recorded, ...]:
        """Its records of a kind, oldest first."""
        return tuple(one for one in self.records if one.entry.kind == kind)

    @property
    def standing(self) -> Recorded:
        """What stands: the last outcome of an officer, or the machine's decision."""
        return (self.decision, *self.of(Kind.OFFICER_OUTCOME))[-1]

    @property
    def waits(self) -> bool:
        """Whether the machine left it to an officer, and none has decided yet."""
        return self.standing is self.decision and self.again is None and waits_for_officer(self.answer)

    def was_decided_by(self, officer: str) -> bool:
        """Whether that officer has decided it; a sign-on may write the name otherwise than it did then."""
        return officer.casefold() in {one.entry.caller.casefold() for one in self.of(Kind.OFFICER_OUTCOME)}

    def items(self, publication: Publication) -> Items:
        """What waits on it, or did. Raises ErasedError, ArchiveError."""
        items = folded(self.records, ground_of(self.decision, publication))
        return items if self.again is None else replaced(items, self.again)

    def respond_by(self) -> date | None:
        """Until when the person may answer to what was last told to them; None where nothing was, since what stands
        came to stand."""
        told = [said(one) for one in self._heard() if said(one)["step"] == "told"]
        return date.fromisoformat(told[-1]["respond_by"]) if told else None

    def was_heard(self) -> bool:
        """Whether the person was told what is intended, since what stands came to stand, and then said something or let
        the day pass that was named to them (告知、陈述申辩)."""
        steps = [said(one)["step"] for one in self._heard()]
        return "told" in steps and steps[-1] != "told"

    def _heard(self) -> tuple[Recorded, ...]:
        return tuple(one for one in self.of(Kind.HEARING) if one.index > self.standing.index)

    def must_be_heard(self, outcome: Outcome, result: Mapping[str, object]) -> bool:
        """Whether an outcome is adverse to what stands: it refuses what was left to an officer, or takes back or
        changes what was granted. More of the same is not adverse."""
        stands = said(self.standing)
        before = Outcome(stands["outcome"])
        if self.waits:
            return outcome in (Outcome.REJECTED, Outcome.PARTIALLY_APPROVED)
        if before not in APPROVALS:
            return RANK[outcome] < RANK[before]
        return RANK[outcome] < RANK[before] or (outcome is before and result != stands["result"])


def read_case(ledger: Records, decision_id: str) -> Case | None:
    """The case of a decision; None where there is no such decision. Raises LedgerError."""
    records = ledger.find(About(decision_id))
    if not records or records[0].entry.kind != DECISION:
        return None
    entry = records[0].entry
    decisions = ledger.find(ByApplication(entry.caller, entry.application_id))
    again = next((one for one in decisions if _replaces(one, decision_id)), None)
    return Case(records, again)


def _replaces(recorded: Recorded, decision_id: str) -> bool:
    return not recorded.entry.is_erased and said(recorded).get("replaces") == decision_id
