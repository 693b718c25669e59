"""The tables of what is done afterwards, in SQLite. All of it can be read off the ledger again."""

from pathlib import Path
from typing import Final

from decision_service.ledger.sidefile import Layout, SideFile

VERSION: Final = 1
"""`user_version` of the file."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS scanned (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  next INTEGER NOT NULL CHECK (next >= 0),
  leaf BLOB
) STRICT;
INSERT OR IGNORE INTO scanned VALUES (1, 0, NULL);
CREATE TABLE IF NOT EXISTS waiting (
  caller TEXT NOT NULL,
  application_id TEXT NOT NULL,
  decision_id TEXT NOT NULL UNIQUE,
  matter TEXT NOT NULL,
  registers TEXT NOT NULL,
  since INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  status TEXT,
  next_at INTEGER NOT NULL,
  PRIMARY KEY (caller, application_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting_registers ON waiting (registers, since);
CREATE TABLE IF NOT EXISTS due (
  decision_id TEXT PRIMARY KEY,
  matter TEXT NOT NULL,
  granted_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  every INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  status TEXT,
  next_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_day ON due (matter, due_on);
"""


def file_beside(ledger: Path) -> Path:
    """Where this file of a ledger lies."""
    return ledger.with_name(f"{ledger.stem}-afterwards.sqlite3")


def open_file(path: Path) -> SideFile:
    """The file, made if it isn't there. Raises LedgerFaultError."""
    return SideFile(path, Layout("afterwards", TABLES, VERSION))
