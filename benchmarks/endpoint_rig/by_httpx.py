"""Register calls by httpx, in the place of the service's own client: what a service pays that takes the usual one."""

import asyncio
from collections.abc import Mapping

import httpx

from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Delivery, Failed, Late
from verifiers.transport import Transport

MOST = 256


class HttpxTransport(Transport):
    """As many connections as the own client has, kept open; each call has its deadline as a whole."""

    def __init__(self) -> None:
        super().__init__()
        limits = httpx.Limits(max_connections=MOST, max_keepalive_connections=MOST)
        self._httpx = httpx.AsyncClient(limits=limits, timeout=None, trust_env=False)  # noqa: S113 - the deadline below

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Delivery:
        """Send `body`, JSON, and read what comes back."""
        try:
            async with asyncio.timeout(max(0.0, deadline.remaining())):
                sent = {**headers, "Content-Type": "application/json", "Accept-Encoding": "identity"}
                answer = await self._httpx.post(url, headers=sent, content=body)
        except TimeoutError:
            return Late()
        except httpx.HTTPError:
            return Failed("network")
        if answer.status_code != 200:
            return Failed("http_status", answer.status_code)
        return Answered(tuple(answer.headers.multi_items()), answer.content)

    async def close(self) -> None:
        """Close every connection."""
        await self._httpx.aclose()
        await super().close()
