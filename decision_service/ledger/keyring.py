"""The key ring (密钥环): one key for each person whose facts the ledger holds, in a file of its own beside it.

Destroying a key is how a person's facts are erased: the records stay, and every proof over them, but nobody can read
what they said. The ring is apart from the ledger so that copies of the ledger hold no key; copies of the ring must be
let go of as their retention says, or what was erased comes back with them.

Keys are made in advance, a handful in one synced transaction, so that a decision about somebody new waits for no second
commit: which key a person got stands in the person's records.
"""

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from decision_service.ledger.connection import BUSY_SECONDS, connect
from decision_service.ledger.entry import MARK_BYTES
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.keys import MasterKey, sync_directory
from decision_service.ledger.sealing import KEY_BYTES, NONCE_BYTES
from verifiers.keyed import keyed

ID_BYTES: Final = 8
AHEAD: Final = 64
"""Keys that are made at once."""

REMEMBERED: Final = 16_384
"""Keys kept in memory, so that a person who comes back costs no look-up."""

SETTLING_MS: Final = 100
SETTLING_TRIES: Final = 20
"""How long, and how often, readers are waited for whose view still needs what was destroyed."""

VERSION: Final = 1
APPLICATION_ID: Final = 0x6D706B31

_TABLE: Final = "CREATE TABLE subject_key (id BLOB PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID"


class KeyRing:
    """The keys at `path`, wrapped under `master`. Used from several threads. Raises LedgerRefusedError when opened on
    what is no key ring; each method raises LedgerFaultError when the file fails."""

    def __init__(self, path: Path, master: MasterKey, remembered: int = REMEMBERED) -> None:
        """`remembered`: how many keys are kept in memory; 0 where another process destroys them."""
        self._path = path
        self._remembered = remembered
        self._marks = master.derive("subject marks v1")
        self._wrap = AESGCM(master.derive("key wrap v1"))
        self._lock = threading.Lock()
        self._ready: list[tuple[bytes, bytes]] = []
        self._known: dict[bytes, bytes] = {}
        try:
            self._connection = self._open()
        except (sqlite3.Error, OSError) as error:
            raise LedgerRefusedError(f"key ring {path}: can't be opened ({error}); name a sound local disk") from error

    def mark(self, *words: str) -> bytes:
        """The mark of whom `words` name (16 bytes of HMAC-SHA256, RFC 2104): equal for the same, and of no use to
        anybody without the master key."""
        text = "\n".join(words).encode("utf-8", "surrogatepass")
        return keyed(self._marks, text)[:MARK_BYTES]

    def new(self) -> tuple[bytes, bytes]:
        """The name (8 bytes) of a key that nobody has yet, and the key; both are on disk."""
        with self._lock:
            if not self._ready:
                self._make()
            key_id, key = self._ready.pop()
            self._remember(key_id, key)
            return key_id, key

    def key(self, key_id: bytes) -> bytes | None:
        """The key of that name; None where it was destroyed, or never was in this ring."""
        with self._lock:
            if key_id in self._known:
                return self._known[key_id]
            try:
                row = self._connection.execute("SELECT wrapped FROM subject_key WHERE id = ?", (key_id,)).fetchone()
            except sqlite3.Error as error:
                raise LedgerFaultError(f"key ring {self._path}: can't be read ({error})") from error
            if row is None:
                return None
            try:
                key = self._wrap.decrypt(row[0][:NONCE_BYTES], row[0][NONCE_BYTES:], key_id)
            except InvalidTag:
                raise LedgerFaultError(f"key ring {self._path}: a key is not wrapped under this master key") from None
            self._remember(key_id, key)
            return key

    def destroy(self, key_ids: Collection[bytes]) -> int:
        """Destroy keys for good: how many of them there still were. Nobody gets them any more; that no file of the
        ring holds their bytes, `settle` sees to."""
        with self._lock:
            for key_id in key_ids:
                self._known.pop(key_id, None)
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                gone = sum(
                    self._connection.execute("DELETE FROM subject_key WHERE id = ?", (key_id,)).rowcount
                    for key_id in key_ids
                )
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise LedgerFaultError(f"key ring {self._path}: keys can't be destroyed ({error})") from error
            return gone

    def settle(self) -> bool:
        """Have no file of the ring hold the bytes of a key that was destroyed; False where somebody reads the ring all
        the while, such as a backup: then try again. Not under the lock: whoever decides needs keys meanwhile."""
        try:
            with contextlib.closing(connect(self._path)) as connection:
                connection.execute(f"PRAGMA busy_timeout = {SETTLING_MS}")
                for _ in range(SETTLING_TRIES):
                    if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                        return True
                    time.sleep(SETTLING_MS / 1000)
        except sqlite3.Error as error:
            raise LedgerFaultError(f"key ring {self._path}: can't be put in order ({error})") from error
        return False

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _make(self) -> None:
        made = [(secrets.token_bytes(ID_BYTES), secrets.token_bytes(KEY_BYTES)) for _ in range(AHEAD)]
        rows = []
        for key_id, key in made:
            nonce = secrets.token_bytes(NONCE_BYTES)
            rows.append((key_id, nonce + self._wrap.encrypt(nonce, key, key_id)))
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO subject_key VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise LedgerFaultError(f"key ring {self._path}: keys can't be written ({error})") from error
        self._ready = made

    def _remember(self, key_id: bytes, key: bytes) -> None:
        if len(self._known) >= self._remembered > 0:
            self._known.pop(next(iter(self._known)))
        if self._remembered:
            self._known[key_id] = key

    def _open(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            sync_directory(self._path.parent)
        connection = connect(self._path)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # What is destroyed is overwritten, not only unlinked.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        elif (version, connection.execute("PRAGMA application_id").fetchone()[0]) != (VERSION, APPLICATION_ID):
            raise LedgerRefusedError(f"key ring {self._path}: not a key ring of format {VERSION}; name another file")
        connection.execute("COMMIT")
