"""Erasing a person over HTTP: an officer asks, an approver who is another person has it done (PIPL art. 47)."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.access.actions import Action
from decision_service.control.erasures import (
    Erasing,
    KeptError,
    NobodyError,
    NoSuchErasureError,
)
from decision_service.control.switch import SamePersonError
from decision_service.http.accesses import looked_at
from decision_service.http.decisions import JSON
from decision_service.http.documents import document
from decision_service.http.problems import Fault, ProblemError
from decision_service.http.reading import read_envelope
from decision_service.http.state import caller_of, staff_of, state_of
from decision_service.http.wire import ErasureIn
from decision_service.ledger.errors import LedgerError
from decision_service.subject import application_words, person_words
from verifiers.identifiers.resembling import may_identify
from verifiers.journal.errors import JournalError

router = APIRouter(prefix="/control/v1/erasures", tags=["erasures"])

_TEXT = {"type": "string"}
_ONE = {
    "type": "object",
    "required": ["erasure", "ground", "note", "by", "at", "records", "kept_until", "approved_by"],
    "properties": {
        **dict.fromkeys(("erasure", "ground", "note", "by", "at", "kept_until"), _TEXT),
        "records": {"type": "integer"},
        "approved_by": {"type": ["string", "null"]},
    },
}
_MANY = {"type": "object", "required": ["erasures"], "properties": {"erasures": {"type": "array", "items": _ONE}}}
_EXAMPLE = {
    "person": {"id_type": "111", "id_no": "210100193505208826"},
    "ground": "ordered",
    "note": "judgment of the court of first instance",
}

LIST = document(_MANY, ("not_ready",), action=Action.READ_CONTROL)
ASK = document(
    _ONE,
    ("nobody", "kept_longer", "not_recorded"),
    ErasureIn,
    {"ordered": _EXAMPLE},
    action=Action.ERASE_REQUEST,
    status=202,
)
APPROVE = document(_ONE, ("unknown_erasure", "second_person_needed", "not_recorded"), action=Action.ERASE_APPROVE)


@router.get("", **LIST)
async def erasures(request: Request) -> Response:
    """What waits for a second person."""
    await looked_at(request)
    found = [_told(one) for one in staff_of(request).erasures.waiting]
    return Response(orjson.dumps({"erasures": found}), media_type=JSON)


@router.post("", **ASK)
async def ask(request: Request) -> Response:
    """Ask that everything on record about a person is made unreadable. Nothing changes until another approves."""
    sent = await read_envelope(request, ErasureIn)
    if may_identify(sent.note):
        raise ProblemError("envelope", (Fault("/note", "personal_value"),))
    state, staff = state_of(request), staff_of(request)
    if sent.person is not None and sent.application is None:
        words = person_words(sent.person.id_type, sent.person.id_no)
        staff.forget_kept(sent.person.id_no)
    elif sent.application is not None and sent.person is None:
        words = application_words(sent.application.platform, sent.application.application_id)
    else:
        raise ProblemError("envelope", (Fault("/person", "one_of_two"), Fault("/application", "one_of_two")))
    try:
        subject = state.services.mark(*words)
        found = await staff.erasures.ask(subject, sent.ground, sent.note, caller_of(request))
    except NobodyError:
        raise ProblemError("nobody") from None
    except KeptError as error:
        raise ProblemError("kept_longer", members={"kept_until": error.until}) from None
    except LedgerError as error:
        raise _unrecorded(request, error) from None
    return Response(orjson.dumps(_told(found)), 202, media_type=JSON)


@router.post("/{erasure}/approve", **APPROVE)
async def approve(request: Request, erasure: str) -> Response:
    """Have it done, as another person than who asked. It can't be undone."""
    try:
        found = await staff_of(request).erasures.approve(erasure, caller_of(request))
    except NoSuchErasureError:
        raise ProblemError("unknown_erasure") from None
    except SamePersonError:
        raise ProblemError("second_person_needed") from None
    except (LedgerError, JournalError) as error:
        raise _unrecorded(request, error) from None
    return Response(orjson.dumps(_told(found)), media_type=JSON)


def _unrecorded(request: Request, error: Exception) -> ProblemError:
    state_of(request).services.telemetry.fault("control", error)
    return ProblemError("not_recorded", headers={"Retry-After": "1"})


def _told(one: Erasing) -> dict[str, object]:
    return {
        "erasure": one.number,
        "ground": one.ground,
        "note": one.note,
        "by": one.by,
        "at": one.at,
        "records": one.records,
        "kept_until": one.kept_until,
        "approved_by": one.approved_by,
    }
