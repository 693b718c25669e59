"""The one writer of a ledger: many wait, one thread commits for all of them (group commit).

While a commit is on its way to the disk the next entries gather, and the next commit takes them together. A lone entry
is written at once. When several wait, the writer may linger for more; on a disk that syncs in less than a millisecond
the commit before is linger enough, so the default is not to.
"""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent import futures
from dataclasses import dataclass
from typing import Final, Protocol

from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import (
    KeyConflictError,
    LedgerBusyError,
    LedgerError,
    LedgerFaultError,
    RecordTakenError,
)
from decision_service.ledger.store import Query, Refusal, Store

LINGER_SECONDS: Final = 0.0
BATCH: Final = 256
CAPACITY: Final = 4096
"""Entries that may wait: at 5,000 commits a second less than a second's worth, so no one waits in vain for longer."""

_Result = Recorded | LedgerError


class _Waiter(Protocol):
    """A future, of a thread or of an event loop."""

    def done(self) -> bool: ...
    def set_result(self, result: Recorded, /) -> None: ...
    def set_exception(self, exception: LedgerError, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _Job:
    """An entry and who waits for it; `loop` is None for a waiting thread."""

    entry: Entry
    waiter: _Waiter
    loop: asyncio.AbstractEventLoop | None


class Ledger:
    """The record of decisions as the desk uses it. Owns `store` and closes it.

    INVARIANT: an append that returned is on disk; one that raised was acknowledged to nobody
    (tests/ledger/test_kill.py, tests/ledger/test_faults.py).
    """

    def __init__(
        self, store: Store, *, linger_seconds: float = LINGER_SECONDS, batch: int = BATCH, capacity: int = CAPACITY
    ) -> None:
        if not 0 <= linger_seconds <= 0.002 or not 1 <= batch <= BATCH or capacity < 1:
            raise ValueError(f"ledger: linger must be 0 to 0.002 s, batch 1 to {BATCH}, capacity at least 1")
        self._store = store
        self._linger = linger_seconds
        self._batch = batch
        self._capacity = capacity
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._committing_since: float | None = None
        self._thread = threading.Thread(target=self._write, name="ledger-writer", daemon=True)
        self._thread.start()

    async def append(self, entry: Entry) -> Recorded:
        """Record `entry`; returns when it is on disk: its record, or the one that stands under its key already.

        Raises KeyConflictError, RecordTakenError, LedgerBusyError (nothing was written), LedgerFaultError (nobody
        knows; the same key again tells). A cancelled append may still be written, which the same key tells too.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Recorded] = loop.create_future()
        self._submit(_Job(entry, waiter, loop))
        # Not at once: what else this turn of the loop decides goes into the same commit, and each is cheaper for it.
        loop.call_soon(self._wake)
        return await waiter

    def append_blocking(self, entry: Entry) -> Recorded:
        """As `append`, for callers without an event loop."""
        waiter: futures.Future[Recorded] = futures.Future()
        self._submit(_Job(entry, waiter, None))
        self._wake()
        return waiter.result()

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """The records on disk that `query` describes, oldest first. Raises LedgerFaultError."""
        return self._store.find(query)

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """At most `count` records from index `start`, in order. Raises LedgerFaultError."""
        return self._store.read(start, count)

    def stalled_seconds(self) -> float:
        """How long the commit under way has taken; 0 if there is none, infinite if nobody writes any more."""
        since = self._committing_since
        if not self._thread.is_alive():
            return math.inf
        return 0.0 if since is None else time.monotonic() - since

    @property
    def is_idle(self) -> bool:
        """Whether `find` sees all that was handed in: nothing waits or is being committed."""
        with self._changed:
            return not self._waiting and self._committing_since is None

    def subjects_before(self, before: str, after: bytes, most: int) -> list[bytes]:
        """See `Store.subjects_before`. Raises LedgerFaultError."""
        return self._store.subjects_before(before, after, most)

    def close(self) -> None:
        """Write what waits, then stop and close the store. New appends raise LedgerFaultError at once."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._store.close()

    def _submit(self, job: _Job) -> None:
        with self._changed:
            if self._closing:
                raise LedgerFaultError("ledger: is closing; ask another instance")
            if len(self._waiting) >= self._capacity:
                raise LedgerBusyError(f"ledger: {self._capacity} entries wait for the disk; try again in a second")
            self._waiting.append(job)

    def _wake(self) -> None:
        with self._changed:
            if self._waiting:
                self._changed.notify()

    def _write(self) -> None:
        while jobs := self._next_batch():
            results = self._commit([job.entry for job in jobs])
            self._committing_since = None
            _answer(jobs, results)

    def _next_batch(self) -> list[_Job]:
        """The entries to commit together; empty when the ledger closes and none is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if self._linger and 1 < len(self._waiting) < self._batch and not self._closing:
                self._changed.wait_for(lambda: len(self._waiting) >= self._batch or self._closing, self._linger)
            jobs = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            # Within the lock: what left the queue is being committed, at no moment is it neither.
            self._committing_since = time.monotonic() if jobs else None
            return jobs

    def _commit(self, entries: Sequence[Entry]) -> list[_Result]:
        try:
            results = self._store.append(entries)
        except LedgerFaultError as fault:
            return [fault] * len(entries)
        except Exception as error:  # noqa: BLE001 - a store's bug must reach those who wait, not end the thread they wait for
            return [LedgerFaultError(f"ledger: the store failed ({type(error).__name__})")] * len(entries)
        return [_result(result) for result in results]


def _result(result: Recorded | Refusal) -> _Result:
    match result:
        case Recorded():
            return result
        case Refusal.KEY_CONFLICT:
            return KeyConflictError("this key was used before, for a request with another body; use a new key")
        case Refusal.RECORD_TAKEN:
            return RecordTakenError("this record id stands in the ledger under another key")


def _answer(jobs: Sequence[_Job], results: Sequence[_Result]) -> None:
    """Tell everybody who waits, each event loop in one call: waking a loop costs more than all the rest here."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiter, _Result]]] = {}
    for job, result in zip(jobs, results, strict=True):
        if job.loop is None:
            _settle([(job.waiter, result)])
        else:
            by_loop.setdefault(job.loop, []).append((job.waiter, result))
    for loop, waiters in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, waiters)
        except RuntimeError:
            continue  # the loop was closed: nobody waits there any more


def _settle(waiters: Sequence[tuple[_Waiter, _Result]]) -> None:
    for waiter, result in waiters:
        if waiter.done():
            continue  # cancelled: the client went away
        if isinstance(result, Recorded):
            waiter.set_result(result)
        else:
            # One exception object for each: raising one object in many tasks would mix up their tracebacks.
            waiter.set_exception(type(result)(*result.args))
