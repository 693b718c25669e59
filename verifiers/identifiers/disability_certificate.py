"""Disability certificate number (残疾人证号): the holder's citizen ID, a category and a level."""

from dataclasses import dataclass, field
from datetime import date

from verifiers.identifiers.citizen_id import citizen_id
from verifiers.identifiers.defect import Defect


@dataclass(frozen=True, slots=True)
class DisabilityCertificate:
    """A number that is right in itself.

    `category`: 1 sight, 2 hearing, 3 speech, 4 physical, 5 intellectual, 6 mental, 7 multiple. `level`: 1 (most severe)
    to 4. Both are health data.
    """

    text: str = field(repr=False)
    holder: str = field(repr=False)
    category: int = field(repr=False)
    level: int = field(repr=False)


def disability_certificate(text: str, on: date) -> DisabilityCertificate | Defect:
    """Read a 20-character number; its holder was not born after `on`."""
    if len(text) != 20 or text[18] not in "1234567" or text[19] not in "1234":
        return Defect(
            "form",
            "残疾人证号应为20位：公民身份号码18位、类别1至7、等级1至4",
            "a disability certificate number has 20 characters: a citizen ID, a category 1 to 7 and a level 1 to 4",
        )
    holder = citizen_id(text[:18], on)
    if isinstance(holder, Defect):
        return holder
    return DisabilityCertificate(holder.text + text[18:], holder.text, int(text[18]), int(text[19]))
