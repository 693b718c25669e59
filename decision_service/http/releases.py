"""Releases of rules over HTTP (P23): propose what the rules folder holds, approve it as another person."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.access.actions import Action
from decision_service.control.releases import (
    IllustrativeError,
    NeedsRestartError,
    NoSuchReleaseError,
    NothingToReleaseError,
    NotTakenUpError,
    ReleaseChangedError,
    Releases,
    ReleaseSettledError,
)
from decision_service.control.switch import SamePersonError
from decision_service.gate import GateError
from decision_service.http.accesses import looked_at
from decision_service.http.decisions import JSON
from decision_service.http.documents import document
from decision_service.http.problems import Fault, ProblemError
from decision_service.http.reading import read_envelope
from decision_service.http.state import caller_of, staff_of, state_of
from decision_service.http.wire import ApprovalIn
from decision_service.ledger.errors import LedgerError
from decision_service.readings.rete.process import EngineUnavailable
from decision_service.source import PolicyProblems, Problem, as_json

router = APIRouter(prefix="/control/v1/releases", tags=["releases"])

_ONE = {
    "type": "object",
    "required": ["release", "by", "at", "content", "versions", "digests", "state", "approved_by", "approved_at"],
    "properties": {
        "versions": {"type": "array", "items": {"type": "object"}},
        "digests": {"type": "array", "items": {"type": "string"}},
        "state": {"type": "string", "enum": ["proposed", "approved"]},
    },
}
_MANY = {"type": "object", "required": ["releases"], "properties": {"releases": {"type": "array", "items": _ONE}}}
_READING = ("rules_refused", "needs_restart", "illustrative_rules", "not_recorded")

LIST = document(_MANY, ("not_ready",), action=Action.READ_CONTROL)
PROPOSE = document(_ONE, (*_READING, "nothing_to_release"), action=Action.PROPOSE_RELEASE, status=201)
APPROVE = document(
    _ONE,
    (
        *_READING,
        "unknown_release",
        "second_person_needed",
        "release_changed",
        "release_settled",
        "gate_failed",
        "not_ready",
    ),
    ApprovalIn,
    {"one": {"digests": [f"sha256:{'0' * 64}"]}},
    action=Action.APPROVE_RELEASE,
)


@router.get("", **LIST)
async def releases(request: Request) -> Response:
    """All releases on record, the newest first."""
    await looked_at(request)
    try:
        found = [one.as_json() for one in _releases(request).on_record()]
    except LedgerError as error:
        state_of(request).services.telemetry.fault("find", error)
        raise ProblemError("not_ready", headers={"Retry-After": "1"}) from None
    return Response(orjson.dumps({"releases": found}), media_type=JSON)


@router.post("", **PROPOSE)
async def propose(request: Request) -> Response:
    """Propose what the rules folder holds now. It is read and checked; each version that would come, change or go is
    listed with its digest, its day, its impact assessment and its reviewers."""
    try:
        found = await _releases(request).propose(caller_of(request))
    except NothingToReleaseError:
        raise ProblemError("nothing_to_release") from None
    except (PolicyProblems, NeedsRestartError, IllustrativeError, LedgerError) as error:
        raise _refused(request, error) from None
    return Response(orjson.dumps(found.as_json()), 201, media_type=JSON)


@router.post("/{release}/approve", **APPROVE)
async def approve(request: Request, release: str) -> Response:
    """Approve exactly those digests, as another person than who proposed. Answered when they are in force: both engines
    have agreed on generated cases of each, and all of them decide from the next application on."""
    sent = await read_envelope(request, ApprovalIn)
    try:
        found = await _releases(request).approve(release, sent.digests, caller_of(request))
    except NoSuchReleaseError:
        raise ProblemError("unknown_release") from None
    except ReleaseSettledError:
        raise ProblemError("release_settled") from None
    except SamePersonError:
        raise ProblemError("second_person_needed") from None
    except ReleaseChangedError:
        raise ProblemError("release_changed") from None
    except GateError as error:
        told = [{"matter": one.matter, "digest": f"sha256:{one.digest}", "fault": one.fault} for one in error.reports]
        raise ProblemError("gate_failed", members={"faults": told}) from None
    except EngineUnavailable as error:
        state_of(request).services.telemetry.fault("release", error)
        raise ProblemError("not_ready", (Fault("", "second_engine"),), {"Retry-After": "5"}) from None
    except NotTakenUpError as error:
        # It names rules and processes, and no person.
        state_of(request).services.telemetry.alarm("rules_not_taken_up", {"problem": str(error)})
        raise ProblemError("not_ready", (Fault("", "workers"),), {"Retry-After": "5"}) from None
    except (PolicyProblems, NeedsRestartError, IllustrativeError, LedgerError) as error:
        raise _refused(request, error) from None
    return Response(orjson.dumps(found.as_json()), media_type=JSON)


def _releases(request: Request) -> Releases:
    return staff_of(request).control.releases


def _refused(
    request: Request, error: PolicyProblems | NeedsRestartError | IllustrativeError | LedgerError
) -> ProblemError:
    match error:
        case PolicyProblems():
            faults = tuple(Fault(_place(one), one.code) for one in error.problems)
            return ProblemError("rules_refused", faults, members={"problems": [as_json(one) for one in error.problems]})
        case NeedsRestartError():
            return ProblemError("needs_restart")
        case IllustrativeError():
            return ProblemError("illustrative_rules")
        case _:
            state_of(request).services.telemetry.fault("control", error)
            return ProblemError("not_recorded", headers={"Retry-After": "1"})


def _place(problem: Problem) -> str:
    span = problem.span
    return "" if span is None else f"{span.source.name}:{span.line}:{span.column}"
