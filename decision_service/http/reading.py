"""Reading a request: its body within bounds, its JSON, its idempotency key."""

import re
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from decision_service.http.problems import Fault, ProblemError
from decision_service.http.wire import envelope
from decision_service.strictjson import JsonRefusedError, loads

MAX_APPLICATION = 64 * 1024
MAX_BATCH = 4 * 1024 * 1024

_KEY = re.compile(r"[ -~]{1,255}", re.ASCII)
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"', re.ASCII)
"""A String of RFC 9651, as draft-ietf-httpapi-idempotency-key-header-07 writes a key."""
_JSON = re.compile(r"application/json(\s*;\s*charset\s*=\s*\"?utf-8\"?)?\s*", re.IGNORECASE)

Headers = Sequence[tuple[bytes, bytes]]
"""As ASGI hands them on: names are in small letters."""

Model = TypeVar("Model", bound=BaseModel)


async def read_envelope(request: Request, model: type[Model], max_bytes: int = MAX_APPLICATION) -> Model:
    """The request's body as an envelope. Raises ProblemError."""
    headers = request.scope["headers"]
    _require_json(headers)
    body = await _body(request, headers, max_bytes)
    try:
        value = loads(body, max_bytes)
    except JsonRefusedError as refused:
        code = "too_large" if refused.code == "too_large" else "json_refused"
        raise ProblemError(code, (Fault("", refused.code),)) from None
    return envelope(model, value)


def idempotency_key(request: Request) -> str:
    """The request's idempotency key. Raises ProblemError where it is missing, given twice or not usable."""
    found = given(request.scope["headers"], b"idempotency-key")
    if not found or found == [""]:
        raise ProblemError("key_missing")
    if len(found) > 1:
        raise ProblemError("key_malformed")
    return key_of(found[0])


def key_of(text: str) -> str:
    """The key that the header's text writes: `"k1"` and the bare `k1` are the same one. Raises ProblemError."""
    if text.startswith('"'):
        quoted = _STRING.fullmatch(text)
        text = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
    if not _KEY.fullmatch(text):
        raise ProblemError("key_malformed")
    return text


def given(headers: Headers, name: bytes) -> list[str]:
    """The values of one header, by its name in small letters, in the order in which they were sent."""
    return [value.decode("latin-1") for one, value in headers if one == name]


def _require_json(headers: Headers) -> None:
    kinds = given(headers, b"content-type")
    encodings = given(headers, b"content-encoding")
    if len(kinds) != 1 or not _JSON.fullmatch(kinds[0]) or any(one.lower() != "identity" for one in encodings):
        raise ProblemError("media_type")


async def _body(request: Request, headers: Headers, max_bytes: int) -> bytes:
    """The connection bounds the time that a body may take, and what is dropped of one that is refused here."""
    announced = next(iter(given(headers, b"content-length")), "")
    if announced.isascii() and announced.isdigit() and (len(announced) > 12 or int(announced) > max_bytes):
        raise ProblemError("too_large")
    message = await request.receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        whole: bytes = message.get("body", b"")
        if len(whole) > max_bytes:
            raise ProblemError("too_large")
        return whole  # nearly always it comes in one piece
    content = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise ProblemError("body_incomplete")
        content += message.get("body", b"")
        if len(content) > max_bytes:
            raise ProblemError("too_large")
        if not message.get("more_body", False):
            return bytes(content)
        message = await request.receive()
