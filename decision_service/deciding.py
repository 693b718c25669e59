"""Deciding one application: registers asked, both engines heard, the answer worded. Every decision is made here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from decision_service.agreement import SecondJudge, doubts
from decision_service.application import Application, NoRecordKeptError
from decision_service.archive import Archive, answer_to_json
from decision_service.clock import ServiceClock
from decision_service.decision import ENGINES_DIFFER, SUSPENDED, Decided, Occasion, answer
from decision_service.docket import Rests
from decision_service.facts import FactSheet
from decision_service.forms import FormReading, read_form
from decision_service.inforce import InForce
from decision_service.inquiry import Counter, Inquiry, Kept, nothing_kept
from decision_service.ledger.entry import DECISION, Contents, Entry, canonical
from decision_service.ledger.writer import Ledger
from decision_service.mandate import handed_in
from decision_service.numbering import new_occasion
from decision_service.outcome import Outcome
from decision_service.planning import Measured, Planner, nothing_measured
from decision_service.publishing import Publication, Published
from decision_service.sheet import fact_sheet
from decision_service.subject import subject_words
from decision_service.telemetry import Telemetry
from decision_service.verdict import Verdict
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.frozen import quickly_made
from verifiers.journal.journal import Journal
from verifiers.verifier import Verifier

RESERVE_SECONDS = 0.15
"""Kept back from asking, for the engines and the record."""

RECORD_SECONDS = 0.05
"""Of that, kept back from the second engine for the record."""


@dataclass(frozen=True, slots=True)
class Services:
    """What decisions are made with. `mark` gives the mark of whom words name (`KeyRing.mark`). `second` judges beside
    the first engine, which comes with the publication. `measured`: how long registers took lately; `journal`: where
    calls are taken down, None in a rehearsal that makes none; `has_room`: whether the disk has room for more records.

    INVARIANT: no decision is on record whose calls are not in the journal (tests/desk/test_journal.py).
    """

    in_force: InForce
    ledger: Ledger
    mark: Callable[..., bytes]
    verifier: Verifier
    second: SecondJudge
    clock: ServiceClock
    telemetry: Telemetry
    measured: Measured = nothing_measured
    journal: Journal | None = None
    has_room: Callable[[], bool] = lambda: True


@quickly_made
@dataclass(frozen=True, slots=True)
class Work:
    """One application being decided. The rules and the day are taken once and hold to the end. `suffix` stands behind
    the purpose of questions; `replaces` is the decision in whose place this one is made; `referred_by` is a reason of
    the catalogue for which nothing is asked or judged and an officer decides."""

    application: Application
    publication: Publication
    published: Published
    form: Mapping[str, object] = field(repr=False)
    as_of: date
    now: datetime
    started: float
    deadline: Deadline
    kept: Kept = nothing_kept
    suffix: str = ""
    replaces: str | None = None
    referred_by: str | None = None

    def rests(self, decided: Decided) -> Rests:
        """What the decision rests on: in the place of another, on the version that decided that one."""
        return Rests(self.as_of if self.replaces is None else None, decided.referred_by is not None)


@quickly_made
@dataclass(frozen=True, slots=True)
class Draft:
    """A decision that is not on record yet: what was found, by which answers, and how it is said."""

    decided: Decided
    inquiry: Inquiry
    occasion: Occasion
    told: dict[str, object] = field(repr=False)


async def draft_of(services: Services, planner: Planner, work: Work) -> Draft:
    """Decide. Raises NoRecordKeptError where not even a referral can be worded."""
    decided, inquiry = await _decided(services, planner, work)
    elapsed_ms = round((services.clock.monotonic() - work.started) * 1000)
    application = work.application
    occasion = new_occasion(application.application_id, application.channel, work.now, elapsed_ms)
    if work.replaces is not None:
        occasion = replace(occasion, replaces=work.replaces)
    decided, told = _answer(services, decided, occasion)
    return Draft(decided, inquiry, occasion, told)


def entry_of(services: Services, work: Work, draft: Draft) -> Entry:
    """The record of a decision."""
    application, policy, occasion = work.application, work.published.policy, draft.occasion
    archive = Archive(
        form=work.form,
        as_of=work.as_of,
        policy_digest=policy.digest,
        occasion=occasion,
        referred_by=draft.decided.referred_by,
        answers=answers_of(work, draft),
        agent=application.agent,
    )
    words = subject_words(application.caller, application.application_id, work.form, draft.decided.form)
    return Entry(
        kind=DECISION,
        record_id=occasion.decision_id,
        decision_id=occasion.decision_id,
        application_id=application.application_id,
        matter=application.matter,
        caller=application.caller,
        key=application.key,
        at=occasion.decided_at,
        policy_digest=policy.digest,
        subject=services.mark(*words),
        contents=Contents(application.fingerprint, canonical(draft.told), archive.to_bytes()),
    )


def answers_of(work: Work, draft: Draft) -> dict[str, dict[str, object]]:
    """What was answered, by register, as the archive keeps it."""
    asks = work.published.policy.asks
    return {name: answer_to_json(asks[name], one) for name, one in draft.inquiry.answers.items()}


async def _decided(services: Services, planner: Planner, work: Work) -> tuple[Decided, Inquiry]:
    policy, catalogue = work.published.policy, work.publication.catalogue
    reading, agent = _reading(work), work.application.agent
    asking = Deadline(work.deadline.ends_at - RESERVE_SECONDS, work.deadline.clock)
    mine = work.application
    at = (services.verifier, asking, services.clock.now, work.kept, mine.credentials, work.suffix, mine.caller)
    inquiry = Inquiry(planner, reading, mine.application_id, Counter(*at))

    def sheet(evidence: Mapping[str, Evidence]) -> FactSheet:
        return fact_sheet(policy, reading, evidence, work.as_of, catalogue.calendar)

    judged: dict[int, tuple[FactSheet, Verdict]] = {}

    def judge(evidence: Mapping[str, Evidence]) -> tuple[FactSheet, Verdict]:
        # Answers only ever grow: as many as before are the same as before.
        if len(evidence) not in judged:
            known = sheet(evidence)
            judged[len(evidence)] = (known, work.published.judge(known))
        return judged[len(evidence)]

    def outcome(verdict: Verdict, referred_by: str | None, known: FactSheet | None = None) -> Decided:
        evidence = inquiry.evidence
        return Decided(policy, catalogue, reading, known or sheet(evidence), evidence, verdict, referred_by, agent)

    try:
        if work.referred_by is not None or stopped(services, policy.matter):
            if work.referred_by is None:
                await inquiry.ask_credit()
            return outcome(_NOTHING, work.referred_by or SUSPENDED), inquiry
        if not reading.stopped:
            await inquiry.gather(judge)
        final, verdict = judge(inquiry.evidence)
        timeout = max(0.0, work.deadline.remaining() - RECORD_SECONDS)
        doubt = await doubts(services.second, policy, verdict, final, timeout)
        if doubt is not None:
            services.telemetry.engines_differ(policy.matter, policy.digest, doubt.why, doubt.parts)
        return outcome(verdict, ENGINES_DIFFER if doubt else stopped(services, policy.matter), final), inquiry
    except Exception as fault:  # noqa: BLE001 - whatever went wrong, an officer gets the file and nobody is approved by it
        services.telemetry.fault("decide", fault)
        return outcome(_NOTHING, ENGINES_DIFFER), inquiry


def stopped(services: Services, matter: str) -> str | None:
    """Why no machine decides `matter` now. Asked before and after judging, which rests on a day and on how fresh
    answers are."""
    trusted = services.clock.is_trusted()
    return SUSPENDED if services.in_force.is_suspended(matter) or not trusted else None


def as_it_stands(services: Services, draft: Draft) -> Draft:
    """The draft as it may be recorded this very moment: what was stopped while it was made is referred. Raises
    NoRecordKeptError where not even that can be worded."""
    halt = stopped(services, draft.decided.policy.matter)
    if halt is None or draft.decided.referred_by is not None:
        return draft
    decided, told = _answer(services, replace(draft.decided, referred_by=halt), draft.occasion)
    return replace(draft, decided=decided, told=told)


def _reading(work: Work) -> FormReading:
    policy = work.published.policy
    form = read_form(policy, work.form, work.as_of, work.publication.catalogue.prefectures)
    return handed_in(form, work.application.agent, policy.matter, work.as_of)


def _answer(services: Services, decided: Decided, occasion: Occasion) -> tuple[Decided, dict[str, object]]:
    """The answer; one that can't be worded becomes a referral. Raises NoRecordKeptError if not even that."""
    try:
        return decided, answer(decided, occasion)
    except Exception as fault:  # noqa: BLE001 - as above: a fault refers
        services.telemetry.fault("answer", fault)
    referred = replace(decided, referred_by=ENGINES_DIFFER)
    try:
        return referred, answer(referred, occasion)
    except Exception as fault:  # noqa: BLE001 - told as 503: without words there is no decision to record
        services.telemetry.fault("answer", fault)
        raise NoRecordKeptError from None


_NOTHING = Verdict(Outcome.REFERRED, ())
"""What stands where no verdict was drawn: told as its one reason by `Decided.referred_by`."""
