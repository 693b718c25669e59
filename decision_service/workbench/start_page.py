"""The page from which the framework starts in a browser: its own scripts carry a nonce, so that the browser runs these
and none that came in through what is shown."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from jinja2 import BaseLoader, Environment, TemplateNotFound
from nicegui import client

_NONCE: Final[ContextVar[str]] = ContextVar("_NONCE", default="")
"""Of the request in work; an empty one lets no inline script run."""


class _Marked(BaseLoader):
    """Templates of another loader, each script in them marked with the nonce of the request."""

    def __init__(self, inner: BaseLoader) -> None:
        self._inner = inner

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, path, is_fresh = self._inner.get_source(environment, template)
        return source.replace("<script", '<script nonce="{{ nonce() }}"'), path, is_fresh


def mark_scripts() -> None:
    """Has the framework's pages made with nonces, from the next one on. Raises TemplateNotFound where the framework has
    no such page any more."""
    environment = client.templates.env
    if environment.loader is None:
        raise TemplateNotFound("index.html")
    environment.loader = _Marked(environment.loader)
    environment.globals["nonce"] = _NONCE.get
    environment.get_template("index.html")


def fresh_nonce() -> str:
    """The nonce of the request in work, drawn now."""
    drawn = secrets.token_urlsafe(18)
    _NONCE.set(drawn)
    return drawn
