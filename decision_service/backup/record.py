"""What a backup needs to know of a ledger file: whether it is sound, how far it reaches, and its leaf at a place."""

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from decision_service.backup.parts import BackupRefusedError
from decision_service.ledger.connection import connect
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import load_or_create_master
from decision_service.ledger.verify import Known, Progress, Report, verify_ledger

_CHECKPOINT = "SELECT note || cosignatures FROM checkpoint ORDER BY size DESC LIMIT 1"
_LEAF = "SELECT leaf FROM record WHERE position = ?"


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """Where the keys of persons lie, and the key that wraps them."""

    ring: Path
    master: Path


def verified(ledger: Path, keys: PersonKeys | None, progress: Progress | None) -> Report:
    """The report on a sound ledger, whose contents are opened where `keys` are there. Raises BackupRefusedError."""
    try:
        with ExitStack() as stack:
            ring = None
            if keys is not None and keys.ring.is_file() and keys.master.is_file():
                ring = KeyRing(keys.ring, load_or_create_master(keys.master))
                stack.callback(ring.close)
            report = verify_ledger(ledger, progress, Known(ring=ring))
    except LedgerRefusedError as error:
        raise BackupRefusedError(str(error)) from None
    if report.first is not None:
        where = "" if report.first.index is None else f"record {report.first.index}: "
        raise BackupRefusedError(f"{ledger}: the record is not sound ({where}{report.first.what})")
    return report


def key_ids(ring: Path) -> set[bytes]:
    """The names of the keys in a key ring. Raises sqlite3.Error."""
    with closing(connect(ring)) as connection:
        return _names(connection)


def key_ids_at_rest(ring: Path) -> set[bytes]:
    """As `key_ids`, of a file that nobody writes, which may lie where nothing can be written. Raises sqlite3.Error."""
    address = f"{ring.absolute().as_uri()}?immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return _names(connection)


def _names(connection: sqlite3.Connection) -> set[bytes]:
    return {bytes(name) for (name,) in connection.execute("SELECT id FROM subject_key")}


def newest_checkpoint(ledger: Path) -> str:
    """The newest checkpoint that was signed, "" where there is none. Raises sqlite3.Error."""
    with closing(connect(ledger)) as connection:
        row = connection.execute(_CHECKPOINT).fetchone()
    return "" if row is None else str(row[0])


def leaf_at(ledger: Path, index: int) -> bytes | None:
    """The leaf of the record of that index, None where it reaches less far. Raises sqlite3.Error."""
    with closing(connect(ledger)) as connection:
        row = connection.execute(_LEAF, (index,)).fetchone()
    return None if row is None else bytes(row[0])


def reach_of(ledger: Path) -> tuple[str, int]:
    """The name of the log in a file, and how many records it has. Raises sqlite3.Error, TypeError."""
    with closing(connect(ledger)) as connection:
        log = connection.execute("SELECT log FROM about").fetchone()[0]
        (count,) = connection.execute("SELECT coalesce(max(position) + 1, 0) FROM record").fetchone()
    return str(log), int(count)
