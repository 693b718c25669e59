"""The counter (窗口): serves one application, from receipt to the recorded decision."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from decision_service.agreement import SecondJudge, doubts
from decision_service.application import (
    Application,
    CredentialOutOfPlaceError,
    ErasedAnswerError,
    InWorkError,
    KeyReusedError,
    NoRecordKeptError,
    UnknownMatterError,
)
from decision_service.archive import Archive, answer_to_json
from decision_service.clock import ServiceClock
from decision_service.decision import ENGINES_DIFFER, SUSPENDED, Decided, Occasion, answer
from decision_service.facts import FactSheet
from decision_service.followups.turns import Key, Turns
from decision_service.forms import FormReading, read_form
from decision_service.inforce import InForce
from decision_service.inquiry import Counter, Inquiry
from decision_service.ledger.entry import DECISION, Contents, Entry, Recorded, canonical
from decision_service.ledger.errors import ErasedError, KeyConflictError, LedgerBusyError, LedgerError
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByApplication, ByKey
from decision_service.ledger.writer import Ledger
from decision_service.loglines import line_of
from decision_service.mandate import handed_in
from decision_service.numbering import new_occasion
from decision_service.outcome import Outcome
from decision_service.planning import Measured, Planners, nothing_measured
from decision_service.publishing import Publication, Published
from decision_service.resubmission import Submission, submission_of
from decision_service.sheet import fact_sheet
from decision_service.subject import subject_words
from decision_service.telemetry import Telemetry
from decision_service.verdict import Verdict
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.journal.errors import JournalBusyError, JournalError
from verifiers.journal.journal import Journal
from verifiers.journal.journaling import taken_down
from verifiers.verifier import Verifier

RESERVE_SECONDS = 0.15
"""Kept back from asking, for the engines and the record."""

RECORD_SECONDS = 0.05
"""Of that, kept back from the second engine for the record."""

LATELY_SECONDS = 5.0
"""How long a failed write keeps new work away."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's bytes. `replayed`: it was recorded by an earlier request with the same key."""

    body: bytes = field(repr=False)
    replayed: bool


@dataclass(frozen=True, slots=True)
class Services:
    """What the desk works with. `mark` gives the mark of whom words name (`KeyRing.mark`). `second` judges beside the
    first engine, which comes with the publication. `measured`: how long registers took lately; `journal`: where calls
    are taken down, None in a rehearsal that makes none; `has_room`: whether the disk has room for more records.

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


@dataclass(frozen=True, slots=True)
class _Work:
    """One application being decided. The rules and the day are taken once and hold to the end."""

    application: Application
    publication: Publication
    published: Published
    form: Mapping[str, object]
    now: datetime
    started: float
    deadline: Deadline


class Desk:
    """Decides applications. One in a process: keys and applications in work are known to it alone."""

    def __init__(self, services: Services, turns: Turns | None = None) -> None:
        """`turns` are shared with the worker that makes late checks, where there is one."""
        self.services = services
        self._turns = turns or Turns()
        self._planners = Planners(services.measured)
        self._in_work: set[tuple[str, str, str]] = set()
        self._record_failed_at = -math.inf

    @property
    def record_failed_lately(self) -> bool:
        """Whether a decision could not be recorded within the last moments; then it may be worth trying again."""
        return self.services.clock.monotonic() - self._record_failed_at < LATELY_SECONDS

    def is_deciding(self, key: Key) -> bool:
        """Whether this application is before the desk just now."""
        return ("application", *key) in self._in_work

    async def decide(self, application: Application) -> Reply:
        """The recorded answer to `application`; returns when it is on disk.

        Raises TurnedAwayError (its kinds say why); then no decision was made.
        """
        found = self._find(ByKey(application.caller, application.key))
        if found:
            return _given_again(found[0], application)
        claims = {
            ("key", application.caller, application.key),
            ("application", application.caller, application.application_id),
        }
        if claims & self._in_work:
            raise InWorkError("this application is being decided; ask again with the same key")
        self._in_work |= claims
        try:
            return await self._serve(application)
        finally:
            self._in_work -= claims

    async def _serve(self, application: Application) -> Reply:
        services = self.services
        started = services.clock.monotonic()
        if not services.has_room():
            raise NoRecordKeptError
        if not await self._turns.landed((application.caller, application.application_id)):
            raise InWorkError("a check for this application is under way; ask again with the same key")
        publication, now = services.in_force.publication, services.clock.now()
        published = publication.in_force(application.matter, now.date())
        if published is None:
            raise UnknownMatterError("no such matter is in force")
        policy = published.policy
        for place, register in enumerate(application.credentials):
            if register not in policy.asks:
                raise CredentialOutOfPlaceError(place)
        earlier = self._find(ByApplication(application.caller, application.application_id))
        late = await self._turns.late_answers(earlier)
        submission = submission_of(application, earlier, policy, now, late)
        deadline = Deadline(started + policy.budget.deadline / 1000, services.clock.monotonic)
        work = _Work(application, publication, published, submission.form, now, started, deadline)
        decided, inquiry = await self._decided(work, submission)
        return await self._record(work, decided, inquiry)

    def _inquiry(self, work: _Work, reading: FormReading, submission: Submission) -> Inquiry:
        mine, services, deadline = work.application, self.services, work.deadline
        asking = Deadline(deadline.ends_at - RESERVE_SECONDS, deadline.clock)
        at = (services.verifier, asking, services.clock.now, submission.kept, mine.credentials)
        counter, planner = Counter(*at, caller=mine.caller), self._planners.of(work.published.policy)
        return Inquiry(planner, reading, mine.application_id, counter)

    async def _decided(self, work: _Work, submission: Submission) -> tuple[Decided, Inquiry]:
        policy, catalogue = work.published.policy, work.publication.catalogue
        as_of = work.now.date()
        reading, agent = self._reading(work), work.application.agent
        inquiry = self._inquiry(work, reading, submission)

        def sheet(evidence: Mapping[str, Evidence]) -> FactSheet:
            return fact_sheet(policy, reading, evidence, as_of, catalogue.calendar)

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
            if self._stopped(policy.matter):
                await inquiry.ask_credit()
                return outcome(_NOTHING, SUSPENDED), inquiry
            if not reading.stopped:
                await inquiry.gather(judge)
            final, verdict = judge(inquiry.evidence)
            timeout = max(0.0, work.deadline.remaining() - RECORD_SECONDS)
            doubt = await doubts(self.services.second, policy, verdict, final, timeout)
            if doubt is not None:
                self.services.telemetry.engines_differ(policy.matter, policy.digest, doubt.why, doubt.parts)
            return outcome(verdict, ENGINES_DIFFER if doubt else self._stopped(policy.matter), final), inquiry
        except Exception as fault:  # noqa: BLE001 - whatever went wrong, an officer gets the file and nobody is approved by it
            self.services.telemetry.fault("decide", fault)
            return outcome(_NOTHING, ENGINES_DIFFER), inquiry

    def _stopped(self, matter: str) -> str | None:
        """Why no machine decides `matter` now. Asked before and after judging, which rests on a day and on how fresh
        answers are."""
        trusted = self.services.clock.is_trusted()
        return SUSPENDED if matter in self.services.in_force.suspended or not trusted else None

    def _reading(self, work: _Work) -> FormReading:
        policy, as_of = work.published.policy, work.now.date()
        form = read_form(policy, work.form, as_of, work.publication.catalogue.prefectures)
        return handed_in(form, work.application.agent, policy.matter, as_of)

    async def _record(self, work: _Work, decided: Decided, inquiry: Inquiry) -> Reply:
        application, policy = work.application, work.published.policy
        elapsed_ms = round((self.services.clock.monotonic() - work.started) * 1000)
        occasion = new_occasion(application.application_id, application.channel, work.now, elapsed_ms)
        decided, told = self._answer(decided, occasion)
        archive = Archive(
            form=work.form,
            as_of=work.now.date(),
            policy_digest=policy.digest,
            occasion=occasion,
            referred_by=decided.referred_by,
            answers={name: answer_to_json(policy.asks[name], one) for name, one in inquiry.answers.items()},
            agent=application.agent,
        )
        words = subject_words(application.caller, application.application_id, work.form, decided.form)
        entry = Entry(
            kind=DECISION,
            record_id=occasion.decision_id,
            decision_id=occasion.decision_id,
            application_id=application.application_id,
            matter=application.matter,
            caller=application.caller,
            key=application.key,
            at=occasion.decided_at,
            policy_digest=policy.digest,
            subject=self.services.mark(*words),
            contents=Contents(application.fingerprint, canonical(told), archive.to_bytes()),
        )
        recorded = await self._append(entry, inquiry)
        self._turns.wake()
        # Another process may have recorded the same request first: its answer is the answer.
        replayed = recorded.entry.decision_id != occasion.decision_id
        if not replayed:
            self.services.telemetry.decided(line_of(decided, occasion, told))
        return _given_again(recorded, application) if replayed else Reply(full_answer(recorded), replayed=False)

    def _answer(self, decided: Decided, occasion: Occasion) -> tuple[Decided, dict[str, object]]:
        """The answer; one that can't be worded becomes a referral. Raises NoRecordKeptError if not even that."""
        try:
            return decided, answer(decided, occasion)
        except Exception as fault:  # noqa: BLE001 - as above: a fault refers
            self.services.telemetry.fault("answer", fault)
        referred = replace(decided, referred_by=ENGINES_DIFFER)
        try:
            return referred, answer(referred, occasion)
        except Exception as fault:  # noqa: BLE001 - told as 503: without words there is no decision to record
            self.services.telemetry.fault("answer", fault)
            raise NoRecordKeptError from None

    async def _append(self, entry: Entry, inquiry: Inquiry) -> Recorded:
        try:
            await taken_down(self.services.journal, inquiry.evidence.values())
            return await self.services.ledger.append(entry)
        except KeyConflictError:
            raise KeyReusedError("this key was used before, for another application") from None
        except (LedgerError, JournalError) as error:
            self.services.telemetry.fault("record", error)
            self._record_failed_at = self.services.clock.monotonic()
            raise NoRecordKeptError(busy=isinstance(error, LedgerBusyError | JournalBusyError)) from None

    def _find(self, query: ByKey | ByApplication) -> tuple[Recorded, ...]:
        try:
            return self.services.ledger.find(query)
        except LedgerError as error:
            self.services.telemetry.fault("find", error)
            raise NoRecordKeptError from None


def _given_again(recorded: Recorded, application: Application) -> Reply:
    """The answer that stands under the key of `application`. Raises KeyReusedError, ErasedAnswerError."""
    try:
        if recorded.entry.kind != DECISION or recorded.entry.fingerprint != application.fingerprint:
            raise KeyReusedError("this key was used before, for something else")
        return Reply(full_answer(recorded), replayed=True)
    except ErasedError:
        raise ErasedAnswerError from None


_NOTHING = Verdict(Outcome.REFERRED, ())
"""What stands where no verdict was drawn: told as its one reason by `Decided.referred_by`."""
