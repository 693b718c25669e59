"""Bundles (一件事): one application, a decision for each of its matters, one result."""

import asyncio

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.application import Application, DecidedBeforeError, OtherMatterError, TurnedAwayError
from decision_service.bundles import Bundle, forms_of
from decision_service.desk import Reply
from decision_service.http.accesses import given_again
from decision_service.http.counting import decided, spend
from decision_service.http.decisions import JSON, problem_of, recorded
from decision_service.http.documents import BUNDLE, BUNDLES
from decision_service.http.problems import Problem, ProblemError
from decision_service.http.reading import idempotency_key, read_envelope
from decision_service.http.showing import NOT_LISTED, fault, shown
from decision_service.http.state import State, caller_of, state_of
from decision_service.http.wire import BundleIn, agent_of
from decision_service.ledger.receipt import full_answer
from decision_service.outcome import Outcome, settle_parts

router = APIRouter(prefix="/v1/bundles", tags=["bundles"])


@router.get("", **BUNDLES)
async def bundles(request: Request) -> Response:
    """The bundles there are."""
    found = [
        {"code": one.code, "zh": one.label.zh, "en": one.label.en, "steps": list(one.steps)}
        for one in state_of(request).bundles.values()
    ]
    return Response(orjson.dumps({"bundles": found}), media_type=JSON)


@router.post("/{code}/decisions", **BUNDLE)
async def decide(request: Request, code: str) -> Response:
    """Decide every matter of a bundle. Each part is a decision of its own; after a correction, the parts that were
    decided stand and the others are decided anew."""
    key = idempotency_key(request)
    sent = await read_envelope(request, BundleIn)
    state = state_of(request)
    bundle = state.bundles.get(code)
    if bundle is None:
        raise ProblemError("unknown_bundle")
    parts = _applications(state, bundle, caller_of(request), key, sent)
    spend(request, len(parts) - 1)
    replies = await asyncio.gather(*(_part(request, state, part) for part in parts))
    problem = next((one for one in replies if isinstance(one, Problem)), None)
    if problem is not None:
        raise ProblemError(problem.code, problem.errors, problem.headers, problem.members)
    return _answer(state, bundle, sent, [one for one in replies if isinstance(one, Reply)])


def _applications(state: State, bundle: Bundle, caller: str, key: str, sent: BundleIn) -> list[Application]:
    publication = state.services.in_force.publication
    day = state.services.clock.day()
    found = [publication.in_force(matter, day) for matter in bundle.steps]
    policies = [one.policy for one in found if one is not None]
    if len(policies) != len(bundle.steps):
        raise ProblemError("unknown_matter")
    # Shown once for the whole bundle, so what is signed and used up goes by the bundle's number, not by its parts'.
    credentials = shown(sent.credentials, sent.application_id, (caller, "bundle", bundle.code, sent.application_id))
    asked = {policy.matter: policy.asks.keys() for policy in policies}
    for place, name in enumerate(credentials):
        if not any(name in names for names in asked.values()):
            raise ProblemError("envelope", (fault(place, NOT_LISTED),))
    return [
        Application(
            caller,
            f"{key}/{matter}",
            f"{sent.application_id}:{matter}",
            matter,
            sent.channel,
            form,
            {name: one for name, one in credentials.items() if name in asked[matter]},
            agent_of(sent.agent),
        )
        for matter, form in forms_of(policies, sent.form).items()
    ]


async def _part(request: Request, state: State, part: Application) -> Reply | Problem:
    try:
        return await given_again(state, part, await decided(request, part))
    except OtherMatterError as error:
        return problem_of(error)
    except DecidedBeforeError as error:
        return Reply(full_answer(await recorded(request, error.decision_id)), replayed=True)
    except TurnedAwayError as error:
        return problem_of(error)


def _answer(state: State, bundle: Bundle, sent: BundleIn, replies: list[Reply]) -> Response:
    answers = [orjson.loads(one.body) for one in replies]
    outcome = settle_parts(Outcome(one["outcome"]) for one in answers)
    text = state.services.in_force.publication.catalogue.outcomes[outcome]
    told = {
        "bundle": bundle.code,
        "zh": bundle.label.zh,
        "en": bundle.label.en,
        "application_id": sent.application_id,
        "outcome": outcome.value,
        "outcome_text": {"zh": text.zh, "en": text.en},
        "parts": {one["matter"]: orjson.Fragment(reply.body) for one, reply in zip(answers, replies, strict=True)},
    }
    replayed = all(one.replayed for one in replies)
    headers = {"Idempotent-Replayed": "true"} if replayed else None
    return Response(orjson.dumps(told), headers=headers, media_type=JSON)
