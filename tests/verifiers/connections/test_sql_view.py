"""Read-only views as registers: what is bound, what is typed, what can't be written, and who waits for whom."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifiers.connections.making import connection, verifier
from tests.verifiers.connections.postgres_server import Server
from verifiers.adapters.sql_view import SqlConnection
from verifiers.conformance.sample import DATA_AS_OF, FACTS, FIRST, NOBODY, QUICK, REGISTER, SECOND, question
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.kinds import Kind
from verifiers.registers import Register
from verifiers.verifier import Question, Verifier

LIST = Register(
    "benefits",
    "补贴",
    "Benefits",
    ("id_no",),
    {
        "active": Kind(
            "list",
            item=Kind("record", fields=(("benefit", Kind("text")), ("since", Kind("date", optional=True)))),
        )
    },
    10_000,
    72,
)
ROW = (FIRST, 1, 13, "45.00", "2020-02-29", "normal", DATA_AS_OF)


def sqlite_file(folder: Path, *rows: tuple[object, ...], columns: str = "id_no") -> Path:
    file = folder / "r.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"CREATE TABLE v ({columns}, active, months, balance, since, status_code, data_as_of)")
        database.executemany("INSERT INTO v VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        database.commit()
    return file


def over_sqlite(
    folder: Path,
    act: Callable[[Verifier], Awaitable[Evidence]],
    table: str = 'view = "v"',
    register: Register = REGISTER,
) -> Evidence:
    async def run() -> Evidence:
        one = connection(SqlConnection, 'driver = "sqlite"\nfile = "r.sqlite3"', folder)
        try:
            return await act(verifier(one, table, register))
        finally:
            await one.close()

    return asyncio.run(run())


def about(subject: str, register: Register = REGISTER) -> Callable[[Verifier], Awaitable[Evidence]]:
    return lambda one: one.ask(question(subject, register), Deadline.after(30))


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6), st.text(), st.data())
def test_a_row_is_found_by_exactly_its_number_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, held: list[str], other: str, data: st.DataObject
) -> None:
    held = [one for one in dict.fromkeys(held) if "\x00" not in one]
    folder = tmp_path_factory.mktemp("sqlite")
    before = sqlite_file(folder, *((one, *ROW[1:]) for one in held)).read_bytes()
    asked = data.draw(st.sampled_from([*held, other, f"{other}' OR 1=1 --", f"{other}] --"]))
    evidence = over_sqlite(folder, about(asked))
    assert (evidence.status == "ok") == (asked in held)
    assert evidence.status in ("ok", "no_record", "error")
    assert (folder / "r.sqlite3").read_bytes() == before


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ((FIRST, 2, *ROW[2:]), "field_wrong"),
        ((FIRST, "true", *ROW[2:]), "field_wrong"),
        ((*ROW[:2], 13.0, *ROW[3:]), "field_wrong"),
        ((*ROW[:3], 45.0, *ROW[4:]), "field_wrong"),
        ((*ROW[:3], "45.000", *ROW[4:]), "field_wrong"),
        ((*ROW[:4], "29/02/2020", *ROW[5:]), "field_wrong"),
        ((*ROW[:5], None, ROW[6]), "field_wrong"),
        ((*ROW[:6], "2026-03-16 12:00:00"), "date_malformed"),
        ((*ROW[:6], 20260316), "date_malformed"),
    ],
)
def test_a_column_of_another_kind_is_an_error(tmp_path: Path, row: tuple[object, ...], fault: str) -> None:
    sqlite_file(tmp_path, row)
    evidence = over_sqlite(tmp_path, about(FIRST))
    assert (evidence.status, evidence.fault, evidence.facts) == ("error", fault, {})


def test_a_column_that_is_not_there_is_no_text(tmp_path: Path) -> None:
    """SQLite would take "nowhere" in double quotes for a text."""
    sqlite_file(tmp_path, ROW)
    evidence = over_sqlite(tmp_path, about(FIRST), 'view = "v"\ncolumns = {status_code = "normal"}')
    assert (evidence.status, evidence.fault) == ("error", "sqlite_error")


def test_a_collation_that_is_loose_finds_nobody_else(tmp_path: Path) -> None:
    sqlite_file(tmp_path, ("21010019350520882x", *ROW[1:]), columns="id_no COLLATE NOCASE")
    evidence = over_sqlite(tmp_path, about("21010019350520882X"))
    assert (evidence.status, evidence.fault) == ("error", "subject")


def test_rows_become_the_list(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "r.sqlite3")) as database:
        database.execute("CREATE TABLE v (id_no, benefit, since, synced)")
        held = [(FIRST, "old_age", "2020-01-01", "2026-03-16"), (FIRST, "heating", None, "2026-03-15")]
        database.executemany("INSERT INTO v VALUES (?, ?, ?, ?)", [*held, (SECOND, "dibao", None, "2026-03-16")])
        database.commit()
    table = 'view = "v"\nrows = "active"\ndata_as_of = "synced"'
    evidence = over_sqlite(tmp_path, about(FIRST, LIST), table, LIST)
    assert [one["benefit"] for one in evidence.facts["active"]] == ["old_age", "heating"]  # type: ignore[index, union-attr] # a list of records
    assert evidence.data_as_of == "2026-03-15"  # the oldest row counts
    assert over_sqlite(tmp_path, about(NOBODY, LIST), table, LIST).status == "no_record"

    def of(*persons: str) -> Evidence:
        several = replace(question(FIRST, LIST), params={"id_no": list(persons)})
        return over_sqlite(tmp_path, lambda one: one.ask(several, Deadline.after(30)), table, LIST)

    found = of(FIRST, SECOND).facts["active"]
    assert isinstance(found, tuple)
    assert len(found) == 3
    assert of(FIRST, NOBODY).fault == "subject"


def test_several_persons_in_one_question_and_none(tmp_path: Path) -> None:
    sqlite_file(tmp_path, ROW)

    def asking(*persons: str) -> Callable[[Verifier], Awaitable[Evidence]]:
        several = Question(REGISTER, "m", "CT1", "eligibility", FIRST, {"id_no": list(persons)}, ("id_no",))
        return lambda one: one.ask(several, Deadline.after(30))

    assert over_sqlite(tmp_path, asking(FIRST)).facts == FACTS[FIRST]
    # The row of one of them is no answer about both: the other may be unknown there.
    assert over_sqlite(tmp_path, asking(FIRST, NOBODY)).fault == "subject"
    assert over_sqlite(tmp_path, asking(NOBODY)).status == "no_record"
    assert over_sqlite(tmp_path, asking()).fault == "unspeakable"
    assert over_sqlite(tmp_path, asking(*[FIRST] * 51)).fault == "unspeakable"


def test_a_new_file_in_the_place_of_the_old_is_read(tmp_path: Path) -> None:
    file = sqlite_file(tmp_path, ROW)

    async def act(one: Verifier) -> Evidence:
        assert (await about(FIRST)(one)).facts["months"] == 13
        os.replace(file, tmp_path / "yesterday.sqlite3")  # noqa: PTH105 - as a nightly delivery does it
        sqlite_file(tmp_path, (*ROW[:2], 14, *ROW[3:]))
        return await about(FIRST)(one)

    assert over_sqlite(tmp_path, act).facts["months"] == 14


# --- a real PostgreSQL ---


def filled(server: Server, schema: str, view: str) -> str:
    """A schema with the people's table `t` and the view `v`, and the table of the connection for it."""
    with server.owner() as owner:
        owner.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        owner.execute(f"CREATE SCHEMA {schema}")
        owner.execute(f"CREATE TABLE {schema}.log (line text)")
        owner.execute(
            f"CREATE TABLE {schema}.t (id_no text, active boolean, months integer, balance numeric(12, 2), since date,"
            " status_code text, data_as_of timestamptz)"
        )
        row = (FIRST, True, 13, "45.00", "2020-02-29", "normal", "2026-03-16T03:59:59.9Z")
        owner.execute(f"INSERT INTO {schema}.t VALUES (%s, %s, %s, %s, %s, %s, %s)", row)  # noqa: S608 - a name of this file
        owner.execute(view)
        owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO reader; GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO reader")
    return f'view = "{schema}.v"'


def postgres_table(server: Server, most: int = 4) -> str:
    return f'driver = "postgres"\ndsn = "{server.dsn("reader")}"\nallow_private = true\nmost_in_flight = {most}'


def test_what_a_view_would_write_is_not_written(database: Server) -> None:
    view = (
        "CREATE FUNCTION writing.w() RETURNS boolean LANGUAGE sql VOLATILE AS"
        " $$ INSERT INTO writing.log VALUES ('x') RETURNING true $$;"
        " CREATE VIEW writing.v AS SELECT * FROM writing.t WHERE writing.w()"
    )
    table = filled(database, "writing", view)

    async def run() -> None:
        one = connection(SqlConnection, postgres_table(database))
        evidence = await verifier(one, table).ask(question(FIRST), Deadline.after(30))
        assert (evidence.status, evidence.fault) == ("error", "sqlstate_25006")  # read_only_sql_transaction
        await one.close()

    asyncio.run(run())
    with database.owner() as owner:
        assert owner.execute("SELECT count(*) FROM writing.log").fetchone() == (0,)


def test_a_session_that_was_ended_is_replaced_and_an_instant_is_kept(database: Server) -> None:
    table = filled(database, "ended", "CREATE VIEW ended.v AS SELECT * FROM ended.t")

    async def run() -> None:
        one = connection(SqlConnection, postgres_table(database, 1))
        asking = verifier(one, table)
        for _ in range(2):
            evidence = await asking.ask(question(FIRST), Deadline.after(30))
            assert (evidence.status, evidence.facts) == ("ok", FACTS[FIRST])
            assert evidence.data_as_of == "2026-03-16T03:59:59+00:00"
            with database.owner() as owner:
                owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
        await one.close()

    asyncio.run(run())


def test_a_late_query_ends_on_the_server_too(database: Server) -> None:
    table = filled(database, "late", "CREATE VIEW late.v AS SELECT * FROM late.t WHERE pg_sleep(3600) IS NOT NULL")

    async def run() -> None:
        one = connection(SqlConnection, postgres_table(database, 1))
        assert (await verifier(one, table).ask(question(FIRST, QUICK), Deadline.after(30))).status == "timeout"
        with database.owner() as owner:
            busy = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'"
            still = [owner.execute(busy).fetchone()]
            for _ in range(3000):
                if still[-1] == (0,):
                    break
                await asyncio.sleep(0.02)
                still.append(owner.execute(busy).fetchone())
            assert still[-1] == (0,)
        await one.close()

    asyncio.run(run())


def test_a_frozen_database_costs_its_own_register_only(database: Server, tmp_path: Path) -> None:
    table = filled(database, "frozen", "CREATE VIEW frozen.v AS SELECT * FROM frozen.t")
    sqlite_file(tmp_path, ROW)

    async def run() -> None:
        frozen = connection(SqlConnection, postgres_table(database, 2))
        sound = connection(SqlConnection, 'driver = "sqlite"\nfile = "r.sqlite3"', tmp_path)
        hangs, works = verifier(frozen, table), verifier(sound, 'view = "v"')
        leaving = connection(SqlConnection, postgres_table(database, 1))
        leaves = verifier(leaving, table)
        assert {(await one.ask(question(FIRST), Deadline.after(30))).status for one in (hangs, leaves)} == {"ok"}
        threads = threading.active_count()
        database.hang()
        try:
            for _ in range(3):
                assert (await leaves.ask(question(FIRST, QUICK), Deadline.after(30))).status in ("timeout", "error")
                asked = [hangs.ask(question(FIRST, QUICK), Deadline.after(30)) for _ in range(10)]
                answers = await asyncio.gather(*asked, works.ask(question(FIRST), Deadline.after(30)))
                assert {one.status for one in answers[:-1]} <= {"timeout", "error"}
                assert answers[-1].facts == FACTS[FIRST]
            assert threading.active_count() <= threads + 3  # two of the frozen one, one of the other
            async with asyncio.timeout(60):
                await leaving.close()  # its thread waits for a server that says nothing
        finally:
            database.wake()
        again = [await hangs.ask(question(FIRST), Deadline.after(30)) for _ in range(5)]
        assert again[-1].status == "ok"
        await frozen.close()
        await sound.close()

    asyncio.run(run())
