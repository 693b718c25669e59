"""Threads of its own for a database, few and bounded: one that hangs holds these and nothing else."""

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from verifiers.adapters.databases import ConnectionLostError, Database, ReadFailedError, Rows, Session, Statement
from verifiers.deadline import Deadline


class Workers:
    """Reads from `database` off the event loop, at most `most` reads at once; sessions are kept for the next read."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(most, "register-database")
        self._free = asyncio.Semaphore(most)
        self._idle: deque[Session] = deque()
        self._jobs: set[_Job] = set()
        self._closed = False

    async def rows(self, statement: Statement, limit: Deadline) -> Rows:
        """The rows by `limit`. Raises ReadFailedError, with "late" when time is up; the thread is then woken up, and
        its place is free again when it has ended."""
        if limit.passed:
            raise ReadFailedError("late")
        try:
            async with asyncio.timeout(limit.remaining()):
                await self._free.acquire()
        except TimeoutError:
            raise ReadFailedError("late") from None
        if self._closed:
            self._free.release()
            raise ReadFailedError("closed")
        job = _Job(self._database, self._idle, statement, limit.remaining())
        self._jobs.add(job)
        future = asyncio.get_running_loop().run_in_executor(self._threads, job.run)
        future.add_done_callback(lambda done: self._ended(job, done))
        try:
            done, _ = await asyncio.wait({future}, timeout=limit.remaining())
        except asyncio.CancelledError:
            job.stop()
            raise
        if not done:
            job.stop()
            raise ReadFailedError("late")
        return future.result()

    async def close(self) -> None:
        """Wake whoever still reads, and hang up."""
        self._closed = True
        for job in tuple(self._jobs):
            job.stop()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        while self._idle:
            self._idle.pop().close()

    def _ended(self, job: "_Job", done: asyncio.Future[Rows]) -> None:
        self._jobs.discard(job)
        self._free.release()
        if not done.cancelled():
            done.exception()  # looked at, so that asyncio does not complain of one that nobody waits for


class _Job:
    """One read in a thread."""

    def __init__(self, database: Database, idle: deque[Session], statement: Statement, seconds: float) -> None:
        self._database, self._idle, self._statement = database, idle, statement
        self._ends_at = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._stopped = False

    def run(self) -> Rows:
        """The rows. Raises ReadFailedError. A kept session that is gone by now is replaced once: it told nothing."""
        try:
            kept = self._idle.pop()
        except IndexError:
            kept = None
        if kept is not None:
            try:
                return self._read(kept)
            except ConnectionLostError:
                if self._stopped:
                    raise
        return self._read(self._database.opened(self._left()))

    def stop(self) -> None:
        """From the event loop: nobody waits any more."""
        with self._lock:
            self._stopped = True
            if self._session is not None:
                self._session.stop()

    def _left(self) -> float:
        return max(0.001, self._ends_at - time.monotonic())

    def _read(self, session: Session) -> Rows:
        with self._lock:
            self._session = session
            if self._stopped:
                session.stop()
        sound = False
        try:
            rows = session.read(self._statement, self._left())
            sound = True
            return rows
        finally:
            with self._lock:
                self._session = None
                sound = sound and session.kept and not self._stopped
            if sound:
                self._idle.append(session)
            else:
                session.close()
