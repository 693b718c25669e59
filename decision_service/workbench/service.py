"""The running service, asked over HTTP with the key of whoever sits before the page: what he may do there, the service
alone decides."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode

import orjson
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from decision_service.policy.parts import Bilingual

Door = Literal["public", "staff"]
"""Which listener: the platforms', or the one of staff (control plane, queue, files)."""

SECONDS: Final = 60.0
"""Approving a release waits until both engines have agreed on it."""

MOST_BYTES: Final = 32 * 1024 * 1024


class ServiceError(Exception):
    """The service did not do it: why, in both languages, and the code of the problem (RFC 9457)."""

    def __init__(self, status: int, code: str, told: Bilingual, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.told = told
        self.problem = problem


class Service:
    """One running service by its two addresses. Close it at the end."""

    def __init__(self, public: str, staff: str) -> None:
        self._addresses: Mapping[Door, str] = {"public": public.rstrip("/"), "staff": staff.rstrip("/")}
        self._client = (
            ClientBuilder()
            .connect_timeout(timedelta(seconds=3))
            .timeout(timedelta(seconds=SECONDS))
            .follow_redirects(False)
            .no_proxy()
            .user_agent("miaopi-workbench")
            .build()
        )

    async def get(self, door: Door, path: str, key: str, query: Mapping[str, str] | None = None) -> Any:
        """What stands at `path`, as JSON, or as text where it is none. Raises ServiceError."""
        url = self._addresses[door] + path + (f"?{urlencode(query)}" if query else "")
        return await self._ask("GET", url, key)

    async def post(self, door: Door, path: str, key: str, body: object = None, once: str = "") -> Any:
        """Does what `path` is for, and gives the answer; `once` is the idempotency key. Raises ServiceError."""
        return await self._ask("POST", self._addresses[door] + path, key, body, once)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def _ask(self, method: str, url: str, key: str, body: object = None, once: str = "") -> Any:
        request = self._client.request(method, url).header("Authorization", f"Bearer {key}")
        if body is not None:
            request = request.header("Content-Type", "application/json").body_bytes(orjson.dumps(body))
        if once:
            request = request.header("Idempotency-Key", once)
        try:
            async with asyncio.timeout(SECONDS):
                response = await request.build().send()
                content = bytes(await response.bytes())
        except (PyreqwestError, TimeoutError):
            raise ServiceError(0, "silent", _SILENT, {}) from None
        found = _read(content)
        if response.status >= 300:
            raise _refused(response.status, found)
        return found


_SILENT: Final = Bilingual(
    "办理服务没有答复；请确认服务在运行、地址无误", "the service did not answer; see that it runs, and its address"
)


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
