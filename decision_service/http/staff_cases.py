"""What officers put on record of a case, and what its quality is: outcomes, findings, hearings, answers, doubts."""

import asyncio
from collections.abc import Callable

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.casework.feedback import decision_of, is_key_of
from decision_service.casework.handling import answer_entry, doubt_entry, finding_entry, hearing_entry
from decision_service.casework.items import ItemKind
from decision_service.casework.office import Opened
from decision_service.casework.outcomes import outcome_entry
from decision_service.casework.records import Doing, Kind
from decision_service.casework.tasks import TaskType
from decision_service.http.accesses import opened_for
from decision_service.http.casework_documents import ANSWER, DOUBT, FIND, FINDING, HEARING, OUTCOME, QUALITY
from decision_service.http.casework_wire import AnswerIn, ComplaintKeyIn, DoubtIn, HearingIn, OutcomeIn
from decision_service.http.decisions import JSON
from decision_service.http.problems import ProblemError
from decision_service.http.reading import idempotency_key, read_envelope
from decision_service.http.refusing import told
from decision_service.http.state import caller_of, state_of
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.receipt import with_record
from decision_service.policy.shape import Bilingual

router = APIRouter(prefix="/staff/v1", tags=["cases"])

Make = Callable[[Opened, Doing], Entry]


@router.post("/queue/{item_id}/outcome", **OUTCOME)
async def outcome(request: Request, item_id: str) -> Response:
    """Decide the case, as an officer."""
    sent = await read_envelope(request, OutcomeIn)
    publication = state_of(request).office.publication
    return await _on_item(
        request,
        item_id,
        Kind.OFFICER_OUTCOME,
        sent.model_dump(),
        lambda found, doing: outcome_entry(found.case, found.item, sent.written(), doing, publication),
    )


@router.post("/queue/{item_id}/finding", **FINDING)
async def finding(request: Request, item_id: str) -> Response:
    """Say what you would decide, without knowing what the machine did. It changes nothing in the case."""
    sent = await read_envelope(request, OutcomeIn)
    publication = state_of(request).office.publication
    kept = await _kept(
        request,
        item_id,
        Kind.BLIND_FINDING,
        sent.model_dump(),
        lambda found, doing: finding_entry(found.case, found.item, sent.written(), doing, publication),
    )
    # Whether it agrees with the machine is not told back: the next sample is to be as blind as this one.
    return Response(orjson.dumps({"item_id": item_id, "recorded_at": kept.entry.at}), media_type=JSON)


@router.post("/queue/{item_id}/hearing", **HEARING)
async def hearing(request: Request, item_id: str) -> Response:
    """Record a step of a hearing: that the person was told, what was said, or that the day for it passed."""
    sent = await read_envelope(request, HearingIn)
    return await _on_item(
        request,
        item_id,
        Kind.HEARING,
        sent.model_dump(),
        lambda found, doing: hearing_entry(found.case, found.item, sent.step, sent.text, sent.until(), doing),
    )


@router.post("/queue/{item_id}/answer", **ANSWER)
async def answer(request: Request, item_id: str) -> Response:
    """End a task: the reply to a rating or a complaint, or why nothing changes."""
    sent = await read_envelope(request, AnswerIn)
    is_complaint = f":{TaskType.COMPLAINT}:" in item_id
    return await _on_item(
        request,
        item_id,
        Kind.COMPLAINT_REPLY if is_complaint else Kind.TASK_ANSWER,
        sent.model_dump(),
        lambda found, doing: answer_entry(found.case, found.item, sent.zh, sent.en, doing),
    )


@router.post("/decisions/{decision_id}/doubts", **DOUBT)
async def doubt(request: Request, decision_id: str) -> Response:
    """Say that a grant may have been wrong: it opens a task, and takes nothing back."""
    key, sent = idempotency_key(request), await read_envelope(request, DoubtIn)
    state = state_of(request)
    with told(state, "doubt", "not_recorded"):
        case = state.office.case(decision_id)
        if case is None:
            raise ProblemError("unknown_decision")
        reason = Bilingual(sent.zh, sent.en)
        asked = {"decision_id": decision_id, **sent.model_dump()}
        kept = await state.office.once(
            Kind.TASK, caller_of(request), key, asked, lambda doing: doubt_entry(case, reason, doing)
        )
    return Response(with_record(kept.entry.answer, kept), media_type=JSON)


@router.post("/complaints:find", **FIND)
async def find(request: Request) -> Response:
    """The case of a complaint key, and the items that wait on it, for whoever hears the complaint."""
    sent = await read_envelope(request, ComplaintKeyIn)
    state, decision_id = state_of(request), decision_of(sent.complaint_key)
    with told(state, "find"):
        case = None if decision_id is None else state.office.case(decision_id)
        if case is None or not is_key_of(case, sent.complaint_key):
            raise ProblemError("unknown_complaint")
        await opened_for(request, case.decision, "complaint")
        items = case.items(state.office.publication).values()
    reply = {
        "decision_id": decision_id,
        "matter": case.decision.entry.matter,
        "items": [one.item_id for one in items if one.is_open and one.kind is not ItemKind.BLIND_SAMPLE],
    }
    return Response(orjson.dumps(reply), media_type=JSON)


@router.get("/quality", **QUALITY)
async def quality(request: Request) -> Response:
    """By matter: what blind samples showed with the bound of the error rate, overrides, ratings; and alarms that
    stand."""
    state = state_of(request)
    with told(state, "quality"):
        found = await asyncio.to_thread(state.office.quality)
    return Response(orjson.dumps(found), media_type=JSON)


async def _on_item(request: Request, item_id: str, kind: Kind, sent: dict[str, object], make: Make) -> Response:
    """Put on record what is done to an item that the caller holds; what is told, with its place on record."""
    kept = await _kept(request, item_id, kind, sent, make)
    return Response(with_record(kept.entry.answer, kept), media_type=JSON)


async def _kept(request: Request, item_id: str, kind: Kind, sent: dict[str, object], make: Make) -> Recorded:
    key, state, by = idempotency_key(request), state_of(request), caller_of(request)
    asked: dict[str, object] = {"item_id": item_id, **sent}
    with told(state, str(kind), "not_recorded"):
        earlier = state.office.earlier(kind, by, key, asked)
        if earlier is not None:
            return earlier
        found = await state.office.held(item_id, by)
        return await state.office.put(make(found, state.office.doing(by, key, asked)))
