"""A ledger in a database, copied: auditors' tools find in it what is there, and no service writes to it."""

from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.copying import copy_ledger
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.reading import LedgerReader
from tests.ledger.conformance.stores import PostgresPlace
from tests.ledger.making import LOG, SIGNER, checked, entry, sqlite_store
from tests.verifiers.connections.postgres_server import Server


def quiet(_: int, __: int) -> None:
    """No progress."""


def test_a_copy_is_sound_and_holds_everything(database: PostgresPlace) -> None:
    store = database.open()
    store.append([entry(one) for one in range(700)])
    checkpoints = Checkpoints(store, LOG, SIGNER)
    checkpoints.advance()
    seen: list[tuple[int, int]] = []
    assert copy_ledger(database.address(), database.path, lambda at, of: seen.append((at, of))) == 700
    assert seen == [(500, 700), (700, 700)]
    report = checked(database.path, trusted=[SIGNER.public_key])
    assert (report.is_sound, report.records, report.checkpoints, report.read) == (True, 700, 1, 700)
    with LedgerReader(database.path, database.ring()) as reader:
        assert list(reader.decisions()) == [one for at in (0, 500) for one in store.read(at, 500)]
    store.append([entry("more")])
    assert copy_ledger(database.address(), database.path, quiet) == 701
    assert checked(database.path).is_sound
    assert [one.name for one in database.folder.glob(".*")] == []


def test_nobody_writes_to_a_copy(database: PostgresPlace) -> None:
    database.open().append([entry(1)])
    copy_ledger(database.address(), database.path, quiet)
    with pytest.raises(LedgerRefusedError, match="format"):
        sqlite_store(database.path, ring=database.ring())
    assert database.path.stat().st_mode & 0o077 == 0


def test_what_is_no_copy_is_not_written_over(database: PostgresPlace) -> None:
    with closing(sqlite_store(database.path, ring=database.ring())) as store:
        store.append([entry("mine")])
    other = database.folder / "text"
    other.write_text("something else")
    for path in (database.path, other):
        before = path.read_bytes()
        with pytest.raises(LedgerRefusedError, match="no copy"):
            copy_ledger(database.address(), path, quiet)
        assert path.read_bytes() == before


def test_a_copy_that_fails_leaves_the_one_before(database: PostgresPlace) -> None:
    database.open().append([entry(1)])
    copy_ledger(database.address(), database.path, quiet)
    gone = SecretStr("postgresql://owner@127.0.0.1:9/postgres")
    with pytest.raises(LedgerFaultError):
        copy_ledger(gone, database.path, quiet)
    assert checked(database.path).records == 1


def test_the_commands(database: PostgresPlace, durable_server: Server) -> None:
    """An owner makes the tables by what is printed, a service with the granted rights fills them, an auditor copies."""
    with durable_server.owner() as owner:
        owner.execute("DROP ROLE IF EXISTS clerk")
        owner.execute("CREATE ROLE clerk LOGIN")
    run = CliRunner(env={"MIAOPI_LOG": LOG, "MIAOPI_LEDGER": database.address("clerk").get_secret_value()})
    printed = run.invoke(build(), ["ledger", "tables", "--role", "clerk"])
    assert printed.exit_code == 0
    with psycopg.connect(durable_server.dsn(), autocommit=True) as owner:
        owner.execute(printed.stdout)
    try:
        store = database.open(user="clerk")
        store.append([entry(1), entry(2)])
        done = run.invoke(build(), ["ledger", "copy", str(database.path)])
        assert done.exit_code == 0, done.output
        assert ": 2 条记录 record" in done.stdout
        verified = run.invoke(build(), ["ledger", "verify", "--ledger", str(database.path)])
        assert verified.exit_code == 0
        assert run.invoke(build(), ["ledger", "copy", str(Path(database.folder, "none", "x"))]).exit_code == 0
        assert run.invoke(build(), ["ledger", "copy", str(database.folder)]).exit_code == 2
    finally:
        store.close()
        with database.shell() as shell:
            shell.execute("DROP OWNED BY clerk")
            shell.execute("DROP ROLE clerk")
    plain = CliRunner(env={"MIAOPI_LEDGER": str(database.path)})
    assert plain.invoke(build(), ["ledger", "copy"]).exit_code == 2
