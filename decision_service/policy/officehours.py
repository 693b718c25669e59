"""When officers work: the hours of a working day, and from when on something is taken up by a person (RQ-B5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from decision_service.policy.entries import Entries
from decision_service.policy.nodes import TextNode

Calendar = Mapping[int, frozenset[date]]
"""The working days of each year that is published, make-up days (调休) among them."""

_SPAN = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of every working day, in order: each from its first minute up to its end, which is outside."""

    spans: tuple[tuple[time, time], ...]

    def open_from(self, instant: datetime, calendar: Calendar) -> datetime | None:
        """The first moment from `instant` on at which an officer works: that moment itself within office hours. None
        where it depends on a year that is not published."""
        day = instant.date()
        if not any(instant.time() < end for _, end in self.spans):
            day += timedelta(days=1)  # closed for today: whether today is a working day does not matter any more
        while day.year in calendar:
            if day in calendar[day.year]:
                opens = next(begin for begin, end in self.spans if day > instant.date() or instant.time() < end)
                return max(instant, datetime.combine(day, opens, instant.tzinfo))
            day += timedelta(days=1)
        return None


def read_office_hours(entries: Entries) -> OfficeHours | None:
    """`office_hours` of the calendar, a list such as [09:00-12:00, 13:00-17:00]; None where it states none."""
    spans: list[tuple[time, time]] = []
    for word in entries.words("office_hours"):
        span = _span(word)
        if span is None or span[0] >= span[1] or (spans and span[0] < spans[-1][1]):
            entries.complaints.add(
                "wrong_shape",
                "应是一天之内先后相接的时段，如 09:00-12:00",
                "hours of one day in their order are needed, such as 09:00-12:00",
                word.span,
            )
        else:
            spans.append(span)
    return OfficeHours(tuple(spans)) if spans else None


def _span(word: TextNode) -> tuple[time, time] | None:
    found = _SPAN.fullmatch(word.text)
    try:
        return None if found is None else (time.fromisoformat(found[1]), time.fromisoformat(found[2]))
    except ValueError:
        return None
