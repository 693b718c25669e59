"""A case for the platform that brought it: how it stands and why, what an officer decided; ratings, complaints,
reviews."""

import asyncio

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.casework.case import Case
from decision_service.casework.feedback import complaint_entry, rating_entry, review_entry
from decision_service.casework.records import Kind, said
from decision_service.casework.refusals import RefusedError, Word
from decision_service.casework.showing import case_view
from decision_service.explaining import explanation
from decision_service.http.casework_documents import CASE, CASE_RECEIPT, COMPLAIN, RATE
from decision_service.http.casework_wire import ComplaintIn, RatingIn
from decision_service.http.decisions import JSON, recorded
from decision_service.http.documents import EXPLANATION, REVIEW
from decision_service.http.problems import ProblemError
from decision_service.http.reading import idempotency_key, read_envelope
from decision_service.http.refusing import told
from decision_service.http.state import caller_of, state_of
from decision_service.http.wire import ReviewIn
from decision_service.ledger.receipt import with_record
from decision_service.replay import decide_again

router = APIRouter(prefix="/v1/decisions/{decision_id}", tags=["cases"])


@router.get("/case", **CASE)
async def case(request: Request, decision_id: str) -> Response:
    """The case as it stands: decided, waiting for an officer since when and until when, or decided by an officer."""
    state, found = state_of(request), await _case(request, decision_id)
    with told(state, "case"):
        view = case_view(found, found.items(state.office.publication))
    return Response(orjson.dumps(view), media_type=JSON)


@router.get("/case/receipt", **CASE_RECEIPT)
async def case_receipt(request: Request, decision_id: str) -> Response:
    """What proves that the officer's outcome is on record (as `…/receipt` for the machine's decision)."""
    state, found = state_of(request), await _case(request, decision_id)
    with told(state, "receipt"):
        if found.standing is found.decision:
            raise RefusedError(Word.NOT_CLOSED)
        receipt = await asyncio.to_thread(state.record.checkpoints.receipt, found.standing)
    return Response(receipt, media_type=JSON)


@router.get("/explanation", **EXPLANATION)
async def explain(request: Request, decision_id: str) -> Response:
    """Each rule: met or not, by which law, from which source and of which date; and what an officer decided since."""
    state, found = state_of(request), await _case(request, decision_id)
    with told(state, "explanation"):
        officer = None if found.standing is found.decision else said(found.standing)
        again = decide_again(found.decision, state.office.publication, None, None)
        shown = explanation(again.decided, found.answer, officer)
    return Response(orjson.dumps(shown), media_type=JSON)


@router.post("/review", **REVIEW)
async def review(request: Request, decision_id: str) -> Response:
    """Ask that an officer looks at the decision again; good for whoever holds its key."""
    sent = await read_envelope(request, ReviewIn)
    state, found = state_of(request), await _case(request, decision_id)
    with told(state, "review", "not_recorded"):
        now = state.services.clock.now()
        entry = review_entry(found, sent.human_review_key, sent.statement, caller_of(request), now)
        asked = said(await state.office.put(entry))
    told_back = {
        "review_id": asked["review_id"],
        "decision_id": decision_id,
        "requested_at": asked["requested_at"],
        "zh": "已登记，工作人员将复核该决定",
        "en": "on file; an officer will look at the decision again",
    }
    return Response(orjson.dumps(told_back), 202, media_type=JSON)


@router.post("/rating", **RATE)
async def rate(request: Request, decision_id: str) -> Response:
    """Rate a closed case, once (好差评). Nothing that decides ever reads it."""
    sent = await read_envelope(request, RatingIn)
    state, found = state_of(request), await _case(request, decision_id)
    with told(state, "rating", "not_recorded"):
        now = state.services.clock.now()
        entry = rating_entry(found, sent.rating_key, sent.level, sent.comment, caller_of(request), now)
        try:
            kept = await state.office.put(entry)
        except RefusedError:
            raise RefusedError(Word.RATED_BEFORE) from None
    return Response(with_record(kept.entry.answer, kept), media_type=JSON)


@router.post("/complaints", **COMPLAIN)
async def complain(request: Request, decision_id: str) -> Response:
    """Complain of a case; an officer looks into it, and the reply is in `…/case`."""
    key, sent = idempotency_key(request), await read_envelope(request, ComplaintIn)
    state, found = state_of(request), await _case(request, decision_id)
    asked = {"decision_id": decision_id, "complaint_key": sent.complaint_key, "text": sent.text}
    with told(state, "complaint", "not_recorded"):
        items = found.items(state.office.publication)
        kept = await state.office.once(
            Kind.COMPLAINT,
            caller_of(request),
            key,
            asked,
            lambda doing: complaint_entry(found, items, sent.complaint_key, sent.text, doing),
        )
    return Response(with_record(kept.entry.answer, kept), media_type=JSON)


async def _case(request: Request, decision_id: str) -> Case:
    """The case of a decision of this caller, whose look at it is taken down first. Raises ProblemError."""
    await recorded(request, decision_id)
    state = state_of(request)
    with told(state, "case"):
        found = state.office.case(decision_id)
    if found is None:
        raise ProblemError("unknown_decision")
    return found
