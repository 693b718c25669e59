"""What counts towards a caller's limits: every request, each item of a batch, and whatever is asked about a person."""

from collections.abc import Mapping
from typing import NoReturn

from starlette.requests import Request

from decision_service.access.limits import LimitReached, Probe
from decision_service.application import Application, TurnedAwayError
from decision_service.desk import Reply
from decision_service.http.arrival import arrived
from decision_service.http.problems import ProblemError
from decision_service.http.state import State, principal_of, state_of
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.store import ByKey
from decision_service.policy.shape import Policy

_NUMBERS = frozenset({"citizen_id", "credit_code"})


def spend(request: Request, count: int) -> None:
    """`request` asks for as much more as `count` requests would. Raises ProblemError."""
    state = state_of(request)
    if count > 0:
        try:
            state.limits.request(principal_of(request), count)
        except LimitReached as reached:
            refuse(state, reached)


def probe(request: Request, policy: Policy, form: Mapping[str, object]) -> Probe:
    """`request` asks about the persons that `form` names. Raises ProblemError."""
    state = state_of(request)
    try:
        return state.limits.probe(principal_of(request), policy.matter, _persons(policy, form))
    except LimitReached as reached:
        refuse(state, reached)


async def decided(request: Request, application: Application) -> Reply:
    """The desk's answer, counted as a question about the persons of the application unless it was given before or none
    is given: trying again is never punished. Raises ProblemError and TurnedAwayError."""
    counted = _probe_of(request, application)
    try:
        reply = await state_of(request).desk.decide(application, arrived(request))
    except TurnedAwayError:
        _take_back(counted)
        raise
    if reply.replayed:
        _take_back(counted)
    return reply


def refuse(state: State, reached: LimitReached) -> NoReturn:
    """Ends a request that is one too many. Raises ProblemError."""
    state.services.telemetry.turned_away("caller_limit" if reached.what == "caller" else "subject_limit")
    raise ProblemError("too_many_requests", headers=reached.headers) from None


def _probe_of(request: Request, application: Application) -> Probe | None:
    if principal_of(request).allowance is None:
        return None
    state = state_of(request)
    services = state.services
    found = services.in_force.publication.in_force(application.matter, services.clock.day())
    if found is None:
        return None
    try:
        return probe(request, found.policy, application.form)
    except ProblemError:
        if _is_known(state, application):
            return None
        raise


def _is_known(state: State, application: Application) -> bool:
    try:
        return bool(state.services.ledger.find(ByKey(application.caller, application.key)))
    except LedgerError:
        return False


def _take_back(counted: Probe | None) -> None:
    if counted is not None:
        counted.take_back()


def _persons(policy: Policy, form: Mapping[str, object]) -> set[str]:
    """The numbers of persons and enterprises as they were sent; what is no text names nobody."""
    given = (form.get(field.name) for field in policy.fields if field.type_name in _NUMBERS)
    return {one for one in given if isinstance(one, str) and one}
