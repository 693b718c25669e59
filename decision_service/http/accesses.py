"""Each reading of a recorded decision leaves who, what, why and when in the journal, before it is shown (RQ-H2)."""

import orjson
from starlette.requests import Request

from decision_service.application import Application
from decision_service.desk import Reply
from decision_service.http.keeping import instance
from decision_service.http.problems import ProblemError
from decision_service.http.state import State, caller_of, state_of
from decision_service.ledger.entry import Recorded
from verifiers.journal.errors import JournalError
from verifiers.journal.journaling import milliseconds
from verifiers.journal.records import Access, new_number


async def read_by(request: Request, found: Recorded) -> None:
    """`found` is about to be shown to whoever sent `request`. Raises ProblemError where that can't be taken down."""
    route = f"{request.method} {request.scope['route'].path}"
    seen = (found.entry.decision_id, found.entry.application_id)
    if not await _is_noted(state_of(request), caller_of(request), seen, route):
        raise ProblemError("not_ready", headers={"Retry-After": "1"})


async def opened_for(request: Request, found: Recorded, purpose: str) -> None:
    """A member of staff is about to see the file of `found`, for the purpose that is named. Raises ProblemError as
    `read_by`."""
    seen = (found.entry.decision_id, found.entry.application_id)
    if not await _is_noted(state_of(request), caller_of(request), seen, f"staff: {purpose}"):
        raise ProblemError("not_ready", headers={"Retry-After": "1"})


async def looked_at(request: Request) -> None:
    """Who sent `request` is about to see what concerns no application. Raises ProblemError where that can't be taken
    down."""
    route = f"{request.method} {request.scope['route'].path}"
    if not await _is_noted(state_of(request), caller_of(request), ("", ""), route):
        raise ProblemError("not_ready", headers={"Retry-After": "1"})


async def given_again(state: State, asked: Application, reply: Reply) -> Reply:
    """`reply`, whose decision may be one of an earlier request with the same key. Raises ProblemError as `read_by`."""
    if reply.replayed:
        seen = (orjson.loads(reply.body)["decision_id"], asked.application_id)
        if not await _is_noted(state, asked.caller, seen, "POST again with the same key"):
            raise ProblemError("not_recorded", headers={"Retry-After": "1"})
    return reply


async def _is_noted(state: State, who: str, seen: tuple[str, str], purpose: str) -> bool:
    services = state.services
    if services.journal is None:
        return True
    access = Access(new_number(), who, instance(), *seen, purpose, milliseconds(services.clock.now()))
    try:
        services.journal.note_access(access)
        await services.journal.flush()
    except JournalError as error:
        services.telemetry.fault("access", error)
        return False
    return True
