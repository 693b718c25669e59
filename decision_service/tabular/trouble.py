"""What is wrong with a table that came from elsewhere, and where there: a cell of a workbook, an element of DMN."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: a code, a sentence in each language, and the place as that tool names it."""

    code: str
    zh: str
    en: str
    place: str
    hint_zh: str = ""
    hint_en: str = ""


class TroubleError(ValueError):
    """The table can't be taken over; `troubles` says why."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        super().__init__("\n".join(f"{one.place}: {one.en}" for one in self.troubles))
