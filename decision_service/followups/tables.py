"""The tables of the follow-ups in SQLite. What is in `owed` and `ticket` can be read off the ledger again."""

from typing import Final

VERSION: Final = 1
"""`user_version` of the file."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS scanned (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  next INTEGER NOT NULL CHECK (next >= 0),
  leaf BLOB
) STRICT;
INSERT OR IGNORE INTO scanned VALUES (1, 0, NULL);
CREATE TABLE IF NOT EXISTS owed (
  caller TEXT NOT NULL,
  application_id TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  matter TEXT NOT NULL,
  since INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  status TEXT,
  next_at INTEGER NOT NULL,
  PRIMARY KEY (caller, application_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS owed_next ON owed (next_at);
CREATE TABLE IF NOT EXISTS completed (
  decision_id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL,
  matter TEXT NOT NULL,
  since INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  completed_at TEXT NOT NULL,
  status TEXT NOT NULL,
  request_id TEXT,
  digest TEXT,
  data_as_of TEXT,
  counts INTEGER NOT NULL,
  answer BLOB,
  answer_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS completed_kept ON completed (answer_until) WHERE answer IS NOT NULL;
CREATE TRIGGER IF NOT EXISTS completed_delete BEFORE DELETE ON completed
BEGIN SELECT RAISE(ABORT, 'checks that were made stay on file'); END;
CREATE TRIGGER IF NOT EXISTS completed_update BEFORE UPDATE ON completed
WHEN NEW.answer IS NOT NULL OR NEW.decision_id <> OLD.decision_id OR NEW.request_id IS NOT OLD.request_id
  OR NEW.digest IS NOT OLD.digest OR NEW.completed_at <> OLD.completed_at OR NEW.counts <> OLD.counts
BEGIN SELECT RAISE(ABORT, 'checks that were made stay as they were; only the answer is forgotten'); END;
CREATE TABLE IF NOT EXISTS ticket (
  ticket_id TEXT PRIMARY KEY,
  decision_id TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  register TEXT NOT NULL,
  told BLOB NOT NULL,
  answered_at TEXT,
  answered_by TEXT,
  note TEXT,
  UNIQUE (decision_id, register)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ticket_open ON ticket (ticket_id) WHERE answered_at IS NULL;
CREATE TRIGGER IF NOT EXISTS ticket_delete BEFORE DELETE ON ticket
BEGIN SELECT RAISE(ABORT, 'tickets stay on file'); END;
CREATE TRIGGER IF NOT EXISTS ticket_update BEFORE UPDATE ON ticket
WHEN OLD.answered_at IS NOT NULL OR NEW.ticket_id <> OLD.ticket_id OR NEW.told <> OLD.told
BEGIN SELECT RAISE(ABORT, 'a ticket is answered once'); END;
"""
