"""The other sides of our own kinds of connection, played for the conformance suite."""

import asyncio
import itertools
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from tests.verifiers.connections.gateway_server import gateway
from tests.verifiers.connections.making import SECRET, connection, verifier
from tests.verifiers.connections.postgres_server import Server
from tests.verifiers.crooked_register import Asked, crooked_register, http, signed
from verifiers.adapters.gateway import GatewayConnection
from verifiers.adapters.signed import SignedConnection
from verifiers.adapters.sql_view import SqlConnection
from verifiers.conformance.adapters import Behaviour, NotPlayableError
from verifiers.conformance.sample import DATA_AS_OF, FUTURE, NOW, OLD, PEOPLE, SECOND
from verifiers.signing import Algorithm, SigningKey
from verifiers.verifier import Verifier

DATES: dict[Behaviour, str | None] = {"undated": None, "old": OLD, "future": FUTURE}


def answer(asked: Asked, behaviour: Behaviour, number: int) -> bytes:
    """The body that a register of the JSON form sends when it behaves so."""
    wire = asked.wire
    subject = SECOND if behaviour == "another_person" else str(wire["subject"])
    data = dict(PEOPLE.get(subject, {}))
    if behaviour == "field_missing":
        del data["months"]
    elif behaviour == "field_wrong":
        data["months"] = "thirteen"
    elif behaviour == "huge":
        data["padding"] = "x" * 70_000
    reply = {
        "status": "ok" if data else "no_record",
        "data_as_of": DATES.get(behaviour, DATA_AS_OF),
        "source": "conformance",
        "request_id": f"r-{number}",
        "subject": subject,
        "purpose": wire["purpose"],
        "nonce": wire["nonce"],
        "data": data,
    }
    body = json.dumps(reply).encode()
    if behaviour == "two_records":
        return body[:-1] + b', "data": {}}'
    return b"{" if behaviour == "garbage" else body


@dataclass
class Answering:
    """A register of the JSON form; `key` signs where the form has signatures."""

    behaviour: Behaviour
    key: SigningKey | None = None
    asked: int = 0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        if self.behaviour == "silent":
            await asyncio.sleep(3600)
        if self.behaviour == "broken":
            writer.transport.abort()
            return
        body = answer(asked, self.behaviour, self.asked)
        headers = signed(self.key, asked, body, int(NOW.timestamp() * 1000)) if self.key else {}
        writer.write(http(body, headers))


@dataclass(frozen=True)
class SignedStand:
    algorithm: Algorithm

    @asynccontextmanager
    async def playing(self, behaviour: Behaviour) -> AsyncIterator[Verifier]:
        key = SigningKey("miaopi", SECRET.encode(), self.algorithm)
        async with crooked_register(Answering(behaviour, key)) as register:
            one = connection(
                SignedConnection.read,
                f'base_url = "{register.url}"\nallow_private = true\napp = "miaopi"\nsecret_env = "A_SECRET"\n'
                f'algorithm = "{self.algorithm}"',
            )
            yield verifier(one)
            await one.close()


class GatewayStand:
    @asynccontextmanager
    async def playing(self, behaviour: Behaviour) -> AsyncIterator[Verifier]:
        async with gateway(Answering(behaviour)) as (_, register):
            one = connection(
                GatewayConnection,
                f'base_url = "{register.url}"\nallow_private = true\napp = "miaopi"\nsecret_env = "A_SECRET"',
            )
            yield verifier(one)
            await one.close()


ENDLESS = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n)"


class SqliteStand:
    @asynccontextmanager
    async def playing(self, behaviour: Behaviour) -> AsyncIterator[Verifier]:
        if behaviour == "another_person":
            raise NotPlayableError("a view is read by the person's number, and the row's number compared again")
        with tempfile.TemporaryDirectory() as folder:
            if behaviour != "broken":
                _fill(Path(folder) / "r.sqlite3", behaviour)
            else:
                (Path(folder) / "r.sqlite3").touch()
            one = connection(SqlConnection, 'driver = "sqlite"\nfile = "r.sqlite3"', Path(folder))
            yield verifier(one, 'view = "v_conformance"\nwhere = {id_no = "ID_CARD"}\ncolumns = {months = "MONTHS"}')
            await one.close()


def _fill(file: Path, behaviour: Behaviour) -> None:
    if behaviour == "garbage":
        file.write_bytes(b"no database at all, and long enough to have a header" * 40)
        return
    months = {"field_missing": "NO_MONTHS", "field_wrong": "MONTHS"}.get(behaviour, "MONTHS")
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"CREATE TABLE t (ID_CARD, active, {months}, balance, since, status_code, data_as_of)")
        for subject, fields in PEOPLE.items():
            found = {**fields, "months": "thirteen"} if behaviour == "field_wrong" else dict(fields)
            if behaviour == "huge":
                found["status_code"] = "x" * 70_000
            row = (subject, *found.values(), DATES.get(behaviour, DATA_AS_OF))
            for _ in range(2 if behaviour == "two_records" else 1):
                database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        silence = f" WHERE {ENDLESS} > 0" if behaviour == "silent" else ""
        database.execute(f"CREATE VIEW v_conformance AS SELECT * FROM t{silence}")  # noqa: S608 - texts of this file
        database.commit()


_NUMBERS = itertools.count()


@dataclass(frozen=True)
class PostgresStand:
    server: Server

    @asynccontextmanager
    async def playing(self, behaviour: Behaviour) -> AsyncIterator[Verifier]:
        if behaviour == "another_person":
            raise NotPlayableError("a view is read by the person's number, and the row's number compared again")
        schema = f"s{next(_NUMBERS)}"
        self._fill(schema, behaviour)
        one = connection(
            SqlConnection, f'driver = "postgres"\ndsn = "{self.server.dsn("reader")}"\nallow_private = true'
        )
        yield verifier(one, f'view = "{schema}.v_conformance"\nwhere = {{id_no = "ID_CARD"}}')
        await one.close()

    def _fill(self, schema: str, behaviour: Behaviour) -> None:
        months = "text" if behaviour in ("field_wrong", "garbage") else "integer"
        silence = " WHERE pg_sleep(3600) IS NOT NULL" if behaviour == "silent" else ""
        columns = "*" if behaviour != "field_missing" else '"ID_CARD", active, balance, since, status_code, data_as_of'
        with self.server.owner() as owner:
            owner.execute(f"CREATE SCHEMA {schema}")
            owner.execute(
                f'CREATE TABLE {schema}.t ("ID_CARD" text, active boolean, months {months}, balance numeric(12, 2), '
                "since date, status_code text, data_as_of date)"
            )
            for subject, fields in PEOPLE.items():
                found = {**fields, "months": "thirteen"} if months == "text" else dict(fields)
                if behaviour == "huge":
                    found["status_code"] = "x" * 70_000
                row = (subject, *found.values(), DATES.get(behaviour, DATA_AS_OF))
                for _ in range(2 if behaviour == "two_records" else 1):
                    owner.execute(f"INSERT INTO {schema}.t VALUES (%s, %s, %s, %s, %s, %s, %s)", row)  # noqa: S608 - texts of this file
            owner.execute(f"CREATE VIEW {schema}.v_conformance AS SELECT {columns} FROM {schema}.t{silence}")  # noqa: S608 - texts of this file
            if behaviour != "broken":
                owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO reader")
                owner.execute(f"GRANT SELECT ON {schema}.v_conformance TO reader")
