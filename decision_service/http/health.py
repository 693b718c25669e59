"""Whether the process lives, whether it can decide, and its figures."""

import orjson
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from decision_service.http.documents import LIVEZ, METRICS, READYZ
from decision_service.http.problems import Fault, ProblemError
from decision_service.http.state import State, state_of
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.store import Last

router = APIRouter(tags=["health"])


@router.get("/livez", **LIVEZ)
async def livez(request: Request) -> Response:
    """The event loop turns and the record is written; else 503 names what is stuck, and a restart is what helps."""
    stuck = state_of(request).vitals.stuck()
    if stuck:
        raise ProblemError("stuck", tuple(Fault("", one) for one in stuck))
    return Response(b'{"status":"ok"}', media_type="application/json")


@router.get("/readyz", **READYZ)
async def readyz(request: Request) -> Response:
    """Rules are loaded, the ledger can be written, the second engine answers, the clock is trusted, the disk has room;
    else 503 names what is lacking. A matter that is suspended lacks nothing: officers decide it."""
    services = state_of(request).services
    lacking = []
    if not services.in_force.publication.versions:
        lacking.append(Fault("", "rules"))
    if not _can_record(state_of(request)):
        lacking.append(Fault("", "ledger"))
    if not services.second.ready:
        lacking.append(Fault("", "second_engine"))
    lacking += [Fault("", one) for one in state_of(request).vitals.lacking()]
    if lacking:
        raise ProblemError("not_ready", tuple(lacking), {"Retry-After": "1"})
    told = {"status": "ready", "matters": len(services.in_force.publication.versions)}
    return Response(orjson.dumps(told), media_type="application/json")


@router.get("/metrics", **METRICS)
async def metrics(request: Request) -> Response:
    """The figures of the service, of all its processes together, as Prometheus reads them."""
    state = state_of(request)
    told = state.services.telemetry.exposition() if state.figures is None else await state.figures()
    return Response(told, media_type=CONTENT_TYPE_LATEST)


def _can_record(state: State) -> bool:
    """The ledger can be read, and did not fail a write a moment ago."""
    try:
        state.services.ledger.find(Last())
    except LedgerError:
        return False
    return not state.desk.record_failed_lately
