"""Implementing code of a service item (政务服务事项实施编码); the split follows codes in use, see GB/T 39554.1-2020."""

import re
from dataclasses import dataclass

from verifiers.identifiers.credit_code import credit_code
from verifiers.identifiers.defect import Defect

ITEM_TYPES = frozenset({*(f"{number:02}" for number in range(1, 11)), "20", "21"})
"""Item types of GB/T 39046-2020 A.1 (01 licensing, 05 payment, 07 confirmation, 10 other, 20 public service ...), and
21, which that table does not list and codes in use carry."""

_TAIL = re.compile(r"[1-6][0-9]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ImplementingCode:
    """The parts: credit code of the implementing body, level (1 national to 6 village), and the basic code.

    The basic code is province (00 for national), item type, department, main item, sub-item.
    """

    text: str
    body: str
    level: str
    province: str
    type: str
    department: str
    main: str
    sub: str


def implementing_code(text: str) -> ImplementingCode | Defect:
    """Read a 31-character code. It has no check of its own; a "check" defect is that of the credit code in it."""
    tail = text[18:]
    if not _TAIL.fullmatch(tail) or tail[3:5] not in ITEM_TYPES:
        return Defect(
            "form",
            "实施编码应为31位：统一社会信用代码18位、层级1位、基本编码12位",
            "an implementing code has 31 characters: a credit code of 18, a level, a basic code of 12 digits",
        )
    body = credit_code(text[:18])
    if isinstance(body, Defect):
        return body
    return ImplementingCode(text, body.text, tail[0], tail[1:3], tail[3:5], tail[5:7], tail[7:10], tail[10:13])
