"""The running service, asked over HTTP with the key of whoever sits before the page: what he may do there, the service
alone decides."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

import orjson
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.request import RequestBuilder

from decision_service.policy.parts import Bilingual
from verifiers.transport import strict_client

Door = Literal["public", "staff"]
"""Which listener: the platforms', or the one of staff (control plane, queue, files)."""

READ_SECONDS: Final = 20.0
"""Longer than that nobody looks at an empty page."""

SECONDS: Final = 60.0
"""Approving a release waits until both engines have agreed on it."""

MOST_BYTES: Final = 32 * 1024 * 1024
"""Of an answer."""

_CONNECT_SECONDS: Final = 3.0
_MOST_AT_ONCE: Final = 64

_PATH: Final = re.compile(r"(/(?!\.+(/|$))[A-Za-z0-9._:~-]+)+")
"""What numbers out of addresses may make of a path: one that goes up, or ends early, would lead to another door."""


class ServiceError(Exception):
    """The service did not do it: why, in both languages, and the code of the problem (RFC 9457)."""

    def __init__(self, status: int, code: str, told: Bilingual, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.told = told
        self.problem = problem


def below(path: str, name: str) -> str:
    """The place that is called `name` below `path`, and no other: names come out of addresses, which anybody may have
    written. Raises ServiceError where nothing can be called so."""
    if name in {"", ".", ".."}:  # what those who send a request take for another place
        raise ServiceError(404, "not_found", Bilingual("没有这一件", "there is no such thing"), {})
    return f"{path}/{quote(name, safe=':')}"


class Service:
    """One running service by its two addresses. Close it at the end."""

    def __init__(self, public: str, staff: str) -> None:
        self._addresses: Mapping[Door, str] = {"public": public.rstrip("/"), "staff": staff.rstrip("/")}
        self._client = strict_client(_CONNECT_SECONDS, _MOST_AT_ONCE, None)

    async def get(self, door: Door, path: str, key: str, query: Mapping[str, str] | None = None) -> Any:
        """What stands at `path`, as JSON, or as text where it is none. Raises ServiceError."""
        url = self._url(door, path) + (f"?{urlencode(query)}" if query else "")
        return await self._ask(self._client.get(url), key, READ_SECONDS)

    async def post(self, door: Door, path: str, key: str, body: object = None, once: str = "") -> Any:
        """Does what `path` is for, and gives the answer; `once` is the idempotency key. Raises ServiceError."""
        request = self._client.post(self._url(door, path))
        if body is not None:
            request = request.header("Content-Type", "application/json").body_bytes(orjson.dumps(body))
        return await self._ask(request.header("Idempotency-Key", once) if once else request, key, SECONDS)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    def _url(self, door: Door, path: str) -> str:
        """Raises ServiceError for what no path of the service can be."""
        if not _PATH.fullmatch(path):
            raise ServiceError(404, "no_such_number", _NO_SUCH_NUMBER, {})
        return self._addresses[door] + path

    async def _ask(self, request: RequestBuilder, key: str, seconds: float) -> Any:
        try:
            request = request.header("Authorization", f"Bearer {key}").timeout(timedelta(seconds=seconds))
        except ValueError:
            raise ServiceError(401, "unauthorized", _NO_KEY, {}) from None
        try:
            async with asyncio.timeout(seconds), request.build_streamed() as response:
                content = bytearray()
                while (chunk := await response.body_reader.read_chunk()) is not None:
                    content += chunk
                    if len(content) > MOST_BYTES:
                        raise ServiceError(0, "too_large", _TOO_LARGE, {})
        except (PyreqwestError, TimeoutError):
            raise ServiceError(0, "silent", _SILENT, {}) from None
        found = _read(bytes(content))
        if response.status >= 300:
            raise _refused(response.status, found)
        return found


_SILENT: Final = Bilingual(
    "办理服务没有答复；请确认服务在运行、地址无误", "the service did not answer; see that it runs, and its address"
)
_NO_SUCH_NUMBER: Final = Bilingual("没有这个编号", "there is nothing of that number")
_NO_KEY: Final = Bilingual("这不是密钥", "that is no key")
_TOO_LARGE: Final = Bilingual("办理服务的答复太大", "the service's answer is too large")


def _read(content: bytes) -> Any:
    try:
        return orjson.loads(content) if content else None
    except orjson.JSONDecodeError:
        return content.decode("utf-8", "replace")


def _refused(status: int, found: Any) -> ServiceError:
    problem = found if isinstance(found, dict) else {}
    code = str(problem.get("type", "")).rpartition(":")[2] or str(status)
    return ServiceError(status, code, _told(status, problem), problem)


def _told(status: int, problem: Mapping[str, Any]) -> Bilingual:
    zh = "。".join(str(problem[one]) for one in ("title_zh", "detail_zh") if problem.get(one))
    en = ". ".join(str(problem[one]) for one in ("title", "detail") if problem.get(one))
    return Bilingual(zh or f"服务答复 {status}", en or f"the service answered {status}")
