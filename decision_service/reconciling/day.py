"""One day, application by application: never more than one application's decisions and calls in memory."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import orjson

from decision_service.archive import ArchiveError, read_archive
from decision_service.lateness import waited_for
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.reading import LedgerReader
from decision_service.reconciling.checking import KIND, Checked, checked, match_checks
from decision_service.reconciling.exchange_log import Line, match_lines, read_lines
from decision_service.reconciling.findings import Difference, Tally
from decision_service.reconciling.matching import DAY_MS, match
from decision_service.reconciling.material import Look, Made, Used
from verifiers.freshness import CHINA
from verifiers.journal.errors import JournalRefusedError
from verifiers.journal.journaling import milliseconds
from verifiers.journal.reading import JournalReader
from verifiers.journal.records import CallRecord
from verifiers.journal.retention import CALL, CREDIT_CALL

_KEPT_DAYS: Final = 2
"""How far back the call may lie whose answer is used again for another application: no register's answers are kept
longer (the catalogue allows a day)."""

_TABLES: Final = """
CREATE TABLE touched (application_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE answered (
  register TEXT, request_id TEXT, digest TEXT, application_id TEXT, call_id TEXT, asked_at INTEGER
);
CREATE TABLE line (application_id TEXT, register TEXT, request_id TEXT, at INTEGER, status TEXT);
"""

Progress = Callable[[int, int], None]
"""Told how many applications are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What is reconciled: the ledger, the journal, and the exchange's own log if there is one."""

    ledger: Path
    journal: Path
    register_log: Path | None = None


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What the rules say: the registers that a matter lists on that day, and those asked once per application."""

    listed: Callable[[str], frozenset[str]]
    once: frozenset[str]


@dataclass(frozen=True, slots=True)
class Report:
    """What a day came to. `due`: credit checks put off whose 24 hours are not over yet."""

    day: date
    decisions: int
    answers: int
    calls: int
    due: int
    explained: Mapping[str, int]
    counts: Mapping[str, int]
    differences: Sequence[Difference]

    @property
    def is_clean(self) -> bool:
        """Whether everything is explained."""
        return not self.counts


def reconcile(sources: Sources, day: date, rules: Catalogued, now: datetime, progress: Progress) -> Report:
    """The report on `day` (China's). Raises LedgerError, JournalError, ExchangeLogError, OSError."""
    # The ledger first: every call of a decision that it then holds is in the journal by then.
    with (
        reading(LedgerFiles.beside(sources.ledger)) as ledger,
        JournalReader(sources.journal) as journal,
        _Desktop() as desktop,
    ):
        found = _Day(ledger, journal, desktop, day)
        found.require_kept()
        found.gather(sources.register_log)
        look = found.look(rules, now)
        tally = Tally()
        found.match_all(look, tally, progress)
        found.find_reused(tally)
    return Report(
        day, tally.decisions, tally.answers, tally.calls, tally.due, dict(tally.explained), dict(tally.counts),
        tuple(tally.differences),
    )  # fmt: skip


class _Desktop:
    """A place on disk to sort things on, gone afterwards."""

    def __init__(self) -> None:
        # The empty name is SQLite's for a file of its own that it deletes.
        self.connection = sqlite3.connect("", isolation_level=None)

    def __enter__(self) -> sqlite3.Connection:
        self.connection.executescript(_TABLES)
        self.connection.execute("BEGIN")
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()


class _Day:
    """The material of one day."""

    def __init__(self, ledger: LedgerReader, journal: JournalReader, desktop: sqlite3.Connection, day: date) -> None:
        self._ledger = ledger
        self._journal = journal
        self._desktop = desktop
        self._day = day
        self._start = milliseconds(datetime.combine(day, datetime.min.time(), CHINA))
        self._end = self._start + DAY_MS
        self._callers = tuple(ledger.callers())
        self._logged: frozenset[str] | None = None

    def require_kept(self) -> None:
        """Raises JournalRefusedError where calls of the day were dropped since."""
        if any(self._journal.dropped_before(kind) > self._start for kind in (CALL, CREDIT_CALL)):
            raise JournalRefusedError(
                "journal: calls of that day were dropped on their retention day; nothing to match"
            )

    def gather(self, register_log: Path | None) -> None:
        """Which applications are concerned, who answered what, and what the exchange logged."""
        put = self._desktop
        touch = "INSERT OR IGNORE INTO touched VALUES (?)"
        put.executemany(touch, ((one,) for one in self._ledger.applications_decided_on(str(self._day))))
        since = self._start - _KEPT_DAYS * DAY_MS
        lately = self._journal.numbers_between(since, self._end)
        put.executemany("INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?)", lately)
        put.execute("CREATE INDEX answered_number ON answered (register, request_id)")
        put.executemany(touch, ((one,) for one in self._journal.applications_between(self._start, self._end)))
        if register_log is not None:
            self._gather_lines(register_log)

    def _gather_lines(self, path: Path) -> None:
        put = self._desktop
        rows = ((one.application_id, one.register, one.request_id, one.at, one.status) for one in read_lines(path))
        put.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", rows)
        put.execute("CREATE INDEX line_application ON line (application_id)")
        put.execute(
            "INSERT OR IGNORE INTO touched SELECT application_id FROM line WHERE at >= ? AND at < ?",
            (self._start, self._end),
        )
        self._logged = frozenset(str(row[0]) for row in put.execute("SELECT DISTINCT register FROM line"))

    def look(self, rules: Catalogued, now: datetime) -> Look:
        """What the rules of matching look with."""
        return Look(
            self._start, self._end, milliseconds(now), rules.once, rules.listed, self._elsewhere, self._is_intact
        )

    def match_all(self, look: Look, tally: Tally, progress: Progress) -> None:
        """Match every application concerned."""
        total = self._desktop.execute("SELECT count(*) FROM touched").fetchone()[0]
        numbers = self._desktop.execute("SELECT application_id FROM touched ORDER BY application_id")
        for done, (number,) in enumerate(numbers, 1):
            calls = self._journal.calls_of(number)
            for caller in {*self._callers, *(call.sent.caller for call in calls)}:
                decisions = list(self._ledger.of_application(caller, number))
                made_by_caller = [call for call in calls if call.sent.caller == caller]
                if any(one.entry.is_erased for one in decisions):
                    tally.explained["erased"] += len(made_by_caller)  # what they were for nobody can tell any more
                else:
                    match([_made(one) for one in decisions], made_by_caller, look, tally)
                    match_checks(list(self._checks(decisions)), made_by_caller, look, tally)
            if self._logged is not None:
                match_lines(number, self._lines(number), calls, self._logged, look, tally)
            progress(done, total)

    def _checks(self, decisions: Sequence[Recorded]) -> Iterator[Checked]:
        """What the checks after these grants rest on."""
        for decision in decisions:
            for one in self._ledger.about(decision.entry.decision_id):
                if one.entry.kind == KIND and not one.entry.is_erased:
                    try:
                        yield from checked(one, milliseconds(datetime.fromisoformat(one.entry.at)))
                    except (KeyError, TypeError, ValueError) as error:
                        raise LedgerFaultError(f"record {one.index}: can't be read ({type(error).__name__})") from None

    def find_reused(self, tally: Tally) -> None:
        """Calls of several applications that a register answered with one number."""
        reused = self._desktop.execute(
            "SELECT register, request_id FROM answered GROUP BY register, request_id "
            "HAVING count(DISTINCT application_id) > 1 AND max(asked_at) >= ?",
            (self._start,),
        )
        for register, number in reused.fetchall():
            calls = self._desktop.execute(
                "SELECT application_id, call_id FROM answered WHERE register = ? AND request_id = ?", (register, number)
            )
            for application_id, call_id in calls.fetchall():
                tally.differ(Difference("request_id_reused", application_id, None, register, call_id))

    def _lines(self, application_id: str) -> list[Line]:
        rows = self._desktop.execute(
            "SELECT register, application_id, request_id, at, status FROM line WHERE application_id = ? ORDER BY at",
            (application_id,),
        )
        return [Line(*row) for row in rows]

    def _elsewhere(self, register: str, request_id: str) -> Sequence[str | None]:
        rows = self._desktop.execute(
            "SELECT digest FROM answered WHERE register = ? AND request_id = ?", (register, request_id)
        )
        return [row[0] for row in rows]

    def _is_intact(self, call: CallRecord) -> bool:
        body = self._journal.answer(call.sent.call_id)
        return body is None or call.ended is None or hashlib.sha256(body).hexdigest() == call.ended.digest


def _made(recorded: Recorded) -> Made:
    """The decision in a record. Raises LedgerFaultError where its archive can't be read."""
    entry = recorded.entry
    try:
        archive = read_archive(entry.archive)
        decided_at = datetime.fromisoformat(entry.at)
        answer = orjson.loads(entry.answer)
        return Made(
            decision_id=entry.decision_id,
            application_id=entry.application_id,
            matter=entry.matter,
            decided_at=milliseconds(decided_at),
            recorded_at=milliseconds(decided_at) + archive.occasion.elapsed_ms + 1,  # both are rounded
            outcome=answer["outcome"],
            broken_off=archive.referred_by is not None,
            answers=tuple(_used(archive.answers)),
            waits=bool(waited_for(answer)),
            replaces=answer.get("replaces"),
        )
    except (ArchiveError, KeyError, TypeError, ValueError) as error:
        raise LedgerFaultError(f"record {recorded.index}: can't be read ({type(error).__name__})") from None


def _used(answers: Mapping[str, Mapping[str, object]]) -> Iterator[Used]:
    for register, raw in answers.items():
        params, asked_at = raw["params"], str(raw["asked_at"])
        yield Used(
            register=register,
            status=str(raw["status"]),
            origin=str(raw["origin"]),
            fault=_maybe(raw["fault"]),
            request_id=_maybe(raw["request_id"]),
            digest=_maybe(raw["digest"]),
            params=tuple(sorted(params)) if isinstance(params, dict) else (),
            asked_at=milliseconds(datetime.fromisoformat(asked_at)),
        )


def _maybe(value: object) -> str | None:
    return None if value is None else str(value)
