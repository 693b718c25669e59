"""One sandbox and one service for all tests that change neither."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.staging import Stage, sandbox_config, staged
from verifiers.sandbox.running import running


@pytest.fixture(scope="session")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture(scope="session")
def stage(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("service")
    with staged(folder, registers) as found:
        yield found
