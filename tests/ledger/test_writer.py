"""The writer under many tasks: one winner a key, batches that don't spoil each other, a bounded queue, a clean end."""

import asyncio
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.ledger.entry import Entry, Envelope, Recorded
from decision_service.ledger.errors import KeyConflictError, LedgerBusyError, LedgerFaultError, RecordTakenError
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByKey, Query, Refusal
from decision_service.ledger.writer import Ledger
from tests.ledger.making import checked, entry, sqlite_store
from tests.sizes import size


class HeldStore:
    """A store whose commits wait until the test lets them go; it counts them."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.go, self.entered = threading.Event(), threading.Event()
        self.batches: list[list[Entry]] = []
        self.fault = fault
        self.closed = False

    def append(self, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        self.entered.set()
        self.go.wait(30)
        self.batches.append(list(entries))
        if self.fault is not None:
            raise self.fault
        return [Recorded("log", 0, b"", b"", b"", b"", one, Envelope(*[b""] * 6)) for one in entries]

    def find(self, query: Query) -> tuple[Recorded, ...]:  # noqa: ARG002 - the protocol's
        return ()

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:  # noqa: ARG002 - the protocol's
        return ()

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("linger", [0.0, 0.002])
def test_racing_for_the_same_keys(tmp_path: Path, linger: float) -> None:
    """Many tasks, few keys, two bodies: each key has one record, whose body all winners sent; the others conflict."""
    tasks, dice = size("racing_tasks", quick=600, full=20_000), random.Random(5)

    async def scene() -> None:
        ledger = Ledger(sqlite_store(tmp_path / "ledger.sqlite3"), linger_seconds=linger)
        asked = [
            entry(n, key=f"key {dice.randrange(40)}", body=dice.choice("xxxy"), record_id=f"try {n}")
            for n in range(tasks)
        ]
        results = await asyncio.gather(*map(ledger.append, asked), return_exceptions=True)
        answers: dict[str, set[bytes]] = {}
        conflicts = 0
        for one, result in zip(asked, results, strict=True):
            (standing,) = ledger.find(ByKey("hall", one.key))
            if isinstance(result, Recorded):
                assert result == standing
                assert result.entry.fingerprint == one.fingerprint
                answers.setdefault(one.key, set()).add(full_answer(result))
            else:
                conflicts += 1
                assert isinstance(result, KeyConflictError)
                assert standing.entry.fingerprint != one.fingerprint
        assert conflicts
        assert len(answers) == 40
        assert all(len(same) == 1 for same in answers.values())
        await asyncio.to_thread(ledger.close)

    asyncio.run(scene())
    report = checked(tmp_path / "ledger.sqlite3")
    assert report.is_sound
    assert report.records == 40


def test_a_refused_entry_leaves_the_others_of_its_batch_alone(tmp_path: Path) -> None:
    async def scene() -> None:
        ledger = Ledger(sqlite_store(tmp_path / "ledger.sqlite3"))
        await ledger.append(entry(0))
        asked = [
            entry(1),
            entry(2, key="key 0", body="other"),
            entry(3, record_id="decision 0"),
            entry(4, key="key 1", decision_id="never"),
            entry(5),
        ]
        first, conflict, taken, loser, last = await asyncio.gather(*map(ledger.append, asked), return_exceptions=True)
        assert isinstance(conflict, KeyConflictError)
        assert isinstance(taken, RecordTakenError)
        assert isinstance(first, Recorded)
        assert isinstance(last, Recorded)
        assert loser == first
        assert (first.index, last.index) == (1, 2)
        ledger.close()

    asyncio.run(scene())


def test_a_full_queue_is_busy_at_once() -> None:
    async def scene() -> None:
        store = HeldStore()
        ledger = Ledger(store, capacity=5)
        held = asyncio.create_task(ledger.append(entry(0)))
        await asyncio.to_thread(store.entered.wait, 30)
        waiting = [asyncio.create_task(ledger.append(entry(n))) for n in range(1, 6)]
        await asyncio.sleep(0)
        with pytest.raises(LedgerBusyError):
            await ledger.append(entry(6))
        store.go.set()
        await asyncio.gather(held, *waiting)
        assert await ledger.append(entry(7))
        await asyncio.to_thread(ledger.close)
        assert [len(batch) for batch in store.batches] == [1, 5, 1]

    asyncio.run(scene())


def test_a_batch_is_bounded_and_in_order() -> None:
    async def scene() -> None:
        store = HeldStore()
        ledger = Ledger(store)
        tasks = [asyncio.create_task(ledger.append(entry(n))) for n in range(700)]
        await asyncio.to_thread(store.entered.wait, 30)
        await asyncio.sleep(0)
        store.go.set()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(ledger.close)
        assert max(map(len, store.batches)) == 256
        written = [one.application_id for batch in store.batches for one in batch]
        assert written == [f"application {n}" for n in range(700)]

    asyncio.run(scene())


def test_closing_writes_what_waits() -> None:
    """close() on the loop itself, while entries wait: they are written, told, and no new one is taken."""

    async def scene() -> None:
        store = HeldStore()
        ledger = Ledger(store)
        tasks = [asyncio.create_task(ledger.append(entry(n))) for n in range(300)]
        await asyncio.to_thread(store.entered.wait, 30)
        closing = asyncio.create_task(asyncio.to_thread(ledger.close))
        while not ledger._closing:  # noqa: ASYNC110 - the flag belongs to a thread, which can't set an event of this loop
            await asyncio.sleep(0)
        with pytest.raises(LedgerFaultError):
            await ledger.append(entry("late"))
        assert not store.closed
        store.go.set()
        assert len(await asyncio.gather(*tasks)) == 300
        await closing
        assert store.closed

    asyncio.run(scene())


def test_a_client_that_goes_away_harms_nobody() -> None:
    async def scene() -> None:
        store = HeldStore()
        ledger = Ledger(store)
        tasks = [asyncio.create_task(ledger.append(entry(n))) for n in range(10)]
        await asyncio.to_thread(store.entered.wait, 30)
        for task in tasks[::2]:
            task.cancel()
        store.go.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(result, Recorded) for result in results] == [False, True] * 5
        assert await ledger.append(entry("next"))
        await asyncio.to_thread(ledger.close)

    asyncio.run(scene())


def test_a_loop_that_is_gone_harms_nobody() -> None:
    store = HeldStore()
    ledger = Ledger(store)

    async def leave() -> None:
        task = asyncio.create_task(ledger.append(entry(1)))
        await asyncio.to_thread(store.entered.wait, 30)
        task.cancel()

    asyncio.run(leave())
    store.go.set()
    assert ledger.append_blocking(entry(2)).entry.application_id == "application 2"
    ledger.close()


def test_a_store_with_a_bug_is_a_fault_not_a_hang() -> None:
    store = HeldStore(ZeroDivisionError("a value that must not be told"))
    store.go.set()
    ledger = Ledger(store)
    for n in range(2):
        with pytest.raises(LedgerFaultError, match="ZeroDivisionError") as caught:
            ledger.append_blocking(entry(n))
        assert "value" not in str(caught.value)
    ledger.close()


def test_threads_and_loops_share_one_ledger(tmp_path: Path) -> None:
    ledger = Ledger(sqlite_store(tmp_path / "ledger.sqlite3"))

    def of_a_loop(n: int) -> list[Recorded]:
        async def scene() -> list[Recorded]:
            return await asyncio.gather(*(ledger.append(entry(f"{n} {m}")) for m in range(20)))

        return asyncio.run(scene())

    def of_a_thread(n: int) -> list[Recorded]:
        return [ledger.append_blocking(entry(f"{n} {m}")) for m in range(20)]

    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(of_a_loop, range(4)), *pool.map(of_a_thread, range(4, 8))]
    ledger.close()
    assert sorted(one.index for records in found for one in records) == list(range(160))


def test_two_writers_of_one_file_make_one_chain(tmp_path: Path) -> None:
    """Two processes would do the same: the head is read inside each transaction."""
    ledgers = [Ledger(sqlite_store(tmp_path / "ledger.sqlite3")) for _ in range(2)]

    async def scene() -> list[Recorded]:
        return await asyncio.gather(*(ledgers[n % 2].append(entry(n, key=f"key {n // 3}")) for n in range(120)))

    found = asyncio.run(scene())
    for ledger in ledgers:
        ledger.close()
    assert {one.index for one in found} == set(range(40))
    assert checked(tmp_path / "ledger.sqlite3").is_sound


@pytest.mark.parametrize(
    "wrong", [{"linger_seconds": 0.003}, {"linger_seconds": -1}, {"batch": 0}, {"batch": 257}, {"capacity": 0}]
)
def test_bounds_are_bounds(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="ledger: linger"):
        Ledger(HeldStore(), **wrong)
