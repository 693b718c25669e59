"""What somebody has typed and not saved: kept for him, whatever he does in another window."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from decision_service.workbench.editor.sheet import Sheet, opened
from tests.workbench.test_rules_folder import NAMES, bench_of


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Any]:
    bench = bench_of(tmp_path)
    yield SimpleNamespace(bench=bench, person=SimpleNamespace(name="author"), may=lambda _: True)
    bench.store.close()


def window(visit: Any) -> Sheet:
    found = opened(visit, NAMES[0])
    assert found is not None
    return found


def typed(sheet: Sheet, text: str) -> None:
    sheet.take(text, sheet.revision + 1)
    sheet.keep()


def test_what_is_saved_in_one_window_takes_nothing_from_the_other(visit: Any) -> None:
    one, other = window(visit), window(visit)
    typed(other, "a: 3\n")
    typed(one, "a: 2\n")
    other.saved = other.text
    other.drop_kept()
    typed(other, other.saved)
    assert window(visit).text == "a: 2\n"
    typed(one, one.saved)
    assert window(visit).text == one.saved


def test_what_was_left_is_there_until_it_is_put_back(visit: Any) -> None:
    typed(window(visit), "a: 2\n")
    again = window(visit)
    assert (again.text, again.state) == ("a: 2\n", "unsaved")
    typed(again, again.saved)
    assert window(visit).kept_at == ""


def test_what_was_given_up_does_not_come_back_though_the_page_is_left_at_once(visit: Any) -> None:
    for was_kept in (False, True):
        sheet = window(visit)
        sheet.take("a: 2\n", 1)
        if was_kept:
            sheet.keep()
        sheet.give_up(sheet.on_disk, 0)
        sheet.keep()  # the pause that was under way is over, and the browser has not been heard since
        assert (window(visit).kept_at, window(visit).state) == ("", "in_force")
