"""A credential that was used is good for no other application: in a model, at one moment, and after a restart (P29)."""

import multiprocessing
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.sizes import size
from verifiers.credentials.presentations import BookError, PresentationBook
from verifiers.credentials.refusal import CredentialRefused

START = datetime(2026, 3, 16, 10, 0, tzinfo=UTC)
LATER = START + timedelta(hours=1)
REMEMBERED = timedelta(days=1, seconds=60)
"""How long past its expiry a credential must be remembered, and how long it is."""


def word(book: PresentationBook, credential: str, application: str, expires: datetime = LATER) -> str:
    try:
        book.take(credential, application, expires, START)
    except CredentialRefused as refused:
        return refused.word
    return "taken"


class BookMachine(RuleBasedStateMachine):
    """Uses, restarts and time, against a dictionary of who was first."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.book = PresentationBook(self.folder / "shown.sqlite3")
        self.now = START
        self.first: dict[str, tuple[str, datetime]] = {}

    @rule(
        credential=st.sampled_from("ABC"),
        application=st.sampled_from("xyz"),
        hours=st.sampled_from([1, 24, 24 * 365]),
    )
    def use(self, credential: str, application: str, hours: int) -> None:
        self.first = {one: kept for one, kept in self.first.items() if kept[1] + REMEMBERED >= self.now}
        expires = self.now + timedelta(hours=hours)
        owner = self.first.setdefault(credential, (application, expires))[0]
        try:
            self.book.take(credential, application, expires, self.now)
            found = "taken"
        except CredentialRefused as refused:
            found = refused.word
        assert found == ("taken" if owner == application else "reused")

    @rule(hours=st.sampled_from([1, 24, 50, 24 * 400]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.first)
    @rule()
    def restart(self) -> None:
        self.book.close()
        self.book = PresentationBook(self.folder / "shown.sqlite3")

    def teardown(self) -> None:
        self.book.close()
        shutil.rmtree(self.folder)


TestBook = BookMachine.TestCase
TestBook.settings = settings(
    max_examples=size("presentation_examples", quick=15, full=300), stateful_step_count=25, deadline=None
)


def test_of_many_threads_one_is_first(tmp_path: Path) -> None:
    book = PresentationBook(tmp_path / "shown.sqlite3")
    try:
        for number in range(20):
            with ThreadPoolExecutor(8) as crowd:
                found = list(crowd.map(lambda one, at=number: word(book, f"credential-{at}", f"SB{one}"), range(8)))
            assert sorted(found) == [*["reused"] * 7, "taken"]
    finally:
        book.close()


def race(path: str, name: str, start: Barrier, rounds: int, results: object) -> None:
    book = PresentationBook(Path(path))
    found = []
    for number in range(rounds):
        start.wait(30)
        found.append(word(book, f"credential-{number}", name))
    book.close()
    results.put(found)  # type: ignore[attr-defined]  # a multiprocessing queue


def test_of_several_processes_on_one_file_one_is_first(tmp_path: Path) -> None:
    context, path, rounds = multiprocessing.get_context("spawn"), str(tmp_path / "shown.sqlite3"), 20
    PresentationBook(Path(path)).close()
    start, results = context.Barrier(3), context.Queue()
    crowd = [context.Process(target=race, args=(path, f"SB{one}", start, rounds, results)) for one in range(3)]
    for process in crowd:
        process.start()
    found = [results.get(timeout=60) for _ in crowd]
    for process in crowd:
        process.join(30)
    results.close()
    assert [sorted(words) for words in zip(*found, strict=True)] == [["reused", "reused", "taken"]] * rounds


def test_it_holds_no_word_of_what_was_shown_or_by_whom(tmp_path: Path) -> None:
    book = PresentationBook(tmp_path / "shown.sqlite3")
    assert word(book, "c" * 64, "platform\nSB-marker-1") == "taken"
    book.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"marker" not in content
    assert b"cccccccc" not in content
    assert (tmp_path / "shown.sqlite3").stat().st_mode & 0o077 == 0


def test_a_credential_without_a_real_end_is_remembered_too(tmp_path: Path) -> None:
    book = PresentationBook(tmp_path / "shown.sqlite3")
    ever = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert [word(book, "c", one, ever) for one in ("x", "x", "y")] == ["taken", "taken", "reused"]
    book.close()


def test_what_can_not_be_noted_is_not_taken(tmp_path: Path) -> None:
    """A book that fails says neither "first" nor "used"."""
    book = PresentationBook(tmp_path / "shown.sqlite3")
    book.close()
    assert word(book, "c", "x") == "reuse_unknown"


def test_a_file_that_is_none_of_ours_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "shown.sqlite3"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(BookError, match=r"shown\.sqlite3"):
        PresentationBook(path)
    with pytest.raises(BookError):
        PresentationBook(tmp_path)
