"""The tables of a ledger in PostgreSQL: the columns of `schema`, and the same refusals by triggers and by rights.

They belong to whoever makes them. A service that is given only the rights of `grants` can't take the triggers away.
"""

from typing import Final

from decision_service.ledger.schema import COLUMNS

SCHEMA: Final = "miaopi_ledger"
"""The schema that holds them; one database, one ledger."""

VERSION: Final = 1
"""Of the layout. A ledger is never migrated: a new layout gets a new number, the old stays readable."""

TABLES: Final = (
    f"CREATE SCHEMA {SCHEMA}",
    f"SET LOCAL search_path = {SCHEMA}, pg_temp",
    "CREATE TABLE about (one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT NOT NULL, version INTEGER NOT NULL)",
    """CREATE TABLE record (
  position BIGINT PRIMARY KEY CHECK (position >= 0),
  leaf BYTEA NOT NULL CHECK (octet_length(leaf) = 32),
  kind TEXT NOT NULL,
  record_id TEXT NOT NULL UNIQUE,
  decision_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  matter TEXT NOT NULL,
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  at TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  subject BYTEA NOT NULL,
  key_id BYTEA NOT NULL,
  salt BYTEA NOT NULL CHECK (octet_length(salt) = 16),
  shown BYTEA NOT NULL CHECK (octet_length(shown) = 32),
  withheld BYTEA NOT NULL CHECK (octet_length(withheld) = 32),
  signature BYTEA NOT NULL CHECK (octet_length(signature) = 64),
  public_key BYTEA NOT NULL CHECK (octet_length(public_key) = 32),
  sealed BYTEA NOT NULL,
  UNIQUE (caller, key)
)""",
    # What is sealed can't be compressed: trying costs time for nothing.
    "ALTER TABLE record ALTER COLUMN sealed SET STORAGE EXTERNAL",
    "CREATE INDEX record_application ON record (caller, application_id) WHERE kind = 'decision'",
    "CREATE INDEX record_subject ON record (subject) WHERE subject <> ''",
    "CREATE INDEX record_decision ON record (decision_id) WHERE kind <> 'decision'",
    "CREATE INDEX record_kind ON record (kind) WHERE kind <> 'decision'",
    """CREATE TABLE node (
  level INTEGER NOT NULL CHECK (level > 0),
  place BIGINT NOT NULL CHECK (place >= 0),
  hash BYTEA NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (level, place)
)""",
    """CREATE TABLE checkpoint (
  size BIGINT PRIMARY KEY CHECK (size > 0),
  note TEXT NOT NULL,
  cosignatures TEXT NOT NULL DEFAULT ''
)""",
    """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    """CREATE FUNCTION next_only() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN
  IF NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM record) THEN
    RAISE EXCEPTION 'the ledger takes the next record only';
  END IF;
  RETURN NEW;
END $$""",
    """CREATE FUNCTION witnesses_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.size <> OLD.size OR NEW.note <> OLD.note OR NOT starts_with(NEW.cosignatures, OLD.cosignatures) THEN
    RAISE EXCEPTION 'a checkpoint that was signed stands; only witnesses add to it';
  END IF;
  RETURN NEW;
END $$""",
    "CREATE TRIGGER record_insert BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION next_only()",
    "CREATE TRIGGER record_change BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER record_truncate BEFORE TRUNCATE ON record EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER node_change BEFORE UPDATE OR DELETE ON node FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER node_truncate BEFORE TRUNCATE ON node EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint FOR EACH ROW EXECUTE FUNCTION witnesses_only()",
    "CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER checkpoint_truncate BEFORE TRUNCATE ON checkpoint EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER about_change BEFORE UPDATE OR DELETE ON about FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER about_truncate BEFORE TRUNCATE ON about EXECUTE FUNCTION refuse()",
)

TRIGGERS: Final = frozenset(one.split()[2] for one in TABLES if one.startswith("CREATE TRIGGER"))
"""The names of those that must be there, and switched on."""

INSERT: Final = f"INSERT INTO record ({COLUMNS}) VALUES ({', '.join(['%s'] * 19)})"  # noqa: S608 - constants of this module


def made(log: str) -> tuple[str, ...]:
    """The statements that make an empty ledger for the log of that name, in one transaction."""
    name = log.replace("'", "''")
    return (*TABLES, f"INSERT INTO about (one, log, version) VALUES (1, '{name}', {VERSION})")  # noqa: S608 - the name is quoted


def grants(role: str) -> tuple[str, ...]:
    """All the rights that a service needs which logs in as `role`: reading, appending, and adding cosignatures."""
    name = '"' + role.replace('"', '""') + '"'
    return (
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {name}",
        f"GRANT INSERT ON {SCHEMA}.record, {SCHEMA}.node, {SCHEMA}.checkpoint TO {name}",
        f"GRANT UPDATE (cosignatures) ON {SCHEMA}.checkpoint TO {name}",
    )
