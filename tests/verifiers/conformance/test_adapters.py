"""Our own kinds of connection before the suite that is public for those of others."""

import asyncio

import pytest

from tests.verifiers.conformance.stands import GatewayStand, PostgresStand, SignedStand, SqliteStand
from tests.verifiers.connections.postgres_server import Server
from verifiers.conformance.adapters import CHECKS, AdapterCheck, NotPlayableError, Stand

STANDS = {
    "signed-sha256": SignedStand("hmac-sha256"),
    "signed-sm3": SignedStand("hmac-sm3"),
    "gateway": GatewayStand(),
    "sqlite": SqliteStand(),
}
UNPLAYABLE = {("sqlite", "another_person"), ("postgres", "another_person")}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
@pytest.mark.parametrize("name", STANDS)
def test_our_kinds_conform(name: str, check: AdapterCheck) -> None:
    conforms(name, STANDS[name], check)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_view_of_postgresql_conforms(database: Server, check: AdapterCheck) -> None:
    conforms("postgres", PostgresStand(database), check)


def conforms(name: str, stand: Stand, check: AdapterCheck) -> None:
    if (name, check.name) in UNPLAYABLE:
        with pytest.raises(NotPlayableError):
            asyncio.run(check.run(stand))
    else:
        asyncio.run(check.run(stand))
