"""The one door that is in a hurry: POST /v1/decisions, served before FastAPI's routing, by the very same function.

FastAPI documents the route and would answer alike (`decisions.answered`); finding it, solving its dependencies and
making a response object cost as much as judging.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from decision_service.access.actions import Action
from decision_service.http.decisions import replied
from decision_service.http.door import enter
from decision_service.http.problems import ProblemError

PATH = "/v1/decisions"

_JSON = (b"content-type", b"application/json")
_REPLAYED = (b"idempotent-replayed", b"true")


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
            reply = await replied(request)
        except ProblemError as error:
            await error.problem.response()(scope, receive, send)
            return
        headers = [(b"content-length", str(len(reply.body)).encode()), _JSON]
        if reply.replayed:
            headers.append(_REPLAYED)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})
