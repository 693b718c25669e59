"""Entries, ledgers and disks that fail, for the tests of this folder."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision_service.ledger.connection import connect
from decision_service.ledger.entry import DECISION, Contents, Entry, canonical
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import MasterKey, Signer, signer_of
from decision_service.ledger.opening import LedgerFiles
from decision_service.ledger.sqlite import SqliteStore
from decision_service.ledger.verify import Known, Progress, Report, verify_ledger

LOG = "test.log"
SIGNER: Signer = signer_of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
MASTER = MasterKey(bytes(range(32, 64)))


def contents(number: int | str = 1, *, body: str = "body", **other) -> Contents:
    """What an entry holds that differs from others by its number."""
    fields = {
        "fingerprint": hashlib.sha256(body.encode()).hexdigest(),
        "answer": canonical(
            {"decision_id": f"decision {number}", "outcome": "APPROVED", "reasons": [{"zh": "年满八十"}]}
        ),
        "archive": canonical({"form": {"number": str(number)}, "as_of": "2026-03-16"}),
    }
    return Contents(**(fields | other))


def entry(number: int | str, *, key: str | None = None, body: str = "body", caller: str = "hall", **other) -> Entry:
    """An entry that differs from others by its number, about a person of that number."""
    record_id = other.pop("record_id", f"decision {number}")
    inside = {name: other.pop(name) for name in ("fingerprint", "answer", "archive") if name in other}
    if record_id != f"decision {number}" and "answer" not in inside:
        inside["answer"] = canonical({"decision_id": record_id, "outcome": "APPROVED"})
    fields = {
        "kind": DECISION,
        "record_id": record_id,
        "decision_id": record_id,
        "application_id": f"application {number}",
        "matter": "elderly_allowance",
        "caller": caller,
        "key": key if key is not None else f"key {number}",
        "at": "2026-03-16T09:30:00.123456+08:00",
        "policy_digest": "sha256:" + "ab" * 32,
        "subject": hashlib.sha256(f"person {number}".encode()).digest()[:16],
        "contents": contents(number, body=body, **inside),
    }
    return Entry(**(fields | other))


def ring_beside(path: Path) -> KeyRing:
    """The key ring that goes with the ledger at `path`; one file may be open several times."""
    return KeyRing(LedgerFiles.beside(path).ring, MASTER)


def sqlite_store(path: Path, **options) -> SqliteStore:
    """A store with the log, the key and the key ring of the tests."""
    return SqliteStore(path, **({"log": LOG, "signer": SIGNER, "ring": ring_beside(path)} | options))


@contextmanager
def open_store(path: Path, **options) -> Iterator[SqliteStore]:
    """The same, closed at the end."""
    store = sqlite_store(path, **options)
    try:
        yield store
    finally:
        store.close()


def checked(path: Path, progress: Progress | None = None, **known) -> Report:
    """What an auditor finds who has the key ring too and knows `known` from elsewhere."""
    ring = ring_beside(path)
    try:
        return verify_ledger(path, progress, Known(**({"ring": ring} | known)))
    finally:
        ring.close()


@contextmanager
def tampering(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of someone with a shell and bad intent: triggers and keys are gone, then put back as they were."""
    connection = connect(path)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    try:
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)
    finally:
        connection.close()


class FailingDisk:
    """Makes connections whose `n`-th statement from arming fails: not carried out, or carried out unanswered."""

    def __init__(self, error: str = "disk I/O error") -> None:
        self.left: int | None = None
        self.after = False
        self.error = error
        self.only: Callable[[str], bool] = lambda _: True

    def arm(self, n: int, *, after: bool = False) -> None:
        self.left, self.after = n, after

    @property
    def has_failed(self) -> bool:
        return self.left == 0

    def __call__(self, path: Path) -> sqlite3.Connection:
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, sql, parameters=(), /):
                if not disk.left or not disk.only(sql):
                    return super().execute(sql, parameters)
                disk.left -= 1
                if disk.left:
                    return super().execute(sql, parameters)
                if disk.after:
                    super().execute(sql, parameters)
                raise sqlite3.OperationalError(disk.error)

        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection)
