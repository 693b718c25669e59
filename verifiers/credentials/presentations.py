"""The credentials that were taken, each good for one application: remembered on disk, across restarts and processes."""

import hashlib
import sqlite3
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.terms import LEEWAY_SECONDS

_KEPT_SECONDS = LEEWAY_SECONDS + 24 * 3600
"""How long past its expiry a presentation is remembered: a day longer than it is taken, should a clock be set back."""

_PRUNED_AT_ONCE = 200
_BUSY_SECONDS = 2.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS presentations (
  digest BLOB PRIMARY KEY,
  application BLOB NOT NULL,
  forgotten_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_end ON presentations (forgotten_at);
"""


class BookError(Exception):
    """The book of presentations can't be opened; the text says which file and what to do."""


class PresentationBook:
    """Who showed what. It holds digests and times alone: neither a token nor a number of an application.

    Two uses at the same moment, of threads or of processes, are two transactions of which one comes first. What is
    noted is on disk before `take` returns.
    """

    def __init__(self, path: Path) -> None:
        """Raises BookError."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._db = _opened(path)
        except (OSError, sqlite3.Error) as error:
            raise BookError(
                f"{path}: the book of presentations can't be opened ({type(error).__name__}); "
                "check that the folder can be written to and that the file is no other"
            ) from None

    def take(self, credential_id: str, application: str, expires_at: datetime, now: datetime) -> None:
        """Note that `application` uses the credential. It may use it again.

        Raises CredentialRefused: reused, if another application did; reuse_unknown, if the book can't be asked.
        """
        digest, owner = _digest(credential_id), _digest(application)
        forgotten_at = int(expires_at.timestamp()) + _KEPT_SECONDS
        try:
            with self._lock, closing(self._db.cursor()) as cursor:
                first = self._first(cursor, (digest, owner, forgotten_at), int(now.timestamp()))
        except sqlite3.Error:
            raise CredentialRefused("reuse_unknown") from None
        if first != owner:
            raise CredentialRefused("reused")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @staticmethod
    def _first(cursor: sqlite3.Cursor, noted: tuple[bytes, bytes, int], now: int) -> bytes:
        """Whose the credential is, after one transaction that wrote it down if nobody's."""
        cursor.execute("BEGIN IMMEDIATE")
        try:
            cursor.execute(
                "DELETE FROM presentations WHERE digest IN "
                "(SELECT digest FROM presentations WHERE forgotten_at < ? LIMIT ?)",
                (now, _PRUNED_AT_ONCE),
            )
            cursor.execute("INSERT INTO presentations VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING", noted)
            row = cursor.execute("SELECT application FROM presentations WHERE digest = ?", noted[:1]).fetchone()
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
        return bytes(row[0])


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
