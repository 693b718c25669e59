"""How old an answer is, counted as the catalogue counts it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from verifiers.frozen import quickly_made

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China's one time zone. Without the summer time of 1986 to 1991, which no answer still in date can touch."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")

Age = timedelta | Literal["missing", "malformed", "future"]
"""How old, or why that can't be said."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Moment:
    """When a decision is made: its day, and its instant (with an offset) where it is made live, else None."""

    as_of: date
    instant: datetime | None = None


def live_moment(instant: datetime) -> Moment:
    """The moment of `instant` (with an offset), on the day that it is in China."""
    return Moment(instant.astimezone(CHINA).date(), instant)


def age(written: object, moment: Moment) -> Age:
    """The age of what was right at `written`: a day (2026-03-16), or an instant of RFC 3339. Never raises.

    A day counts as its midnight and so does `as_of`. An instant is compared with the instant of decision; offline,
    where there is none, it counts as the day that it was in China.
    """
    if written is None:
        return "missing"
    if not isinstance(written, str):
        return "malformed"
    try:
        if _DAY.fullmatch(written):
            since = moment.as_of - date.fromisoformat(written)
        elif _INSTANT.fullmatch(written):
            instant = datetime.fromisoformat(written)
            if moment.instant is None:
                since = moment.as_of - instant.astimezone(CHINA).date()
            else:
                since = moment.instant - instant
        else:
            return "malformed"
    except (ValueError, OverflowError):  # no such day, or one that falls off the calendar when moved to China
        return "malformed"
    return since if since >= timedelta(0) else "future"
