"""The ledger in PostgreSQL: refused where a commit may not be on disk, and honest where the server breaks."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from pydantic import SecretStr

from decision_service.ledger import postgres_connection
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.postgres import PostgresStore, require_committed
from decision_service.ledger.postgres_connection import make_tables
from decision_service.ledger.postgres_schema import SCHEMA, TRIGGERS, grants
from decision_service.ledger.store import ByKey, Last, StoredCheckpoint
from tests.ledger.conformance.stores import PostgresPlace
from tests.ledger.making import LOG, SIGNER, entry
from tests.ledger.test_model import check_chain
from tests.sizes import size
from tests.verifiers.connections.postgres_server import Server, postgres


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


def test_a_commit_that_the_server_turned_into_a_rollback_is_none(database: PostgresPlace) -> None:
    database.open()
    with database.shell() as shell:
        shell.execute("BEGIN")
        with pytest.raises(psycopg.Error):
            shell.execute("SELECT 1 / 0")
        with pytest.raises(ValueError, match="rolled back"):
            require_committed(shell.execute("COMMIT"))
        shell.execute("BEGIN")
        require_committed(shell.execute("COMMIT"))


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


def test_a_changed_record_is_never_answered(database: PostgresPlace) -> None:
    store = database.open()
    store.append([entry(1), entry(2), entry(3)])
    database.touch("ALTER TABLE record DISABLE TRIGGER ALL")
    database.touch("UPDATE record SET matter = 'else' WHERE position = 1")
    with pytest.raises(LedgerFaultError):
        store.find(ByKey("hall", "key 2"))
    assert len(store.find(ByKey("hall", "key 3"))) == 1


def backends(database: PostgresPlace, act: str = "pg_terminate_backend(pid)") -> int:
    """Ends every connection of the ledger, as the server's restart or its administrator does."""
    with database.server.owner() as owner:
        rows = owner.execute(
            f"SELECT {act} FROM pg_stat_activity WHERE application_name = 'miaopi ledger'",  # noqa: S608 - constants of this module
        ).fetchall()
    return len(rows)


def test_after_a_broken_connection_it_goes_on(database: PostgresPlace) -> None:
    store = database.open()
    store.append([entry(1)])
    assert store.find(Last())
    assert backends(database) == 2
    with pytest.raises(LedgerFaultError):
        store.append([entry(2)])
    with pytest.raises(LedgerFaultError):
        store.find(Last())
    (second,) = store.append([entry(2)])
    assert store.find(Last()) == (second,)
    check_chain(list(store.read(0, 9)))


class Proxy:
    """Between the store and the server: hangs up after some bytes of a direction were let through."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.left: int | None = None
        self.answers = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, left: int, *, answers: bool) -> None:
        """Hang up once `left` more bytes went to the server, or came from it."""
        self.left, self.answers = left, answers

    def close(self) -> None:
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server.port))
            for source, target, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._carry, args=(source, target, answers), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                if self.left is None or answers != self.answers:
                    target.sendall(chunk)
                    continue
                target.sendall(chunk[: self.left])
                self.left = max(0, self.left - len(chunk))
                if not self.left:
                    break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        source.close()


@pytest.mark.parametrize("answers", [False, True])
def test_a_connection_that_breaks_at_any_byte_loses_nothing_acknowledged(
    database: PostgresPlace, *, answers: bool
) -> None:
    """Also with the commit on its way, or carried out and unanswered: the same key asked again tells."""
    proxy = Proxy(database.server)
    address = SecretStr(f"postgresql://owner@127.0.0.1:{proxy.port}/postgres")
    store = PostgresStore(address, log=LOG, signer=SIGNER, ring=database.ring())
    database.stores.append(store)
    kept, faults = 0, 0
    try:
        for number in range(size("postgres_cuts", quick=30, full=3000)):
            batch = [entry(f"{number}-{one}") for one in range(1 + number % 3)]
            proxy.arm(number * 211 % 5000, answers=answers)
            try:
                results = store.append(batch)
            except LedgerFaultError:
                faults += 1
                proxy.left = None
                results = store.append(batch)
            proxy.left = None
            assert [one.index for one in results] == list(range(kept, kept + len(batch)))
            kept += len(batch)
        assert faults > 5
        check_chain([one for at in range(0, kept, 500) for one in store.read(at, 500)])
    finally:
        proxy.close()


def test_a_frozen_server_is_a_fault_within_bounds(database: PostgresPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    store = database.open()
    store.append([entry(1)])
    store.find(Last())
    monkeypatch.setattr(postgres_connection, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(postgres_connection, "CONNECT_SECONDS", 2)
    acts: list[Callable[[], object]] = [lambda: store.append([entry(2)]), lambda: store.find(Last())]
    database.server.hang()
    try:
        for act in acts:
            began = time.monotonic()
            with pytest.raises(LedgerFaultError):
                act()
            assert time.monotonic() - began < 5
    finally:
        database.server.wake()
    assert store.append([entry(3)])


def test_a_lock_that_is_never_let_go_of_is_a_fault(database: PostgresPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_connection, "BUSY_SECONDS", 1)
    store = database.open()
    with database.shell() as shell:
        shell.execute("SELECT pg_advisory_lock(%s)", (postgres_connection.LOCK,))
        with pytest.raises(LedgerFaultError, match="55P03"):
            store.append([entry(1)])
    assert store.append([entry(1)])


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
