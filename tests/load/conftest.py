"""One pool of applications for the tests of this room: making it reads all rule files and finds all boundaries."""

from datetime import date
from pathlib import Path

import pytest

from decision_service.load.plan import Grounds, Plan, Pool
from decision_service.load.stages import built_in
from tests.shipped import shelf as shipped

ROOT = Path(__file__).parents[2]
DAY = date(2026, 3, 16)


@pytest.fixture(scope="session")
def grounds() -> Grounds:
    shelf = shipped()
    policies = {matter: found for matter in sorted(shelf.versions) if (found := shelf.in_force(matter, DAY))}
    return Grounds(policies, shelf.catalogue, DAY, ROOT / "fixtures" / "cases")


@pytest.fixture(scope="session")
def pool(grounds: Grounds, tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return grounds.made(tmp_path_factory.mktemp("people"), {})


@pytest.fixture(scope="session")
def plan(pool: Pool) -> Plan:
    """All stages, of ten seconds each."""
    return Plan("http://127.0.0.1:1", pool, built_in(list(pool.policies.values())), rate=10, seconds=10, seed=1)
