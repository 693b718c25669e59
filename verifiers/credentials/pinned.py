"""Addresses that the operator pins, and whether an address that an issuer names lies under one of them."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from verifiers.reach import reach

_PATH = re.compile(r"[A-Za-z0-9._~/?=&:@!$'()*+,;-]*", re.ASCII)
"""Without `%`, `\\` and `#`: nothing that a server might read as another path than we do."""

_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?", re.ASCII)
"""A name or address and perhaps a port, and no user."""


class PinError(ValueError):
    """An address that can't be pinned; the text says what to write."""


def pinned_url(text: str) -> str:
    """`text` as an address that may be fetched: https, or http on this very machine. Raises PinError."""
    try:
        parts = urlsplit(text)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_right = urlsplit(""), False
    rest = text.partition("://")[2].partition("/")[2]
    host_is_right = bool(_HOST.fullmatch(text.partition("://")[2].partition("/")[0]))
    if not parts.hostname or not host_is_right or not port_is_right or not _plain(rest):
        raise PinError("an address such as https://issuer.example.gov.cn/keys.json is expected")
    if parts.scheme != "https" and not (parts.scheme == "http" and _this_machine(parts.hostname)):
        raise PinError("https is expected; http is taken for this machine alone (127.0.0.1, ::1, localhost)")
    if reach(parts.hostname) == "never":
        raise PinError("nobody's keys are there (link-local, cloud metadata, multicast, odd digits)")
    return text


def pinned_prefix(text: str) -> str:
    """`text` as the beginning of addresses, whole folders only. Raises PinError."""
    found = pinned_url(text)
    if not found.endswith("/") or "?" in found:
        raise PinError("end it with a stroke, such as https://issuer.example.gov.cn/status/")
    return found


def is_under(uri: str, prefixes: Iterable[str]) -> bool:
    """Whether `uri` is a plain address in one of the folders."""
    return any(uri.startswith(prefix) and _plain(uri[len(prefix) :]) for prefix in prefixes)


def _plain(rest: str) -> bool:
    return bool(_PATH.fullmatch(rest)) and not {".", ".."} & set(re.split(r"[/?]", rest))


def _this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
