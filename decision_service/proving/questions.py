"""The claims that a policy must bear out, one question each, and what is said where it does not."""

from dataclasses import dataclass
from typing import Literal

from decision_service.policy.shape import Bilingual
from decision_service.proving.conditions import Condition
from decision_service.source import Problem, Span

Group = Literal["tables", "rules", "outcomes", "refusals", "support", "declared"]

GROUPS: dict[Group, Bilingual] = {
    "tables": Bilingual("表格：无缺漏、无重叠、每行都用得上", "tables: no gap, no overlap, every row counts"),
    "rules": Bilingual(
        "规则：都能成立、都能单独决定、互不矛盾", "rules: each can hold, can decide alone, none contradict"
    ),
    "outcomes": Bilingual("结果：写了的都会出现，且能够获准", "outcomes: each can come about, approval is possible"),
    "refusals": Bilingual("拒绝：都在门内", "refusals: all inside the gate"),
    "support": Bilingual("批准：不依靠未知的事", "approvals: none rests on what is not known"),
    "declared": Bilingual("文件自己的断言（always）", "what the file itself claims (always)"),
}
"""What the claims of a group say."""


@dataclass(frozen=True, slots=True)
class Question:
    """One claim. `must`: some application has to be so (`exist`), or none may be (`never`).

    `name` is unique in a policy and stable. `claim` says what is claimed; `problem` is what is told where it does not
    hold, at its place. `advice`: where it does not hold, that is worth knowing and no fault.
    """

    name: str
    group: Group
    must: Literal["exist", "never"]
    condition: Condition
    claim: Bilingual
    problem: Problem
    advice: bool = False

    @property
    def code(self) -> str:
        """What kind of claim it is."""
        return self.problem.code


@dataclass(frozen=True, slots=True)
class Settled:
    """A claim that the structure of the policy settles by itself, without looking at any application."""

    name: str
    group: Group
    holds: bool
    claim: Bilingual
    problem: Problem


def question(
    names: tuple[str, str],
    group: Group,
    must: Literal["exist", "never"],
    condition: Condition,
    told: tuple[Bilingual, Bilingual, Bilingual],
    span: Span | None,
    *,
    advice: bool = False,
) -> Question:
    """A question from its code and subject; `told`: the claim, what is wrong where it fails, what to do then."""
    code, subject = names
    claim, wrong, way_out = told
    problem = Problem(code, wrong.zh, wrong.en, span, way_out.zh, way_out.en)
    return Question(f"{code}:{subject}" if subject else code, group, must, condition, claim, problem, advice)
