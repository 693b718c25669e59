"""The tables of casework in SQLite. All of it can be read off the ledger again; none of it says who a person is."""

from typing import Final

VERSION: Final = 1
"""`user_version` of the file."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS scanned (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  next INTEGER NOT NULL CHECK (next >= 0),
  leaf BLOB,
  rate TEXT NOT NULL,
  key_id TEXT NOT NULL
) STRICT;
INSERT OR IGNORE INTO scanned VALUES (1, 0, NULL, '0', '');
CREATE TABLE IF NOT EXISTS item (
  item_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  task_type TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  matter TEXT NOT NULL,
  city TEXT NOT NULL,
  reasons TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  due TEXT,
  unknown_year INTEGER,
  start TEXT,
  days INTEGER NOT NULL,
  claimed_by TEXT NOT NULL,
  claims INTEGER NOT NULL,
  closed_at TEXT NOT NULL,
  closed_as TEXT NOT NULL,
  is_alarmed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS item_case ON item (decision_id);
CREATE INDEX IF NOT EXISTS item_open ON item (coalesce(due, '9999'), item_id) WHERE closed_as = '';
CREATE INDEX IF NOT EXISTS item_found ON item (matter, closed_as) WHERE kind = 'blind_sample';
CREATE TABLE IF NOT EXISTS drawn (
  decision_id TEXT PRIMARY KEY,
  drawn_at TEXT NOT NULL,
  matter TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
  matter TEXT NOT NULL,
  city TEXT NOT NULL,
  rate TEXT NOT NULL,
  day TEXT NOT NULL,
  hits INTEGER NOT NULL,
  total INTEGER NOT NULL,
  PRIMARY KEY (matter, city, rate, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alarm (
  matter TEXT NOT NULL,
  city TEXT NOT NULL,
  rate TEXT NOT NULL,
  day TEXT NOT NULL,
  hits INTEGER NOT NULL,
  total INTEGER NOT NULL,
  usual_hits INTEGER NOT NULL,
  usual_total INTEGER NOT NULL,
  ended_on TEXT,
  is_recorded INTEGER NOT NULL,
  PRIMARY KEY (matter, city, rate, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alarm_standing ON alarm (matter, city, rate) WHERE ended_on IS NULL;
CREATE TABLE IF NOT EXISTS rating (
  matter TEXT NOT NULL,
  level INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (matter, level)
) STRICT, WITHOUT ROWID;
"""

NAMES: Final = ("item", "drawn", "tally", "alarm", "rating")
"""The tables that are read off the ledger, besides the place where reading goes on."""
