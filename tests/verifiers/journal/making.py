"""Notes, journals and disks that fail, for the tests of this folder."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.journal.journal import Journal
from verifiers.journal.reading import JournalReader
from verifiers.journal.records import Access, CallRecord, Ended, Sent
from verifiers.journal.retention import Retention
from verifiers.journal.store import JournalStore
from verifiers.registers import Register
from verifiers.verifier import Question

ID_NO = "210100193505208826"
CREDIT = Register("credit", "公共信用", "credit", ("id_no",), {}, 500, 24)


def sent(number: int | str, *, register: str = "credit", application: str = "A1", at: int = 1000) -> Sent:
    """A call that differs from others by its number."""
    return Sent(
        f"call {number}", register, "elderly_allowance", application, "item:elderly_allowance", ("id_no",),
        "mark", "exchange", "platform", "hall:1", at,
    )  # fmt: skip


def ended(number: int | str, *, at: int = 1020, status: str = "ok") -> Ended:
    """The end of the call of that number."""
    return Ended(f"call {number}", at, status, None, f"request {number}", "2026-03-16", "ab" * 32, 20)


def access(number: int | str, *, application: str = "A1", at: int = 2000) -> Access:
    """A reading that differs from others by its number."""
    return Access(f"access {number}", "platform", "hall:1", f"D {application}", application, "GET /x", at)


def question(application: str = "A1", register: Register = CREDIT) -> Question:
    """A question about a person."""
    purpose = "item:elderly_allowance"
    return Question(register, "elderly_allowance", application, purpose, ID_NO, {"id_no": ID_NO}, ("id_no",))


class FailingDisk:
    """Makes connections whose `n`-th statement from arming fails: not carried out, or carried out unanswered."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.after = False
        self.for_good = False
        self.only: Callable[[str], bool] = lambda _: True

    def arm(self, n: int, *, after: bool = False) -> None:
        self.left, self.after = n, after

    @property
    def has_failed(self) -> bool:
        return self.left == 0

    def __call__(self, path: Path) -> sqlite3.Connection:
        disk = self

        def fails(sql: str) -> bool:
            if disk.for_good:
                return sql == "COMMIT"
            if not disk.left or not disk.only(sql):
                return False
            disk.left -= 1
            return not disk.left

        class Connection(sqlite3.Connection):
            def execute(self, sql, parameters=(), /):
                return self._done(super().execute, sql, parameters)

            def executemany(self, sql, parameters, /):
                return self._done(super().executemany, sql, parameters)

            def _done(self, what, sql, parameters):
                if not fails(sql):
                    return what(sql, parameters)
                if disk.after:
                    what(sql, parameters)
                raise sqlite3.OperationalError("disk I/O error")

        return sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False, factory=Connection)


@contextmanager
def opened(path: Path, **options) -> Iterator[Journal]:
    """A journal, closed at the end."""
    connect = {"connect": options.pop("disk")} if "disk" in options else {}
    journal = Journal(JournalStore(path, Retention(), **connect), **options)
    try:
        yield journal
    finally:
        journal.close()


def flush(journal: Journal) -> None:
    """As the desk does it, on an event loop."""
    asyncio.run(journal.flush())


def calls_in(path: Path, application: str = "A1") -> list[CallRecord]:
    """The calls on disk."""
    with JournalReader(path) as reader:
        return reader.calls_of(application)


def accesses_in(path: Path) -> list[Access]:
    """The accesses on disk."""
    with JournalReader(path) as reader:
        return list(reader.accesses())


class Register1:
    """A verifier that does what it is told."""

    def __init__(self, answer: Callable[[], Evidence] | None = None, seconds: float = 0.0) -> None:
        self.answer = answer or (lambda: Evidence("credit", "ok", request_id="R1", digest="cd" * 32, wire=b"{signed}"))
        self.seconds = seconds
        self.asked = 0

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:  # noqa: ARG002 - the protocol's
        self.asked += 1
        await asyncio.sleep(self.seconds)
        return self.answer()
