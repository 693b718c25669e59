"""Checks after a grant: its registers are asked again; where a rule that held is now known to fail, an officer gets a
task. Nothing else ever follows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from decision_service.afterwards.duties import Duties, Duty
from decision_service.afterwards.grants import watched
from decision_service.afterwards.looking import Looking, Seen
from decision_service.afterwards.paces import APART_SECONDS, Paces
from decision_service.afterwards.records import check_entry, check_id
from decision_service.afterwards.surroundings import POLL_SECONDS, Surroundings
from decision_service.casework.case import Case, read_case
from decision_service.casework.items import ItemKind
from decision_service.casework.records import SYSTEM, Doing, said
from decision_service.casework.tasks import NewTask, TaskType, task_entry
from decision_service.followups.schedule import pause
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.store import ByDecision
from decision_service.ledger.writer import Ledger
from decision_service.outcome import APPROVALS
from decision_service.policy.shape import Bilingual
from decision_service.publishing import Publication, Published

LONGEST_SECONDS: Final = 6 * 3600.0
"""Between two tries while a register is silent."""

ABOUT_THE_GRANT: Final = frozenset({TaskType.CHANGED_AFTER_GRANT, TaskType.WRONG_APPROVAL})
"""While an officer has such a task, the machine does not look."""

REASON: Final = Bilingual(
    "批准后核对：{rules}可能已不再成立；核实并听取意见之前不停发、不撤销",
    "check after the grant: may hold no longer: {rules}; nothing is stopped or taken back before that is looked into "
    "and the person was heard",
)


@dataclass(frozen=True, slots=True)
class Checking:
    """What grants are checked with. `taken_down` returns when the calls made so far are in the journal."""

    ledger: Ledger
    duties: Duties
    publication: Callable[[], Publication]
    looking: Looking
    taken_down: Callable[[], Awaitable[None]]


class Checker:
    """Makes the checks that are due, once for each period.

    INVARIANT: a task is opened only where a rule that held is known to fail (tests/afterwards/test_checks.py).
    """

    def __init__(self, around: Surroundings, paces: Paces, checking: Checking) -> None:
        self._around = around
        self._paces = paces
        self._checking = checking

    async def round(self) -> float:
        """Make all checks that can be made now; seconds until there may be more. Raises LedgerError."""
        waits: list[float] = []
        while not self._around.stopping:
            batch, waits = await self._ready()
            if not batch:
                break
            await self._around.together([self._check_safely(duty, registers) for duty, registers in batch])
        return min([POLL_SECONDS, *(max(one, APART_SECONDS) for one in waits)])

    async def _ready(self) -> tuple[list[tuple[Duty, tuple[str, ...]]], list[float]]:
        """The check of each matter that is due the longest and whose registers may be asked now, no register in two of
        them; and for how many seconds those of the others are shut."""
        around, duties = self._around, self._checking.duties
        today, now = around.clock.day(), around.real_ms()
        batch: list[tuple[Duty, tuple[str, ...]]] = []
        waits: list[float] = []
        taken: set[str] = set()
        for matter in await around.aside(duties.matters, today, now):
            for duty in await around.aside(duties.due, matter, today, now, 1):
                registers = self._registers(duty)
                wait = self._paces.opens_in(registers)
                if wait or taken & set(registers):
                    waits.append(wait)
                else:
                    batch.append((duty, registers))
                    taken |= set(registers)
        return batch, waits

    def _registers(self, duty: Duty) -> tuple[str, ...]:
        """Those of the version in force: which of them are asked in the end, the version that granted says."""
        publication = self._checking.publication()
        published = publication.in_force(duty.matter, self._around.clock.day())
        return () if published is None else watched(published.policy, publication.catalogue.afterwards)

    async def _check_safely(self, duty: Duty, registers: tuple[str, ...]) -> None:
        self._paces.start(registers)
        try:
            await self._check(duty)
        except Exception:
            # Put off, or it would be tried without end.
            await self._put_off(duty, "fault")
            raise

    async def _check(self, duty: Duty) -> None:
        around, checking = self._around, self._checking
        case = await around.aside(read_case, checking.ledger, duty.decision_id)
        if case is None or case.decision.entry.is_erased:
            await self._drop(duty, "erased" if case is not None else "unknown")
            return
        publication = checking.publication()
        published = publication.by_digest(case.decision.entry.policy_digest)
        if said(case.standing)["outcome"] not in APPROVALS:
            await self._drop(duty, "ended")
        elif published is None:
            await self._put_off(duty, "rules_missing")
        elif _made(case, duty.due_on) is None and _is_with_officer(case, publication):
            await self._settle(duty, "task_open")
        else:
            await self._make(duty, case, published)

    async def _make(self, duty: Duty, case: Case, published: Published) -> None:
        """The check, unless it is on record; and the task, where it found something."""
        ledger = self._checking.ledger
        found = _made(case, duty.due_on)
        if found is None:
            by_officer = case.standing is not case.decision
            seen = await self._checking.looking.look(case.decision, published, by_officer=by_officer)
            self._paces.note(seen.came)
            if seen.word == "unasked":
                await self._settle(duty, seen.word)
                return
            if seen.word != "seen":
                await self._put_off(duty, seen.word)
                return
            await self._checking.taken_down()
            if any(one.entry.is_erased for one in ledger.find(ByDecision(duty.decision_id))):
                # While registers were asked: what they said would come to lie under a key of its own.
                await self._drop(duty, "erased")
                return
            found = await ledger.append(self._entry(duty, case, published, seen))
        turned = said(found)["turned"]
        if turned:
            await ledger.append(self._task(duty, case.decision.entry, turned))
        await self._settle(duty, "task_opened" if turned else "held")

    def _entry(self, duty: Duty, case: Case, published: Published, seen: Seen) -> Entry:
        at = self._around.clock.now()
        return check_entry(case.decision.entry, duty.due_on, at, published.policy, seen.answers, seen.turned)

    def _task(self, duty: Duty, granted: Entry, turned: list[dict[str, Any]]) -> Entry:
        reason = Bilingual(
            REASON.zh.format(rules="、".join(f"“{one['zh']}”" for one in turned)),
            REASON.en.format(rules="; ".join(f"“{one['en']}”" for one in turned)),
        )
        new = NewTask(TaskType.CHANGED_AFTER_GRANT, reason, str(duty.due_on))
        doing = Doing(SYSTEM, self._around.clock.now(), f"{duty.decision_id}:{duty.due_on}")
        return task_entry(new, granted, doing)

    async def _settle(self, duty: Duty, word: str) -> None:
        around = self._around
        await around.aside(self._checking.duties.settle, duty, around.clock.day())
        around.metrics.checked(word, duty.decision_id, duty.matter)

    async def _drop(self, duty: Duty, word: str) -> None:
        await self._around.aside(self._checking.duties.drop, duty)
        self._around.metrics.checked(word, duty.decision_id, duty.matter)

    async def _put_off(self, duty: Duty, word: str) -> None:
        wait = pause(duty.attempts + 4, LONGEST_SECONDS, self._around.jitter())
        next_at = self._around.real_ms() + int(wait * 1000)
        await self._around.aside(self._checking.duties.put_off, duty, word, next_at)
        self._around.metrics.checked(word, duty.decision_id, duty.matter)


def _made(case: Case, due_on: date) -> Recorded | None:
    """The record of the check that was due on that day."""
    name = check_id(case.decision.entry.decision_id, due_on)
    return next((one for one in case.records if one.entry.record_id == name), None)


def _is_with_officer(case: Case, publication: Publication) -> bool:
    items = case.items(publication).values()
    return any(one.is_open and one.kind is ItemKind.TASK and one.task_type in ABOUT_THE_GRANT for one in items)
