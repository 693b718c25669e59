"""A case that waits for a register, as it is put before the desk again: what was decided on, and what is known by now.

The day stays that of the application (`as_of` is fixed once per application): the case is decided as it would have
been, had the register answered in time. At a correction the applicant acts, on a day of his own; here he does nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from decision_service.application import Application
from decision_service.archive import Archive, read_archive, reading_of
from decision_service.inquiry import Kept
from decision_service.lateness import Word, waits
from decision_service.ledger.entry import Recorded
from decision_service.planning import can_ask, question
from decision_service.publishing import Publication, Published
from decision_service.resubmission import Answers, Late, kept_answers
from decision_service.sheet import CREDIT

AGAIN: Final = ":again"
"""Stands behind the purpose of a question that is put to decide a case again."""

USABLE: Final = frozenset({"ok", "no_record"})
"""Statuses of an answer that says something of the applicant."""

CAME: Final = USABLE | {"stale"}
"""Statuses of a register that is there."""


@dataclass(frozen=True, slots=True)
class Redecision:
    """What is decided: the application as it stood, under the rules that decided it, on its day."""

    application: Application
    published: Published
    as_of: date
    kept: Kept = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known by `now`: the answers of late credit checks, and those to earlier tries."""

    now: datetime
    late: Late
    remembered: Answers = field(repr=False)


def redecision_of(
    case: Sequence[Recorded], decisions: Sequence[Recorded], publication: Publication, known: Known
) -> Redecision | Word:
    """What is decided, given all records of the case and all decisions on the application; else the word that says why
    nothing is. Raises ArchiveError."""
    if not waits(case, decisions):
        return "settled"
    entry = case[0].entry
    published = publication.by_digest(entry.policy_digest)
    if published is None:
        return "rules_missing"
    archive, policy = read_archive(entry.archive), published.policy
    form = reading_of(archive, policy, publication.catalogue.prefectures)
    checked = entry.decision_id in known.late or CREDIT in known.remembered or _answered(archive, CREDIT)
    if not checked and can_ask(policy, CREDIT, form):
        return "credit_owed"
    kept = kept_answers(decisions, policy, known.now, known.late, known.remembered)
    for name, ask in policy.asks.items():
        # A face token is used up by its question: where the answer is not to be had any more, nobody can ask again.
        once = ask.register.asked_once and name != CREDIT and name in archive.answers
        if once and kept(question(policy, name, form, entry.application_id)) is None:
            return "settled"
    application = Application(
        caller=entry.caller,
        key=key_of(entry.decision_id),
        application_id=entry.application_id,
        matter=entry.matter,
        channel=archive.occasion.channel,
        form=archive.form,
        agent=archive.agent,
    )
    return Redecision(application, published, archive.as_of, kept)


def key_of(decision_id: str) -> str:
    """The idempotency key of the decision in the place of that one: there is one at most, whichever process makes it.
    No request can carry it, as those are ASCII."""
    return f"decision·again:{decision_id}"


def _answered(archive: Archive, register: str) -> bool:
    return archive.answers.get(register, {}).get("status") in USABLE
