"""The kill switch (RQ-H4): what is suspended now."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from decision_service.access.actions import Action
from decision_service.http.decisions import JSON
from decision_service.http.documents import document
from decision_service.http.state import state_of

router = APIRouter(prefix="/control/v1/suspensions", tags=["suspensions"])

_LIST = document(
    {"type": "object", "required": ["suspended"], "properties": {"suspended": {"type": "array"}}},
    action=Action.READ_CONTROL,
)


@router.get("", **_LIST)
async def suspensions(request: Request) -> Response:
    """The matters that no machine decides at present."""
    suspended = state_of(request).services.in_force.suspended
    return Response(orjson.dumps({"suspended": sorted(suspended)}), media_type=JSON)
