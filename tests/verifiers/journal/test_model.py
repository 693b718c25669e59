"""The journal against a list: whatever fails and whenever it is opened again, what a flush said is there is there."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.sizes import size
from tests.verifiers.journal.making import FailingDisk, access, accesses_in, calls_in, ended, flush, sent
from verifiers.journal.errors import JournalBusyError, JournalFaultError
from verifiers.journal.journal import Journal
from verifiers.journal.records import CallRecord
from verifiers.journal.retention import Retention
from verifiers.journal.store import JournalStore

CAPACITY = 12


class Kept(RuleBasedStateMachine):
    """`calls` and `read` are what was taken; `sure` and `seen` what a flush has said is on disk. `troubled`: a write
    failed, and whether the journal has written those notes by itself since is not known."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "calls.sqlite3"
        self.disk = FailingDisk()
        self.calls: dict[int, CallRecord] = {}
        self.read: list[str] = []
        self.sure: dict[int, CallRecord] = {}
        self.seen: list[str] = []
        self.under_way: list[int] = []
        self.number = 0
        self.waiting, self.troubled = 0, False
        self.open()

    def open(self) -> None:
        self.journal = Journal(JournalStore(self.path, Retention(), self.disk), linger_seconds=30, capacity=CAPACITY)

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.disk.left = None
            self.journal.close()
            shutil.rmtree(self.folder)

    @rule()
    def a_call_goes_out(self) -> None:
        self.number += 1
        one = sent(self.number)
        try:
            self.journal.note_sent(one)
        except JournalBusyError:
            assert self.waiting + 2 * len(self.under_way) >= CAPACITY
            return
        except JournalFaultError:
            assert self.troubled
            return
        assert self.troubled or self.waiting + 2 * len(self.under_way) < CAPACITY
        self.waiting += 1
        self.calls[self.number] = CallRecord(one, None)
        self.under_way.append(self.number)

    @precondition(lambda self: self.under_way)
    @rule(answered=st.booleans())
    def a_call_ends(self, answered: bool) -> None:
        number = self.under_way.pop(0)
        end = ended(number, status="ok" if answered else "timeout")
        self.journal.note_ended(end, b"answer" if answered else None)
        self.waiting += 1 + answered
        self.calls[number] = CallRecord(self.calls[number].sent, end)

    @rule()
    def a_decision_is_read(self) -> None:
        self.number += 1
        try:
            self.journal.note_access(access(self.number, at=self.number))
        except JournalBusyError:
            assert self.waiting + 2 * len(self.under_way) >= CAPACITY
            return
        except JournalFaultError:
            assert self.troubled
            return
        self.waiting += 1
        self.read.append(f"access {self.number}")

    @rule(n=st.integers(1, 6), after=st.booleans())
    def the_disk_will_fail(self, n: int, after: bool) -> None:
        self.disk.arm(n, after=after)

    @rule()
    def flushed(self) -> None:
        try:
            flush(self.journal)
        except JournalFaultError:
            assert self.disk.has_failed
            self.troubled = True
            return
        self.waiting, self.troubled = 0, False
        self.sure, self.seen = dict(self.calls), list(self.read)

    @rule()
    def closed_and_opened_again(self) -> None:
        for number in self.under_way:
            self.journal.note_ended(ended(number, status="cancelled"))
            self.calls[number] = CallRecord(self.calls[number].sent, ended(number, status="cancelled"))
        self.under_way = []
        try:
            self.journal.close()
        except JournalFaultError:
            assert self.disk.has_failed
            self.what_was_said_to_be_there_is_there()
            # It said so: those notes are lost, of applications that nobody was told of.
            self.calls = {int(one.sent.call_id.split()[1]): one for one in calls_in(self.path)}
            self.read = [one.access_id for one in accesses_in(self.path)]
        self.waiting, self.troubled = 0, False
        self.disk.left = None
        self.open()
        self.sure, self.seen = dict(self.calls), list(self.read)

    @invariant()
    def what_was_said_to_be_there_is_there(self) -> None:
        if not hasattr(self, "path"):
            return
        found = {int(one.sent.call_id.split()[1]): one for one in calls_in(self.path)}
        for number, call in self.sure.items():
            assert found[number].sent == call.sent
            assert call.ended is None or found[number].ended == call.ended
        assert found.keys() <= self.calls.keys(), "a call on disk that nobody made"
        seen = [one.access_id for one in accesses_in(self.path)]
        assert set(self.seen) <= set(seen) <= set(self.read)
        assert len(seen) == len(set(seen))


TestKept = Kept.TestCase
TestKept.settings = settings(
    max_examples=size("journal_model", quick=25, full=1000), stateful_step_count=30, deadline=None
)
