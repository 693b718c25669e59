"""The ledger in PostgreSQL is refused where commits may be lost, where rights are short, where someone changed it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from pydantic import SecretStr

from decision_service.ledger import postgres_connection
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.postgres import PostgresStore
from decision_service.ledger.postgres_connection import make_tables
from decision_service.ledger.postgres_schema import SCHEMA, TRIGGERS, grants
from decision_service.ledger.store import StoredCheckpoint
from tests.ledger.conformance.stores import PostgresPlace
from tests.ledger.making import LOG, SIGNER, entry
from tests.verifiers.connections.postgres_server import postgres


@pytest.mark.parametrize(
    ("setting", "value"),
    [("synchronous_commit", "off"), ("synchronous_commit", "local"), ("synchronous_commit", "remote_write")],
)
def test_commits_that_may_be_lost_are_refused(database: PostgresPlace, setting: str, value: str) -> None:
    database.open().close()
    with database.server.owner() as owner:
        owner.execute(f"ALTER DATABASE postgres SET {setting} = '{value}'")
    with pytest.raises(LedgerRefusedError, match=setting):
        database.open()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_sync_is_refused(setting: str, tmp_path) -> None:
    with postgres(**{"fsync": "on", setting: "off"}) as server:
        place = PostgresPlace(tmp_path, server)
        with pytest.raises(LedgerRefusedError, match=setting):
            place.open()
        place.close()


def test_what_the_session_promises_stays_so(database: PostgresPlace) -> None:
    store = database.open()
    with database.server.owner() as owner:
        owner.execute("ALTER SYSTEM SET synchronous_commit = 'off'")
        owner.execute("SELECT pg_reload_conf()")
        try:
            while postgres_connection.one(owner, "SHOW synchronous_commit") != "off":
                time.sleep(0.05)
            assert store._writer is not None
            assert postgres_connection.one(store._writer, "SHOW synchronous_commit") == "on"
        finally:
            owner.execute("ALTER SYSTEM RESET synchronous_commit")
            owner.execute("SELECT pg_reload_conf()")


def roles(database: PostgresPlace, name: str = "miaopi") -> None:
    """A ledger that its owner made for a service that logs in as `name`."""
    with database.shell() as shell:
        shell.execute(f"DROP ROLE IF EXISTS {name}")
        shell.execute(f"CREATE ROLE {name} LOGIN")
        with shell.transaction():
            make_tables(shell, LOG)
            for statement in grants(name):
                shell.execute(statement)


@contextmanager
def granted(database: PostgresPlace) -> Iterator[None]:
    roles(database)
    try:
        yield
    finally:
        database.close()
        with database.shell() as shell:
            shell.execute("DROP OWNED BY miaopi")
            shell.execute("DROP ROLE miaopi")


def test_a_service_with_the_granted_rights_works_and_may_do_nothing_else(database: PostgresPlace) -> None:
    with granted(database):
        store = database.open(user="miaopi")
        store.append([entry(one) for one in range(4)])
        store.keep_checkpoint(StoredCheckpoint(3, "three\n"))
        store.keep_checkpoint(StoredCheckpoint(3, "three\n", "— a x\n"))
        assert store.last_checkpoint() == StoredCheckpoint(3, "three\n", "— a x\n")
        forbidden = [
            "UPDATE record SET caller = 'x'",
            "DELETE FROM record",
            "TRUNCATE record CASCADE",
            "UPDATE node SET hash = hash",
            "DELETE FROM node",
            "TRUNCATE node",
            "UPDATE checkpoint SET note = 'x'",
            "DELETE FROM checkpoint",
            "UPDATE about SET log = 'x'",
            "INSERT INTO about VALUES (2, 'x', 1)",
            "DROP TABLE record",
            "DROP TRIGGER record_change ON record",
            "ALTER TABLE record DISABLE TRIGGER ALL",
            "ALTER TABLE record ADD COLUMN x TEXT",
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TABLE x (y INTEGER)",
            f"DROP SCHEMA {SCHEMA} CASCADE",
            "SET session_replication_role = replica",
        ]
        with database.shell("miaopi") as shell:
            for statement in forbidden:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    shell.execute(statement)


def test_a_role_without_rights_is_told_what_to_do(database: PostgresPlace) -> None:
    with database.shell() as shell:
        shell.execute("DROP ROLE IF EXISTS stranger")
        shell.execute("CREATE ROLE stranger LOGIN")
    with pytest.raises(LedgerRefusedError, match="may not make one"):
        database.open(user="stranger")
    database.open()
    with pytest.raises(LedgerRefusedError, match="may read"):
        database.open(user="stranger")
    with database.shell() as shell:
        shell.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO stranger")
        shell.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO stranger")
    with pytest.raises(LedgerRefusedError, match="can't be written"):
        database.open(user="stranger")
    with database.shell() as shell:
        shell.execute("DROP OWNED BY stranger")
        shell.execute("DROP ROLE stranger")


@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
def test_tables_that_someone_changed_are_refused(database: PostgresPlace, trigger: str) -> None:
    database.open()
    table = trigger.partition("_")[0]
    database.touch(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    with pytest.raises(LedgerRefusedError, match=trigger):
        database.open()
    database.touch(f"DROP TRIGGER {trigger} ON {table}")
    with pytest.raises(LedgerRefusedError, match=trigger):
        database.open()


@pytest.mark.parametrize(
    "change", ["caller = 'else'", "leaf = sha256('x')", "sealed = 'x'", "signature = repeat('x', 64)::bytea"]
)
def test_a_broken_head_is_refused(database: PostgresPlace, change: str) -> None:
    database.open().append([entry(1), entry(2)])
    database.touch("ALTER TABLE record DISABLE TRIGGER ALL")
    database.touch(f"UPDATE record SET {change} WHERE position = 1")  # noqa: S608 - constants of this module
    database.touch("ALTER TABLE record ENABLE TRIGGER ALL")
    with pytest.raises(LedgerRefusedError, match=r"restore|signature"):
        database.open()


def test_an_address_is_told_to_nobody(database: PostgresPlace, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "hunter2"  # noqa: S105 - what must not be found
    port = database.server.port
    for address in (
        f"postgresql://owner:{secret}@127.0.0.1:{port}/nothing_there",
        f"postgresql://owner:{secret}@127.0.0.1:9/postgres",
        f"postgresql://owner:{secret}%zz@127.0.0.1:{port}/x",
        f"postgresql://owner:{secret}@127.0.0.1:{port}/postgres?no_such={secret}",
        f"postgresql://{secret}@127.0.0.1:{port}:{port}/x",
    ):
        with pytest.raises(LedgerRefusedError) as caught:
            PostgresStore(SecretStr(address), log=LOG, signer=SIGNER, ring=database.ring())
        chain: BaseException | None = caught.value
        while chain is not None:
            assert secret not in str(chain)
            chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    assert secret not in caplog.text
