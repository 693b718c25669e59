"""Decisions for auditors: found again without a name, opened for a purpose that is taken down first, proved by their
receipts, and made again."""

import asyncio
import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import BoundedSemaphore
from typing import Final

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.casework.case import Case
from decision_service.casework.outcomes import policy_of
from decision_service.casework.remaking import remade
from decision_service.casework.searching import Found, Sought, masked, search
from decision_service.casework.showing import decision_view
from decision_service.http.accesses import looked_at, opened_for, read_by
from decision_service.http.audit_documents import FILE, MOST_CHARACTERS, RECEIPT, REPLAY, SEARCH
from decision_service.http.casework_documents import MOST_LISTED
from decision_service.http.decisions import JSON
from decision_service.http.problems import Fault, ProblemError
from decision_service.http.queries import limit_of
from decision_service.http.refusing import told
from decision_service.http.state import State, state_of
from decision_service.ledger.errors import ErasedError
from decision_service.ledger.store import OfApplication
from decision_service.notice.machine import notice_of
from decision_service.notice.page import Language, page
from decision_service.outcome import Outcome
from decision_service.replay import decide_again
from verifiers.freshness import CHINA
from verifiers.identifiers.resembling import may_identify
from verifiers.journal.errors import JournalError
from verifiers.journal.records import Access

router = APIRouter(prefix="/staff/v1/decisions", tags=["audit"])

AUDIT: Final = "audit"

_AT_ONCE: Final = BoundedSemaphore(2)
"""Searches and decisions made again beside the work of deciding."""

_CURSOR: Final = re.compile(rb"before ([0-9]{1,18})")

SECOND_SECONDS: Final = 5.0


@router.get("", **SEARCH)
async def search_decisions(request: Request) -> Response:
    """Decisions by what they are about and how they came out, the newest first. Nothing in it tells who the people
    are. One request looks at a bounded part of the log: `complete` is false where it ended for that, and `next` goes
    on."""
    state, sought, before, limit = state_of(request), _sought(request), _before(request), limit_of(request)
    await looked_at(request)
    with told(state, "search"), _one_of_few():
        rows, found = await asyncio.to_thread(_rows, state, sought, before, limit)
    reply = {"decisions": rows, "next": _cursor(found), "complete": found.is_whole, "back_to": found.back_to}
    return Response(orjson.dumps(reply), media_type=JSON)


@router.get("/{decision_id}/file", **FILE)
async def file(request: Request, decision_id: str) -> Response:
    """The whole of one decision: form, facts with their sources and ages, answer, each rule, notice, what came after,
    and who has read it. Who opens it is in the journal before it is shown."""
    state = state_of(request)
    if request.query_params.getlist("purpose") != [AUDIT]:
        raise ProblemError("purpose_missing")
    with told(state, "file"):
        case = _case(state, decision_id)
        await opened_for(request, case.decision, AUDIT)
        content = await asyncio.to_thread(_file, state, case)
    return Response(content, media_type=JSON)


@router.get("/{decision_id}/receipt", **RECEIPT)
async def receipt(request: Request, decision_id: str) -> Response:
    """What proves, without this service, that the decision is on record, for whoever audits it."""
    state = state_of(request)
    with told(state, "receipt"):
        case = _case(state, decision_id)
        await read_by(request, case.decision)
        # A checkpoint may have to be made first, which waits for the disk.
        content = await asyncio.to_thread(state.record.checkpoints.receipt, case.decision)
    return Response(content, media_type=JSON)


@router.get("/{decision_id}/replay", **REPLAY)
async def replay(request: Request, decision_id: str) -> Response:
    """The decision made again from its record by both engines: whether the answer comes out byte for byte, and if not,
    where it differs."""
    state = state_of(request)
    with told(state, "replay"), _one_of_few():
        case = _case(state, decision_id)
        policy, publication = policy_of(case, state.office.publication), state.office.publication
        await read_by(request, case.decision)
        again = await asyncio.to_thread(decide_again, case.decision, publication, None, None)
        second = None
        if again.archive.referred_by is None:
            try:
                async with asyncio.timeout(SECOND_SECONDS):
                    second = await state.services.second.judge(policy.digest, again.decided.sheet, SECOND_SECONDS)
            except Exception as error:  # noqa: BLE001 - an engine that does not answer, however it fails
                state.services.telemetry.fault("replay", error)
                raise ProblemError("not_ready", headers={"Retry-After": "1"}) from None
        found = await asyncio.to_thread(remade, case.decision, publication, again, second)
    return Response(orjson.dumps(found), media_type=JSON)


def _rows(state: State, sought: Sought, before: int | None, limit: int) -> tuple[list[dict[str, object]], Found]:
    found = search(state.services.ledger, sought, before, limit)
    return [masked(one) for one in found.decisions], found


def _case(state: State, decision_id: str) -> Case:
    """Raises ProblemError, ErasedError, LedgerError."""
    case = state.office.case(decision_id)
    if case is None:
        raise ProblemError("unknown_decision")
    if case.decision.entry.is_erased:
        raise ErasedError("the facts of this decision were erased")
    return case


def _file(state: State, case: Case) -> bytes:
    publication, entry = state.office.publication, case.decision.entry
    view = decision_view(case, publication)
    notice = notice_of(case.decision, publication)
    languages: tuple[Language, ...] = ("zh", "en")
    view["notice"] = {one: page(notice, one) for one in languages}
    decisions = state.services.ledger.find(OfApplication(entry.application_id))
    view["decisions"] = [masked(one) for one in decisions if one.entry.caller == entry.caller]
    journal = state.services.journal
    try:
        read = [] if journal is None else journal.accesses(entry.decision_id)
    except JournalError as error:
        state.services.telemetry.fault("accesses", error)
        raise ProblemError("not_ready", headers={"Retry-After": "1"}) from None
    view["accesses"] = [_access(one) for one in read[-MOST_LISTED:]]
    return orjson.dumps(view)


def _access(one: Access) -> dict[str, object]:
    at = datetime.fromtimestamp(one.at / 1000, UTC).astimezone(CHINA)
    return {"at": at.isoformat(timespec="milliseconds"), "who": one.who, "purpose": one.purpose}


@contextmanager
def _one_of_few() -> Iterator[None]:
    """Raises ProblemError where enough of such work is under way."""
    if not _AT_ONCE.acquire(blocking=False):
        raise ProblemError("busy", headers={"Retry-After": "1"})
    try:
        yield
    finally:
        _AT_ONCE.release()


def _sought(request: Request) -> Sought:
    sought = Sought(
        matter=_word(request, "matter"),
        outcome=_word(request, "outcome"),
        code=_word(request, "reason"),
        since=_day(request, "from"),
        until=_day(request, "to"),
        application_id=_word(request, "application_id"),
        decision_id=_word(request, "decision_id"),
    )
    if sought.outcome and sought.outcome not in set(Outcome):
        raise ProblemError("envelope", (Fault("/outcome", "not_allowed"),))
    return sought


def _word(request: Request, name: str) -> str:
    """What `name` asks for, "" for all. What has the form of an ID number is refused: it belongs into no address.
    Raises ProblemError."""
    given = request.query_params.getlist(name)
    if len(given) > 1 or any(not 0 < len(one) <= MOST_CHARACTERS or may_identify(one) for one in given):
        raise ProblemError("envelope", (Fault(f"/{name}", "not_allowed"),))
    return given[0] if given else ""


def _day(request: Request, name: str) -> date | None:
    text = _word(request, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ProblemError("envelope", (Fault(f"/{name}", "malformed"),)) from None


def _cursor(found: Found) -> str | None:
    return None if found.next is None else base64.urlsafe_b64encode(b"before %d" % found.next).decode()


def _before(request: Request) -> int | None:
    text = request.query_params.get("after")
    if text is None:
        return None
    try:
        found = _CURSOR.fullmatch(base64.b64decode(text, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if found is None:
        raise ProblemError("envelope", (Fault("/after", "malformed"),))
    return int(found[1])
