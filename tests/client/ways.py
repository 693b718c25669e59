"""Both clients behind one door, so that each test asks them the same."""

import asyncio
from collections.abc import Callable
from typing import Any

from decision_service.client import Application, AsyncClient, Client, Pace
from tests.http.staging import application

QUICK = Pace(deadline=20.0, one_try=5.0, first_pause=0.02, longest_pause=0.1)

Way = Callable[..., Any]


def blocking(url: str, call: str, *arguments: Any, pace: Pace = QUICK, credential: Any = None, **named: Any) -> Any:
    """One call of Client."""
    with Client(url, credential, pace=pace) as client:
        return getattr(client, call)(*arguments, **named)


def awaited(url: str, call: str, *arguments: Any, pace: Pace = QUICK, credential: Any = None, **named: Any) -> Any:
    """One call of AsyncClient."""

    async def run() -> Any:
        async with AsyncClient(url, credential, pace=pace) as client:
            return await getattr(client, call)(*arguments, **named)

    return asyncio.run(run())


WAYS = [blocking, awaited]


def sent(case: str = "ELD-1", **form: object) -> Application:
    """A new application of a case."""
    return Application(**application(case, **form))
