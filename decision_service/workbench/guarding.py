"""What stands before every page: only our own pages may talk to the workbench (CSRF, cross-site WebSockets, DNS
rebinding), only who is signed in gets a live page, and browsers are told to be strict."""

from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from decision_service.workbench.sessions import COOKIE, Session
from decision_service.workbench.visit import LANGUAGE, LANGUAGE_COOKIE

SAFE: Final = frozenset({"GET", "HEAD"})

_HEADERS: Final = {
    # The framework's pages start from inline scripts and compile their templates in the browser.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with `no-referrer` browsers would hide from us where our own forms come from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

SOCKET: Final = "/_nicegui_ws/"
"""Where the live part of a page talks to us."""


class Guard:
    """An ASGI application before another. `origins`: addresses under which our pages may be opened."""

    def __init__(self, app: ASGIApp, origins: frozenset[str], session_of: Callable[[str], Session | None]) -> None:
        self._app = app
        self._origins = origins
        self._hosts = frozenset(origin.partition("://")[2] for origin in origins)
        self._session_of = session_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        why = self._refused(scope, headers, cookies.get(COOKIE, ""))
        if why:
            await _refuse(scope, receive, send, why)
            return
        LANGUAGE.set("en" if cookies.get(LANGUAGE_COOKIE) == "en" else "zh")
        await self._app(scope, receive, _strict(scope, send))

    def _refused(self, scope: Scope, headers: Headers, token: str) -> str:
        if headers.get("host", "") not in self._hosts:
            return "this workbench has another address; open the one that it printed at its start"
        origin = headers.get("origin")
        is_safe = scope["type"] == "http" and scope["method"] in SAFE
        if (origin is not None or not is_safe) and origin not in self._origins:
            return "this came from a page of another site"
        if scope["path"].startswith(SOCKET) and self._session_of(token) is None:
            return "sign in first"
        return ""


def _strict(scope: Scope, send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if not scope["path"].startswith("/_nicegui/"):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return sent


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    body = why.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
