"""How many calls may be under way at a time, so that a slow register cannot take what the others need."""

import asyncio
from collections import deque


class Bulkhead:
    """At most `most` calls at a time. Who finds it full may wait for a moment, in order of arrival; `waiting` may wait
    (else as many as may be under way), and further ones are refused at once."""

    def __init__(self, most: int, waiting: float | None = None) -> None:
        self._most = most
        self._most_waiting = most if waiting is None else waiting
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[bool]] = deque()

    @property
    def in_flight(self) -> int:
        """Calls under way."""
        return self._in_flight

    @property
    def has_room(self) -> bool:
        """Whether one more may go at once."""
        return self._in_flight < self._most

    def enter_now(self) -> bool:
        """Take a place if one is free. Who got one must `leave`."""
        if self._in_flight >= self._most:
            return False
        self._in_flight += 1
        return True

    async def enter(self, seconds: float) -> bool:
        """Take a place, waiting for at most `seconds`. Who got one must `leave`."""
        if self.enter_now():
            return True
        if seconds <= 0 or len(self._waiting) >= self._most_waiting:
            return False
        loop = asyncio.get_running_loop()
        place: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(place)
        late = loop.call_later(seconds, _refuse, place)
        try:
            return await place
        except asyncio.CancelledError:
            # Cancelled in the very moment in which the place was given: it goes to the next.
            if place.done() and not place.cancelled() and place.result():
                self.leave()
            raise
        finally:
            late.cancel()
            if place in self._waiting:
                self._waiting.remove(place)

    def leave(self) -> None:
        """Give a place back; the first who waits gets it."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(True)
                return
        self._in_flight -= 1


def _refuse(place: asyncio.Future[bool]) -> None:
    if not place.done():
        place.set_result(False)
