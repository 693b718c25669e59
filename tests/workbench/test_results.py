"""Results of long work: what they follow from, and how far it is."""

import sqlite3
from pathlib import Path

import pytest

from decision_service.workbench.results import MOST, SCHEMA, Result, Results, follows_from
from decision_service.workbench.store import Store
from decision_service.workbench.workingout import TASKS, done
from tests.workbench.desks import SHIPPED


def test_a_result_is_known_by_what_it_follows_from_and_the_oldest_go(tmp_path: Path) -> None:
    store = Store(tmp_path / "workbench.sqlite3", SCHEMA)
    results = Results(store)
    for number in range(MOST + 1):
        results.keep("cases", "m", Result(follows_from(str(number)), f"2026-03-16T09:00:{number:02}", {"n": number}))
    results.keep("cases", "another", Result(follows_from("0"), "2026-03-15T09:00:00", {"n": "its own"}))
    assert results.of("cases", "m", follows_from("0")) is None
    first, last = results.of("cases", "m", follows_from("1")), results.last("cases", "m")
    assert first is not None
    assert last is not None
    assert (first.said, last.said) == ({"n": 1}, {"n": MOST})
    assert results.last("proofs", "m") is None
    store.close()


def test_the_store_of_an_earlier_program_opens(tmp_path: Path) -> None:
    path = tmp_path / "workbench.sqlite3"
    with sqlite3.connect(path) as before:
        before.execute("CREATE TABLE kept_results (key TEXT PRIMARY KEY, said TEXT NOT NULL, at TEXT NOT NULL) STRICT")
        before.execute("INSERT INTO kept_results VALUES ('1:diff:a', '{}', '2026-03-16')")
    before.close()
    store = Store(path, SCHEMA)
    assert store.rows("SELECT name FROM sqlite_master WHERE type = 'table'") == [("results",)]
    store.close()


@pytest.mark.parametrize("task", [name for name in TASKS if name != "case_for"])
def test_what_takes_long_tells_how_far_it_is(task: str) -> None:
    far: list[tuple[int, int]] = []
    given = {"task": task, "folder": str(SHIPPED), "matter": "senior_card"}
    done(given, lambda done, of: far.append((done, of)))
    assert far == sorted(far)
    assert {of for _, of in far} == {far[-1][0]}, "it ends at all of it, which does not change on the way"
