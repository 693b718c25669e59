"""Unified social credit code (统一社会信用代码), GB 32100-2015, with the organisation code of GB 11714 inside."""

import re
from dataclasses import dataclass

from verifiers.identifiers.check_characters import CREDIT_ALPHABET, mod_31, organisation_check
from verifiers.identifiers.defect import Defect

_FORM = re.compile(rf"[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{8}}[0-9X][{CREDIT_ALPHABET}]", re.ASCII)
_PREFIX = re.compile(rf"[{CREDIT_ALPHABET}]{{2}}", re.ASCII)
_REGION = re.compile(r"[0-9]{6}", re.ASCII)
_BODY = re.compile(rf"[{CREDIT_ALPHABET}]{{8}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code whose two checks fit: registering department and category, division, and the 9-character organisation."""

    text: str
    department: str
    category: str
    region: str
    organisation: str


def credit_code(text: str) -> CreditCode | Defect:
    """Read an 18-character code. Lower-case letters are not corrected: the code is printed in capitals."""
    if not _FORM.fullmatch(text):
        return Defect(
            "form",
            "统一社会信用代码应为18位半角数字和大写字母（不含I、O、S、V、Z）",
            "a unified social credit code has 18 digits and capital letters (no I, O, S, V, Z), none full-width",
        )
    if organisation_check(text[8:16]) != text[16] or mod_31(text[:17]) != text[17]:
        return Defect(
            "check",
            "统一社会信用代码的校验码不符，请核对是否输错",
            "a check character of the unified social credit code does not fit: a character was probably mistyped",
        )
    return CreditCode(text, text[0], text[1], text[2:8], text[8:17])


def make_credit_code(prefix: str, region: str, body: str) -> str | None:
    """The code with this department and category, six-digit division and 8-character organisation; None if ill-formed.

    `make_credit_code("92", "210102", "DEMX1001")` is an individual business of Shenyang's Heping district.
    """
    if not (_PREFIX.fullmatch(prefix) and _REGION.fullmatch(region) and _BODY.fullmatch(body)):
        return None
    front = prefix + region + body + organisation_check(body)
    return front + mod_31(front)
