"""A real service behind a proxy that misbehaves."""

from collections.abc import Iterator

import pytest

from tests.client.unruly import Unruly, unruly
from tests.http.conftest import registers, stage
from tests.http.staging import Stage

__all__ = ["registers", "stage"]


@pytest.fixture(scope="session")
def proxy(stage: Stage) -> Iterator[Unruly]:
    with unruly(stage.url) as found:
        yield found
