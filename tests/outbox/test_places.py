"""Where a subscriber stands: a replay that an operator orders while something is under way is not undone by it."""

from contextlib import closing
from pathlib import Path

import pytest

from decision_service.ledger.errors import LedgerFaultError
from decision_service.outbox.places import Places


def test_a_place_that_was_moved_meanwhile_stands_whatever_a_delivery_comes_to(tmp_path: Path) -> None:
    with closing(Places(tmp_path / "outbox.sqlite3")) as places:
        places.saw(9)
        before = places.advance(places.of("one"), 5, b"leaf 4", 1)
        assert (before.next, before.lag) == (5, 0 if before.head <= 5 else before.head - 5)
        assert places.move("one", 2)
        assert places.advance(before, 6, b"leaf 5", 2).next == 2
        failed = places.failed(before, "late", 3, 4, gone=True)
        assert (failed.next, failed.failures, failed.gone) == (2, 0, False)
        assert places.move("one", 5), "to the same record once more"
        assert places.advance(before, 6, b"leaf 5", 2).next == 5
        assert not places.move("two", 0)


def test_it_stands_where_it_stood_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    with closing(Places(path)) as places:
        places.advance(places.of("one"), 3, b"leaf 2", 1)
        kept = places.failed(places.of("one"), "status_500", 5, 9, gone=False)
    with closing(Places(path)) as places:
        assert places.all() == (kept,)
        assert (kept.next, kept.failures, kept.error, kept.try_at) == (3, 1, "status_500", 9)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    path.write_bytes(b"no database, but long enough to be looked at" * 40)
    with pytest.raises(LedgerFaultError, match="can't be opened"):
        Places(path)
