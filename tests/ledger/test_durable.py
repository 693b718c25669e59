"""The file of a ledger: synced on every commit, append-only, and refused when it can't be trusted."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from decision_service.ledger.connection import connect, open_for_writing
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.schema import COLUMNS
from decision_service.ledger.store import Last, StoredCheckpoint
from tests.ledger.making import LOG, entry, open_store, sqlite_store, tampering


def test_commits_are_synced(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "ledger.sqlite3", LOG, "FULL", connect)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize("weaker", ["NORMAL", "normal", "OFF", "1", "", "FULL; PRAGMA synchronous=OFF"])
def test_a_weaker_setting_is_refused(tmp_path: Path, weaker: str) -> None:
    with pytest.raises(LedgerRefusedError, match="set FULL or EXTRA"):
        sqlite_store(tmp_path / "ledger.sqlite3", synchronous=weaker)


def test_extra_is_stronger_and_taken(tmp_path: Path) -> None:
    with open_store(tmp_path / "ledger.sqlite3", synchronous="extra") as store:
        assert store.append([entry(1)])


def test_a_setting_that_sqlite_does_not_keep_is_refused(tmp_path: Path) -> None:
    """Some builds and drivers ignore the pragma: what counts is what reads back."""

    class Deaf(sqlite3.Connection):
        def execute(self, sql, parameters=(), /):
            asks = sql.startswith("PRAGMA synchronous =")
            return super().execute("PRAGMA synchronous = NORMAL" if asks else sql, parameters)

    def deaf(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Deaf)

    with pytest.raises(LedgerRefusedError, match="it keeps 1"):
        sqlite_store(tmp_path / "ledger.sqlite3", connect=deaf)


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    sqlite_store(path).close()

    def read_only(path: Path) -> sqlite3.Connection:
        uri = f"{path.as_uri()}?mode=ro"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    with pytest.raises(LedgerRefusedError, match="can't be written"):
        sqlite_store(path, connect=read_only)


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    text, other, newer = tmp_path / "text", tmp_path / "other", tmp_path / "newer"
    text.write_bytes(b"not a database, and long enough to be looked at closely" * 10)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE something (x)")
    connection.close()
    sqlite_store(newer).close()
    connection = connect(newer)
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    for path in (text, other, newer, tmp_path):
        with pytest.raises(LedgerRefusedError):
            sqlite_store(path)


def test_another_log_is_refused(tmp_path: Path) -> None:
    sqlite_store(tmp_path / "ledger.sqlite3").close()
    with pytest.raises(LedgerRefusedError, match="another log"):
        sqlite_store(tmp_path / "ledger.sqlite3", log="other")
    for name in ("", "two\nlines", "two words", "a+b"):
        with pytest.raises(LedgerRefusedError, match="one line"):
            sqlite_store(tmp_path / "new.sqlite3", log=name)


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with open_store(tmp_path / "var" / "ledger.sqlite3") as store:
            store.append([entry(1)])
            modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").iterdir()}
    finally:
        os.umask(before)
    assert modes == {0o600}


def copied(position: int, **changed: str) -> str:
    """A record with other values in some columns."""
    columns = [changed.get(name, name) for name in COLUMNS.split(", ")[1:]]
    return f"SELECT {position}, {', '.join(columns)} FROM record WHERE position = 1"  # noqa: S608 - constants of this file


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET sealed = x'00' WHERE position = 0",
        "UPDATE record SET position = 9 WHERE position = 1",
        "DELETE FROM record",
        "DELETE FROM record WHERE position = 1",
        "INSERT OR REPLACE INTO record SELECT * FROM record WHERE position = 0",
        "INSERT OR REPLACE INTO record " + copied(2, record_id="'new'"),
        "INSERT INTO record " + copied(7, key="'new'", record_id="'new'"),
        "UPDATE node SET hash = zeroblob(32)",
        "DELETE FROM node",
        "INSERT OR REPLACE INTO node SELECT * FROM node",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET note = 'other'",
        "INSERT OR REPLACE INTO checkpoint SELECT size, 'other', '' FROM checkpoint",
        "UPDATE about SET log = 'other'",
        "DELETE FROM about",
    ],
)
def test_the_tables_are_append_only(tmp_path: Path, statement: str) -> None:
    """A plain connection, as from a shell, without any of our settings."""
    with open_store(tmp_path / "ledger.sqlite3") as store:
        recorded = store.append([entry(1), entry(2)])
        store.keep_checkpoint(StoredCheckpoint(2, "note"))
        connection = connect(tmp_path / "ledger.sqlite3")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        connection.close()
        assert list(store.read(0, 10)) == recorded


@pytest.mark.parametrize("column", ["sealed", "shown", "leaf", "signature", "caller"])
def test_a_broken_head_is_refused(tmp_path: Path, column: str) -> None:
    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store:
        store.append([entry(1), entry(2)])
    changed = "'other'" if column == "caller" else f"zeroblob(length({column}))"
    with tampering(path) as connection:
        connection.execute(f"UPDATE record SET {column} = {changed} WHERE position = 1")  # noqa: S608 - from the list above
    with pytest.raises(LedgerRefusedError):
        sqlite_store(path)


def test_a_changed_record_is_never_answered(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store:
        _, last = store.append([entry(1), entry(2)])
        with tampering(path) as connection:
            connection.execute("UPDATE record SET matter = replace(matter, 'elderly', 'younger') WHERE position = 0")
        with pytest.raises(LedgerFaultError, match="record 0 was changed"):
            store.read(0, 1)
        assert store.find(Last()) == (last,)


def test_reopened_it_goes_on_where_it_stood(tmp_path: Path) -> None:
    recorded = []
    for number in range(4):
        with open_store(tmp_path / "ledger.sqlite3") as store:
            recorded += store.append([entry(f"{number}a"), entry(f"{number}b")])
    with open_store(tmp_path / "ledger.sqlite3") as store:
        assert list(store.read(0, 100)) == recorded
    assert [one.index for one in recorded] == list(range(8))
    assert [one.previous for one in recorded[1:]] == [one.leaf for one in recorded[:-1]]
