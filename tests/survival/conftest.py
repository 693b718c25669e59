"""One sandbox for all tests of survival."""

from collections.abc import Iterator

import pytest

from tests.http.staging import sandbox_config
from verifiers.sandbox.running import running


@pytest.fixture(scope="session")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url
