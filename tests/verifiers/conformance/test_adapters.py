"""Our own kinds of connection before the suite that is public for those of others."""

import asyncio

import pytest

from tests.verifiers.conformance.stands import GatewayStand, SignedStand, SqliteStand
from verifiers.conformance.adapters import CHECKS, AdapterCheck, NotPlayableError, Stand

STANDS = {
    "signed-sha256": SignedStand("hmac-sha256"),
    "signed-sm3": SignedStand("hmac-sm3"),
    "gateway": GatewayStand(),
    "sqlite": SqliteStand(),
}
UNPLAYABLE = {("sqlite", "another_person")}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
@pytest.mark.parametrize("name", STANDS)
def test_our_kinds_conform(name: str, check: AdapterCheck) -> None:
    stand: Stand = STANDS[name]
    if (name, check.name) in UNPLAYABLE:
        with pytest.raises(NotPlayableError):
            asyncio.run(check.run(stand))
    else:
        asyncio.run(check.run(stand))
