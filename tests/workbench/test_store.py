"""The workbench's own file: all of a change or nothing of it."""

import sqlite3
from pathlib import Path

import pytest

from decision_service.workbench.store import Store


def test_after_a_change_that_could_not_be_committed_the_next_one_is_made(tmp_path: Path) -> None:
    schema = "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED) STRICT"
    store = Store(tmp_path / "store.sqlite3", [schema])
    store.rows("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError), store.writing() as connection:
        connection.execute("INSERT INTO t VALUES (1, 7)")
    with store.writing() as connection:
        connection.execute("INSERT INTO t VALUES (2, 2)")
    assert store.rows("SELECT a FROM t") == [(2,)]
    store.close()
