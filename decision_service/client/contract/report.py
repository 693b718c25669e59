"""What came of checking: a verdict for each rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["kept", "broken", "not shown"]


@dataclass(frozen=True, slots=True)
class Said:
    """One rule in two languages, and what came of it. `why` tells what was seen where it is not kept."""

    rule: str
    zh: str
    en: str
    verdict: Verdict
    why: str = ""


class BrokenContractError(AssertionError):
    """A rule is broken; the text lists all that are."""


@dataclass(frozen=True, slots=True)
class Report:
    """All rules with their verdicts."""

    rules: tuple[Said, ...]

    @property
    def holds(self) -> bool:
        """Whether no rule is broken."""
        return all(one.verdict != "broken" for one in self.rules)

    def require(self) -> None:
        """Raises BrokenContractError unless no rule is broken."""
        if not self.holds:
            raise BrokenContractError("\n" + "\n".join(_line(one) for one in self.rules if one.verdict == "broken"))

    def __str__(self) -> str:
        """A line a rule."""
        return "\n".join(_line(one) for one in self.rules)

    def as_json(self) -> dict[str, object]:
        """For programs."""
        names = ("rule", "zh", "en", "verdict", "why")
        return {"holds": self.holds, "rules": [{name: getattr(one, name) for name in names} for one in self.rules]}


def gathered(rules: Iterable[Said]) -> Report:
    """A report of these."""
    return Report(tuple(rules))


def _line(one: Said) -> str:
    return f"{one.verdict:9} {one.rule}: {one.zh} {one.en}" + (f" ({one.why})" if one.why else "")
