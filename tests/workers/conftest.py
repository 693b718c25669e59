"""One sandbox, and one service of two workers, for all tests that leave it as it was: two workers up."""

from collections.abc import Iterator

import pytest

from tests.http.staging import Stage, sandbox_config
from tests.workers.crewing import Crewed, crewed
from verifiers.sandbox.running import running


@pytest.fixture(scope="session")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture(scope="session")
def crew(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crewed]:
    with crewed(tmp_path_factory.mktemp("crew"), registers) as found:
        yield found


@pytest.fixture(scope="session")
def stage(crew: Crewed) -> Stage:
    """As the tests of the HTTP door know it."""
    return crew.stage
