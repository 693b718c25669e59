"""Cases that wait for a register are put before the desk again: gently, for a day, and then they are the officer's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from decision_service.afterwards.cases import Waiting, WaitingCases
from decision_service.afterwards.paces import APART_SECONDS, Paces
from decision_service.afterwards.surroundings import POLL_SECONDS, Surroundings
from decision_service.followups.schedule import LONGEST_SECONDS, pause
from decision_service.followups.turns import Key
from decision_service.lateness import Retried
from decision_service.resubmission import Answers

LOOK_AHEAD: Final = 8
"""Cases looked at for one that is not before the desk just now."""

MOST_REMEMBERED: Final = 1000
"""Cases whose answers are kept for the next try. In memory alone: what is lost is asked once more."""


@dataclass(frozen=True, slots=True)
class Redeciding:
    """What cases are decided again with. `decide_again` puts the decision of that id before the desk, with what was
    answered to earlier tries; `is_taken`: whether an application is before the desk just now; `for_seconds`: for how
    long a case is tried."""

    cases: WaitingCases
    decide_again: Callable[[str, Answers], Awaitable[Retried]]
    is_taken: Callable[[Key], bool]
    for_seconds: float


class Redecider:
    """Decides waiting cases again, one at a time for each register that they wait for.

    INVARIANT: a case is decided again at most once, and never after people took it up (tests/simulation/test_again.py).
    """

    def __init__(self, around: Surroundings, paces: Paces, redeciding: Redeciding) -> None:
        self._around = around
        self._paces = paces
        self._redeciding = redeciding
        self._remembered: dict[str, Answers] = {}

    async def round(self) -> float:
        """Decide all that can be decided now; seconds until there may be more. Raises LedgerError."""
        around, cases = self._around, self._redeciding.cases
        oldest = around.now_ms() - int(self._redeciding.for_seconds * 1000)
        for case in await around.aside(cases.given_up, oldest):
            self._forget(case)
            around.metrics.retried("case_given_up", case.decision_id, case.matter, case.status or "not_tried")
        while not around.stopping:
            batch = await self._ready()
            if not batch:
                break
            await around.together([self._try(case) for case in batch])
        return await self._wait()

    async def _ready(self) -> list[Waiting]:
        """The oldest case of each set of registers that may be asked now, no register in two of them."""
        cases, now = self._redeciding.cases, self._around.real_ms()
        found: list[Waiting] = []
        taken: set[str] = set()
        for registers in await self._around.aside(cases.waited_for, now):
            if taken & set(registers) or self._paces.opens_in(registers):
                continue
            due = await self._around.aside(cases.due, registers, now, LOOK_AHEAD)
            free = next((case for case in due if not self._redeciding.is_taken(case.key)), None)
            if free is not None:
                found.append(free)
                taken |= set(registers)
        return found

    async def _try(self, case: Waiting) -> None:
        around, redeciding = self._around, self._redeciding
        self._paces.start(case.registers)
        try:
            retried = await redeciding.decide_again(case.decision_id, self._remembered.get(case.decision_id, {}))
        except Exception:
            # Put off, or it would be tried without end.
            await self._put_off(case, "fault")
            raise
        self._paces.note(retried.came)
        match retried.word:
            case "decided" | "settled":
                self._forget(case)
                await around.aside(redeciding.cases.drop, case)
                if retried.word == "decided":
                    around.metrics.retried("case_decided_again", case.decision_id, case.matter, retried.outcome)
            case word:
                self._remember(case, retried.answers)
                await self._put_off(case, word)

    async def _put_off(self, case: Waiting, word: str) -> None:
        wait = pause(case.attempts + 1, LONGEST_SECONDS, self._around.jitter())
        next_at = self._around.real_ms() + int(wait * 1000)
        await self._around.aside(self._redeciding.cases.put_off, case, word, next_at)
        self._around.metrics.retried("case_waits", case.decision_id, case.matter, word)

    def _remember(self, case: Waiting, answers: Answers) -> None:
        if answers:
            self._remembered[case.decision_id] = {**self._remembered.pop(case.decision_id, {}), **answers}
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))

    def _forget(self, case: Waiting) -> None:
        self._remembered.pop(case.decision_id, None)

    async def _wait(self) -> float:
        """Seconds until the next try: of those whose time has come when their registers may be asked, of the others
        when it comes."""
        around, cases = self._around, self._redeciding.cases
        now = around.real_ms()
        shut = [self._paces.opens_in(one) for one in await around.aside(cases.waited_for, now)]
        soonest = await around.aside(cases.soonest_after, now)
        later = [] if soonest is None else [(soonest - now) / 1000]
        return min([POLL_SECONDS, *(max(one, APART_SECONDS) for one in shut), *later])
