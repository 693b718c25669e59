"""What escapes from a route, before FastAPI's layers or behind them, is a problem that repeats nothing, told as a
fault."""

import asyncio
import io
import time
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from fastapi import APIRouter

from decision_service.capacity import Capacity
from decision_service.http.app import Content, Fronted, assembled, fronted
from decision_service.http.headers import SECURITY
from decision_service.http.state import State
from decision_service.telemetry import Telemetry

router = APIRouter()


@router.get("/breaks")
async def breaks() -> None:
    raise RuntimeError("赵示甲一")


async def breaks_before(*_: object) -> None:
    raise RuntimeError("赵示甲一")


def state_with(telemetry: Telemetry) -> State:
    desk = SimpleNamespace(capacity=Capacity(4, time.monotonic))
    return cast("State", SimpleNamespace(services=SimpleNamespace(telemetry=telemetry), desk=desk, most_in_flight=4))


def answer(app: Fronted, path: str) -> tuple[int, dict[bytes, bytes], dict[str, Any]]:
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "query_string": b"",
        "headers": [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        told.append(message)

    asyncio.run(app(scope, receive, send))
    return told[0]["status"], dict(told[0]["headers"]), orjson.loads(b"".join(one.get("body", b"") for one in told))


@pytest.mark.parametrize("before", [False, True])
def test_whatever_breaks_the_answer_is_a_problem(before: bool) -> None:
    log = io.StringIO()
    telemetry = Telemetry(log)
    state = state_with(telemetry)
    app = assembled(Content("t", "d", (router,)), state)
    if before:
        app.front = fronted(breaks_before, state)
    status, headers, body = answer(app, "/breaks")
    assert (status, headers[b"content-type"]) == (500, b"application/problem+json")
    assert body["status"] == 500
    assert dict(SECURITY).items() <= headers.items()
    assert orjson.loads(log.getvalue())["error"] == "RuntimeError"
    assert "赵示甲一" not in log.getvalue() + str(body)
    route = "none" if before else "/breaks"
    assert f'miaopi_requests_total{{route="{route}",status="500"}} 1.0' in telemetry.exposition().decode()


def test_what_fastapi_itself_refuses_is_a_problem_too() -> None:
    app = assembled(Content("t", "d", (router,)), state_with(Telemetry(io.StringIO())))
    status, headers, body = answer(app, "/nowhere")
    assert (status, headers[b"content-type"], body["status"]) == (404, b"application/problem+json", 404)
