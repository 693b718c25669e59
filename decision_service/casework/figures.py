"""Metrics of casework: how much waits, since when, what was overridden, how cases were rated. No label names a
person."""

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from decision_service.casework import quality, tallies


class Figures:
    """The gauges, filled anew from the file of casework. They are those of the log, not of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"miaopi_{name}", text, ["matter", *labels], registry=registry)

        self._waiting = gauge("queue_length", "items that wait for an officer", "kind")
        self._oldest = gauge("queue_oldest_seconds", "age of the item that has waited longest", "kind")
        self._overdue = gauge("queue_overdue", "items whose due day is over", "kind")
        self._ratings = gauge("ratings", "ratings of closed cases, 1 very satisfied to 5 very dissatisfied", "level")
        self._reviewed = gauge("reviewed_decisions", "the machine's decisions that officers looked at again")
        self._overrides = gauge("overrides", "of those, the ones that officers overrode")
        self._sample = gauge("sample_size", "approvals that officers looked at blind")
        self._bound = gauge("sample_error_bound", "upper bound of the error rate, one-sided, 95 %")
        self._drift = gauge("drift_alarms", "places whose rate has moved", "rate")
        self._behind: Final = Gauge("miaopi_casework_behind", "1 while records wait to be read", registry=registry)

    def fill(self, connection: sqlite3.Connection, matters: Iterable[str], now: datetime, *, is_behind: bool) -> None:
        """Read all of them again."""
        self._behind.set(int(is_behind))
        for gauge in (self._waiting, self._oldest, self._overdue, self._drift):
            gauge.clear()
        self._queue(connection, now)
        for alarm in tallies.alarms(connection):
            self._drift.labels(alarm.series.matter, alarm.series.rate).inc()
        for matter in matters:
            self._matter(connection, matter)

    def _queue(self, connection: sqlite3.Connection, now: datetime) -> None:
        today: date = now.date()
        rows = connection.execute(
            "SELECT matter, kind, count(*), min(opened_at), sum(coalesce(due < ?, 0)) FROM item "
            "WHERE closed_as = '' GROUP BY matter, kind",
            (today.isoformat(),),
        )
        for matter, kind, count, oldest, overdue in rows.fetchall():
            self._waiting.labels(matter, kind).set(count)
            age = (now - datetime.fromisoformat(oldest)).total_seconds()
            self._oldest.labels(matter, kind).set(max(0.0, round(age)))
            self._overdue.labels(matter, kind).set(overdue)

    def _matter(self, connection: sqlite3.Connection, matter: str) -> None:
        for level, count in quality.ratings(connection, matter).items():
            self._ratings.labels(matter, level).set(count)
        seen = quality.overrides(connection, matter)
        self._reviewed.labels(matter).set(seen["reviewed"])
        self._overrides.labels(matter).set(seen["overridden"])
        found = quality.sample(connection, matter)
        self._sample.labels(matter).set(found["approvals"])
        self._bound.labels(matter).set(found["error_rate_at_most"])
