"""The matters that are served: the list, the guide of each, and a look at a form before it is submitted."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.deciding import RESERVE_SECONDS
from decision_service.guide import guide_of
from decision_service.http.counting import probe
from decision_service.http.decisions import JSON
from decision_service.http.documents import GUIDE, MATTERS, PRECHECK, PREFILL
from decision_service.http.problems import ProblemError
from decision_service.http.reading import read_envelope
from decision_service.http.state import State, caller_of, state_of
from decision_service.http.wire import PrecheckIn, PrefillIn
from decision_service.policy.shape import Policy
from decision_service.prechecking import precheck
from decision_service.prefilling import Prefill
from decision_service.publishing import Published
from verifiers.deadline import Deadline

router = APIRouter(prefix="/v1/matters", tags=["matters"])


@router.get("", **MATTERS)
async def matters(request: Request) -> Response:
    """The matters in force today."""
    state = state_of(request)
    publication, day = state.services.in_force.publication, state.services.clock.day()
    found = [publication.in_force(matter, day) for matter in sorted(publication.versions)]
    told = [_summary(one.policy, state) for one in found if one is not None]
    return Response(orjson.dumps({"as_of": str(day), "matters": told}), media_type=JSON)


@router.get("/{matter}", **GUIDE)
async def guide(request: Request, matter: str) -> Response:
    """The published guide: all that a decision may use and ask for."""
    state = state_of(request)
    policy = _in_force(state, matter).policy
    told = guide_of(policy, state.services.in_force.publication.catalogue)
    return Response(orjson.dumps(told), media_type=JSON)


@router.post("/{matter}/precheck", **PRECHECK)
async def check(request: Request, matter: str) -> Response:
    """What a form would meet with, as far as the form itself tells. No register is asked, nothing is recorded."""
    sent = await read_envelope(request, PrecheckIn)
    state = state_of(request)
    found = _in_force(state, matter)
    probe(request, found.policy, sent.form)
    catalogue = state.services.in_force.publication.catalogue
    told = precheck(found, catalogue, sent.form, state.services.clock.day())
    return Response(orjson.dumps(told), media_type=JSON)


@router.post("/{matter}/prefill", **PREFILL)
async def prefill(request: Request, matter: str) -> Response:
    """What the form can be suggested with, from registers that the matter asks anyway, each with its source. Nothing is
    recorded as a decision; a suggestion counts only once it is submitted in a form."""
    sent = await read_envelope(request, PrefillIn)
    services = state_of(request).services
    policy = _in_force(state_of(request), matter).policy
    probe(request, policy, sent.form)
    suspended = services.in_force.is_suspended(policy.matter)
    seconds = 0.0 if suspended else policy.budget.deadline / 1000 - RESERVE_SECONDS
    asking = Prefill(
        policy,
        services.in_force.publication.catalogue,
        services.clock.day(),
        services.verifier,
        Deadline.after(seconds, services.clock.monotonic),
        caller_of(request),
    )
    return Response(orjson.dumps(await asking.suggest(sent.application_id, sent.form)), media_type=JSON)


def _in_force(state: State, matter: str) -> Published:
    found = state.services.in_force.publication.in_force(matter, state.services.clock.day())
    if found is None:
        raise ProblemError("unknown_matter")
    return found


def _summary(policy: Policy, state: State) -> dict[str, object]:
    return {
        "matter": policy.matter,
        "zh": policy.name.zh,
        "en": policy.name.en,
        "item_code": policy.item_code,
        "version": str(policy.effective_from),
        "digest": f"sha256:{policy.digest}",
        "illustrative": policy.illustrative,
        "suspended": state.services.in_force.is_suspended(policy.matter),
        "deadline_ms": policy.budget.deadline,
    }
