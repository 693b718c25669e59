"""What every answer says to browsers and caches: keep nothing, run nothing, show it nowhere else."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""Strict-Transport-Security is for the proxy that ends TLS (deploy/README.md)."""


_NAMES = frozenset(name for name, _ in SECURITY)


class SecurityHeaders:
    """Adds them to each answer; one that a route has set itself stands."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                set_by_route = {name.lower() for name, _ in headers}
                alone = set_by_route.isdisjoint(_NAMES)
                headers += SECURITY if alone else [field for field in SECURITY if field[0] not in set_by_route]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, adding)
