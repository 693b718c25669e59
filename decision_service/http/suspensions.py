"""The kill switch over HTTP (RQ-H4): suspend at once, ask to resume, confirm as another person."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.access.actions import Action
from decision_service.control.switch import (
    KillSwitch,
    NoSuchSuspensionError,
    NotAskedError,
    SamePersonError,
    Suspension,
)
from decision_service.http.accesses import looked_at
from decision_service.http.decisions import JSON
from decision_service.http.documents import document
from decision_service.http.problems import ProblemError
from decision_service.http.reading import read_envelope
from decision_service.http.state import caller_of, staff_of, state_of
from decision_service.http.wire import SuspensionIn
from decision_service.inforce import EVERYTHING
from decision_service.ledger.errors import LedgerError

router = APIRouter(prefix="/control/v1/suspensions", tags=["suspensions"])

_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_ONE = {
    "type": "object",
    "required": ["suspension", "matter", "reason", "by", "at", "recorded", "resume_asked_by", "resume_asked_at"],
    "properties": {
        **dict.fromkeys(("suspension", "matter", "reason", "by", "at"), _TEXT),
        **dict.fromkeys(("resume_asked_by", "resume_asked_at"), _MAYBE),
        "recorded": {"type": "boolean"},
    },
}
_MANY = {"type": "object", "required": ["suspensions"], "properties": {"suspensions": {"type": "array", "items": _ONE}}}

LIST = document(_MANY, ("not_ready",), action=Action.READ_CONTROL)
SUSPEND = document(
    _ONE,
    ("unknown_matter",),
    SuspensionIn,
    {"all": {"matter": "*", "reason": "wrong parameter in the allowance"}},
    action=Action.SUSPEND,
    status=201,
)
_STEP = ("unknown_suspension", "not_recorded")
RESUME = document(_ONE, _STEP, action=Action.RESUME_REQUEST, status=202)
CONFIRM = document(_ONE, (*_STEP, "second_person_needed", "resume_not_asked"), action=Action.RESUME_CONFIRM)


@router.get("", **LIST)
async def suspensions(request: Request) -> Response:
    """What no machine decides at present."""
    await looked_at(request)
    found = [_told(one) for one in _switch(request).standing]
    return Response(orjson.dumps({"suspensions": found}), media_type=JSON)


@router.post("", **SUSPEND)
async def suspend(request: Request) -> Response:
    """From the very next decision everything of a matter, or of all (`*`), goes to an officer. It takes effect even
    where it can't be recorded; `recorded` is false then, and sending it again tries to record it again."""
    sent = await read_envelope(request, SuspensionIn)
    known = state_of(request).services.in_force.publication.versions
    if sent.matter != EVERYTHING and sent.matter not in known:
        raise ProblemError("unknown_matter")
    found = await _switch(request).suspend(sent.matter, sent.reason, caller_of(request))
    return Response(orjson.dumps(_told(found)), 201, media_type=JSON)


@router.post("/{suspension}/resume", **RESUME)
async def resume(request: Request, suspension: str) -> Response:
    """Ask that machines decide again. Nothing changes until another person confirms."""
    try:
        found = await _switch(request).ask_to_resume(suspension, caller_of(request))
    except NoSuchSuspensionError:
        raise ProblemError("unknown_suspension") from None
    except LedgerError as error:
        raise _unrecorded(request, error) from None
    return Response(orjson.dumps(_told(found)), 202, media_type=JSON)


@router.post("/{suspension}/confirm", **CONFIRM)
async def confirm(request: Request, suspension: str) -> Response:
    """Let machines decide again, as another person than who asked."""
    try:
        found = await _switch(request).confirm(suspension, caller_of(request))
    except NoSuchSuspensionError:
        raise ProblemError("unknown_suspension") from None
    except NotAskedError:
        raise ProblemError("resume_not_asked") from None
    except SamePersonError:
        raise ProblemError("second_person_needed") from None
    except LedgerError as error:
        raise _unrecorded(request, error) from None
    return Response(orjson.dumps(_told(found)), media_type=JSON)


def _switch(request: Request) -> KillSwitch:
    return staff_of(request).control.switch


def _unrecorded(request: Request, error: LedgerError) -> ProblemError:
    """A step that is not on record has not been taken."""
    state_of(request).services.telemetry.fault("control", error)
    return ProblemError("not_recorded", headers={"Retry-After": "1"})


def _told(one: Suspension) -> dict[str, object]:
    return {
        "suspension": one.number,
        "matter": one.matter,
        "reason": one.reason,
        "by": one.by,
        "at": one.at,
        "recorded": one.recorded,
        "resume_asked_by": one.resume_asked_by,
        "resume_asked_at": one.resume_asked_at,
    }
