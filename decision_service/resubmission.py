"""Coming back with the same application (RQ-C2): what was sent is kept, what was asked and is still fresh is not asked
again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

import orjson

from decision_service.application import Application, DecidedBeforeError, OtherMatterError
from decision_service.archive import ArchiveError, answer_from_json, read_archive
from decision_service.inquiry import Answered, Kept, nothing_kept
from decision_service.ledger.entry import Recorded
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from decision_service.sheet import CREDIT
from verifiers.freshness import Moment, age
from verifiers.frozen import quickly_made
from verifiers.verifier import Question


@quickly_made
@dataclass(frozen=True, slots=True)
class Submission:
    """The form that is decided on, and the earlier answers that may serve again."""

    form: Mapping[str, object] = field(repr=False)
    kept: Kept = nothing_kept


Answers = Mapping[str, Mapping[str, object]]
"""Answers by register, as the archive writes them."""

Late = Mapping[str, Mapping[str, object]]
"""Answers of credit that came after the decision, as the archive writes them, by decision id."""


def submission_of(
    application: Application,
    earlier: tuple[Recorded, ...],
    policy: Policy,
    now: datetime,
    late: Late = MappingProxyType({}),
) -> Submission:
    """What is decided on, given the decisions on the same application so far, oldest first, and what was answered to
    their questions since.

    Raises OtherMatterError, and DecidedBeforeError unless the last decision sent the application back for correction.
    """
    if not earlier:
        return Submission(application.form)
    last = earlier[-1].entry
    if last.matter != application.matter:
        raise OtherMatterError(last.decision_id)
    if last.is_erased or orjson.loads(last.answer)["outcome"] != Outcome.CORRECTION_REQUIRED:
        raise DecidedBeforeError(last.decision_id)
    form = {**read_archive(last.archive).form, **application.form}
    return Submission(form, kept_answers(earlier, policy, now, late))


def kept_answers(earlier: Sequence[Recorded], policy: Policy, now: datetime, late: Late, *more: Answers) -> Kept:
    """What was answered for these decisions on one application (oldest first), to `late` checks and in `more`, as far
    as it is still fresh. Raises ArchiveError."""
    readable = [one.entry for one in reversed(earlier) if not one.entry.is_erased]
    archives = [(entry.decision_id, read_archive(entry.archive)) for entry in readable]
    answers = [
        {**archive.answers, CREDIT: late[decision_id]} if decision_id in late else archive.answers
        for decision_id, archive in archives
    ]
    return _Shelf((*more, *answers), policy, now).take


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Earlier answers of one application: those of each decision, the last first."""

    answers: tuple[Answers, ...] = field(repr=False)
    policy: Policy
    now: datetime

    def take(self, question: Question) -> Answered | None:
        """The latest earlier answer to the very same question that said something, if it is still fresh.

        Not only that of the last decision: one on a form with a wrong ID number asked nothing and has none.
        """
        name = question.register.name
        for answers in self.answers:
            found = self._read(name, answers.get(name))
            if found is not None and found.params == question.params and self._fresh(found, question):
                return found
        return None

    def _read(self, name: str, raw: Mapping[str, object] | None) -> Answered | None:
        if raw is None or raw.get("status") not in ("ok", "no_record"):
            return None
        if raw.get("origin") == "credential":
            return None  # it may have ended or been revoked since; it is shown again, or the register is asked
        try:
            return answer_from_json(self.policy.asks[name], raw)
        except ArchiveError:
            return None  # the register is described otherwise since: ask again

    def _fresh(self, found: Answered, question: Question) -> bool:
        """Counted from what the answer itself is dated, and never longer than that from when it was given."""
        moment = Moment(self.now.date(), self.now)
        limit = timedelta(hours=question.register.max_age_hours)
        ages = [age(found.asked_at, moment)]
        if found.evidence.data_as_of is not None:
            ages.append(age(found.evidence.data_as_of, moment))
        return all(isinstance(one, timedelta) and one <= limit for one in ages)
