"""The one writer of a journal: notes are taken at once and written together by a thread; a flush waits for the disk.

Nothing is written for each note by itself: an application's calls go to disk when its decision is about to be recorded,
together with those of every other application at that time, and what nobody waits for goes after a moment. What a crash
takes with it is at most that moment's notes, of applications that were not answered.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Collection, Sequence
from concurrent import futures
from itertools import islice
from typing import Final, Protocol

from verifiers.frozen import maker
from verifiers.journal.errors import JournalBusyError, JournalError, JournalFaultError
from verifiers.journal.records import Access, Ended, Note, RawAnswer, Sent
from verifiers.journal.store import JournalStore

LINGER_SECONDS: Final = 0.05
"""How long a note waits for company when nobody waits for it."""

RETRY_SECONDS: Final = 0.2
BATCH: Final = 1024
CAPACITY: Final = 8192
"""Notes that may wait for the disk. A call that went out always has room for its end: only new ones are refused."""


_raw_answer = maker(RawAnswer)


class _Waiter(Protocol):
    """A future, of a thread or of an event loop."""

    def done(self) -> bool: ...
    def set_result(self, result: None, /) -> None: ...
    def set_exception(self, exception: JournalError, /) -> None: ...


_Waiting = tuple[int, _Waiter, asyncio.AbstractEventLoop | None]


class Journal:
    """The journal as calls, desk and doors use it. Owns `store` and closes it. Used from any thread.

    INVARIANT: when a flush returned, every note taken before it is on disk; while one of them is not, it raises
    (tests/verifiers/journal). A note is never dropped: it is refused out loud, or written, later if need be.
    """

    def __init__(
        self, store: JournalStore, *, linger_seconds: float = LINGER_SECONDS, capacity: int = CAPACITY
    ) -> None:
        self._store = store
        self._linger = linger_seconds
        self._capacity = capacity
        self._notes: deque[Note] = deque()
        self._taken = 0
        self._written = 0
        self._wanted = 0
        self._in_flight = 0
        self._waiting: list[_Waiting] = []
        # Asked for twice a call: the lock itself, since a Condition passes each word on to it.
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._closing = False
        self._stopped = False
        self._fault: JournalFaultError | None = None
        self._thread = threading.Thread(target=self._work, name="journal-writer", daemon=True)
        self._thread.start()

    def note_sent(self, sent: Sent) -> None:
        """Take down a call that is about to go out. Raises JournalBusyError or JournalFaultError: then it must not."""
        with self._lock:
            self._take(sent)
            self._in_flight += 1

    def note_ended(self, ended: Ended, answer: bytes | None = None) -> None:
        """Take down how a call that was noted ended, and the bytes of its answer."""
        raw: RawAnswer | None = None if answer is None else _raw_answer(ended.call_id, ended.ended_at, answer)
        with self._lock:
            self._in_flight -= 1
            self._add(ended)
            if raw is not None:
                self._add(raw)

    def note_access(self, access: Access) -> None:
        """Take down that a decision was read. Raises JournalBusyError or JournalFaultError: then it stays unshown."""
        with self._changed:
            self._take(access)

    async def flush(self) -> None:
        """Returns when every note taken before is on disk. Raises JournalFaultError if the disk fails; the notes stay
        and are tried again."""
        with self._changed:
            if self._written >= self._taken:
                return
            loop = asyncio.get_running_loop()
            waiter: asyncio.Future[None] = loop.create_future()
            self._wait(waiter, loop)
        await waiter

    def flush_blocking(self) -> None:
        """As `flush`, for callers without an event loop."""
        waiter: futures.Future[None] = futures.Future()
        with self._changed:
            if self._written >= self._taken:
                return
            self._wait(waiter, None)
        waiter.result()

    def accesses(self, decision_id: str) -> list[Access]:
        """Who read a decision, oldest first, as far as it is on disk. Raises JournalError."""
        return self._store.accesses(decision_id)

    def forget_answers(self, applications: Collection[tuple[str, str]], now_ms: int) -> None:
        """Let go, for good and before their retention day, of the raw answers to calls made for these applications (by
        their caller and number): the persons they are about are erased. That the calls were made stays. Raises
        JournalFaultError."""
        self.flush_blocking()
        self._store.forget_answers(applications, now_ms)

    def close(self) -> None:
        """Write what waits, then stop and close the store. Raises JournalFaultError if the disk does not take it."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._store.close()
        if self._notes:
            raise JournalFaultError(
                f"journal: {len(self._notes)} notes could not be written; no one was answered on them"
            )

    def _take(self, note: Sent | Access) -> None:
        if self._closing:
            raise JournalFaultError("journal: is closing; ask another instance")
        if self._fault is not None:
            # What is noted now may never be written: nobody is to be asked, or shown, what nothing would tell of.
            raise JournalFaultError(*self._fault.args)
        # Each call in flight will end and may bring an answer: their places are kept.
        if len(self._notes) + 2 * self._in_flight >= self._capacity:
            raise JournalBusyError(f"journal: {self._capacity} notes wait for the disk; try again in a second")
        self._add(note)

    def _add(self, note: Note) -> None:
        if not self._notes:
            self._changed.notify_all()
        self._notes.append(note)
        self._taken += 1

    def _want(self) -> None:
        if self._wanted < self._taken:
            self._wanted = self._taken
            self._changed.notify_all()

    def _wait(self, waiter: _Waiter, loop: asyncio.AbstractEventLoop | None) -> None:
        if self._stopped:
            raise JournalFaultError("journal: is closed")
        self._waiting.append((self._taken, waiter, loop))
        self._want()

    def _work(self) -> None:
        while batch := self._next_batch():
            fault = self._write(batch)
            with self._changed:
                if fault is None:
                    for _ in batch:
                        self._notes.popleft()
                    self._written += len(batch)
                settled = [one for one in self._waiting if fault is not None or one[0] <= self._written]
                self._waiting = [one for one in self._waiting if fault is None and one[0] > self._written]
                self._fault = fault
                self._stopped = self._closing and fault is not None
            _settle(settled, fault)
            if self._stopped:
                return

    def _next_batch(self) -> list[Note]:
        """The notes to write together, which stay queued until they are; empty when the journal closes."""
        with self._changed:
            if self._fault is not None and not self._closing:
                # Tried again when somebody wants to know, and now and then.
                self._changed.wait_for(lambda: self._closing or self._waiting, RETRY_SECONDS)
            self._changed.wait_for(lambda: self._closing or self._notes)
            self._changed.wait_for(lambda: self._closing or self._wanted > self._written, self._linger)
            batch = list(islice(self._notes, BATCH))
            # Said before the lock is let go: who comes to wait after this last look would wait for ever.
            self._stopped = not batch
            return batch

    def _write(self, batch: Sequence[Note]) -> JournalFaultError | None:
        try:
            self._store.append(batch)
        except JournalFaultError as fault:
            return fault
        except Exception as error:  # noqa: BLE001 - a store's bug must reach those who wait, not end the thread they wait for
            return JournalFaultError(f"journal: the store failed ({type(error).__name__})")
        return None


def _settle(waiting: Sequence[_Waiting], fault: JournalFaultError | None) -> None:
    """Tell everybody who waits, each event loop in one call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiter]] = {}
    for _, waiter, loop in waiting:
        if loop is None:
            _tell([waiter], fault)
        else:
            by_loop.setdefault(loop, []).append(waiter)
    for loop, waiters in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell, waiters, fault)
        except RuntimeError:
            continue  # the loop was closed: nobody waits there any more


def _tell(waiters: Sequence[_Waiter], fault: JournalFaultError | None) -> None:
    for waiter in waiters:
        if waiter.done():
            continue  # cancelled: the client went away
        if fault is None:
            waiter.set_result(None)
        else:
            # One exception object for each: raising one object in many tasks would mix up their tracebacks.
            waiter.set_exception(JournalFaultError(*fault.args))
