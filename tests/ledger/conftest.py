"""A real PostgreSQL, as durable as the service wants it, for the tests of the stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.conformance.stores import Place, PostgresPlace, SqlitePlace
from tests.verifiers.connections.postgres_server import Server, postgres


@pytest.fixture(scope="session")
def durable_server() -> Iterator[Server]:
    """A server that syncs every commit."""
    with postgres(fsync="on") as server:
        yield server


@pytest.fixture
def database(durable_server: Server, tmp_path: Path) -> Iterator[PostgresPlace]:
    """An empty database."""
    place = PostgresPlace(tmp_path, durable_server)
    yield place
    place.close()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place of each kind."""
    if request.param == "postgres":
        yield request.getfixturevalue("database")
        return
    found = SqlitePlace(tmp_path)
    yield found
    found.close()
