"""One event to one receiver over HTTP: bounded in time and size, no redirect, nothing sent twice by itself."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError
from pyreqwest.response import Response

from decision_service.outbox.events import MEDIA_TYPE, Event
from decision_service.outbox.subscribers import Subscriber
from decision_service.outbox.webhooks import signed_headers
from verifiers.transport import strict_client

TIMEOUT_SECONDS: Final = 15.0
"""What Standard Webhooks recommends as the least."""

CONNECT_SECONDS: Final = 5.0
MOST_ANSWER_BYTES: Final = 16 * 1024
"""What is read of an answer, which nobody looks at: enough to use the connection again."""

GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Sent:
    """How a delivery ended. `error` is None where it was taken (2xx), else a word; `wait` is the receiver's own wish in
    seconds; `gone`: it wants no more events at all."""

    error: str | None = None
    wait: float = 0.0
    gone: bool = False


class Sender:
    """The way to one subscriber. Close it at the end."""

    def __init__(self, subscriber: Subscriber, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._subscriber = subscriber
        self._timeout = timeout_seconds
        self._client = strict_client(CONNECT_SECONDS, 1, subscriber.certificates)

    async def send(self, event: Event, at: int) -> Sent:
        """Deliver `event`; `at` is now, in seconds since 1970. Raises nothing but cancellation."""
        headers = {
            **signed_headers(self._subscriber.keys, event.event_id, at, event.body),
            "Content-Type": f"{MEDIA_TYPE}; charset=UTF-8",
            "Accept-Encoding": "identity",
        }
        request = self._client.post(self._subscriber.url).headers(headers).body_bytes(event.body)
        try:
            built = request.timeout(timedelta(seconds=self._timeout)).build_streamed()
            async with asyncio.timeout(self._timeout), built as response:
                await _drained(response)
                return _ending(response)
        except (TimeoutError, RequestTimeoutError):
            return Sent("late")
        except (PyreqwestError, ValueError):
            return Sent("network")

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()


async def _drained(response: Response) -> None:
    read = 0
    while read < MOST_ANSWER_BYTES and (chunk := await response.body_reader.read_chunk()) is not None:
        read += len(chunk)


def _ending(response: Response) -> Sent:
    status = response.status
    if 200 <= status < 300:
        return Sent()
    return Sent(f"status_{status}", _wish(response.get_header("retry-after")), gone=status == GONE)


def _wish(header: str | None) -> float:
    """Retry-After in seconds; a date or anything else counts as none, our own pace is slow enough."""
    return float(header) if header is not None and header.isascii() and header.isdigit() and len(header) < 6 else 0.0
