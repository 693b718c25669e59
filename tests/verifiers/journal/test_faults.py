"""A disk that fails or hangs: who waits is told, nothing is lost, nothing more is taken than there is room for."""

import asyncio
import sqlite3
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from tests.verifiers.journal.making import FailingDisk, access, accesses_in, calls_in, ended, flush, opened, sent
from verifiers.journal.errors import JournalBusyError, JournalFaultError, JournalRefusedError
from verifiers.journal.journal import Journal
from verifiers.journal.records import Note
from verifiers.journal.retention import Retention
from verifiers.journal.store import JournalStore


@pytest.mark.parametrize("after", [False, True], ids=["not carried out", "carried out, answer lost"])
def test_each_statement_may_fail_once(tmp_path: Path, after: bool) -> None:
    """Fail the n-th statement for n = 1, 2, 3 … until none is left to fail: the flush says so, the next one writes."""
    for n in count(1):
        path, disk = tmp_path / f"{n}.sqlite3", FailingDisk()
        with opened(path, disk=disk, linger_seconds=30) as journal:
            journal.note_sent(sent(0))
            flush(journal)
            disk.arm(n, after=after)
            journal.note_sent(sent(1))
            journal.note_ended(ended(1), b"answer")
            journal.note_access(access(1))
            if n <= 6:  # BEGIN, four inserts at most, COMMIT
                with pytest.raises(JournalFaultError):
                    flush(journal)
            flush(journal)
            assert [one.sent.call_id for one in calls_in(path)] == ["call 0", "call 1"]
            assert len(accesses_in(path)) == 1
            if not disk.has_failed:
                assert n == 7
                return


def test_everybody_who_waits_is_told(tmp_path: Path) -> None:
    disk = FailingDisk()
    disk.only = lambda sql: sql == "COMMIT"

    async def scene(journal: Journal) -> None:
        async def decision(number: int) -> None:
            journal.note_sent(sent(number))
            await journal.flush()

        disk.arm(1)
        results = await asyncio.gather(*(decision(number) for number in range(20)), return_exceptions=True)
        faults = [one for one in results if isinstance(one, JournalFaultError)]
        assert faults
        assert len(set(map(id, faults))) == len(faults)
        await journal.flush()

    path = tmp_path / "calls.sqlite3"
    with opened(path, disk=disk) as journal:
        asyncio.run(scene(journal))
        assert len(calls_in(path)) == 20


class Hanging(JournalStore):
    """A disk that takes as long as the test wants."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Retention())
        self.goes_on = threading.Event()

    def append(self, notes: list[Note]) -> None:
        self.goes_on.wait(30)
        super().append(notes)


def test_while_the_disk_hangs_new_calls_are_refused_and_those_under_way_still_end(tmp_path: Path) -> None:
    """The loop is never held up: every note returns at once though the writer stands still."""
    store = Hanging(tmp_path / "calls.sqlite3")
    journal = Journal(store, capacity=10)
    # Each call keeps room for itself, its end and its answer.
    taken = 4
    for number in range(taken):
        journal.note_sent(sent(number))
    with pytest.raises(JournalBusyError):
        journal.note_sent(sent("one too many"))
    with pytest.raises(JournalBusyError):
        journal.note_access(access(1))
    for number in range(taken):
        journal.note_ended(ended(number), b"answer")
    store.goes_on.set()
    flush(journal)
    journal.note_sent(sent(99))
    journal.close()
    found = calls_in(tmp_path / "calls.sqlite3")
    assert [one.sent.call_id for one in found] == ["call 0", "call 1", "call 2", "call 3", "call 99"]
    assert all(one.ended is not None for one in found[:4])


def test_a_flush_that_is_not_waited_for_any_more_harms_nobody(tmp_path: Path) -> None:
    store = Hanging(tmp_path / "calls.sqlite3")

    async def scene(journal: Journal) -> None:
        journal.note_sent(sent(1))
        gone = asyncio.ensure_future(journal.flush())
        stays = asyncio.ensure_future(journal.flush())
        await asyncio.sleep(0)
        gone.cancel()
        store.goes_on.set()
        await stays
        assert gone.cancelled()

    journal = Journal(store)
    asyncio.run(scene(journal))
    journal.close()


def test_what_nobody_waits_for_is_written_after_a_moment(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.sqlite3", linger_seconds=0.01) as journal:
        journal.note_sent(sent(1))
        seen = threading.Event()
        for _ in range(3000):
            if calls_in(tmp_path / "calls.sqlite3"):
                return
            seen.wait(0.01)
    pytest.fail("never written")


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    journal = Journal(JournalStore(tmp_path / "calls.sqlite3", Retention()))
    journal.close()
    with pytest.raises(JournalFaultError):
        journal.note_sent(sent(1))
    with pytest.raises(JournalFaultError):
        journal.note_access(access(1))


def is_open(journal: Journal) -> bool:
    """Whether it takes notes."""
    try:
        journal.note_access(access(1))
    except JournalFaultError:
        return False
    return True


class GivesUp(Hanging):
    """A disk that hangs, and then fails."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.entered = threading.Event()

    def append(self, notes: list[Note]) -> None:
        self.entered.set()
        self.goes_on.wait(30)
        raise JournalFaultError(f"{len(notes)} notes not written")


def test_who_comes_to_wait_when_the_writer_has_just_given_up_is_told_so(tmp_path: Path) -> None:
    """The writer is held up while it tells the one who waits; it looks at no other after that."""
    telling, goes_on = threading.Event(), threading.Event()

    class Held(asyncio.SelectorEventLoop):
        def call_soon_threadsafe(self, *args, **options):
            telling.set()
            goes_on.wait(30)
            return super().call_soon_threadsafe(*args, **options)

    def waits(journal: Journal) -> None:
        with asyncio.Runner(loop_factory=Held) as runner, pytest.raises(JournalFaultError):
            runner.run(journal.flush())

    def closes(journal: Journal) -> None:
        with pytest.raises(JournalFaultError, match="could not be written"):
            journal.close()

    store = GivesUp(tmp_path / "calls.sqlite3")
    journal = Journal(store, linger_seconds=30)
    journal.note_sent(sent(1))
    with ThreadPoolExecutor(2) as pool:
        try:
            waiting = pool.submit(waits, journal)
            assert store.entered.wait(30)
            closing = pool.submit(closes, journal)
            while is_open(journal):
                time.sleep(0.01)
            store.goes_on.set()
            assert telling.wait(30)
            with pytest.raises(JournalFaultError):
                asyncio.run(asyncio.wait_for(journal.flush(), 5))
        finally:
            store.goes_on.set()
            goes_on.set()
        waiting.result(30)
        closing.result(30)


def test_a_journal_that_could_not_write_at_the_end_says_so(tmp_path: Path) -> None:
    disk = FailingDisk()
    disk.only = lambda sql: sql == "COMMIT"
    journal = Journal(JournalStore(tmp_path / "calls.sqlite3", Retention(), disk), linger_seconds=30)
    journal.note_sent(sent(1))
    disk.arm(1)
    with pytest.raises(JournalFaultError, match="1 notes"):
        journal.close()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 but not", b"x" * 5000])
def test_another_file_is_no_journal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calls.sqlite3"
    if content:
        path.write_bytes(content)
    else:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE other (x)")
        connection.close()
    with pytest.raises(JournalRefusedError, match=r"calls\.sqlite3"):
        JournalStore(path, Retention())
    with pytest.raises(JournalRefusedError):
        calls_in(path)


def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.sqlite3") as journal:
        journal.note_sent(sent(1))
        flush(journal)
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sent SET purpose = 'other'",
        "UPDATE ended SET status = 'ok'",
        "UPDATE answer SET body = x'00'",
        "UPDATE access SET who = 'nobody'",
        "DELETE FROM sent",
        "DELETE FROM ended",
        "DELETE FROM answer",
        "DELETE FROM access",
        "DELETE FROM dropped",
    ],
)
def test_a_slip_of_the_hand_in_a_shell_fails(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "calls.sqlite3"
    with opened(path) as journal:
        journal.note_sent(sent(1))
        journal.note_ended(ended(1), b"answer")
        journal.note_access(access(1))
        flush(journal)
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO dropped VALUES ('call', 0, 0, 0)")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
