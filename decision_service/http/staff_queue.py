"""The queue of officers: what waits, taking an item, and reading the whole file of one that was taken."""

import asyncio
import base64
import binascii

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.casework.handling import claim_entry, release_entry
from decision_service.casework.items import Item, ItemKind
from decision_service.casework.office import Opened
from decision_service.casework.refusals import RefusedError, Word
from decision_service.casework.shelf import Wanted, place_of
from decision_service.casework.showing import file_view, item_view
from decision_service.http.accesses import opened_for
from decision_service.http.casework_documents import CLAIM, FILE, MOST_CHARACTERS, PURPOSES, QUEUE, RELEASE
from decision_service.http.decisions import JSON
from decision_service.http.problems import Fault, ProblemError
from decision_service.http.queries import limit_of
from decision_service.http.refusing import told
from decision_service.http.state import State, caller_of, principal_of, state_of
from decision_service.notice.machine import notice_of
from decision_service.notice.page import page
from decision_service.publishing import Publication

router = APIRouter(prefix="/staff/v1/queue", tags=["queue"])


AUDIT = "audit"
"""The purpose of an auditor, and of nobody else."""


@router.get("", **QUEUE)
async def queue(request: Request) -> Response:
    """What waits for an officer, those due first first. Nothing in it tells who the people are."""
    state, limit = state_of(request), limit_of(request)
    today = state.services.clock.day()
    wanted = Wanted(
        matter=_word(request, "matter"),
        kind=_word(request, "kind", tuple(ItemKind)),
        city=_word(request, "city"),
        claimed_by=caller_of(request) if _is_asked(request, "mine") else "",
        overdue_on=today if _is_asked(request, "overdue") else None,
    )
    with told(state, "queue"):
        items, is_whole = await state.office.waiting(wanted, _after(request), limit + 1)
    shown = items[:limit]
    reply = {
        "items": [item_view(one, today) for one in shown],
        "next": _cursor(shown[-1]) if len(items) > limit else None,
        "complete": is_whole,
    }
    return Response(orjson.dumps(reply), media_type=JSON)


@router.post("/{item_id}/claim", **CLAIM)
async def claim(request: Request, item_id: str) -> Response:
    """Take an item: from now on only the one who took it opens its file and acts on it. Taking it twice is the same."""
    state, by = state_of(request), caller_of(request)
    with told(state, "claim", "not_recorded"):
        found = await state.office.opened(item_id)
        if not found.item.is_open:
            raise RefusedError(Word.NOT_OPEN)
        if found.item.claimed_by != by:
            number = found.item.claims + 1
            await state.office.put(claim_entry(found.item, found.case, state.office.doing(by, f"{item_id}:{number}")))
        found = await state.office.held(item_id, by)
    return Response(orjson.dumps(item_view(found.item, state.services.clock.day())), media_type=JSON)


@router.post("/{item_id}/release", **RELEASE)
async def release(request: Request, item_id: str) -> Response:
    """Put an item back."""
    state, by = state_of(request), caller_of(request)
    with told(state, "release", "not_recorded"):
        found = await state.office.held(item_id, by)
        doing = state.office.doing(by, f"{item_id}:{found.item.claims}")
        await state.office.put(release_entry(found.item, doing))
        found = await state.office.opened(item_id)
    return Response(orjson.dumps(item_view(found.item, state.services.clock.day())), media_type=JSON)


@router.get("/{item_id}/file", **FILE)
async def file(request: Request, item_id: str) -> Response:
    """The whole file of an item that was taken. Who reads it, and what for, is in the journal before it is shown."""
    state, purpose = state_of(request), _purpose(request)
    with told(state, "file"):
        found = await _readable(request, item_id, purpose)
        await opened_for(request, found.case.decision, purpose)
        content = await asyncio.to_thread(_file, found, state.office.publication)
    return Response(content, media_type=JSON)


def _file(found: Opened, publication: Publication) -> bytes:
    view = file_view(found.case, found.item, publication)
    if found.item.kind is not ItemKind.BLIND_SAMPLE:
        view["notice"] = page(notice_of(found.case.decision, publication), "both")
    return orjson.dumps(view)


async def _readable(request: Request, item_id: str, purpose: str) -> Opened:
    """An auditor reads any file, to audit it; an officer that of an item he holds. Raises ProblemError, RefusedError,
    LedgerError."""
    state: State = state_of(request)
    if purpose == AUDIT:
        if "auditor" not in principal_of(request).roles:
            raise ProblemError("purpose_missing")
        return await state.office.opened(item_id)
    return await state.office.held(item_id, caller_of(request))


def _purpose(request: Request) -> str:
    given = request.query_params.getlist("purpose")
    if len(given) != 1 or given[0] not in PURPOSES:
        raise ProblemError("purpose_missing")
    return given[0]


def _word(request: Request, name: str, words: tuple[str, ...] = ()) -> str:
    """What `name` asks for, one of `words` where they are given; "" for all. Raises ProblemError."""
    given = request.query_params.getlist(name)
    if len(given) > 1 or any(len(one) > MOST_CHARACTERS or (words and one not in words) for one in given):
        raise ProblemError("envelope", (Fault(f"/{name}", "not_allowed"),))
    return given[0] if given else ""


def _is_asked(request: Request, name: str) -> bool:
    """Whether `name` is "yes"; anything else is refused, so that nobody takes a whole queue for a part of it."""
    given = request.query_params.getlist(name)
    if given not in ([], ["yes"]):
        raise ProblemError("envelope", (Fault(f"/{name}", "not_allowed"),))
    return bool(given)


def _cursor(item: Item) -> str:
    return base64.urlsafe_b64encode("\n".join(place_of(item)).encode()).decode()


def _after(request: Request) -> tuple[str, str]:
    text = request.query_params.get("after")
    if text is None:
        return ("", "")
    try:
        day, item_id = base64.b64decode(text, altchars=b"-_", validate=True).decode().split("\n")
    except (binascii.Error, ValueError):
        raise ProblemError("envelope", (Fault("/after", "malformed"),)) from None
    return day, item_id
