"""The door of every route: who calls, and whether the table gives him what the route does."""

import re
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from starlette.requests import Request

from decision_service.access.actions import Action, is_open
from decision_service.access.doorkeeper import Proof
from decision_service.access.principal import NotAuthenticatedError
from decision_service.http.counting import spend
from decision_service.http.problems import ProblemError
from decision_service.http.reading import given
from decision_service.http.state import PRINCIPAL, state_of

_KEY_IN_URL: Final = re.compile(r"mp_[a-z0-9]{12}_|(^|[?&#])access_token=", re.ASCII)
"""What a key looks like, and the parameter in which RFC 6750 once allowed a token."""

CHALLENGE: Final = 'Bearer realm="miaopi"'


async def enter(request: Request, action: Action, queries: Collection[str] = ()) -> None:
    """Let whoever sends `request` in for `action`; from here on principal_of tells who it is. Raises ProblemError.

    A query with another name than those of `queries` is refused: what the route does not read should not have been
    written into an address, which proxies log.
    """
    scope = request.scope
    query = scope["query_string"]
    if (query and _KEY_IN_URL.search(query.decode("latin-1"))) or _KEY_IN_URL.search(scope["path"]):
        raise ProblemError("key_in_url")
    if is_open(action):
        return
    state = state_of(request)
    try:
        principal = await state.doorkeeper.principal(_proof(request))
    except NotAuthenticatedError as error:
        state.services.telemetry.turned_away("not_authenticated")
        raise ProblemError("not_authenticated", headers=_challenge(error)) from None
    if not principal.may(action):
        state.services.telemetry.turned_away("not_allowed")
        raise ProblemError("not_allowed", headers={"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope"'})
    request.scope[PRINCIPAL] = principal
    spend(request, 1)
    if query and not request.query_params.keys() <= set(queries):
        raise ProblemError("query_refused")


def door(action: Action, queries: Collection[str] = ()) -> Callable[[Request], Awaitable[None]]:
    """The door of a route that does `action` and takes those queries, as FastAPI asks for it."""

    async def opened(request: Request) -> None:
        await enter(request, action, queries)

    return opened


def _proof(request: Request) -> Proof:
    headers, peer = request.scope["headers"], request.scope["client"]
    authorizations, certificates = given(headers, b"authorization"), given(headers, b"client-cert")
    return Proof(tuple(authorizations), tuple(certificates), "" if peer is None else peer[0])


def _challenge(error: NotAuthenticatedError) -> dict[str, str]:
    told = {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"' if error.shown else CHALLENGE}
    return {**told, "Retry-After": str(error.again_after)} if error.again_after else told
