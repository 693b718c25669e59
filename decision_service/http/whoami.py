"""Who calls, as the service sees it: for tools of staff that show each person only what he may do."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.access.actions import Action
from decision_service.http.decisions import JSON
from decision_service.http.documents import document
from decision_service.http.state import principal_of, state_of

router = APIRouter(prefix="/staff/v1/whoami", tags=["whoami"])

_TEXTS = {"type": "array", "items": {"type": "string"}}
_SHAPE = {
    "type": "object",
    "required": ["name", "roles", "actions", "day"],
    "properties": {
        "name": {"type": "string"},
        "roles": _TEXTS,
        "scopes": {"type": ["array", "null"], "items": {"type": "string"}},
        "actions": _TEXTS,
        "day": {"type": "string", "format": "date"},
    },
}

WHOAMI = document(_SHAPE, (), action=Action.READ_CONTROL)


@router.get("", **WHOAMI)
async def whoami(request: Request) -> Response:
    """The caller's name, roles and scopes (null where nothing narrows them), what he may do, and the service's day."""
    principal = principal_of(request)
    told = {
        "name": principal.name,
        "roles": sorted(principal.roles),
        "scopes": None if principal.scopes is None else sorted(principal.scopes),
        "actions": [action.value for action in Action if principal.may(action)],
        "day": state_of(request).services.clock.day().isoformat(),
    }
    return Response(orjson.dumps(told), media_type=JSON)
