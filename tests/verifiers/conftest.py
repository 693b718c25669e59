"""One PostgreSQL for all tests of a process that need one."""

from collections.abc import Iterator

import pytest

from tests.verifiers.connections.postgres_server import Server, postgres


@pytest.fixture(scope="session")
def database() -> Iterator[Server]:
    with postgres() as server:
        with server.owner() as owner:
            owner.execute("CREATE ROLE reader LOGIN")
        yield server
