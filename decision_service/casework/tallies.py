"""Counting decisions by day, matter and city, and raising or ending an alarm where a rate has moved (drift.py)."""

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, cast

from decision_service.casework.drift import BASELINE_DAYS, Tally, has_moved, is_calm, look

Rate = Literal["approval", "referral", "override"]
"""Shares of all decisions that grant something, and that leave something to an officer; and of the machine's own
decisions that officers looked at again, those that they overrode."""

EVERYWHERE: Final = ""
"""The city of a series that counts all of them."""


@dataclass(frozen=True, slots=True)
class Series:
    """One rate of one matter, in a city or everywhere."""

    matter: str
    city: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rate that moved on `day`: what was counted until the look that showed it, and before."""

    series: Series
    day: date
    seen: Tally
    usual: Tally
    ended_on: date | None = None
    is_recorded: bool = False

    @property
    def record_id(self) -> str:
        """The id of its record: one a series and day."""
        one = self.series
        return ":".join(("drift", one.rate, one.matter, one.city or "all", self.day.isoformat()))


def count(connection: sqlite3.Connection, matter: str, city: str, rate: Rate, day: date, *, hit: bool) -> None:
    """One more of `matter` on `day`, and whether it is a hit of `rate`."""
    for place in {EVERYWHERE, city}:
        _count(connection, Series(matter, place, rate), day, hit=hit)


def _count(connection: sqlite3.Connection, series: Series, day: date, *, hit: bool) -> None:
    key = (series.matter, series.city, series.rate)
    hits, total = connection.execute(
        "INSERT INTO tally VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET hits = hits + excluded.hits, "
        "total = total + 1 RETURNING hits, total",
        (*key, day.isoformat(), int(hit)),
    ).fetchone()
    if total == 1:
        _calm_down(connection, series, day)
    number = look(total)
    if number is None or _stands(connection, key, day):
        return
    usual = _before(connection, key, day)
    if has_moved(Tally(hits, total), usual, number):
        connection.execute(
            "INSERT INTO alarm VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)",
            (*key, day.isoformat(), hits, total, usual.hits, usual.total),
        )


def _calm_down(connection: sqlite3.Connection, series: Series, day: date) -> None:
    """A new day begins for a series: if it has an alarm, whether the last complete day still shows it."""
    key = (series.matter, series.city, series.rate)
    standing = connection.execute(
        "SELECT day, usual_hits, usual_total FROM alarm "
        "WHERE matter = ? AND city = ? AND rate = ? AND ended_on IS NULL",
        key,
    ).fetchone()
    if standing is None:
        return
    last = connection.execute(
        "SELECT day, hits, total FROM tally WHERE matter = ? AND city = ? AND rate = ? AND day < ? "
        "ORDER BY day DESC LIMIT 1",
        (*key, day.isoformat()),
    ).fetchone()
    if last is None or last[0] <= standing[0]:
        return
    is_old = (date.fromisoformat(last[0]) - date.fromisoformat(standing[0])).days >= BASELINE_DAYS
    if is_old or is_calm(Tally(last[1], last[2]), Tally(standing[1], standing[2])):
        connection.execute(
            "UPDATE alarm SET ended_on = ? WHERE matter = ? AND city = ? AND rate = ? AND ended_on IS NULL",
            (last[0], *key),
        )


def _stands(connection: sqlite3.Connection, key: tuple[str, str, str], day: date) -> bool:
    """Whether an alarm stands already, or was raised this very day and has ended: once a day is enough."""
    return (
        connection.execute(
            "SELECT 1 FROM alarm WHERE matter = ? AND city = ? AND rate = ? AND (ended_on IS NULL OR day = ?)",
            (*key, day.isoformat()),
        ).fetchone()
        is not None
    )


def _before(connection: sqlite3.Connection, key: tuple[str, str, str], day: date) -> Tally:
    """The baseline of a day: what was counted before, but for days that an alarm told of until it had passed."""
    first = day - timedelta(days=BASELINE_DAYS)
    hits, total = connection.execute(
        "SELECT coalesce(sum(hits), 0), coalesce(sum(total), 0) FROM tally AS t "
        "WHERE matter = ? AND city = ? AND rate = ? AND day >= ? AND day < ? AND NOT EXISTS ("
        "SELECT 1 FROM alarm AS a WHERE (a.matter, a.city, a.rate) = (t.matter, t.city, t.rate) "
        "AND a.day <= t.day AND t.day < a.ended_on AND julianday(a.ended_on) - julianday(a.day) < ?)",
        (*key, first.isoformat(), day.isoformat(), BASELINE_DAYS),
    ).fetchone()
    return Tally(hits, total)


def alarms(connection: sqlite3.Connection, *, unrecorded: bool = False) -> list[Alarm]:
    """The alarms that stand; with `unrecorded` those that are not on record yet, whether they stand or not."""
    which = "is_recorded = 0" if unrecorded else "ended_on IS NULL"
    rows = connection.execute(f"SELECT * FROM alarm WHERE {which} ORDER BY day, matter, city, rate")  # noqa: S608 - one of two texts
    return [_alarm(*row) for row in rows]


def _alarm(matter: str, city: str, rate: Rate, day: str, *row: int | str | None) -> Alarm:
    hits, total, usual_hits, usual_total, ended, is_recorded = row
    return Alarm(
        series=Series(matter, city, rate),
        day=date.fromisoformat(day),
        seen=Tally(cast("int", hits), cast("int", total)),
        usual=Tally(cast("int", usual_hits), cast("int", usual_total)),
        ended_on=None if ended is None else date.fromisoformat(str(ended)),
        is_recorded=bool(is_recorded),
    )


def recorded(connection: sqlite3.Connection, series: Series, day: str) -> None:
    """The alarm is on record."""
    connection.execute(
        "UPDATE alarm SET is_recorded = 1 WHERE matter = ? AND city = ? AND rate = ? AND day = ?",
        (series.matter, series.city, series.rate, day),
    )
