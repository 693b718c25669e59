"""Coming back with the same application (RQ-C2): what was sent is kept, what was asked and is still fresh is not asked
again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from decision_service.application import Application, DecidedBeforeError, OtherMatterError
from decision_service.archive import Archive, ArchiveError, answer_from_json, read_archive
from decision_service.inquiry import Answered, Kept, nothing_kept
from decision_service.ledger.entry import Recorded
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from verifiers.freshness import Moment, age
from verifiers.verifier import Question


@dataclass(frozen=True, slots=True)
class Submission:
    """The form that is decided on, and the earlier answers that may serve again."""

    form: Mapping[str, object] = field(repr=False)
    kept: Kept = nothing_kept


def submission_of(application: Application, earlier: tuple[Recorded, ...], policy: Policy, now: datetime) -> Submission:
    """What is decided on, given the decisions on the same application so far, oldest first.

    Raises OtherMatterError, and DecidedBeforeError unless the last decision sent the application back for correction.
    """
    if not earlier:
        return Submission(application.form)
    last = earlier[-1].entry
    if last.matter != application.matter:
        raise OtherMatterError(last.decision_id)
    if orjson.loads(last.answer)["outcome"] != Outcome.CORRECTION_REQUIRED:
        raise DecidedBeforeError(last.decision_id)
    archive = read_archive(last.archive)
    return Submission({**archive.form, **application.form}, _Shelf(archive, policy, now).take)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Earlier answers of one application."""

    archive: Archive
    policy: Policy
    now: datetime

    def take(self, question: Question) -> Answered | None:
        """The earlier answer to the very same question, if it said something and is still fresh."""
        name = question.register.name
        raw = self.archive.answers.get(name)
        if raw is None:
            return None
        try:
            found = answer_from_json(self.policy.asks[name], raw)
        except ArchiveError:
            return None  # the register is described otherwise since: ask again
        same = found.params == question.params
        return found if same and found.evidence.status in ("ok", "no_record") and self._fresh(found, question) else None

    def _fresh(self, found: Answered, question: Question) -> bool:
        """Counted from what the answer itself is dated, and never longer than that from when it was given."""
        moment = Moment(self.now.date(), self.now)
        limit = timedelta(hours=question.register.max_age_hours)
        ages = [age(found.asked_at, moment)]
        if found.evidence.data_as_of is not None:
            ages.append(age(found.evidence.data_as_of, moment))
        return all(isinstance(one, timedelta) and one <= limit for one in ages)
