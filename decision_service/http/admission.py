"""The outermost door: no more requests at once than can be served, no fault without a problem, each one counted."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from decision_service.http.problems import Problem, ProblemError
from decision_service.http.reading import idempotency_key
from decision_service.http.state import PRINCIPAL, State
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.store import ByKey
from decision_service.telemetry import Shed

UNMETERED = frozenset({"/livez", "/readyz", "/metrics"})
"""Answered however busy the service is: operators and probes must see it."""

WAITING_BYTES = 64 * 1024 * 1024
"""Of bodies that are not complete yet, all together."""

_BODIES = frozenset({"POST", "PUT", "PATCH"})

DECIDE = "/v1/decisions"
BATCH = "/v1/decisions:batch"
_ASKING = ("/v1/bundles/", "/v1/matters/")
"""Applications and forms are posted there, which may ask registers, and below these."""


class _Lane:
    """Requests in flight of one kind. Neither kind can take the places of the other."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.in_flight = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no more place in it."""
        return self.in_flight >= self.most


class Admission:
    """Turns requests away with 503 and Retry-After beyond what can be served; turns what escaped below into a 500
    problem.

    New decisions, and whatever else asks registers, are in one lane; all that is looked up or comes from people is in
    another of its own, and so is the retry of an application whose answer is on record: it gets that answer however
    many are new. A request is in flight from the last byte of its body: whoever sends half of one takes no place from
    others. An error's text is never logged, as it may hold a value of an application; its type and the place are.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state
        self._capacity = state.desk.capacity
        self.asking, self.others = _Lane(state.most_in_flight), _Lane(state.most_in_flight)
        self._waiting_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in UNMETERED:
            await self._serve(scope, receive, send)
            return
        stay = _Stay(self, scope, receive)
        if stay.lane.is_full and not stay.may_be_answered:
            await self._shed("full", Connection="close").problem.response()(scope, receive, send)
            return
        if scope["method"] not in _BODIES:
            stay.begin()
        try:
            await self._serve(scope, stay.receive, send)
        finally:
            stay.end()

    def enter(self, scope: Scope, lane: _Lane, *, may_be_answered: bool) -> _Lane:
        """Takes a place in a lane, for a request that is complete; the lane that it is in. Raises ProblemError where
        it is not served."""
        if may_be_answered and (lane.is_full or self._capacity.is_full):
            if not self._is_answered(scope):
                raise self._shed("limit" if self._capacity.is_full else "full")
            lane = self.others
        if lane.is_full:
            raise self._shed("full")
        lane.in_flight += 1
        return lane

    def hold(self, waiting_bytes: int) -> None:
        """Counts some bytes of a body. Raises ProblemError where there is no room for them."""
        if self._waiting_bytes + waiting_bytes > WAITING_BYTES:
            raise self._shed("bytes", Connection="close")
        self._waiting_bytes += waiting_bytes

    def let_go(self, waiting_bytes: int) -> None:
        """What was held."""
        self._waiting_bytes -= waiting_bytes

    def _is_answered(self, scope: Scope) -> bool:
        """Whether an answer stands under the key of a request whose caller is known."""
        if PRINCIPAL not in scope:
            return False
        try:
            asked = ByKey(scope[PRINCIPAL].name, idempotency_key(Request(scope)))
            return bool(self._state.services.ledger.find(asked))
        except (ProblemError, LedgerError):
            return False

    def _shed(self, why: Shed, **headers: str) -> ProblemError:
        return ProblemError("busy", headers={"Retry-After": str(self._capacity.shed(why)), **headers})

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
    """One request's part of the room: the bytes of its body while they come, then a place in its lane."""

    def __init__(self, admission: Admission, scope: Scope, receive: Receive) -> None:
        self._admission = admission
        self._scope = scope
        self._receive = receive
        path, is_post = scope["path"], scope["method"] == "POST"
        is_asking = is_post and (path in {DECIDE, BATCH} or path.startswith(_ASKING))
        self.lane = admission.asking if is_asking else admission.others
        self.may_be_answered = is_post and path == DECIDE
        self._is_in = False
        self._waiting_bytes = 0

    async def receive(self) -> Message:
        """The next part of the body. Raises ProblemError where there is no room."""
        message = await self._receive()
        if message["type"] == "http.request" and not self._is_in:
            if message.get("more_body"):
                size = len(message["body"])
                self._admission.hold(size)
                self._waiting_bytes += size
            else:
                self.begin()
        return message

    def begin(self) -> None:
        """The request is complete."""
        self.lane = self._admission.enter(self._scope, self.lane, may_be_answered=self.may_be_answered)
        self._is_in = True

    def end(self) -> None:
        """The request is over."""
        self._admission.let_go(self._waiting_bytes)
        self._waiting_bytes = 0
        if self._is_in:
            self.lane.in_flight -= 1
            self._is_in = False
