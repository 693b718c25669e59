"""No decision is on record whose calls are not in the journal, whatever the journal's disk does."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.ledger.entry import Entry
from tests.http.conftest import registers
from tests.http.staging import Stage, application, staged
from verifiers.journal.errors import JournalFaultError
from verifiers.journal.reading import JournalReader

__all__ = ["registers"]


@pytest.fixture
def stage(registers: str, tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, registers) as found:
        yield found


def on_disk(folder: Path, application_id: str) -> list[str]:
    """The registers asked for an application, as a reader of the file sees them, answered or cut off."""
    with JournalReader(folder / "ledger-calls.sqlite3") as reader:
        calls = reader.calls_of(application_id)
    assert all(call.ended is not None for call in calls)
    return sorted(call.sent.register for call in calls)


def test_when_a_decision_is_appended_its_calls_are_on_disk(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many at once: at the very moment at which an entry is handed to the ledger, its calls can be read from disk."""
    ledger = stage.state.services.ledger
    append, seen = ledger.append, dict[str, list[str]]()

    async def looks_first(entry: Entry) -> object:
        seen[entry.application_id] = on_disk(tmp_path, entry.application_id)
        return await append(entry)

    monkeypatch.setattr(type(ledger), "append", lambda _, entry: looks_first(entry))
    sent = [application(case) for case in ("ELD-1", "HYG-1", "CARD-1", "ELD-3") for _ in range(6)]
    with ThreadPoolExecutor(12) as pool:
        assert {got.status for got in pool.map(stage.decide, sent)} == {200}
    assert len(seen) == len(sent)
    for one in sent:
        assert seen[one["application_id"]] == sorted(stage.asked(one["application_id"]))
    assert sum(map(len, seen.values())) > len(sent)


def test_when_the_journal_fails_nothing_is_acknowledged_and_nothing_recorded(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise JournalFaultError("the disk is gone")

    journal = stage.state.services.journal
    assert journal is not None
    sent = application("ELD-1")
    monkeypatch.setattr(journal._store, "append", fails)
    got = stage.decide(sent, "again")
    assert (got.status, got.json["type"]) == (503, "urn:miaopi:problem:not_recorded")
    assert got.headers["retry-after"]
    assert stage.records() == 0
    assert stage.send("GET", "/readyz").status == 503
    monkeypatch.undo()
    # It finds out by itself that the disk is well.
    ends = time.monotonic() + 30
    while (got := stage.decide(sent, "again")).status != 200 and time.monotonic() < ends:
        assert got.status == 503
        time.sleep(0.1)
    assert got.status == 200
    # The calls of the attempt that failed were not lost either: the registers were asked, and that stays on file.
    assert on_disk(tmp_path, sent["application_id"]) == sorted(stage.asked(sent["application_id"]))


def test_when_the_journal_is_full_registers_are_not_asked_and_the_application_may_come_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = stage.state.services.journal
    assert journal is not None
    monkeypatch.setattr(journal, "_capacity", 0)
    sent = application("ELD-1")
    got = stage.decide(sent, "full")
    assert (got.status, got.json["type"]) == (503, "urn:miaopi:problem:busy")
    assert stage.asked(sent["application_id"]) == []
    assert stage.records() == 0
    monkeypatch.undo()
    # The guard did not take our trouble for the registers'.
    assert stage.decide(sent, "full").json["outcome"] == "APPROVED"


def test_a_journal_that_hangs_holds_up_nobody_but_decisions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = stage.state.services.journal
    assert journal is not None
    append, goes_on = journal._store.append, threading.Event()

    def hangs(notes: list) -> None:
        goes_on.wait(30)
        append(notes)

    monkeypatch.setattr(journal._store, "append", hangs)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stage.decide, application("ELD-1"))
        for _ in range(5):
            assert stage.send("GET", "/livez").status == 200
        assert not waiting.done()
        goes_on.set()
        assert waiting.result().status == 200
