"""What the workers share: the time, chance, threads for what blocks, and where to tell what came of it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from decision_service.afterwards.metrics import Metrics
from decision_service.clock import ServiceClock
from decision_service.followups.schedule import Jitter, fair
from decision_service.telemetry import Telemetry

Result = TypeVar("Result")

POLL_SECONDS: Final = 30.0
"""Between two rounds at most: another process may have written to the ledger, a day may have begun."""


class Aside(Protocol):
    """Runs what blocks beside the event loop."""

    async def __call__(self, function: Callable[..., Result], /, *arguments: Any) -> Result:  # noqa: ANN401 - whatever the function takes
        """What `function` returns."""
        ...


@dataclass(slots=True)
class Surroundings:
    """The surroundings of one process. `stopping`: nothing new is begun."""

    clock: ServiceClock
    telemetry: Telemetry
    metrics: Metrics
    jitter: Jitter = fair
    aside: Aside = field(default=asyncio.to_thread)
    stopping: bool = False

    def real_ms(self) -> int:
        """For when to try next: where the service's day is pinned, its own time jumps back at midnight."""
        return int(self.clock.real().timestamp() * 1000)

    def now_ms(self) -> int:
        """The service's own time."""
        return int(self.clock.now().timestamp() * 1000)

    async def together(self, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Do several things at once and wait for all; what one raises is told, and is not the others' trouble."""
        for found in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(found, Exception):
                self.telemetry.fault("afterwards", found)
            elif isinstance(found, BaseException):
                raise found
