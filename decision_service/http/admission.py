"""The outermost door: no more requests at once than can be served, no fault without a problem, each one counted."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from decision_service.http.problems import Problem, ProblemError
from decision_service.http.state import State

UNMETERED = frozenset({"/livez", "/readyz", "/metrics"})
"""Answered however busy the service is: operators and probes must see it."""

WAITING_BYTES = 64 * 1024 * 1024
"""Of bodies that are not complete yet, all together."""

_BODIES = frozenset({"POST", "PUT", "PATCH"})


class Admission:
    """Turns requests away with 503 and Retry-After beyond the limit; turns what escaped below into a 500 problem.

    A request is in flight from the last byte of its body: whoever sends half of one takes no place from others.
    An error's text is never logged, as it may hold a value of an application; its type and the place are.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state
        self._in_flight = 0
        self._waiting_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in UNMETERED:
            await self._serve(scope, receive, send)
            return
        if self._in_flight >= self._state.most_in_flight:
            self._state.services.telemetry.shed()
            response = Problem("busy", headers={"Retry-After": "1", "Connection": "close"}).response()
            await response(scope, receive, send)
            return
        stay = _Stay(self, receive)
        if scope["method"] not in _BODIES:
            stay.begin()
        try:
            await self._serve(scope, stay.receive, send)
        finally:
            stay.end()

    def take(self, places: int, waiting_bytes: int) -> None:
        """Counts a place in flight, or some bytes of a body. Raises ProblemError where there is no room for them."""
        full = self._in_flight + places > self._state.most_in_flight
        if full or self._waiting_bytes + waiting_bytes > WAITING_BYTES:
            self._state.services.telemetry.shed()
            raise ProblemError("busy", headers={"Retry-After": "1", "Connection": "close"})
        self._in_flight += places
        self._waiting_bytes += waiting_bytes

    def give_back(self, places: int, waiting_bytes: int) -> None:
        """What was taken."""
        self._in_flight -= places
        self._waiting_bytes -= waiting_bytes

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


class _Stay:
    """One request's part of the room: the bytes of its body while they come, then a place in flight."""

    def __init__(self, admission: Admission, receive: Receive) -> None:
        self._admission = admission
        self._receive = receive
        self._places = self._waiting_bytes = 0

    async def receive(self) -> Message:
        """The next part of the body. Raises ProblemError where there is no room."""
        message = await self._receive()
        if message["type"] == "http.request" and not self._places:
            if message.get("more_body"):
                size = len(message["body"])
                self._admission.take(0, size)
                self._waiting_bytes += size
            else:
                self.begin()
        return message

    def begin(self) -> None:
        """The request is complete."""
        self._admission.take(1, 0)
        self._places = 1

    def end(self) -> None:
        """The request is over."""
        self._admission.give_back(self._places, self._waiting_bytes)
        self._places = self._waiting_bytes = 0
