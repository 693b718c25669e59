"""How a problem is told: its status, and its title and what to do, in Chinese and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A problem's status, and its title and what to do, in Chinese and English."""

    status: int
    zh: str
    en: str
    do_zh: str
    do_en: str
