"""One sandbox, one service and one service with officers for all tests of this folder that change none of them."""

from collections.abc import Iterator

import pytest

from tests.casework.office import Office, office
from tests.http.conftest import registers, stage

__all__ = ["registers", "stage"]


@pytest.fixture(scope="session")
def bureau(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("bureau"), registers) as found:
        yield found
