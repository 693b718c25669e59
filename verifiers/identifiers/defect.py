"""What is wrong with an identifier."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Defect:
    """Why a text is no identifier of its kind.

    `kind` is "check" only when the form (and the date, where there is one) is right and the check character alone is
    not. The hints are for the person who typed it; they may hold a number made from theirs, so they go to nobody else
    and into no log.
    """

    kind: Literal["form", "check"]
    hint_zh: str = field(repr=False)
    hint_en: str = field(repr=False)
