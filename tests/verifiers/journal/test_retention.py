"""What is due is dropped for good, what is not due stays, and nobody can set less than the law wants."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sizes import size
from tests.verifiers.journal.making import access, accesses_in, calls_in, ended, sent
from verifiers.journal.errors import JournalFaultError, JournalRefusedError
from verifiers.journal.reading import JournalReader
from verifiers.journal.records import RawAnswer
from verifiers.journal.retention import DAY_MS, LEAST_CREDIT_DAYS, LEAST_LOG_DAYS, Retention
from verifiers.journal.store import CHUNK, JournalStore

SECRET = "赵示甲一 210100193505208826".encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JournalStore]:
    found = JournalStore(tmp_path / "calls.sqlite3", Retention(log_days=LEAST_LOG_DAYS))
    yield found
    found.close()


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_the_bytes_of_a_dropped_answer_are_in_no_file(store: JournalStore, tmp_path: Path) -> None:
    """Thousands of answers, small and longer than a page, checkpointed or not: after their day not a byte is left."""
    many = 2 * CHUNK + 7
    for start in range(0, many, 500):
        numbers = range(start, min(many, start + 500))
        store.append([sent(number) for number in numbers])
        store.append([ended(number) for number in numbers])
        store.append([RawAnswer(f"call {number}", 1020, SECRET * (1 + 300 * (number % 40 == 0))) for number in numbers])
    assert SECRET in bytes_on_disk(tmp_path)
    assert store.drop_due(1020 + 30 * DAY_MS)["answer"] == 0
    assert SECRET in bytes_on_disk(tmp_path)
    assert store.drop_due(1021 + 30 * DAY_MS)["answer"] == many
    assert store.erase()
    assert SECRET[:12] not in bytes_on_disk(tmp_path)
    assert len(calls_in(tmp_path / "calls.sqlite3")) == many, "what was asked, and the digest of the answer, stay"


def test_while_somebody_reads_the_log_is_not_cut_and_afterwards_it_is(store: JournalStore, tmp_path: Path) -> None:
    store.append([sent(1), ended(1), RawAnswer("call 1", 1020, SECRET)])
    reader = sqlite3.connect(tmp_path / "calls.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM answer").fetchone() == (1,)
    store.drop_due(1021 + 30 * DAY_MS)
    started = time.monotonic()
    assert not store.erase(), "it must not be said that the bytes are gone"
    assert time.monotonic() - started < 1, "no call that is noted waits for a reader"
    with pytest.raises(JournalFaultError, match="a reader keeps"):
        store.forget_answers([("hall", "A")], 1021)
    reader.close()
    assert store.erase()
    assert SECRET not in bytes_on_disk(tmp_path)


@settings(max_examples=size("retention", quick=30, full=500), deadline=None)
@given(
    notes=st.lists(st.tuples(st.sampled_from(["credit", "population", "answer", "access"]), st.integers(0, 2000))),
    today=st.integers(0, 4000),
    days=st.tuples(st.integers(1, 90), st.integers(LEAST_LOG_DAYS, 700), st.integers(LEAST_CREDIT_DAYS, 2500)),
)
def test_exactly_what_is_due_goes(tmp_path_factory: pytest.TempPathFactory, notes, today, days) -> None:
    """The model: a note lives as many days as its kind is kept, and not a millisecond less."""
    path = tmp_path_factory.mktemp("journal") / "calls.sqlite3"
    store = JournalStore(path, Retention(*days))
    lives = {"answer": days[0], "population": days[1], "access": days[1], "credit": days[2]}
    now = today * DAY_MS + 1
    expected: dict[str, set[str]] = {kind: set() for kind in lives}
    for number, (kind, day) in enumerate(notes):
        at = day * DAY_MS
        match kind:
            case "answer":
                store.append([RawAnswer(f"call {number}", at, b"body")])
            case "access":
                store.append([access(number, at=at)])
            case register:
                store.append([sent(number, register=register, at=at), ended(number, at=at)])
        if today - day < lives[kind]:
            expected[kind].add(f"{'access' if kind == 'access' else 'call'} {number}")
    store.drop_due(now)
    store.drop_due(now)
    calls = calls_in(path)
    for register in ("credit", "population"):
        assert {one.sent.call_id for one in calls if one.sent.register == register} == expected[register]
    assert {one.access_id for one in accesses_in(path)} == expected["access"]
    with JournalReader(path) as reader:
        held = {f"call {number}" for number in range(len(notes)) if reader.answer(f"call {number}") is not None}
        assert held == expected["answer"]
    store.close()


def test_what_was_dropped_is_on_file(store: JournalStore, tmp_path: Path) -> None:
    store.append([sent(1, register="population", at=5), ended(1)])
    store.drop_due(6 + LEAST_LOG_DAYS * DAY_MS)
    with JournalReader(tmp_path / "calls.sqlite3") as reader:
        assert reader.dropped_before("call") == 6
        assert reader.dropped_before("call:credit") == 0


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"log_days": LEAST_LOG_DAYS - 1}, "six months"),
        ({"credit_days": LEAST_CREDIT_DAYS - 1}, "five years"),
        ({"answer_days": 0}, "a day"),
    ],
)
def test_less_than_the_law_wants_is_refused(days: dict[str, int], words: str) -> None:
    with pytest.raises(JournalRefusedError, match=words):
        Retention(**days)
