"""The table of goals: what every row finds in results, and when a row counts as having got worse."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
KIND = "a machine"


@pytest.fixture(scope="module")
def table() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import table
    finally:
        sys.path.remove(str(BENCHMARKS))
    return table


def line(name: str, figures: tuple[float, float, float], machine: str = KIND) -> dict:
    value, low, high = figures
    return {"machine": machine, "rows": {name: {"value": value, "low": low, "high": high, "at": "2026-01-01"}}}


def seen(table: ModuleType, name: str, low: float, value: float, high: float) -> object:
    row = next(one for one in table.ROWS if one.name == name)
    return table.Seen(row, table.Figure(value, low, high), "2026-01-02", "abc")


def test_every_row_finds_its_figure_or_says_what_to_run(table: ModuleType) -> None:
    found = [table.seen(row) for row in table.ROWS]
    assert len({one.row.name for one in found}) == len(found)
    for one in found:
        told, shown = one.as_json(), table.shown(one)
        if one.figure is None:
            assert told["measured"] is None
            assert f"python benchmarks/{one.row.command}" in shown
        else:
            assert one.figure.low <= one.figure.value <= one.figure.high
            assert told["met"] is (one.row.goal.is_met(one.figure.value) and not one.figure.only)
            assert one.row.goal.shown() in shown
    assert any(one.figure is not None for one in found)


@pytest.mark.parametrize("name", ["by_hand", "zen"])
def test_a_row_gets_worse_only_beyond_the_spread_of_its_last_runs(table: ModuleType, name: str) -> None:
    sign = -1 if next(one for one in table.ROWS if one.name == name).goal.is_floor else 1
    history = [line(name, (10 + 0.1 * turn, 9, 11)) for turn in range(3)]
    far = 10 + sign * 3
    assert not list(table.worse([seen(table, name, 9.5, 10.5, 11.5)], history, KIND))
    assert not list(table.worse([seen(table, name, min(far, 10.5), far, max(far, 10.5))], history, KIND))
    assert not list(table.worse([seen(table, name, 20 - far - 0.5, 20 - far, 20 - far + 0.5)], history, KIND))
    ((one, before),) = table.worse([seen(table, name, far - 0.5, far, far + 0.5)], history, KIND)
    assert (one.row.name, before) == (name, 10.1)
    assert not list(table.worse([seen(table, name, far - 0.5, far, far + 0.5)], history, "another machine"))


@given(st.lists(st.tuples(*[st.floats(0.1, 100)] * 3).map(sorted), min_size=1, max_size=8))
def test_a_figure_is_written_to_the_history_once(table: ModuleType, runs: list[list[float]]) -> None:
    history: list[dict] = []
    for low, value, high in [*runs, runs[-1]]:
        added = table.news([seen(table, "zen", low, value, high)], history)
        if added:
            history.append({"machine": KIND, "rows": added})
    written = [tuple(one["rows"]["zen"][name] for name in ("low", "value", "high")) for one in history]
    assert len(written) == len(set(written))
    assert set(written) == {tuple(one) for one in runs}
