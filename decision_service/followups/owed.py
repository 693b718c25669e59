"""Whether an application still owes its credit check: read off its decisions, oldest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from decision_service.archive import read_archive, reading_of
from decision_service.forms import FormReading
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.ledger.entry import Recorded
from decision_service.planning import can_ask, question
from decision_service.policy.credit import COUNTS
from decision_service.policy.shape import Policy
from decision_service.publishing import Publication
from decision_service.sheet import CREDIT, fact_sheet
from verifiers.evidence import Evidence
from verifiers.verifier import Question

DEFERRED = ":deferred"
"""Stands behind the purpose of a question that is put after the decision."""

USABLE = ("ok", "no_record")
"""Statuses of an answer that says what the record is."""


class Standing(Enum):
    """What a decision says of its credit check."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NOT_CALLED_FOR = "not called for"  # nothing about the applicant could be asked, or the matter asks no credit


class RulesMissingError(Exception):
    """The rules that decided are not in the rules folder any more: the question can't be put again."""


@dataclass(frozen=True, slots=True)
class Debt:
    """A credit check that is owed: for the decision `of`, the latest that went out without it; `since` the first."""

    of: Recorded
    since: datetime


def decided_at(recorded: Recorded) -> datetime:
    """The instant of a decision."""
    return datetime.fromisoformat(recorded.entry.at)


def standing(recorded: Recorded, publication: Publication) -> Standing:
    """What one decision says. Raises ArchiveError.

    Where nothing was asked, the form says whether something could have been: a fault may have kept a decision from
    asking. Without the rules that could tell, it counts as owed.
    """
    archive = read_archive(recorded.entry.archive)
    answer = archive.answers.get(CREDIT)
    if answer is not None:
        return Standing.ANSWERED if answer.get("status") in USABLE else Standing.UNANSWERED
    published = publication.by_digest(recorded.entry.policy_digest)
    if published is None:
        return Standing.UNANSWERED
    policy = published.policy
    form = reading_of(archive, policy, publication.catalogue.prefectures)
    return Standing.UNANSWERED if can_ask(policy, CREDIT, form) else Standing.NOT_CALLED_FOR


def debt_of(decisions: Sequence[Recorded], made_up: Collection[str], publication: Publication) -> Debt | None:
    """What an application owes after these decisions on it, given the decisions whose check was made up for.

    A decision with an answer settles what was owed before, whoever the applicant was then. Raises ArchiveError.
    """
    debt: Debt | None = None
    for recorded in decisions:
        match standing(recorded, publication):
            case Standing.ANSWERED:
                debt = None
            case Standing.UNANSWERED if recorded.entry.decision_id in made_up:
                debt = None
            case Standing.UNANSWERED:
                debt = Debt(recorded, decided_at(recorded) if debt is None else debt.since)
            case Standing.NOT_CALLED_FOR:
                pass
    return debt


@dataclass(frozen=True, slots=True)
class LateCheck:
    """The question that pays a debt, with the rules and the form by which its answer is read."""

    policy: Policy
    question: Question
    decision_id: str
    _form: FormReading
    _as_of: date

    def counts(self, evidence: Evidence) -> bool:
        """Whether the record holds an entry that the matter's credit policy names. For officers; it decides nothing."""
        sheet = fact_sheet(self.policy, self._form, {CREDIT: evidence}, self._as_of, {})
        found = next(let for let in self.policy.lets if let.name == COUNTS)
        return evaluate(found.value, scope_of(self.policy, sheet)) is True


def late_check(debt: Debt, publication: Publication) -> LateCheck | None:
    """The check that pays `debt`; None where by the rules nothing can be asked after all.

    Raises RulesMissingError and ArchiveError.
    """
    entry = debt.of.entry
    published = publication.by_digest(entry.policy_digest)
    if published is None:
        raise RulesMissingError
    policy, archive = published.policy, read_archive(entry.archive)
    form = reading_of(archive, policy, publication.catalogue.prefectures)
    if not can_ask(policy, CREDIT, form):
        return None
    asked = question(policy, CREDIT, form, entry.application_id, caller=entry.caller)
    late = replace(asked, purpose=asked.purpose + DEFERRED)
    return LateCheck(policy, late, entry.decision_id, form, archive.as_of)
