"""What stands before every page: only our own pages may talk to the workbench (CSRF, cross-site WebSockets, DNS
rebinding), only who is signed in gets a live page, and browsers are told to be strict."""

from collections.abc import Callable
from typing import Final

from nicegui import __version__
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from decision_service.workbench.failing import told
from decision_service.workbench.sessions import COOKIE, SIGN_IN, Session
from decision_service.workbench.start_page import fresh_nonce
from decision_service.workbench.visit import LANGUAGE, LANGUAGE_COOKIE

SAFE: Final = frozenset({"GET", "HEAD"})

MOST_BYTES: Final = 72 * 1024 * 1024
"""Of what is sent: the largest file that a page takes, and what a form has around it. The framework puts whatever comes
on the disk before a page hears of it."""

_POLICY: Final = (
    # Inline scripts run under the nonce of their page alone. The framework's page compiles its templates and runs the
    # handlers and calls that the server sends it by `eval`: without 'unsafe-eval' none of its pages comes up.
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; script-src-attr 'none'; "
    # Its elements carry styles of their own, and parts of it add style sheets as they are loaded.
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with `no-referrer` browsers would hide from us where our own forms come from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_OPEN: Final = frozenset({SIGN_IN, "/sign-out", "/language", "/dark"})
_OPEN_FOLDERS: Final = ("/own/", f"/_nicegui/{__version__}/")
"""What is served to whoever asks: coming in and going out, the looks, and the parts that pages are made of, which are
the same for everybody. Whatever else is served, now or later, wants a session."""


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
        why = self._refused(scope, headers)
        if why:
            await _refuse(scope, receive, send, why)
            return
        if not _is_open(scope) and self._session_of(cookies.get(COOKIE, "")) is None:
            await _ask_in(scope, receive, send)
            return
        LANGUAGE.set("en" if cookies.get(LANGUAGE_COOKIE) == "en" else "zh")
        await self._app(scope, receive, _strict(scope, told(scope, send)))

    def _refused(self, scope: Scope, headers: Headers) -> str:
        if headers.get("host", "") not in self._hosts:
            return "this workbench has another address; open the one that it printed at its start"
        origin = headers.get("origin")
        is_safe = scope["type"] == "http" and scope["method"] in SAFE
        if (origin is not None or not is_safe) and origin not in self._origins:
            return "this came from a page of another site"
        if not is_safe and scope["type"] == "http" and not _is_bounded(headers.get("content-length", "")):
            return "what is sent is too large, or does not say how large it is"
        return ""


def _is_open(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["type"] == "http" and (path in _OPEN or path.startswith(_OPEN_FOLDERS))


def _is_bounded(length: str) -> bool:
    return (
        length.isascii() and length.isdigit() and len(length) < len(str(MOST_BYTES)) + 1 and int(length) <= MOST_BYTES
    )


def _strict(scope: Scope, send: Send) -> Send:
    policy = _POLICY.format(nonce=fresh_nonce())

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", policy)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if not scope["path"].startswith("/_nicegui/"):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return sent


async def _ask_in(scope: Scope, receive: Receive, send: Send) -> None:
    """Leads who is not signed in to where one signs in; what is no page is refused."""
    if scope["type"] == "websocket" or scope["method"] not in SAFE or scope["path"].startswith("/_nicegui"):
        await _refuse(scope, receive, send, "sign in first")
        return
    await RedirectResponse(SIGN_IN, 303)(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    body = why.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
