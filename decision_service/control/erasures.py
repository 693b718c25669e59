"""Erasing a person (PIPL art. 47): one member of staff asks, another approves, and the key of the facts is destroyed.

The records stay, and every proof over them; nobody can read any more what they said. What was asked and approved is
on record before a key is destroyed, and is carried out again at each start: a key ring that was restored from a copy
brings nothing back.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, cast, get_args

from decision_service.control.records import new_number, said_of, step
from decision_service.control.switch import SamePersonError, is_same
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.store import ByKind, BySubject
from decision_service.ledger.writer import Ledger
from decision_service.subject import application_words

ERASURE_REQUEST: Final = "erasure_request"
ERASURE: Final = "erasure"

AT_ONCE: Final = 200
"""Erasures of before for which the files beside the ledger are opened once."""

Ground = Literal["retention_ended", "unlawful_processing", "ordered"]
"""Why facts are erased: the time for which they must be kept has passed (PIPL 47 para 1 item 2), they should not have
been processed (item 4), or a court or a competent authority orders it (item 5). Only the first waits for its day:
para 2 keeps what the law wants kept."""

GROUNDS: Final[tuple[Ground, ...]] = get_args(Ground)


class Elsewhere(Protocol):
    """What is held of a person beside the ledger."""

    def forget(self, decision_ids: Collection[str], applications: Collection[tuple[str, str]]) -> None:
        """Let go of it for good; `applications` by their caller and number. Raises LedgerError or JournalError where a
        file fails."""


class NobodyError(Exception):
    """Nothing is on record of that person, or of that application."""


class NoSuchErasureError(Exception):
    """Nobody asked for an erasure of that number, or it was carried out."""


class KeptError(Exception):
    """It must be kept until `until`, a day (2036-03-16)."""

    def __init__(self, until: str) -> None:
        super().__init__("the law keeps it longer")
        self.until = until


@dataclass(frozen=True, slots=True)
class Erasing:
    """An erasure that was asked for: of whom (a mark), why, by whom and when; `records` were on record then,
    `kept_until` is the day from which nothing of it need be kept. `approved_by` is None until it was carried out."""

    number: str
    subject: bytes
    ground: Ground
    note: str
    by: str
    at: str
    records: int
    kept_until: str
    approved_by: str | None = None


class Erasures:
    """The steps. One in a process; used from its event loop."""

    def __init__(
        self, ledger: Ledger, ring: KeyRing, now: Callable[[], datetime], keep_days: int, elsewhere: Elsewhere
    ) -> None:
        """Destroys the keys of what is on record as erased once more. `now` is the clock of records. Raises
        LedgerError."""
        self._ledger = ledger
        self._ring = ring
        self._now = now
        self._keep_days = keep_days
        self._elsewhere = elsewhere
        self._asked: dict[str, Erasing] = {}
        self._turn = asyncio.Lock()
        for recorded in ledger.find(ByKind(ERASURE_REQUEST)):
            self._asked[recorded.entry.record_id] = _asked(recorded, said_of(recorded))
        keys: set[bytes] = set()
        for recorded in ledger.find(ByKind(ERASURE)):
            said = said_of(recorded)
            keys |= _keys(said)
            asked = self._asked.get(str(said["erasure"]))
            if asked is not None:
                self._asked[asked.number] = replace(asked, approved_by=recorded.entry.caller)
        if keys:
            ring.destroy(keys)

    @property
    def waiting(self) -> tuple[Erasing, ...]:
        """What waits for a second person."""
        return tuple(one for one in self._asked.values() if one.approved_by is None)

    async def ask(self, subject: bytes, ground: Ground, note: str, by: str) -> Erasing:
        """`by` asks to erase the facts of `subject`. Raises NobodyError, KeptError, LedgerError."""
        found, _ = await asyncio.to_thread(self._found, subject, ground)
        readable = [one for one in found if not one.entry.is_erased]
        if not readable:
            raise NobodyError
        until = kept_until(readable, self._keep_days)
        if ground == "retention_ended" and until > self._now().date().isoformat():
            raise KeptError(until)
        asked = Erasing(new_number("ERQ"), subject, ground, note, by, self._instant(), len(readable), until)
        await self._ledger.append(step(ERASURE_REQUEST, asked.number, by, asked.at, _said(asked)))
        self._asked[asked.number] = asked
        return asked

    async def approve(self, number: str, by: str) -> Erasing:
        """`by`, who must be another than who asked, has it carried out: when this returns, nobody can read the facts.

        Raises NoSuchErasureError, SamePersonError, LedgerError; after LedgerError it may be approved again.
        """
        async with self._turn:
            asked = self._asked.get(number)
            if asked is None or asked.approved_by is not None:
                raise NoSuchErasureError
            if is_same(asked.by, by):
                raise SamePersonError
            await self.carry_out(asked, by)
            done = replace(asked, approved_by=by)
            self._asked[number] = done
            return done

    async def carry_out(self, asked: Erasing, by: str) -> None:
        """Record that `asked` is done, then do it. Raises LedgerError."""
        found, also = await asyncio.to_thread(self._found, asked.subject, asked.ground)
        keys = sorted({one.envelope.key_id.hex() for one in found})
        said = {
            "erasure": asked.number,
            "ground": asked.ground,
            "asked_by": asked.by,
            "by": by,
            "at": self._instant(),
            "subject": asked.subject.hex(),
            "also": [one.hex() for one in also],
            "keys": keys,
            "records": [one.entry.record_id for one in found],
        }
        await self._ledger.append(step(ERASURE, new_number("ERS"), by, str(said["at"]), said))
        await asyncio.to_thread(self._forget, found, keys)

    def forget_again(self) -> None:
        """What lies beside the ledger of those who are on record as erased goes once more: a crash may have come
        between, a file was put back from a copy, or a register answered late. Takes its time. Raises LedgerError,
        JournalError."""
        erased = self._ledger.find(ByKind(ERASURE))
        for start in range(0, len(erased), AT_ONCE):
            found: list[Recorded] = []
            for said in map(said_of, erased[start : start + AT_ONCE]):
                keys = _keys(said)
                for subject in (said["subject"], *cast("list[str]", said.get("also", []))):
                    records = self._ledger.find(BySubject(bytes.fromhex(str(subject))))
                    # Whoever applied anew since has another key: what lies beside of that stays.
                    found += [one for one in records if one.envelope.key_id in keys]
            self._forget_beside(found)
        self._settle()

    def _found(self, subject: bytes, ground: Ground) -> tuple[list[Recorded], list[bytes]]:
        """All records of `subject`, with those of the same applications in which no number could be read: they came
        back for correction, and are of whom the corrected ones are of; and the marks of those. What is past its time
        goes by its own day."""
        found = list(self._ledger.find(BySubject(subject)))
        if ground == "retention_ended":
            return found, []
        applications = {(one.entry.caller, one.entry.application_id) for one in found if one.entry.kind == DECISION}
        also: list[bytes] = []
        for mark in sorted({self._ring.mark(*application_words(*one)) for one in applications} - {subject}):
            if more := self._ledger.find(BySubject(mark)):
                also.append(mark)
                found += more
        return found, also

    def _forget(self, found: Sequence[Recorded], keys: Collection[str]) -> None:
        # First what lies beside: while the key is there, a failure leaves something to try again with.
        self._forget_beside(found)
        self._ring.destroy([bytes.fromhex(key) for key in keys])
        self._settle()

    def _settle(self) -> None:
        if not self._ring.settle():
            raise LedgerFaultError("key ring: a reader keeps what was destroyed in its files; try again")

    def _forget_beside(self, found: Sequence[Recorded]) -> None:
        decisions = {one.entry.decision_id for one in found if one.entry.decision_id}
        # A record of what came after a decision has the caller who did it: the application is the decision's.
        applications = {(one.entry.caller, one.entry.application_id) for one in found if one.entry.kind == DECISION}
        self._elsewhere.forget(decisions, applications)

    def _instant(self) -> str:
        return self._now().isoformat(timespec="milliseconds")


def _keys(said: Mapping[str, object]) -> set[bytes]:
    return {bytes.fromhex(key) for key in cast("list[str]", said["keys"])}


def kept_until(records: Sequence[Recorded], keep_days: int) -> str:
    """The day from which none of `records` need be kept, counted from the newest."""
    newest = max(datetime.fromisoformat(one.entry.at) for one in records)
    return (newest.date() + timedelta(days=keep_days)).isoformat()


def _said(asked: Erasing) -> dict[str, object]:
    return {
        "erasure": asked.number,
        "subject": asked.subject.hex(),
        "ground": asked.ground,
        "note": asked.note,
        "by": asked.by,
        "at": asked.at,
        "records": asked.records,
        "kept_until": asked.kept_until,
    }


def _asked(recorded: Recorded, said: Mapping[str, object]) -> Erasing:
    return Erasing(
        number=recorded.entry.record_id,
        subject=bytes.fromhex(str(said["subject"])),
        ground=cast("Ground", said["ground"]),
        note=str(said["note"]),
        by=recorded.entry.caller,
        at=recorded.entry.at,
        records=cast("int", said["records"]),
        kept_until=str(said["kept_until"]),
    )
