"""Reading a request: its body within bounds of size and time, its JSON, its idempotency key."""

import asyncio
import re
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request

from decision_service.http.problems import Fault, ProblemError
from decision_service.http.wire import envelope
from decision_service.strictjson import JsonRefusedError, loads

MAX_APPLICATION = 64 * 1024
MAX_BATCH = 4 * 1024 * 1024
BODY_SECONDS = 10.0
"""How long a body may take to arrive: whoever drips bytes does not hold a place."""

_KEY = re.compile(r"[ -~]{1,255}", re.ASCII)
_JSON = re.compile(r"application/json(\s*;\s*charset\s*=\s*\"?utf-8\"?)?\s*", re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)


async def read_envelope(request: Request, model: type[Model], max_bytes: int = MAX_APPLICATION) -> Model:
    """The request's body as an envelope. Raises ProblemError."""
    _require_json(request)
    body = await _body(request, max_bytes)
    try:
        value = loads(body, max_bytes)
    except JsonRefusedError as refused:
        code = "too_large" if refused.code == "too_large" else "json_refused"
        raise ProblemError(code, (Fault("", refused.code),)) from None
    return envelope(model, value)


def idempotency_key(request: Request) -> str:
    """The request's idempotency key. Raises ProblemError where it is missing, given twice or not usable."""
    found = request.headers.getlist("idempotency-key")
    if not found or found == [""]:
        raise ProblemError("key_missing")
    if len(found) > 1 or not _KEY.fullmatch(found[0]):
        raise ProblemError("key_malformed")
    return found[0]


def _require_json(request: Request) -> None:
    kinds = request.headers.getlist("content-type")
    encodings = request.headers.getlist("content-encoding")
    if len(kinds) != 1 or not _JSON.fullmatch(kinds[0]) or any(one.lower() != "identity" for one in encodings):
        raise ProblemError("media_type")


async def _body(request: Request, max_bytes: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > 12 or int(announced) > max_bytes):
        raise ProblemError("too_large", headers={"Connection": "close"})
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > max_bytes:
                    raise ProblemError("too_large", headers={"Connection": "close"})
    except TimeoutError:
        raise ProblemError("too_slow", headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise ProblemError("body_incomplete") from None
    return bytes(content)
