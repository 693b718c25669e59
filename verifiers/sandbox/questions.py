"""What the sandbox has been asked, without a personal value: register, application, time."""

from collections import deque
from dataclasses import dataclass

_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Noted:
    """One question: which register, for which application and matter, when (ms since 1970), with what status, and the
    number of the answer where there was one."""

    register: str
    matter: str
    application_id: str
    at_ms: int
    status: str
    request_id: str | None = None


class QuestionLog:
    """The latest 200,000 questions that were signed and complete, oldest first, and how many there were by register."""

    def __init__(self) -> None:
        self._noted: deque[Noted] = deque(maxlen=_KEPT)
        self._counts: dict[str, int] = {}

    def note(self, noted: Noted) -> None:
        """Write one down."""
        self._noted.append(noted)
        self._counts[noted.register] = self._counts.get(noted.register, 0) + 1

    def counts(self) -> dict[str, int]:
        """How many questions each register has had since the start."""
        return dict(self._counts)

    def of(self, application_id: str | None) -> list[Noted]:
        """The questions of one application, or all."""
        return [noted for noted in self._noted if application_id is None or noted.application_id == application_id]
