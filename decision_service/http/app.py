"""The FastAPI applications, put together from routers: the platforms' here, and the way in which both are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from decision_service.access.actions import Action
from decision_service.http import bundles, case, decisions, health, matters, notices
from decision_service.http.admission import Admission
from decision_service.http.casework_wire import MODELS
from decision_service.http.counter import Counter
from decision_service.http.documents import ANSWER, ELSEWHERE, PROBLEM, VALUE, bounded
from decision_service.http.door import door
from decision_service.http.headers import SecurityHeaders
from decision_service.http.problems import PROBLEMS, Fault, Problem, ProblemError
from decision_service.http.state import State
from decision_service.http.wire import (
    ApplicationIn,
    BatchIn,
    BatchItemIn,
    BundleIn,
    DeliveryIn,
    PrecheckIn,
    ReviewIn,
    pointer,
)

VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Content:
    """What an application serves: its routers, the bodies that are sent to it and the shapes that its description
    names, and who may read that description."""

    title: str
    description: str
    routers: tuple[APIRouter, ...]
    models: tuple[type[BaseModel], ...] = ()
    shapes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    described_to: Action = Action.PROBE


PUBLIC = Content(
    "秒批 Miaopi",
    "Decides simple government matters at once. 简单政务事项即时办理。",
    (decisions.router, case.router, notices.router, matters.router, bundles.router, health.router),
    (ApplicationIn, BatchIn, BatchItemIn, BundleIn, DeliveryIn, PrecheckIn, ReviewIn, *MODELS),
    {"Decision": ANSWER},
)


def create_app(state: State) -> FastAPI:
    """The platforms' application over `state`."""
    app = assembled(PUBLIC, state)
    app.front = fronted(Counter(app.routed), state)
    return app


def fronted(app: ASGIApp, state: State) -> ASGIApp:
    """`app` behind what each answer goes through."""
    return SecurityHeaders(Admission(app, state))


class Fronted(FastAPI):
    """FastAPI's application behind a `front` that it is called through, and that calls what is `routed` at its end or
    serves a request itself: a decision never comes to FastAPI's own layers."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        scope["app"] = self
        await self.front(scope, receive, send)

    async def routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request without what stands in front."""
        await super().__call__(scope, receive, send)


def assembled(content: Content, state: State) -> Fronted:
    """An application over `state` whose every failure is a problem."""
    app = Fronted(
        title=content.title,
        version=VERSION,
        description=f"{content.description}\n\n{_elsewhere()}",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.front = fronted(app.routed, state)
    app.state.miaopi = state
    for router in content.routers:
        app.include_router(router)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, partial(_http, content))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _internal)
    app.openapi = lambda: _description(app, content)  # type: ignore[method-assign]  # FastAPI's own way to change it
    app.add_api_route(
        "/openapi.json",
        lambda: JSONResponse(app.openapi()),
        dependencies=[Depends(door(content.described_to))],
        include_in_schema=False,
        openapi_extra={"x-action": content.described_to.value},
    )
    return app


def _elsewhere() -> str:
    told = (f"{PROBLEMS[code].status} `{code}`: {PROBLEMS[code].en} {PROBLEMS[code].zh}" for code in ELSEWHERE)
    return "; ".join(told) + "."


def _problem(_: Request, error: Exception) -> Response:
    return error.problem.response() if isinstance(error, ProblemError) else Problem("internal").response()


async def _internal(_: Request, __: Exception) -> Response:
    """What nobody has caught. It is raised once more after this, and then told as a fault by Admission."""
    return Problem("internal").response()


def _http(content: Content, request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: no such path, not that method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == 405:
        headers["Allow"] = _methods(content, request) or headers.get("Allow", "")
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "media_type"}.get(status)
    if code is None:
        code = "json_refused" if status < 500 else "internal"
    return Problem(code, headers=headers).response()


def _methods(content: Content, request: Request) -> str:
    """All that are served at the path of `request`; Starlette names those of one route of it."""
    routes = (one for router in content.routers for one in router.routes if isinstance(one, Route))
    here = (one for one in routes if one.path_regex.match(request.scope["path"]))
    return ", ".join(sorted({method for one in here for method in one.methods or ()}))


def _invalid(_: Request, error: Exception) -> Response:
    """FastAPI's own handler would answer with what was sent."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    return Problem("envelope", tuple(Fault(pointer(tuple(one["loc"])), "invalid") for one in faults)).response()


def _description(app: FastAPI, content: Content) -> dict[str, Any]:
    if app.openapi_schema is None:
        told = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version="3.1.0",
        )
        told["components"] = {
            "schemas": {**_schemas(content.models), "Problem": PROBLEM, "Value": VALUE, **content.shapes},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "a key mp_… or a token; docs/access.md"}
            },
        }
        for path in told["paths"].values():
            for operation in path.values():
                found = operation["responses"].get("422", {}).get("content", {})
                if "application/json" in found:
                    del operation["responses"]["422"]
        app.openapi_schema = told
    return app.openapi_schema


def _schemas(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    _, found = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return bounded(found.get("$defs", {}))
