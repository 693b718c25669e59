"""How a claim came out: held, broken, or not decided; by what means; and who shows it."""

from dataclasses import dataclass
from typing import Literal

from decision_service.policy.shape import Bilingual
from decision_service.proving.observed import Observed
from decision_service.proving.questions import Group
from decision_service.source import Problem

Verdict = Literal["holds", "fails", "undecided"]
Method = Literal["case", "variation", "boxes", "structure", "z3"]

METHODS: dict[Method, Bilingual] = {
    "case": Bilingual("一个案例即可表明", "a worked case shows it"),
    "variation": Bilingual("案例改动一处即可表明", "a worked case with one thing changed shows it"),
    "boxes": Bilingual("表格逐行比对", "the rows as boxes"),
    "structure": Bilingual("规则的结构", "how the rules are made"),
    "z3": Bilingual("Z3 求解", "Z3"),
}
"""What each means of proof is."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One claim, settled. `witness` shows that it holds (of a claim that somebody must be so) or that it fails;
    `other` is the second application where the claim is about two. `seconds` is how long it took.
    `more`: other places that have to do with it. `follows`: it fails only because another claim does, which is told."""

    name: str
    group: Group
    claim: Bilingual
    verdict: Verdict
    method: Method
    problem: Problem
    advice: bool = False
    witness: Observed | None = None
    other: Observed | None = None
    seconds: float = 0.0
    more: tuple[Problem, ...] = ()
    follows: bool = False

    @property
    def faulty(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.verdict != "holds" and not self.advice

    @property
    def told(self) -> bool:
        """Whether people are told of it by itself: it does not hold, or that was not found out, and nothing else that
        is told is why."""
        return self.verdict != "holds" and not self.follows
