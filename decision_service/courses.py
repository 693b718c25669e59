"""How decisions went, per matter: what is told at once, what is not, and how long it took (RQ-A6)."""

from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Course = Literal["instant", "referred", "corrected", "redecided"]
COURSES: tuple[Course, ...] = get_args(Course)
"""How a decision went: told at once, left to an officer, sent back to be corrected, or made in the place of one that
had waited for a register. Each decision went one of these ways."""

SHARE = "miaopi_share"
TIMES = "miaopi_decision_seconds"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 3.0, 5.0)


class Courses:
    """The figures of one process. Not for several threads at once."""

    def __init__(self, register: CollectorRegistry) -> None:
        self._times = Histogram(TIMES, "until on record", ["matter", "course"], buckets=SECONDS, registry=register)
        self._slow = Counter("miaopi_slow_decisions", "instant, yet over the p95 budget", ["matter"], registry=register)
        self._share = Gauge(SHARE, "share of decisions by course", ["matter", "course"], registry=register)
        self._series: dict[tuple[str, Course], Histogram] = {}
        self._counted: dict[str, dict[Course, int]] = {}
        self._touched: set[str] = set()

    def count(self, matter: str, course: Course, seconds: float, *, is_slow: bool) -> None:
        """One decision; `is_slow`: told at once, and later than the p95 of its matter's budget."""
        series = self._series.get((matter, course))
        if series is None:  # looking it up in the metric takes its lock each time
            series = self._series[matter, course] = self._times.labels(matter, course)
        series.observe(seconds)
        if is_slow:
            self._slow.labels(matter).inc()
        self._counted.setdefault(matter, dict.fromkeys(COURSES, 0))[course] += 1
        self._touched.add(matter)

    def settle(self) -> None:
        """Has the shares be those of all that was counted."""
        for matter in self._touched:
            courses = self._counted[matter]
            total = sum(courses.values())
            for course, went in courses.items():
                self._share.labels(matter, course).set(went / total)
        self._touched.clear()
