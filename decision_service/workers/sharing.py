"""Limits that hold over all workers: each tells the others what was taken, and what came too much at once is owed.

A caller's requests in the long run are those that he is allowed, whichever worker they come to. Within the moment that
it takes to tell, each worker may give as much at once as one process would.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from decision_service.access.limits import Limits, What
from decision_service.access.principal import Rate
from decision_service.workers.messages import Taken, Took

TELL_SECONDS: Final = 0.02


class Sharing:
    """What is taken here, told in batches. Belongs to one event loop."""

    def __init__(self, tell: Callable[[Took], None]) -> None:
        self._tell = tell
        self._taken: list[Taken] = []

    def taken(self, what: What, mark: bytes, rate: Rate, count: int) -> None:
        """So much was taken."""
        if not self._taken:
            asyncio.get_running_loop().call_later(TELL_SECONDS, self.flush)
        self._taken.append(Taken(what, mark, rate.per_second, rate.at_once, count))

    def flush(self) -> None:
        """Tell it now."""
        taken, self._taken = self._taken, []
        if taken:
            self._tell(Took(taken))


def hear(limits: Limits, taken: Sequence[Taken]) -> None:
    """What others have taken is taken here, too."""
    for one in taken:
        limits.hear(one.what, one.mark, Rate(one.per_second, one.at_once), one.count)
