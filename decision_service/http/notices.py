"""The notice of a decision as a page (文书), in Chinese, in English or in both, and that it reached the person."""

import asyncio
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.acknowledging.receipt import acknowledged, acknowledgement_entry
from decision_service.casework.case import Case
from decision_service.http.decisions import recorded
from decision_service.http.documents import DELIVERY, NOTICE
from decision_service.http.problems import Fault, ProblemError
from decision_service.http.reading import read_envelope
from decision_service.http.refusing import told
from decision_service.http.state import State, caller_of, state_of
from decision_service.http.wire import DeliveryIn
from decision_service.ledger.receipt import with_record
from decision_service.notice.page import LANGUAGES, Language, content_security_policy, page
from decision_service.notice.standing import standing_notice

router = APIRouter(prefix="/v1", tags=["decisions"])


@router.get("/decisions/{decision_id}/notice", **NOTICE)
async def notice(request: Request, decision_id: str) -> Response:
    """What stands, as the document that the applicant gets: the decision, or an officer's outcome after it."""
    language = _language(request)
    await recorded(request, decision_id)
    state = state_of(request)
    with told(state, "notice"):
        case = _case(state, decision_id)
        publication = state.services.in_force.publication
        text = await asyncio.to_thread(lambda: page(standing_notice(case, publication), language))
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": "zh-CN, en" if language == "both" else {"zh": "zh-CN", "en": "en"}[language],
        "Content-Security-Policy": content_security_policy(),
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Language",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, headers=headers, media_type="text/html")


@router.post("/decisions/{decision_id}/delivery", **DELIVERY)
async def delivery(request: Request, decision_id: str) -> Response:
    """Acknowledge that the notice of what stands reached the person: periods run from then. The first counts."""
    sent = await read_envelope(request, DeliveryIn)
    await recorded(request, decision_id)
    state = state_of(request)
    with told(state, "delivery", "not_recorded"):
        case = _case(state, decision_id)
        kept = acknowledged(case)
        if kept is None:
            received_at = datetime.fromisoformat(sent.received_at)
            now = state.services.clock.now()
            entry = acknowledgement_entry(case, received_at, sent.way, caller_of(request), now)
            kept = await state.office.put(entry)
        body = with_record(kept.entry.answer, kept)
    return Response(body, media_type="application/json")


def _case(state: State, decision_id: str) -> Case:
    found = state.office.case(decision_id)
    if found is None:
        raise ProblemError("unknown_decision")
    return found


def _language(request: Request) -> Language:
    """What `lang` asks for, else the language that the client likes best, else both. Raises ProblemError."""
    asked = request.query_params.getlist("lang")
    for one in LANGUAGES:
        if asked == [one]:
            return one
    if asked:
        raise ProblemError("envelope", (Fault("/lang", "not_allowed"),))
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """The language of a notice by Accept-Language (RFC 9110 section 12.5.4); both where neither is liked better."""
    liked: dict[str, float] = {}
    for part in header.split(",")[:20]:
        tag, _, parameters = part.partition(";")
        name = tag.strip().lower().partition("-")[0]
        if name in ("zh", "en"):
            liked[name] = max(liked.get(name, 0.0), _weight(parameters))
    zh, en = liked.get("zh", 0.0), liked.get("en", 0.0)
    return "both" if zh == en else "zh" if zh > en else "en"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
