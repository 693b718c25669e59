"""Every call leaves its record, however it ends; no value that was asked for is in it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.verifiers.journal.making import ID_NO, FailingDisk, Register1, calls_in, flush, opened, question, sent
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.guard.guarded import GuardedVerifier
from verifiers.guard.hedge import HedgeRules
from verifiers.guard.line import LineRules
from verifiers.journal.errors import JournalBusyError, JournalFaultError, JournalRefusedError
from verifiers.journal.files import load_or_create_key
from verifiers.journal.journal import Journal
from verifiers.journal.journaling import UNRECORDED, Asker, JournalingVerifier, taken_down
from verifiers.journal.marks import Marks
from verifiers.journal.reading import JournalReader
from verifiers.registers import Register

NOW = datetime(2026, 3, 16, 1, 2, 3, tzinfo=UTC)


def link(register: Register1, journal: Journal, key: bytes = b"k" * 32) -> JournalingVerifier:
    return JournalingVerifier(register, journal, Marks(key), Asker("platform", "hall:1"), lambda: NOW, lambda _: "east")


def ask(verifier: object, number: str = "A1", seconds: float = 5.0) -> Evidence:
    return asyncio.run(verifier.ask(question(number), Deadline.after(seconds)))


def test_a_call_and_its_answer_are_there_and_no_value_of_the_person(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite3"
    with opened(path) as journal:
        evidence = ask(link(Register1(), journal))
        flush(journal)
        (call,) = calls_in(path)
    assert evidence.wire is None, "the answer's bytes go no further than the journal"
    assert (call.sent.register, call.sent.matter, call.sent.application_id) == ("credit", "elderly_allowance", "A1")
    assert (call.sent.purpose, call.sent.params) == ("item:elderly_allowance", ("id_no",))
    assert (call.sent.caller, call.sent.instance, call.sent.reached) == ("platform", "hall:1", "east")
    assert call.sent.asked_at == int(NOW.timestamp() * 1000)
    assert call.ended is not None
    assert (call.ended.status, call.ended.request_id, call.ended.digest) == ("ok", "R1", "cd" * 32)
    with JournalReader(path) as reader:
        assert reader.answer(call.sent.call_id) == b"{signed}"
    assert ID_NO.encode() not in path.read_bytes()
    assert ID_NO not in repr(call)


def test_a_mark_tells_persons_apart_and_needs_the_key() -> None:
    one, other = Marks(b"1" * 32), Marks(b"2" * 32)
    assert one.of(ID_NO) == one.of(ID_NO) != one.of(ID_NO[::-1])
    assert one.of(ID_NO) != other.of(ID_NO)


@pytest.mark.parametrize(
    ("evidence", "fault"),
    [
        (Evidence("credit", "timeout"), None),
        (Evidence("credit", "error", fault="signature_wrong"), "signature_wrong"),
        (Evidence("credit", "no_record", request_id="R2"), None),
        (Evidence("credit", "stale", request_id="R3", data_as_of="2020-01-01"), None),
        (Evidence("credit", "ok", request_id="\ud800" * 600), None),
    ],
)
def test_whatever_it_ended_in(tmp_path: Path, evidence: Evidence, fault: str | None) -> None:
    path = tmp_path / "calls.sqlite3"
    with opened(path) as journal:
        assert ask(link(Register1(lambda: evidence), journal)) == evidence
        flush(journal)
        (call,) = calls_in(path)
    assert call.ended is not None
    assert (call.ended.status, call.ended.fault) == (evidence.status, fault)


def test_a_call_that_is_cancelled_or_raises_ends_as_that(tmp_path: Path) -> None:
    async def scene(journal: Journal) -> None:
        task = asyncio.ensure_future(link(Register1(seconds=30), journal).ask(question(), Deadline.after(60)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    def breaks() -> Evidence:
        raise ValueError("against the protocol")

    path = tmp_path / "calls.sqlite3"
    with opened(path) as journal:
        asyncio.run(scene(journal))
        with pytest.raises(ValueError, match="protocol"):
            ask(link(Register1(breaks), journal))
        flush(journal)
        assert [call.status for call in calls_in(path)] == ["cancelled", "cancelled"]


def test_a_hedge_leaves_two_records(tmp_path: Path) -> None:
    """The guard's second call is a call like any other; the slower one ends as cancelled."""
    register = Register("deaths", "死亡", "deaths", ("id_no",), {}, 800, 72, latency_ms=(1, 20))
    slow_first = Register1(lambda: Evidence("deaths", "ok", request_id="R1"))

    class First(Register1):
        async def ask(self, question, deadline) -> Evidence:
            slow_first.seconds = 0.0 if slow_first.asked else 30.0
            return await slow_first.ask(question, deadline)

    path = tmp_path / "calls.sqlite3"
    with opened(path) as journal:
        guard = GuardedVerifier(link(First(), journal), LineRules(hedge=HedgeRules(share=1.0)))
        evidence = asyncio.run(guard.ask(question(register=register), Deadline.after(5)))
        assert evidence.status == "ok"
        flush(journal)
        assert [call.status for call in calls_in(path)] == ["cancelled", "ok"]


def test_what_can_not_be_taken_down_is_not_asked_and_no_decision_may_rest_on_it(tmp_path: Path) -> None:
    register = Register1()
    with opened(tmp_path / "calls.sqlite3", capacity=1) as journal:
        verifier = link(register, journal)
        journal.note_sent(sent(1))  # a call that is still out: its end has the only place
        refused = ask(verifier)
        assert (refused.status, refused.fault, register.asked) == ("error", UNRECORDED, 0)
        with pytest.raises(JournalBusyError):
            asyncio.run(taken_down(journal, [refused]))
        asyncio.run(taken_down(journal, [Evidence("credit", "timeout")]))
        asyncio.run(taken_down(None, []))
    assert ask(verifier).fault == UNRECORDED
    with pytest.raises(JournalFaultError):
        journal.note_sent(None)


def test_nobody_is_asked_while_the_disk_fails_and_all_go_on_when_it_is_well(tmp_path: Path) -> None:
    """Each new try of an application would else ask credit again, and a crash take every trace of it."""
    path, register, disk = tmp_path / "calls.sqlite3", Register1(), FailingDisk()
    with opened(path, disk=disk, linger_seconds=30) as journal:
        verifier = link(register, journal)
        disk.for_good = True
        assert ask(verifier).status == "ok"
        with pytest.raises(JournalFaultError):
            flush(journal)
        for _ in range(5):
            assert ask(verifier).fault == UNRECORDED
        assert register.asked == 1
        disk.for_good = False
        flush(journal)
        assert ask(verifier).status == "ok"
        flush(journal)
        assert len(calls_in(path)) == register.asked == 2


def test_the_key_of_the_marks_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "calls.key"
    key = load_or_create_key(path)
    assert load_or_create_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(JournalRefusedError, match="chmod 600"):
        load_or_create_key(path)
    path.chmod(0o600)
    path.write_bytes(key[:5])
    with pytest.raises(JournalRefusedError, match="32 bytes") as refused:
        load_or_create_key(path)
    assert key[:5].hex() not in str(refused.value)
