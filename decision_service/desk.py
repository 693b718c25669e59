"""The counter (窗口): serves one application, from receipt to the recorded decision."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from decision_service.application import (
    Application,
    CredentialOutOfPlaceError,
    InWorkError,
    KeyReusedError,
    NoRecordKeptError,
    TurnedAwayError,
    UnknownMatterError,
)
from decision_service.archive import answer_to_json
from decision_service.capacity import MOST, Capacity, Place
from decision_service.deciding import (
    RESERVE_SECONDS,
    Draft,
    Services,
    Work,
    answers_of,
    as_it_stands,
    draft_of,
    entry_of,
    stopped,
)
from decision_service.docket import Docket, OwnDocket, StoppedError, SupersededError
from decision_service.followups.turns import Key, Turns
from decision_service.lateness import Retried, Word, is_late_still, waits
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import KeyConflictError, LedgerBusyError, LedgerError
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import About, Before, ByApplication
from decision_service.loglines import line_of
from decision_service.planning import Planners
from decision_service.redecision import AGAIN, CAME, USABLE, Known, Redecision, redecision_of
from decision_service.replies import Reply, given_again
from decision_service.resubmission import Answers, kept_answers, submission_of
from verifiers.deadline import Deadline
from verifiers.journal.errors import JournalBusyError, JournalError
from verifiers.journal.journaling import taken_down

__all__ = ["Desk", "Reply", "Services"]

LATELY_SECONDS = 5.0
"""How long a failed write keeps new work away."""

QUIET_TRIES, QUIET_SECONDS = 400, 0.002
"""How often, and how far apart, the ledger is looked at for a moment in which nothing is on its way into it."""


class Desk:
    """Decides applications. One in a process: keys and applications in work are known to its docket alone."""

    def __init__(
        self, services: Services, turns: Turns | None = None, docket: Docket | None = None, most: int = MOST
    ) -> None:
        """`turns` are shared with the worker that makes late checks, where there is one. `docket`: that of another
        process, which has the ledger; else one of its own. `most`: decisions at once, whatever it could serve."""
        self.services = services
        self.capacity = Capacity(most, services.clock.monotonic, services.telemetry.shed)
        services.telemetry.holds(self.capacity)
        self.turns = turns or Turns()
        self.docket: Docket = docket or OwnDocket(services.ledger, services.in_force)
        self._planners = Planners(services.measured)
        self._record_failed_at = -math.inf

    @property
    def record_failed_lately(self) -> bool:
        """Whether a decision could not be recorded within the last moments; then it may be worth trying again."""
        return self.services.clock.monotonic() - self._record_failed_at < LATELY_SECONDS

    def is_deciding(self, key: Key) -> bool:
        """Whether this application is before the desk just now."""
        return self.docket.is_deciding(key)

    async def decide(self, application: Application, came: float | None = None) -> Reply:
        """The recorded answer to `application`, which `came` at that instant of the service's clock, or just now;
        returns when it is on disk. An answer that stands is given however much there is to do.

        Raises TurnedAwayError (its kinds say why); then no decision was made.
        """
        found, earlier = self._before(application)
        if found is not None:
            return given_again(found, application)
        with self.capacity.place(self.services.clock.monotonic() if came is None else came) as place:
            async with self.docket.taking(application) as waited:
                if waited:
                    found, earlier = self._before(application)
                if found is not None:
                    return given_again(found, application)
                return await self._serve(application, earlier, place)

    def _before(self, application: Application) -> tuple[Recorded | None, tuple[Recorded, ...]]:
        """What stands under the key of an application, and the decisions on it so far. Raises NoRecordKeptError."""
        caller, key, number = application.caller, application.key, application.application_id
        found = self._find(Before(caller, key, number))
        if not found:
            return None, ()
        of_key = next((one for one in found if one.entry.key == key), None)
        decisions = (one for one in found if one.entry.application_id == number and one.entry.kind == DECISION)
        return of_key, tuple(decisions)

    async def refer(self, application: Application, why: str) -> None:
        """Put on record that an officer decides an application that is before the desk and can't be decided there any
        more; `why` is a reason of the catalogue. Raises TurnedAwayError."""
        _, earlier = self._before(application)
        while True:
            work = replace(await self._work(application, self.services.clock.monotonic(), earlier), referred_by=why)
            with suppress(SupersededError):
                await self._record(work, await draft_of(self.services, self._planners.of(work.published.policy), work))
                return

    async def _serve(self, application: Application, earlier: tuple[Recorded, ...], place: Place) -> Reply:
        services, started = self.services, place.came
        if not services.has_room():
            raise NoRecordKeptError
        key = (application.caller, application.application_id)
        if self.turns.is_under_way(key):
            with place.waiting_elsewhere(services.clock.monotonic):
                has_landed = await self.turns.landed(key)
            if not has_landed:
                raise InWorkError("a check for this application is under way; ask again with the same key")
        work = await self._work(application, started, earlier)
        self.capacity.begin(place, work.published.policy.budget.deadline / 1000, RESERVE_SECONDS)
        while True:
            draft = await draft_of(services, self._planners.of(work.published.policy), work)
            place.elsewhere += draft.inquiry.waited
            try:
                recorded, _ = await self._record(work, draft)
            except SupersededError:
                # Decided anew, by the version that decides now. What has been answered is not asked again.
                work = await self._work(application, started, earlier, answers_of(work, draft))
                continue
            # Another process may have recorded the same request first: its answer is the answer.
            if recorded.entry.decision_id != draft.occasion.decision_id:
                return given_again(recorded, application)
            place.is_made = True
            return Reply(full_answer(recorded), replayed=False)

    async def _work(
        self, application: Application, started: float, earlier: tuple[Recorded, ...], *more: Answers
    ) -> Work:
        """The application under the rules of now. `earlier`: the decisions on it so far; none is added while it is
        before this desk. `more`: what was answered to it a moment ago. Raises TurnedAwayError."""
        services = self.services
        publication, now = services.in_force.publication, services.clock.now()
        published = publication.in_force(application.matter, now.date())
        if published is None:
            raise UnknownMatterError("no such matter is in force")
        policy = published.policy
        for place, register in enumerate(application.credentials):
            if register not in policy.asks:
                raise CredentialOutOfPlaceError(place)
        late = await self.turns.late_answers(earlier) if earlier else {}
        submission = submission_of(application, earlier, policy, now, late)
        kept = kept_answers(earlier, policy, now, late, *more) if more else submission.kept
        deadline = Deadline(started + policy.budget.deadline / 1000, services.clock.monotonic)
        return Work(application, publication, published, submission.form, now.date(), now, started, deadline, kept)

    async def _record(
        self, work: Work, draft: Draft, require: Callable[[Draft], None] = lambda _: None
    ) -> tuple[Recorded, Draft]:
        """The draft on record, or what stands under its key; and the draft as it was to be recorded. `require` raises
        where, at the last moment, it may not be. Raises TurnedAwayError, SupersededError."""
        services = self.services
        try:
            await taken_down(services.journal, draft.inquiry.evidence.values())
            while True:
                # From here to the ledger's queue nothing is waited for: what is suspended by now is referred.
                draft = as_it_stands(services, draft)
                require(draft)
                try:
                    recorded = await self.docket.record(entry_of(services, work, draft), work.rests(draft.decided))
                    break
                except StoppedError:
                    continue
        except KeyConflictError:
            raise KeyReusedError("this key was used before, for another application") from None
        except (LedgerError, JournalError) as error:
            services.telemetry.fault("record", error)
            self._record_failed_at = services.clock.monotonic()
            raise NoRecordKeptError(busy=isinstance(error, LedgerBusyError | JournalBusyError)) from None
        self.turns.wake()
        if recorded.entry.decision_id == draft.occasion.decision_id:
            services.telemetry.decided(line_of(draft.decided, draft.occasion, draft.told))
        return recorded, draft

    async def decide_again(self, decision_id: str, remembered: Answers) -> Retried:
        """Decide the case of that decision once more, which waits for late registers, with what was answered to earlier
        tries. It is on record only if it waits no longer. Raises LedgerError, ArchiveError."""
        started, now = self.services.clock.monotonic(), self.services.clock.now()
        try:
            case = self._find(About(decision_id))
            if not case:
                return Retried("settled")
            key = case[0].entry.caller, case[0].entry.application_id
            if self.is_deciding(key) or not await self.turns.landed(key):
                return Retried("in_work")
            decisions = self._find(ByApplication(*key))
            late = await self.turns.late_answers(decisions)
            publication = self.services.in_force.publication
            found = redecision_of(case, decisions, publication, Known(now, late, remembered))
            if not isinstance(found, Redecision):
                return Retried(found)
            async with self.docket.taking(found.application):
                return await self._decide_again(found, decision_id, started, now)
        except InWorkError:
            return Retried("in_work")
        except (TurnedAwayError, JournalError):
            return Retried("not_recorded")

    async def _decide_again(self, found: Redecision, decision_id: str, started: float, now: datetime) -> Retried:
        services, policy = self.services, found.published.policy
        if stopped(services, policy.matter) is not None:
            return Retried("suspended")
        if not services.has_room():
            return Retried("not_recorded")
        deadline = Deadline(started + policy.budget.deadline / 1000, services.clock.monotonic)
        application, publication = found.application, services.in_force.publication
        first = Work(application, publication, found.published, application.form, found.as_of, now, started, deadline)
        work = replace(first, kept=found.kept, suffix=AGAIN, replaces=decision_id)
        draft = await draft_of(services, self._planners.of(policy), work)
        since = now.isoformat(timespec="milliseconds")
        asked = {name: one for name, one in draft.inquiry.answers.items() if one.asked_at >= since}
        came = {name: one.evidence.status in CAME for name, one in asked.items()}
        usable = {name: one for name, one in asked.items() if one.evidence.status in USABLE}
        answers = {name: answer_to_json(policy.asks[name], one) for name, one in usable.items()}
        waited = Retried("waits", came=came, answers=answers)
        if draft.decided.referred_by is not None:
            return replace(waited, word="undecided")
        return waited if is_late_still(draft.told) else await self._record_again(work, draft, waited)

    async def _record_again(self, work: Work, draft: Draft, waited: Retried) -> Retried:
        """Put the draft in the place of the decision that waited, unless it waits no longer."""

        def require(one: Draft) -> None:
            self._require_waiting(one, work.replaces or "")

        for _ in range(QUIET_TRIES):
            try:
                recorded, _ = await self._record(work, draft, require)
            except _NotNowError as reason:
                if reason.word != "in_work":
                    return replace(waited, word=reason.word)
                await asyncio.sleep(QUIET_SECONDS)
            else:
                is_ours = recorded.entry.decision_id == draft.occasion.decision_id
                return replace(waited, word="decided" if is_ours else "settled", outcome=draft.decided.outcome.value)
        return replace(waited, word="in_work")

    def _require_waiting(self, draft: Draft, decision_id: str) -> None:
        """People may have taken the case up while registers were asked. Looked at in a moment in which nothing is on
        its way into the ledger: whoever takes it up from here on stands behind us in its queue. Raises _NotNowError."""
        if draft.decided.referred_by is not None:
            raise _NotNowError("suspended")
        if not self.services.ledger.is_idle:
            raise _NotNowError("in_work")
        case = self._find(About(decision_id))
        if not waits(case, self._find(ByApplication(case[0].entry.caller, case[0].entry.application_id))):
            raise _NotNowError("settled")

    def _find(self, query: Before | ByApplication | About) -> tuple[Recorded, ...]:
        try:
            return self.services.ledger.find(query)
        except LedgerError as error:
            self.services.telemetry.fault("find", error)
            raise NoRecordKeptError from None


class _NotNowError(Exception):
    """A case that was decided again is not put on record now."""

    def __init__(self, word: Word) -> None:
        super().__init__(word)
        self.word: Word = word
