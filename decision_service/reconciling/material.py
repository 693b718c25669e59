"""What is matched: decisions with the answers that they used, and what one day is looked at with. Plain data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifiers.journal.records import CallRecord


@dataclass(frozen=True, slots=True)
class Used:
    """One answer as a decision's archive has it; `asked_at` in ms since 1970, `params` are names."""

    register: str
    status: str
    origin: str
    fault: str | None
    request_id: str | None
    digest: str | None
    params: tuple[str, ...]
    asked_at: int


@dataclass(frozen=True, slots=True)
class Made:
    """One decision as the ledger has it: `decided_at` when the application came in, `recorded_at` when it was done;
    `broken_off` where the machine gave up and referred it. `waits`: referred for nothing but late or stale registers;
    `replaces`: the decision of that sort in whose place it was made."""

    decision_id: str
    application_id: str
    matter: str
    decided_at: int
    recorded_at: int
    outcome: str
    broken_off: bool
    answers: tuple[Used, ...]
    waits: bool = False
    replaces: str | None = None

    def covers(self, at: int) -> bool:
        """Whether a call that went out at `at` was made for it. One from before was another attempt's."""
        return self.decided_at <= at <= self.recorded_at


@dataclass(frozen=True, slots=True)
class Look:
    """What one day is looked at with.

    `start`, `end` and `now` in ms since 1970; `once`: registers asked once per application; `listed`: the registers of
    a matter; `elsewhere`: the digests of a register's answers of that number to any application; `intact`: whether the
    raw answer of a call, if it is still kept, has its digest.
    """

    start: int
    end: int
    now: int
    once: frozenset[str]
    listed: Callable[[str], frozenset[str]]
    elsewhere: Callable[[str, str], Sequence[str | None]]
    intact: Callable[[CallRecord], bool]

    def has(self, at: int) -> bool:
        """Whether `at` lies in the day."""
        return self.start <= at < self.end
