"""How long the journal keeps what. The law's least is held here: a shorter setting stops the start (P26)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from verifiers.journal.errors import JournalRefusedError

DAY_MS: Final = 86_400_000

LEAST_LOG_DAYS: Final = 184
"""Six months, however they fall (网络安全法 art. 21: logs are kept for at least six months)."""

LEAST_CREDIT_DAYS: Final = 1827
"""Five years, however they fall: the log of credit queries (深圳经济特区社会信用条例 art. 45)."""

CALL: Final = "call"
CREDIT_CALL: Final = "call:credit"
ANSWER: Final = "answer"
ACCESS: Final = "access"


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that raw answers, calls and accesses are kept. `credit_days` is that of calls to `credit_registers`.

    Raises JournalRefusedError below the law's least.
    """

    answer_days: int = 30
    log_days: int = LEAST_CREDIT_DAYS
    credit_days: int = LEAST_CREDIT_DAYS
    credit_registers: frozenset[str] = field(default=frozenset({"credit"}))

    def __post_init__(self) -> None:
        """Refuse what is too short."""
        least = (
            ("raw answers", self.answer_days, 1, "a day"),
            ("calls and accesses", self.log_days, LEAST_LOG_DAYS, "six months"),
            ("credit calls", self.credit_days, LEAST_CREDIT_DAYS, "five years"),
        )
        for what, days, fewest, words in least:
            if days < fewest:
                raise JournalRefusedError(
                    f"journal: {what} must be kept for {words} at least; set {fewest} days or more"
                )

    def kept_as(self, register: str) -> str:
        """The kind of a call to `register`, by which it is dropped."""
        return CREDIT_CALL if register in self.credit_registers else CALL

    def horizons(self, now_ms: int) -> Mapping[str, int]:
        """For each kind the instant (ms since 1970) before which it is due to be dropped."""
        days = {
            ANSWER: self.answer_days,
            CALL: self.log_days,
            CREDIT_CALL: self.credit_days,
            ACCESS: self.log_days,
        }
        return {kind: now_ms - number * DAY_MS for kind, number in days.items()}
