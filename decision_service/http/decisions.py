"""Applications in, decisions out: one, several, and a decision looked up afterwards."""

import asyncio

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.application import (
    Application,
    CredentialOutOfPlaceError,
    DecidedBeforeError,
    ErasedAnswerError,
    InWorkError,
    KeyReusedError,
    NoRecordKeptError,
    OtherMatterError,
    OverloadedError,
    TurnedAwayError,
    UnknownMatterError,
)
from decision_service.desk import Reply
from decision_service.http.accesses import given_again, read_by
from decision_service.http.arrival import begins_now
from decision_service.http.counting import decided, spend
from decision_service.http.documents import BATCH, DECIDE, DECISION, RECEIPT
from decision_service.http.problems import Problem, ProblemError
from decision_service.http.reading import MAX_BATCH, idempotency_key, read_envelope
from decision_service.http.showing import NOT_LISTED, fault, shown
from decision_service.http.state import caller_of, state_of
from decision_service.http.wire import ApplicationIn, BatchIn, agent_of
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByApplication, ByDecision

router = APIRouter(prefix="/v1", tags=["decisions"])
JSON = "application/json"


@router.post("/decisions", **DECIDE)
async def decide(request: Request) -> Response:
    """Decide an application. The same key and application give the same answer, byte for byte."""
    return answered(await replied(request))


async def replied(request: Request) -> Reply:
    """The answer to an application that was sent alone. Raises ProblemError."""
    key = idempotency_key(request)
    sent = await read_envelope(request, ApplicationIn)
    return await serve(request, application(caller_of(request), key, sent))


@router.post("/decisions:batch", **BATCH)
async def batch(request: Request) -> Response:
    """Decide several applications, each by itself; an item's `status` and `body` are what it would have got alone."""
    sent = await read_envelope(request, BatchIn, MAX_BATCH)
    spend(request, len(sent.items) - 1)
    results = []
    for item in sent.items:
        try:
            reply = await serve(request, application(caller_of(request), item.idempotency_key, item.application))
            results.append({"status": 200, "replayed": reply.replayed, "body": orjson.Fragment(reply.body)})
        except ProblemError as error:
            results.append({"status": error.problem.status, "replayed": False, "body": error.problem.as_json()})
        begins_now(request)
    return Response(orjson.dumps({"items": results}), media_type=JSON)


@router.get("/decisions/{decision_id}", **DECISION)
async def decision(request: Request, decision_id: str) -> Response:
    """The answer as it was recorded. `Link` names the latest decision on the application, if it is another."""
    found = await recorded(request, decision_id)
    return Response(full_answer(found), headers=latest(request, found), media_type=JSON)


@router.get("/decisions/{decision_id}/receipt", **RECEIPT)
async def receipt(request: Request, decision_id: str) -> Response:
    """What proves, without this service, that the decision is on record (see its `algorithm`)."""
    found, state = await recorded(request, decision_id), state_of(request)
    try:
        # A checkpoint may have to be made first, which waits for the disk.
        return Response(await asyncio.to_thread(state.record.checkpoints.receipt, found), media_type=JSON)
    except LedgerError as error:
        state.services.telemetry.fault("receipt", error)
        raise ProblemError("not_ready", headers={"Retry-After": "1"}) from None


def application(caller: str, key: str, sent: ApplicationIn) -> Application:
    """The desk's application. Raises ProblemError."""
    credentials = shown(sent.credentials, sent.application_id, (caller, sent.application_id))
    return Application(
        caller, key, sent.application_id, sent.matter, sent.channel, sent.form, credentials, agent_of(sent.agent)
    )


def answered(reply: Reply) -> Response:
    """A decision as HTTP answers it."""
    headers = {"Idempotent-Replayed": "true"} if reply.replayed else None
    return Response(reply.body, headers=headers, media_type=JSON)


async def serve(request: Request, asked: Application) -> Reply:
    """The desk's answer. Raises ProblemError where it turns the application away."""
    try:
        return await given_again(state_of(request), asked, await decided(request, asked))
    except TurnedAwayError as error:
        problem = problem_of(error)
    raise ProblemError(problem.code, problem.errors, problem.headers, problem.members)


def problem_of(error: TurnedAwayError) -> Problem:
    """The problem that tells why the desk turned an application away."""
    soon = {"Retry-After": "1"}
    match error:
        case KeyReusedError():
            return Problem("key_reused")
        case InWorkError():
            return Problem("in_work", headers=soon)
        case CredentialOutOfPlaceError():
            return Problem("envelope", (fault(error.place, NOT_LISTED),))
        case ErasedAnswerError():
            return Problem("erased")
        case UnknownMatterError():
            return Problem("unknown_matter")
        case OtherMatterError():
            return Problem("other_matter")
        case DecidedBeforeError():
            return Problem("decided_before", members={"decision_id": error.decision_id})
        case OverloadedError():
            return Problem("busy", headers={"Retry-After": str(error.again_after)})
        case NoRecordKeptError():
            return Problem("busy" if error.busy else "not_recorded", headers=soon)
        case _:
            return Problem("internal")


async def recorded(request: Request, decision_id: str) -> Recorded:
    """The record of a decision of this caller, who is about to see it. Raises ProblemError."""
    state = state_of(request)
    try:
        found = state.services.ledger.find(ByDecision(decision_id, caller_of(request)))
    except LedgerError as error:
        state.services.telemetry.fault("find", error)
        raise ProblemError("not_ready", headers={"Retry-After": "1"}) from None
    if not found:
        raise ProblemError("unknown_decision")
    if found[0].entry.is_erased:
        raise ProblemError("erased")
    await read_by(request, found[0])
    return found[0]


def latest(request: Request, found: Recorded) -> dict[str, str]:
    """The header that names the latest decision on the application (RFC 5829), where that is another one."""
    state, entry = state_of(request), found.entry
    try:
        last = state.services.ledger.find(ByApplication(entry.caller, entry.application_id))[-1].entry
    except LedgerError as error:
        state.services.telemetry.fault("find", error)
        return {}
    is_last = last.decision_id == entry.decision_id
    return {} if is_last else {"Link": f'</v1/decisions/{last.decision_id}>; rel="latest-version"'}
