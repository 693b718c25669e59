"""The worker: reads what the ledger says is to be followed up, and makes the credit checks that are owed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from decision_service.archive import ArchiveError, answer_to_json
from decision_service.clock import ServiceClock
from decision_service.followups.alone import Alone
from decision_service.followups.checks import Checks, Done, Owed
from decision_service.followups.owed import USABLE, LateCheck, RulesMissingError, debt_of, late_check
from decision_service.followups.scanning import Scanner
from decision_service.followups.schedule import LONGEST_SECONDS, Gate, Jitter, pause
from decision_service.followups.ticketbox import TicketBox
from decision_service.followups.turns import Key, Turns
from decision_service.inquiry import Answered
from decision_service.ledger.entry import canonical
from decision_service.ledger.follower import STRETCH
from decision_service.ledger.store import ByApplication, ByDecision
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication
from decision_service.sheet import CREDIT
from decision_service.telemetry import LateEvent, Telemetry
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.panel import ask_together
from verifiers.verifier import Verifier

SETTLE_SECONDS: Final = 0.2
"""Between two rounds at least: what several decisions leave is taken together."""

POLL_SECONDS: Final = 30.0
"""Between two rounds at most: another process may have written to the ledger."""

SHARE: Final = 0.1
"""Of one core, at most, for reading the ledger: it has a day's time, live decisions have none."""

LOOK_AHEAD: Final = 256
"""Checks looked at for some that can start: applications before the desk just now are passed over."""

GRACE_SECONDS: Final = 0.1
"""A question's deadline beyond the register's own limit, so that the register is to blame and not the deadline."""


HELD_BACK: Final = frozenset({"breaker_open", "bulkhead_full"})
"""Faults of questions that our own guard did not let out: the gate waits, the application keeps its place."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the worker works with. `is_deciding`: whether the desk has this application before it just now;
    `taken_down` returns when the calls made so far are in the journal."""

    ledger: Ledger
    checks: Checks
    tickets: TicketBox
    scanner: Scanner
    alone: Alone
    turns: Turns
    taken_down: Callable[[], Awaitable[None]]
    is_deciding: Callable[[Key], bool]
    verifier: Verifier
    publication: Callable[[], Publication]
    clock: ServiceClock
    telemetry: Telemetry
    jitter: Jitter


class Worker:
    """Makes the checks that are owed, one at a time for an application, few at a time in all.

    INVARIANT: an owed check is made, and then not again (tests/followups/test_model.py).
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._gate = Gate(tools.clock.monotonic, tools.jitter)
        self._stopping = False

    async def run(self) -> None:
        """Round after round, until `stop`. A fault is told and does not end it."""
        while not self._stopping:
            self._tools.turns.woken.clear()
            seconds = POLL_SECONDS
            try:
                seconds = await self.round()
            except Exception as fault:  # noqa: BLE001 - whatever it was, what is owed stays owed and is tried again
                self._tools.telemetry.fault("followups", fault)
            await asyncio.sleep(SETTLE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._tools.turns.woken.wait()

    def stop(self) -> None:
        """Begin nothing more; `run` returns when the checks under way have ended."""
        self._stopping = True
        self._tools.turns.wake()

    async def round(self) -> float:
        """Follow up all that can be now; seconds until there may be more to do. Raises LedgerError."""
        if not await asyncio.to_thread(self._tools.alone.held):
            return POLL_SECONDS
        await self._scan()
        await self._ask()
        return await self._tell()

    async def _scan(self) -> None:
        clock, read = self._tools.clock.monotonic, STRETCH
        while read == STRETCH and not self._stopping:
            started = clock()
            read = await asyncio.to_thread(self._tools.scanner.advance)
            if read == STRETCH:
                await asyncio.sleep((clock() - started) * (1 / SHARE - 1))

    async def _ask(self) -> None:
        tools = self._tools
        while (width := self._gate.width) and not self._stopping:
            waiting = await asyncio.to_thread(tools.checks.due, self._real_ms(), LOOK_AHEAD)
            ready = [one for one in waiting if not self._is_taken(one.key)][:width]
            if not ready:
                return
            ended = await asyncio.gather(*(self._check_safely(one) for one in ready))
            asked = [one for one in ended if one is not None]
            if asked:
                self._gate.note(answered=any(asked))

    def _is_taken(self, key: Key) -> bool:
        return self._tools.is_deciding(key) or self._tools.turns.is_under_way(key)

    async def _check_safely(self, owed: Owed) -> bool | None:
        """Whether the centre answered; None where it was not asked. A fault of ours counts as no answer: where a check
        can't be kept, asking again at once would ask for ever."""
        try:
            return await self._check(owed)
        except Exception as fault:  # noqa: BLE001 - one application's trouble is not that of the others under way
            self._tools.telemetry.fault("followups", fault)
            return False

    async def _check(self, owed: Owed) -> bool | None:
        tools = self._tools
        if self._is_taken(owed.key):
            return None
        with tools.turns.check(owed.key):
            try:
                check = await asyncio.to_thread(self._owed_check, owed)
            except (RulesMissingError, ArchiveError) as error:
                await self._put_off(owed, "rules_missing" if isinstance(error, RulesMissingError) else "unreadable")
                return None
            if check is None:
                await asyncio.to_thread(tools.checks.drop, owed)
                return None
            limit = check.question.register.timeout_ms / 1000 + GRACE_SECONDS
            deadline = Deadline.after(limit, tools.clock.monotonic)
            (evidence,) = await ask_together(tools.verifier, (check.question,), deadline)
            if evidence.fault in HELD_BACK:
                return False
            if evidence.status not in USABLE:
                await self._put_off(owed, evidence.fault or evidence.status)
                return False
            await tools.taken_down()
            if not await asyncio.to_thread(self._complete, owed, check, evidence):
                return True
            tools.telemetry.followed_up("credit_check_made", owed.decision_id, owed.matter, evidence.status)
            return True

    def _owed_check(self, owed: Owed) -> LateCheck | None:
        """What the ledger says now: a later decision may have brought the answer, or another applicant."""
        tools, publication = self._tools, self._tools.publication()
        decisions = [one for one in tools.ledger.find(ByApplication(*owed.key)) if not one.entry.is_erased]
        made_up = tools.checks.made_up([one.entry.decision_id for one in decisions])
        debt = debt_of(decisions, made_up, publication)
        return None if debt is None else late_check(debt, publication)

    def _complete(self, owed: Owed, check: LateCheck, evidence: Evidence) -> bool:
        """Keep the answer; False where the person was erased while the centre was asked: then nothing is kept."""
        if any(one.entry.is_erased for one in self._tools.ledger.find(ByDecision(check.decision_id))):
            self._tools.checks.drop(owed)
            return False
        now = self._tools.clock.now()
        at = now.isoformat(timespec="milliseconds")
        answer = answer_to_json(check.policy.asks[CREDIT], Answered(evidence, check.question.params, at))
        fresh = timedelta(hours=check.question.register.max_age_hours)
        done = Done(
            decision_id=check.decision_id,
            application_id=owed.application_id,
            matter=owed.matter,
            since=owed.since,
            attempts=owed.attempts + 1,
            completed_at=at,
            status=evidence.status,
            request_id=evidence.request_id,
            digest=evidence.digest,
            data_as_of=evidence.data_as_of,
            counts=check.counts(evidence),
        )
        self._tools.checks.complete(owed, done, canonical(answer), self._real_ms() + int(fresh.total_seconds() * 1000))
        return True

    async def _put_off(self, owed: Owed, status: str) -> None:
        wait = pause(owed.attempts + 1, LONGEST_SECONDS, self._tools.jitter())
        await asyncio.to_thread(self._tools.checks.put_off, owed, status, self._real_ms() + int(wait * 1000))
        event: LateEvent = "credit_check_overdue" if owed.is_overdue(self._now_ms()) else "credit_check_failed"
        self._tools.telemetry.followed_up(event, owed.decision_id, owed.matter, status)

    async def _tell(self) -> float:
        """Tell how much is owed; seconds until the next check may be tried."""
        tools = self._tools
        now_ms = self._now_ms()
        backlog = await asyncio.to_thread(tools.checks.backlog, now_ms)
        oldest = 0 if backlog.oldest is None else max(0, now_ms - backlog.oldest) // 1000
        open_tickets = await asyncio.to_thread(tools.tickets.open_count)
        tools.telemetry.owed(backlog.owed, backlog.overdue, oldest, open_tickets)
        await asyncio.to_thread(tools.checks.forget, self._real_ms())
        soonest = await asyncio.to_thread(tools.checks.soonest)
        if soonest is None:
            return POLL_SECONDS
        return min(POLL_SECONDS, max(self._gate.opens_in, (soonest - self._real_ms()) / 1000))

    def _real_ms(self) -> int:
        """For when to try next: where the service's day is pinned, its own time jumps back at midnight."""
        return int(self._tools.clock.real().timestamp() * 1000)

    def _now_ms(self) -> int:
        return int(self._tools.clock.now().timestamp() * 1000)
