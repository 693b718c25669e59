"""What waits for a person: items, with when they are due. Nothing in them says who the person is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from decision_service.casework.working_days import Calendar, Due, due_after


class ItemKind(StrEnum):
    """Why an item waits."""

    REFERRAL = "referral"
    REVIEW = "review"
    BLIND_SAMPLE = "blind_sample"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for an officer, or did.

    It is due `days` working days after `start`, where `start` is given; `due` is None where that can't be told, as
    the working days of `unknown_year` are not published. `claims` counts how often it was taken; `closed_as` is a
    word for how it ended, empty while it is open.
    """

    item_id: str
    kind: ItemKind
    task_type: str
    decision_id: str
    matter: str
    city: str
    reasons: tuple[str, ...]
    opened_at: str
    due: date | None
    unknown_year: int | None = None
    start: date | None = None
    days: int = 0
    claimed_by: str = ""
    claims: int = 0
    closed_at: str = ""
    closed_as: str = ""
    is_alarmed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return not self.closed_as

    def with_due(self, calendar: Calendar) -> "Item":
        """The same with its due day, as far as the calendar goes now."""
        if self.start is None or self.due is not None:
            return self
        due: Due = due_after(self.start, self.days, calendar)
        return replace(self, due=due.on, unknown_year=due.unknown_year)


Items = Mapping[str, Item]
"""The items of one case, by id."""
