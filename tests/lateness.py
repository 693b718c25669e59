"""What a busy machine costs: tests that say by when something is over allow for it, and for nothing else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_STEP_SECONDS: Final = 0.01


class Lateness:
    """How much later than it should somebody on this machine has got to run, added up since the beginning."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._over = threading.Event()

    def _measure(self) -> None:
        before = time.monotonic()
        while not self._over.wait(_STEP_SECONDS):
            now = time.monotonic()
            self.seconds += max(0.0, now - before - _STEP_SECONDS)
            before = now

    @contextmanager
    def measured(self) -> Iterator["Lateness"]:
        """It is measured as long as the block runs."""
        thread = threading.Thread(target=self._measure)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()
