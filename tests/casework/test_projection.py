"""The file of casework holds what the log says: read piece by piece, read anew, or asked of one case, it is the
same."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from decision_service.casework import projection as reading
from decision_service.casework import shelf
from decision_service.casework.case import Case, read_case
from decision_service.casework.feedback import complaint_entry, rating_entry, review_entry
from decision_service.casework.handling import (
    answer_entry,
    claim_entry,
    doubt_entry,
    finding_entry,
    hearing_entry,
    release_entry,
)
from decision_service.casework.items import Item
from decision_service.casework.outcomes import Written, outcome_entry
from decision_service.casework.records import SYSTEM, Doing, Kind, open_record, said
from decision_service.casework.refusals import RefusedError, WrongError
from decision_service.casework.sampling import Draw
from decision_service.ledger.entry import Entry
from decision_service.ledger.errors import RecordTakenError
from decision_service.ledger.writer import Ledger
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Bilingual
from tests.casework.books import KEY, Books, books, contents, shared_case
from tests.http.staging import CASES, publication
from tests.ledger.making import ring_beside, sqlite_store
from tests.sizes import size
from verifiers.freshness import CHINA

START: Final = datetime(2026, 3, 16, 9, 0, tzinfo=CHINA)
OFFICERS: Final = ("first", "second", "third")


class Clerk:
    """Does whatever can be done to the cases of a ledger, at random; what is refused is simply not on record."""

    def __init__(self, found: Books, seed: int) -> None:
        self.books, self.chance = found, random.Random(seed)
        self.at, self.decisions, self.count = START, list[str](), 0

    def step(self) -> None:
        """One thing more."""
        self.at += timedelta(minutes=self.chance.choice((1, 30, 600)))
        self.count += 1
        try:
            entry = self._entry()
            if entry is not None:
                self.books.ledger.append_blocking(entry)
        except (RefusedError, WrongError, RecordTakenError):
            return

    def _entry(self) -> Entry | None:
        if not self.decisions or self.chance.random() < 0.25:
            entry = shared_case(self.chance.choice(CASES)["id"], self.at)
            self.decisions.append(entry.decision_id)
            return entry
        case = read_case(self.books.ledger, self.chance.choice(self.decisions))
        assert case is not None
        items = list(case.items(self.books.publication).values())
        item = self.chance.choice(items) if items else None
        if item is None or self.chance.random() < 0.4:
            return self.chance.choice((self._review, self._rate, self._complain, self._doubt, self._sample))(case)
        if not item.is_open:
            return None
        acts: tuple[Callable[[Case, Item], Entry], ...] = (
            self._claim, self._claim, self._release, self._outcome, self._outcome, self._hear, self._hear,
            self._find, self._answer, self._overdue,
        )  # fmt: skip
        return self.chance.choice(acts)(case, item)

    def _doing(self, by: str = "") -> Doing:
        return Doing(by or self.chance.choice(OFFICERS), self.at, f"key {self.count}")

    def _review(self, case: Case) -> Entry:
        key = said(case.decision)["remedies"]
        return review_entry(case, key["human_review_key"] if key else "none", "请复核", "platform", self.at)

    def _rate(self, case: Case) -> Entry:
        keys = [said(one)["feedback"]["rating_key"] for one in (case.decision, *case.of(Kind.OFFICER_OUTCOME))]
        key = next((one for one in keys if one), "none")
        return rating_entry(case, key, self.chance.randint(1, 5), "", "platform", self.at)

    def _complain(self, case: Case) -> Entry:
        key = said(case.decision)["feedback"]["complaint_key"]
        return complaint_entry(case, case.items(self.books.publication), key, "投诉", self._doing("platform"))

    def _doubt(self, case: Case) -> Entry:
        return doubt_entry(case, Bilingual("有疑点", "doubt"), self._doing())

    def _sample(self, case: Case) -> Entry:
        name = f"sample:{case.decision.entry.decision_id}"
        return open_record(
            Kind.SAMPLE,
            name,
            Doing(SYSTEM, self.at, name),
            {"drawn_from": case.decision.entry.at},
            decision_id=case.decision.entry.decision_id,
            matter=case.decision.entry.matter,
        )

    def _claim(self, case: Case, item: Item) -> Entry:
        return claim_entry(item, case, self._doing())

    def _release(self, _: Case, item: Item) -> Entry:
        return release_entry(item, self._doing(item.claimed_by or "first"))

    def _written(self, case: Case) -> Written:
        outcome = self.chance.choice((Outcome.APPROVED, Outcome.REJECTED, Outcome.NOT_ACCEPTED))
        machine = case.answer["result"] if outcome in APPROVALS and self.chance.random() < 0.8 else {}
        result = {name: value for name, value in machine.items() if name not in ("total", "referred_items")}
        return Written(outcome, "经核实", "", (1,), result)

    def _outcome(self, case: Case, item: Item) -> Entry:
        return outcome_entry(case, item, self._written(case), self._doing(), self.books.publication)

    def _hear(self, case: Case, item: Item) -> Entry:
        until = self.at.date() + timedelta(days=1)
        if self.chance.random() < 0.5:
            return hearing_entry(case, item, "told", "拟不利处理", until, self._doing())
        return hearing_entry(case, item, "statement", "不同意", None, self._doing())

    def _find(self, case: Case, item: Item) -> Entry:
        return finding_entry(case, item, self._written(case), self._doing(), self.books.publication)

    def _answer(self, case: Case, item: Item) -> Entry:
        return answer_entry(case, item, "已答复", "", self._doing())

    def _overdue(self, _: Case, item: Item) -> Entry:
        name = f"overdue:{item.item_id}"
        told = {"item_id": item.item_id, "kind": item.kind, "due": str(item.due)}
        return open_record(Kind.OVERDUE_ALARM, name, Doing(SYSTEM, self.at, name), told, decision_id=item.decision_id)


def sampling(found: Books, rate: str) -> None:
    """From here on samples are drawn at this rate."""
    draw = Draw(KEY, Decimal(rate))
    told = {"rate": rate, "key_id": draw.key_id}
    found.ledger.append_blocking(open_record(Kind.SAMPLING, f"sampling:{rate}", Doing(SYSTEM, START, rate), told))


@pytest.mark.parametrize("seed", range(size("casework_logs", quick=4, full=60)))
def test_read_piece_by_piece_or_anew_or_of_one_case_it_is_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with books(tmp_path) as found:
        clerk = Clerk(found, seed)
        sampling(found, "0.3")
        with found.projection("as it comes") as first:
            for _ in range(size("casework_steps", quick=120, full=400)):
                clerk.step()
                if clerk.chance.random() < 0.3:
                    monkeypatch.setattr(reading, "STRETCH", clerk.chance.randint(1, 5))
                    first.advance()
            while first.advance():
                pass
            piecewise = contents(first)
            with found.projection("anew") as second:
                monkeypatch.setattr(reading, "STRETCH", 1000)
                second.advance()
                assert contents(second) == piecewise
            first.start_over()
            while first.advance():
                pass
            assert contents(first) == piecewise
            with first.file.reading() as connection:
                for decision_id in clerk.decisions:
                    case = read_case(found.ledger, decision_id)
                    assert case is not None
                    items = case.items(found.publication)
                    assert shelf.of_case(connection, decision_id) == dict(items), (
                        "a case says of itself what the list says"
                    )
        kinds = {one.entry.kind for one in found.ledger.read(0, 10_000)}
        assert kinds >= {"case_claim", "officer_outcome"}, kinds
        assert found.faults == []


def test_another_ledger_in_the_same_place_is_read_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with books(tmp_path) as found, found.projection() as projection:
        for _ in range(3):
            found.ledger.append_blocking(shared_case("ELD-5", START))
        projection.advance()
        before = contents(projection)["item"]
    with books(tmp_path / "other") as other:
        other.ledger.append_blocking(shared_case("ELD-5", START))
        other.folder = tmp_path
        with other.projection() as projection:
            projection.advance()
            after = contents(projection)["item"]
    assert (len(before), len(after)) == (3, 1)
    assert not {one[0] for one in before} & {one[0] for one in after}


def test_a_due_day_that_was_not_known_is_filled_in_once_its_year_is_published(tmp_path: Path) -> None:
    late = datetime(2026, 12, 21, 9, 0, tzinfo=CHINA)
    with books(tmp_path) as found, found.projection() as projection:
        found.ledger.append_blocking(shared_case("ELD-5", late))
        projection.advance()
        with projection.file.writing() as connection:
            (item,) = shelf.waiting(connection, shelf.Wanted(), ("", ""), 10)
            assert (item.due, item.unknown_year) == (None, 2027)
            known = publication().catalogue.calendar
            weekdays = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
            calendar = {**known, 2027: frozenset(day for day in weekdays if day.weekday() < 5)}
            assert shelf.without_due(connection, known, 10) == []
            (filled,) = shelf.without_due(connection, calendar, 10)
        assert (filled.due, filled.unknown_year) == (date(2027, 1, 18), None)


def test_a_case_whose_facts_were_erased_is_in_no_list_any_more(tmp_path: Path) -> None:
    with books(tmp_path) as found, found.projection() as projection:
        kept, erased = (found.ledger.append_blocking(shared_case("ELD-5", START)) for _ in range(2))
        projection.advance()
        projection.drop_erased()
        assert len(contents(projection)["item"]) == 2
        ring_beside(tmp_path / "ledger.sqlite3").destroy([erased.envelope.key_id])
        fresh = Books(tmp_path, Ledger(sqlite_store(tmp_path / "ledger.sqlite3")), found.publication)
        with fresh.projection() as seen:
            seen.drop_erased()
            assert [one[3] for one in contents(seen)["item"]] == [kept.entry.decision_id]
        with fresh.projection("fresh") as seen:
            seen.advance()
            assert [one[3] for one in contents(seen)["item"]] == [kept.entry.decision_id]
            assert fresh.faults == []
        fresh.ledger.close()


def test_a_record_that_says_something_else_is_told_of_and_hides_nothing(tmp_path: Path) -> None:
    with books(tmp_path) as found, found.projection() as projection:
        first = found.ledger.append_blocking(shared_case("ELD-5", START)).entry
        for kind in Kind:
            told = {"unexpected": kind}
            doing = Doing(SYSTEM, START, kind)
            entry = open_record(kind, f"odd:{kind}", doing, told, decision_id=first.decision_id, matter=first.matter)
            found.ledger.append_blocking(entry)
        last = found.ledger.append_blocking(shared_case("ELD-5", START)).entry
        while projection.advance():
            pass
        ids = {str(one[0]) for one in contents(projection)["item"]}
        assert {f"referral:{one.decision_id}" for one in (first, last)} <= ids
        assert set(found.faults) == {"casework"}
