"""The one door that is in a hurry: POST /v1/decisions, served before FastAPI's routing, by the very same function.

FastAPI documents the route and would answer alike; finding it and solving its dependencies costs as much as judging.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from decision_service.access.actions import Action
from decision_service.http.decisions import decide
from decision_service.http.door import enter
from decision_service.http.problems import ProblemError

PATH = "/v1/decisions"


@dataclass(frozen=True, slots=True)
class _Route:
    """What metrics call the route by, as FastAPI's own routes have it."""

    path: str = PATH


_ROUTE = _Route()


class Counter:
    """Serves applications itself and leaves every other request to `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        try:
            request = Request(scope, receive)
            await enter(request, Action.DECIDE)
            response = await decide(request)
        except ProblemError as error:
            response = error.problem.response()
        await response(scope, receive, send)
