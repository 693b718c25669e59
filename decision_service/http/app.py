"""The FastAPI application: routes, the shape of problems, and the description of both."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from decision_service.http import bundles, decisions, health, matters
from decision_service.http.admission import Admission
from decision_service.http.counter import Counter
from decision_service.http.documents import ANSWER, PROBLEM
from decision_service.http.problems import Fault, Problem, ProblemError
from decision_service.http.state import State
from decision_service.http.wire import ApplicationIn, BatchIn, BatchItemIn, BundleIn, PrecheckIn, ReviewIn, pointer

VERSION = "1.0.0"


def create_app(state: State) -> FastAPI:
    """The service's HTTP application over `state`."""
    app = FastAPI(
        title="秒批 Miaopi",
        version=VERSION,
        description="Decides simple government matters at once. 简单政务事项即时办理。",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.miaopi = state
    for router in (decisions.router, matters.router, bundles.router, health.router):
        app.include_router(router)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(Counter)
    app.add_middleware(Admission, state=state)
    app.openapi = lambda: _description(app)  # type: ignore[method-assign]  # FastAPI's own way to change it
    return app


def _problem(_: Request, error: Exception) -> Response:
    return error.problem.response() if isinstance(error, ProblemError) else Problem("internal").response()


def _http(_: Request, error: Exception) -> Response:
    """What Starlette itself refuses: no such path, not that method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "media_type"}.get(status)
    if code is None:
        code = "json_refused" if status < 500 else "internal"
    return Problem(code, headers=headers).response()


def _invalid(_: Request, error: Exception) -> Response:
    """FastAPI's own handler would answer with what was sent."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    return Problem("envelope", tuple(Fault(pointer(tuple(one["loc"])), "invalid") for one in faults)).response()


def _description(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        told = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version="3.1.0",
        )
        models: list[type[BaseModel]] = [ApplicationIn, BatchIn, BatchItemIn, BundleIn, PrecheckIn, ReviewIn]
        _, schemas = models_json_schema(
            [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
        )
        told["components"] = {"schemas": {**schemas["$defs"], "Problem": PROBLEM, "Decision": ANSWER}}
        for path in told["paths"].values():
            for operation in path.values():
                content = operation["responses"].get("422", {}).get("content", {})
                if "application/json" in content:
                    del operation["responses"]["422"]
        app.openapi_schema = told
    return app.openapi_schema
