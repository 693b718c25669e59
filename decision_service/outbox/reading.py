"""A record together with what it says and the case that it belongs to, as far as that can still be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import ErasedError

CaseOf = Callable[[str], Recorded | None]
"""The record of the decision of that id."""


@dataclass(frozen=True, slots=True)
class Said:
    """A record. `decision` is the decision that it belongs to (of a decision itself the same record), None where there
    is none. `answer` and `archive` are what the record says and was made from, `decided` what the decision
    answered: each None where that was erased or, `unreadable`, is not what a record holds."""

    recorded: Recorded
    decision: Recorded | None
    answer: Mapping[str, Any] | None = field(default=None, repr=False)
    archive: Mapping[str, Any] | None = field(default=None, repr=False)
    decided: Mapping[str, Any] | None = field(default=None, repr=False)
    unreadable: bool = False

    @property
    def is_decision(self) -> bool:
        """Whether the record is a decision."""
        return self.recorded.entry.kind == DECISION


def read_said(recorded: Recorded, case_of: CaseOf) -> Said:
    """The record with its case. Raises LedgerError where the ledger can't be read."""
    entry = recorded.entry
    if entry.kind == DECISION:
        decision: Recorded | None = recorded
    else:
        decision = case_of(entry.decision_id) if entry.decision_id else None
    try:
        answer, archive = _contents(recorded)
        decided = answer if decision is recorded else None if decision is None else _contents(decision)[0]
    except ValueError:
        return Said(recorded, decision, unreadable=True)
    return Said(recorded, decision, answer, archive, decided)


def _contents(recorded: Recorded) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    try:
        answer, archive = recorded.entry.answer, recorded.entry.archive
    except ErasedError:
        return None, None
    return _object(answer), _object(archive)


def _object(content: bytes) -> Mapping[str, Any]:
    value = orjson.loads(content)
    if not isinstance(value, dict):
        raise ValueError("a record holds no JSON object")  # noqa: TRY004 - orjson's own errors are ValueErrors as well
    return value
