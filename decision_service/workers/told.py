"""What a worker knows of the service: what the keeper said last."""

import time
from datetime import UTC, datetime
from typing import Final

from decision_service.inforce import InForce
from decision_service.workers.messages import Standing

SILENT_SECONDS: Final = 20.0
"""After so long without a word the keeper is held for stuck: it speaks twice a second."""


class Told:
    """How things stand, by the keeper's word. The clock of a worker is the keeper's, so that one guard watches it."""

    def __init__(self) -> None:
        self._standing: Standing | None = None
        self._heard_at = time.monotonic()

    def hear(self, standing: Standing) -> None:
        """The keeper's newest word."""
        self._standing = standing
        self._heard_at = time.monotonic()

    def put(self, in_force: InForce) -> None:
        """Have `in_force` suspended what is, and nothing else."""
        wanted = frozenset() if self._standing is None else frozenset(self._standing.suspended)
        for matter in wanted - in_force.suspended:
            in_force.suspend(matter)
        for matter in in_force.suspended - wanted:
            in_force.resume(matter)

    def now(self) -> datetime:
        """The instant by the keeper's clock."""
        if self._standing is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(time.monotonic() + self._standing.ahead, UTC)

    def is_trusted(self) -> bool:
        """Whether machines may decide by it."""
        return self._standing is not None and self._standing.trusted

    def has_room(self) -> bool:
        """Whether more may be recorded."""
        return self._standing is not None and self._standing.room

    def lacking(self) -> list[str]:
        """What keeps the service from deciding."""
        return ["keeper"] if self._standing is None else list(self._standing.lacking)

    def stuck(self) -> list[str]:
        """What has stopped, so that a restart is what helps."""
        if self._standing is None or time.monotonic() - self._heard_at > SILENT_SECONDS:
            return ["keeper"]
        return list(self._standing.stuck)
