"""What both clients have in common besides their calls: where they connect, as whom, and how much of HTTP they use."""

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from pyreqwest.client import BaseClientBuilder
from pyreqwest.request import BaseRequestBuilder

from decision_service.client.errors import ClientError
from decision_service.client.exchange import MEDIA_TYPE, Request

Credential = Callable[[], str]
"""Gives the API key or token of this moment; called for each try, so that a renewed one is used at once."""

_CONNECT = timedelta(seconds=3)
_IDLE = timedelta(seconds=4)
"""Shorter than servers keep an idle connection, so that a request is seldom lost in a closing one."""

Builder = TypeVar("Builder", bound=BaseClientBuilder)
Built = TypeVar("Built", bound=BaseRequestBuilder)


def base_url(url: str, credential: Credential | None) -> str:
    """`url` without its last stroke. Raises ValueError where it is none, or a key would travel in the clear."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("the address of the service is needed, such as https://decisions.example.org")
    if credential is not None and parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("a key or token is sent over https only, or to this machine")
    return url.rstrip("/")


def configured(builder: Builder, root_certificates: bytes | None) -> Builder:
    """No redirects, as a key would follow them elsewhere; no cookies, no compression, no proxy of the environment."""
    built = (
        builder.connect_timeout(_CONNECT)
        .pool_idle_timeout(_IDLE)
        .follow_redirects(enable=False)
        .referer(enable=False)
        .no_proxy()
        .default_cookie_store(enable=False)
        .gzip(enable=False)
        .brotli(enable=False)
        .zstd(enable=False)
        .deflate(enable=False)
        .user_agent("miaopi-client")
    )
    return built if root_certificates is None else built.add_root_certificate_pem(root_certificates)


def prepared(built: Built, request: Request, seconds: float, credential: Credential | None) -> Built:
    """One try of a request. Raises ClientError where the credential can't be sent."""
    built = built.header("Accept", request.accept).header("Accept-Encoding", "identity")
    if request.body is not None:
        built = built.header("Content-Type", MEDIA_TYPE).body_bytes(request.body)
    if request.key:
        built = built.header("Idempotency-Key", request.key)
    if credential is not None:
        secret = credential()
        if not secret.isascii() or not secret.isprintable() or not secret.strip():
            raise ClientError("the key or token can't stand in a header")
        built = built.header("Authorization", f"Bearer {secret}", is_sensitive=True)
    return built.timeout(timedelta(seconds=seconds))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
