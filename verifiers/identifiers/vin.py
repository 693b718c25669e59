"""Vehicle identification number (车辆识别代号), GB 16735."""

import re
from dataclasses import dataclass, field

from verifiers.identifiers.check_characters import vin_check
from verifiers.identifiers.defect import Defect

_FORM = re.compile(r"[0-9A-HJ-NPR-Z]{8}[0-9X][0-9A-HJ-NPR-Z]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Vin:
    """A number whose check character, in position 9, fits."""

    text: str = field(repr=False)


def vin(text: str) -> Vin | Defect:
    """Read a 17-character number."""
    if not _FORM.fullmatch(text):
        return Defect(
            "form",
            "车辆识别代号应为17位半角数字和大写字母（不含I、O、Q），第9位为数字或X",
            "a VIN has 17 digits and capital letters (no I, O, Q), the ninth a digit or X, none full-width",
        )
    if vin_check(text) != text[8]:
        return Defect(
            "check",
            "车辆识别代号的校验码不符，请核对是否输错",
            "the check character of the VIN does not fit: a character was probably mistyped",
        )
    return Vin(text)
