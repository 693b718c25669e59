"""What the bulk reading does not do, and says so before any row is decided."""

from decision_service.source import Span


class NotInBulkError(Exception):
    """A policy that can't be read in bulk: what stands in the way in Chinese and English, and where (or None)."""

    def __init__(self, zh: str, en: str, span: Span | None = None) -> None:
        super().__init__(f"{en} {zh}")
        self.zh, self.en, self.span = zh, en, span


REFUSALS = {
    "large_number": ("数可能超过28位", "a number may outgrow 28 digits"),
    "inexact_quotient": (
        "除不尽的商不能再参与加减乘除",
        "what does not divide evenly can't be added, subtracted, multiplied or divided again",
    ),
    "mixed_lists": ("表格的列表与登记库的列表不能互换", "a list of a table can't take the place of one of a register"),
    "list_equality": ("列表之间不能比较是否相同", "lists are not compared"),
    "gate_alternatives": ("先决条件只能有一种后果", "a gate may have one consequence only"),
}
"""Every refusal of this reading, by name: nothing else of the language is left out."""


def refuse(name: str, span: Span | None = None) -> NotInBulkError:
    """The refusal of that name, as an exception."""
    return NotInBulkError(*REFUSALS[name], span)
