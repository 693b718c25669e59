"""A mutant: a policy with one small wrong change, and what that change is in the file."""

from dataclasses import dataclass
from enum import StrEnum

from decision_service.policy.shape import Bilingual, Policy
from decision_service.source import Span


class Slip(StrEnum):
    """The kind of change: what somebody's pen may have slipped over."""

    OPERATOR = "operator"
    BOUND = "bound"
    PARAMETER = "parameter"
    CONSTANT = "constant"
    JOIN = "join"
    DROPPED = "dropped"
    NEGATED = "negated"
    QUANTIFIER = "quantifier"
    OUTPUT = "output"
    ROW_REMOVED = "row_removed"
    ROWS_SWAPPED = "rows_swapped"
    OUTCOME = "outcome"
    CODE = "code"
    ALTERNATIVE_REMOVED = "alternative_removed"


NAMES: dict[Slip, Bilingual] = {
    Slip.OPERATOR: Bilingual("比较符", "operator"),
    Slip.BOUND: Bilingual("界限", "bound"),
    Slip.PARAMETER: Bilingual("参数", "parameter"),
    Slip.CONSTANT: Bilingual("常数", "constant"),
    Slip.JOIN: Bilingual("且与或", "and, or"),
    Slip.DROPPED: Bilingual("漏掉一项", "part left out"),
    Slip.NEGATED: Bilingual("反过来", "contrary"),
    Slip.QUANTIFIER: Bilingual("某个与每个", "some, every"),
    Slip.OUTPUT: Bilingual("表中的值", "value in a table"),
    Slip.ROW_REMOVED: Bilingual("漏掉一行", "row left out"),
    Slip.ROWS_SWAPPED: Bilingual("相邻两行弄混", "neighbouring rows mixed up"),
    Slip.OUTCOME: Bilingual("结果", "outcome"),
    Slip.CODE: Bilingual("理由代码", "reason code"),
    Slip.ALTERNATIVE_REMOVED: Bilingual("漏掉一种情形", "alternative left out"),
}
"""What a slip is called."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands at a place of the file instead."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Telling:
    """A change as people are told of it: where it is, what the file says there on one line, and what it would say,
    empty where that is left out."""

    span: Span
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy with one change. `edits` are that change in its file."""

    slip: Slip
    policy: Policy
    edits: tuple[Edit, ...]
    telling: Telling

    @property
    def span(self) -> Span:
        """Where the change is."""
        return self.telling.span


def one_line(text: str) -> str:
    """A text that may run over several lines, on one."""
    return " ".join(text.split())


def plainly(edit: Edit) -> Telling:
    """An edit told as it is made."""
    return Telling(edit.span, one_line(edit.span.text), one_line(edit.text))


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    """A file's text with the edits made."""
    for one in sorted(edits, key=lambda one: one.span.start, reverse=True):
        text = text[: one.span.start] + one.text + text[one.span.end :]
    return text
