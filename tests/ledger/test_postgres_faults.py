"""The ledger in PostgreSQL where the server breaks: a fault within bounds, and nothing acknowledged is lost."""

import time
from collections.abc import Callable

import psycopg
import pytest
from pydantic import SecretStr

from decision_service.ledger import postgres_connection
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.postgres import PostgresStore, require_committed
from decision_service.ledger.store import ByKey, Last
from tests.ledger.conformance.stores import PostgresPlace
from tests.ledger.hanging_up import Proxy, backends
from tests.ledger.making import LOG, SIGNER, entry
from tests.ledger.test_model import check_chain
from tests.sizes import size


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


def test_a_changed_record_is_never_answered(database: PostgresPlace) -> None:
    store = database.open()
    store.append([entry(1), entry(2), entry(3)])
    database.touch("ALTER TABLE record DISABLE TRIGGER ALL")
    database.touch("UPDATE record SET matter = 'else' WHERE position = 1")
    with pytest.raises(LedgerFaultError):
        store.find(ByKey("hall", "key 2"))
    assert len(store.find(ByKey("hall", "key 3"))) == 1


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
