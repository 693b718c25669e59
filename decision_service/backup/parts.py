"""What a backup is made of, in the order in which the set is consistent however much the service writes meanwhile."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from decision_service.acknowledging.pending import Pending
from decision_service.afterwards.tables import file_beside
from decision_service.casework.file import CaseworkFile
from decision_service.followups.file import FollowupFile
from decision_service.outbox.places import Places
from decision_service.settings import Settings

LEDGER: Final = "ledger.sqlite3"
RING: Final = "subjects.sqlite3"
MASTER: Final = "master.key"
"""The parts that are the record, the keys of persons, and the key that wraps those."""


class BackupRefusedError(Exception):
    """A backup can't be made, or not be put back; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the service. `name` is its name in a backup; a `secret` one lies in the folder of keys; a `database`
    is copied as SQLite copies, any other file as it is. A `derived` one is not copied: the service reads it off the
    record again."""

    name: str
    path: Path
    secret: bool = False
    database: bool = True
    derived: bool = False


def parts_of(settings: Settings) -> tuple[Part, ...]:
    """The parts, those first that follow the record, then the record, then what the record rests on.

    INVARIANT: what follows the record from a position must not be ahead of its copy, or it would pass over what is
    written there next; calls, used credentials and keys must reach as far as it (tests/survival/test_backup.py).

    Raises BackupRefusedError where the record is no file.
    """
    files = settings.ledger_files
    if files.address is not None:
        raise BackupRefusedError(
            "the record is in PostgreSQL: dump that first (pg_dump), then copy the files beside it (docs/operations.md)"
        )
    return (
        Part("followups.sqlite3", FollowupFile.beside(settings.ledger)),
        Part("afterwards.sqlite3", file_beside(settings.ledger), derived=True),
        Part("outbox.sqlite3", Places.beside(settings.ledger)),
        Part("notices.sqlite3", Pending.beside(settings.ledger), derived=True),
        Part("casework.sqlite3", CaseworkFile.beside(settings.ledger), derived=True),
        Part(LEDGER, settings.ledger),
        Part("calls.sqlite3", settings.journal_path),
        Part("shown.sqlite3", settings.presentations_path),
        Part(RING, files.ring, secret=True),
        Part(MASTER, files.master, secret=True, database=False),
        Part("signing.key", files.key, secret=True, database=False),
        Part("marks.key", settings.journal_path.with_suffix(".key"), secret=True, database=False),
    )
