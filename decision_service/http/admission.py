"""The outermost door: no more requests at once than can be served, no fault without a problem, each one counted."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from decision_service.http.problems import Problem
from decision_service.http.state import State

UNMETERED = frozenset({"/livez", "/readyz", "/metrics"})
"""Answered however busy the service is: operators and probes must see it."""


class Admission:
    """Turns requests away with 503 and Retry-After beyond the limit; turns what escaped below into a 500 problem.

    An error's text is never logged, as it may hold a value of an application; its type and the place are.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._in_flight >= self._state.most_in_flight and scope["path"] not in UNMETERED:
            self._state.services.telemetry.shed()
            response = Problem("busy", headers={"Retry-After": "1", "Connection": "close"}).response()
            await response(scope, receive, send)
            return
        self._in_flight += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._in_flight -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets a problem and the log no value
            self._state.services.telemetry.fault("http", fault)
            if status == 0:
                await Problem("internal").response()(scope, receive, noting)
        route = scope.get("route")
        pattern = getattr(route, "path", "none")
        self._state.services.telemetry.answered(pattern, status)
