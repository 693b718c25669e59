"""Citizen ID number (公民身份号码), GB 11643-1999."""

import re
from dataclasses import dataclass, field
from datetime import date

from verifiers.identifiers.check_characters import mod_11_2
from verifiers.identifiers.defect import Defect

_BLOCKS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(code) for first, last in _BLOCKS for code in range(first, last + 1))
"""First two digits of GB/T 2260, with 81 to 83 of residence permits for Hong Kong, Macao and Taiwan people. No more of
the region is checked: districts were merged and renamed, and old numbers keep codes that no table holds any longer."""

_FORM = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_OLD_FORM = re.compile(r"[0-9]{15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A number that is right in itself. The region in it is where it was first issued, not where the person lives."""

    text: str = field(repr=False)
    birth: date = field(repr=False)
    female: bool = field(repr=False)


def citizen_id(text: str, on: date) -> CitizenId | Defect:
    """Read an 18-character number; nobody is born after `on`. A final lower-case x counts as X."""
    if _OLD_FORM.fullmatch(text):
        return _old_number(text, on)
    number = text[:17] + "X" if len(text) == 18 and text.endswith("x") else text
    if not _FORM.fullmatch(number):
        return Defect(
            "form",
            "公民身份号码应为18位：前17位为数字，末位为数字或X，均为半角字符",
            "a citizen ID has 18 characters: 17 digits, then a digit or X, none of them full-width",
        )
    birth = _birth(number, on)
    if isinstance(birth, Defect):
        return birth
    if mod_11_2(number[:17]) != number[17]:
        return Defect(
            "check",
            "公民身份号码的校验码不符，请核对是否输错",
            "the check character of the citizen ID does not fit: a character was probably mistyped",
        )
    return CitizenId(number, birth, int(number[16]) % 2 == 0)


def make_citizen_id(body: str) -> str | None:
    """The number with these 17 digits (region, birth date, sequence), or None if `body` is no such text.

    Neither region nor date is tested. Numbers with a region of xxxx00 are issued to nobody: fit for examples.
    """
    return body + mod_11_2(body) if re.fullmatch("[0-9]{17}", body, re.ASCII) else None


def _birth(number: str, on: date) -> date | Defect:
    """The birth date in a number of known region."""
    if number[:2] not in PROVINCES:
        return Defect("form", "公民身份号码前两位不是已知的地区代码", "the citizen ID begins with no known region")
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Defect("form", "公民身份号码中的出生日期不存在", "the birth date in the citizen ID does not exist")
    if birth > on:
        return Defect("form", "公民身份号码中的出生日期晚于当日", "the birth date in the citizen ID lies in the future")
    return birth


def _old_number(text: str, on: date) -> Defect:
    """A 15-digit number of before 1999: insert 19 before the year, append the check."""
    body = text[:6] + "19" + text[6:]
    birth = _birth(body, on)
    if isinstance(birth, Defect):
        return birth
    number = body + mod_11_2(body)
    return Defect(
        "form",
        f"15位旧号码已停用，请填写18位号码：{number}",
        f"15-digit numbers are no longer in use; the 18-character number is {number}",
    )
