"""HTTP in its barest form: read a bounded body, send JSON, send a problem (RFC 9457) without anybody's values."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from verifiers.sandbox.config import Send

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]

_TITLES: Mapping[int, str] = {
    400: "The question is not well formed",
    401: "The signature was not accepted",
    403: "The control token was not accepted",
    404: "There is nothing here",
    405: "This method is not served here",
    409: "The request conflicts with what is there",
    413: "The body is too large",
    422: "This can't be played",
    500: "The register failed",
    503: "The register has no room now",
    504: "The register did not answer in time",
}


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """Ends a request with a problem. `code` and `detail` are ours; no value of the request goes into them."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


async def body_of(receive: Receive, limit: int) -> bytes:
    """The whole body of a request. Refused with 413 past `limit` bytes, with 400 when the client goes away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "disconnected", "the client went away")
        body += message.get("body", b"")
        if len(body) > limit:
            raise Refused(413, "too_large", f"send at most {limit} bytes")
        if not message.get("more_body", False):
            return bytes(body)


async def send_json(send: Send, value: object, status: int = 200) -> None:
    """Send `value` as JSON."""
    await send_bytes(send, orjson.dumps(value), status=status)


async def send_problem(send: Send, refused: Refused) -> None:
    """Send a problem+json."""
    problem = {
        "type": "about:blank",
        "title": _TITLES[refused.status],
        "status": refused.status,
        "code": refused.code,
        "detail": refused.detail,
    }
    await send_bytes(send, orjson.dumps(problem), status=refused.status, content_type=b"application/problem+json")


async def send_bytes(
    send: Send,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    content_type: bytes = b"application/json",
) -> None:
    """Send `body` with its length."""
    listed = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    listed += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})
