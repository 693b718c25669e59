"""Filing number of a small food business (食品经营备案编号); form illustrative, check as in the JY licences."""

import re
from dataclasses import dataclass

from verifiers.identifiers.check_characters import mod_11_10
from verifiers.identifiers.defect import Defect

_FORM = re.compile(r"YB[0-9]{14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FoodFilingNo:
    """YB, one digit for the trade, the division's six, a serial of six, a check digit."""

    text: str
    trade: str
    region: str
    serial: str


def food_filing_no(text: str) -> FoodFilingNo | Defect:
    """Read a filing number."""
    if not _FORM.fullmatch(text):
        return Defect(
            "form",
            "备案编号应为YB加14位半角数字",
            "a food filing number is YB and 14 digits, none of them full-width",
        )
    if mod_11_10(text[2:15]) != text[15]:
        return Defect(
            "check",
            "备案编号的校验码不符，请核对是否输错",
            "the check digit of the food filing number does not fit: a character was probably mistyped",
        )
    return FoodFilingNo(text, text[2], text[3:9], text[9:15])


def make_food_filing_no(trade: str, region: str, serial: str) -> str | None:
    """The number with this trade digit, six-digit division and six-digit serial, or None if one is ill-formed."""
    front = "YB" + trade + region + serial
    if (len(trade), len(region), len(serial)) != (1, 6, 6) or not _FORM.fullmatch(front + "0"):
        return None
    return front + mod_11_10(front[2:])
