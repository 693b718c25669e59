"""The kill switch (RQ-H4): one person stops machine decisions of a matter or of all, two let them go on.

A suspension takes effect before it is recorded, and whether or not that succeeds; it ends only when that is on record.
What stands is read off the ledger at the start, so it outlives restarts and crashes.

INVARIANT: no record after that of a suspension, and before that of its end, is a machine's decision of its matter
(tests/requirements/test_rq_h4.py).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from decision_service.control.records import RESUME_REQUEST, RESUMED, SUSPENSION, new_number, said_of, step
from decision_service.control.signs import ControlSigns
from decision_service.inforce import EVERYTHING, InForce
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.store import ByKind
from decision_service.ledger.writer import Ledger

_STEPS: Final = (SUSPENSION, RESUME_REQUEST, RESUMED)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A matter (or EVERYTHING) that no machine decides: by whom, when and why; who has asked to let it go on.

    `recorded`: whether it is on record, and so outlives this process.
    """

    number: str
    matter: str
    reason: str
    by: str
    at: str
    recorded: bool = True
    resume_asked_by: str | None = None
    resume_asked_at: str | None = None


class NoSuchSuspensionError(Exception):
    """None of that number stands."""


class NotAskedError(Exception):
    """Nobody has asked to let it go on."""


class SamePersonError(Exception):
    """It takes another person than the one who took the step before."""


def is_same(one: str, other: str) -> bool:
    """Whether two names are of one person: a sign-on may write them otherwise than the access file does."""
    return one.casefold() == other.casefold()


class KillSwitch:
    """What is suspended, and the steps that change it. One in a process; used from its event loop."""

    def __init__(self, in_force: InForce, ledger: Ledger, now: Callable[[], datetime], signs: ControlSigns) -> None:
        """Takes up what stands on record. `now` is the clock of records. Raises LedgerError."""
        self._in_force = in_force
        self._ledger = ledger
        self._now = now
        self._signs = signs
        self._standing: dict[str, Suspension] = {}
        self._turn = asyncio.Lock()
        found = [one for kind in _STEPS for one in ledger.find(ByKind(kind))]
        for one in sorted(found, key=lambda recorded: recorded.index):
            self._take_up(one)
        for matter in self._standing:
            self._effect(matter)

    @property
    def standing(self) -> tuple[Suspension, ...]:
        """What is suspended, in the order of the matters."""
        return tuple(self._standing[matter] for matter in sorted(self._standing))

    async def suspend(self, matter: str, reason: str, by: str) -> Suspension:
        """From now on no machine decides `matter`, EVERYTHING included; the suspension that stands, `recorded` or not.

        One that stands already, is recorded and that nobody has asked to end is left as it is.
        """
        found = self._standing.get(matter)
        if found is None or found.resume_asked_by is not None:
            found = Suspension(new_number("SUS"), matter, reason, by, self._instant(), recorded=False)
            self._standing[matter] = found
            self._effect(matter)
        if not found.recorded and await self._is_recorded(SUSPENSION, found.number, found.by, found.at, _said(found)):
            found = replace(found, recorded=True)
            if self._standing.get(matter, found).number == found.number:
                self._standing[matter] = found
        return found

    async def ask_to_resume(self, number: str, by: str) -> Suspension:
        """`by` asks to let a suspension end. Raises NoSuchSuspensionError, LedgerError."""
        async with self._turn:
            found = self._find(number)
            at = self._instant()
            said = {"suspension": number, "matter": found.matter, "by": by, "at": at}
            await self._ledger.append(step(RESUME_REQUEST, new_number("RES"), by, at, said, _named(found.matter)))
            asked = replace(self._find(number), resume_asked_by=by, resume_asked_at=at)
            self._standing[asked.matter] = asked
            return asked

    async def confirm(self, number: str, by: str) -> Suspension:
        """`by`, who must be another than who asked, lets machines decide again; the suspension that has ended.

        Raises NoSuchSuspensionError, NotAskedError, SamePersonError, LedgerError; then it stands.
        """
        async with self._turn:
            found = self._find(number)
            if found.resume_asked_by is None:
                raise NotAskedError
            if is_same(found.resume_asked_by, by):
                raise SamePersonError
            at = self._instant()
            said = {"suspension": number, "matter": found.matter, "asked_by": found.resume_asked_by, "by": by, "at": at}
            await self._ledger.append(step(RESUMED, new_number("RSD"), by, at, said, _named(found.matter)))
            # Suspended anew while that was written: the new suspension stands.
            if self._standing[found.matter].number == number:
                del self._standing[found.matter]
                self._effect(found.matter)
            return found

    def _find(self, number: str) -> Suspension:
        for one in self._standing.values():
            if one.number == number:
                return one
        raise NoSuchSuspensionError

    def _effect(self, matter: str) -> None:
        stands = matter in self._standing
        if stands:
            self._in_force.suspend(matter)
        else:
            self._in_force.resume(matter)
        self._signs.suspended(matter, stands=stands)

    async def _is_recorded(self, kind: str, number: str, by: str, at: str, said: Mapping[str, object]) -> bool:
        try:
            await self._ledger.append(step(kind, number, by, at, said, _named(str(said["matter"]))))
        except LedgerError as error:
            self._signs.unrecorded(error)
            return False
        return True

    def _take_up(self, recorded: Recorded) -> None:
        said = said_of(recorded)
        matter, by, at = str(said["matter"]), str(said["by"]), str(said["at"])
        standing = self._standing.get(matter)
        match recorded.entry.kind:
            case "suspension":
                self._standing[matter] = Suspension(recorded.entry.record_id, matter, str(said["reason"]), by, at)
            case "resume_request":
                if standing is not None and standing.number == said["suspension"]:
                    self._standing[matter] = replace(standing, resume_asked_by=by, resume_asked_at=at)
            case _:
                if standing is not None and standing.number == said["suspension"]:
                    del self._standing[matter]

    def _instant(self) -> str:
        return self._now().isoformat(timespec="milliseconds")


def _said(suspension: Suspension) -> dict[str, object]:
    return {
        "suspension": suspension.number,
        "matter": suspension.matter,
        "reason": suspension.reason,
        "by": suspension.by,
        "at": suspension.at,
    }


def _named(matter: str) -> str:
    """As the entry names it: nothing where all matters are meant."""
    return "" if matter == EVERYTHING else matter
