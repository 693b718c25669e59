"""What operators see of what is done afterwards (docs/afterwards.md)."""

from typing import Final, Literal

from prometheus_client import Counter, Gauge

from decision_service.afterwards.duties import Load
from decision_service.telemetry import Telemetry

RetryEvent = Literal["case_decided_again", "case_waits", "case_given_up"]

CHECKED: Final = "grant_checked"


class Metrics:
    """Counters and gauges in the registry of `telemetry`, and lines in its log."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        registry = telemetry.registry
        self._waiting = Gauge("miaopi_cases_waiting", "cases that wait for late registers", registry=registry)
        self._retried = Counter("miaopi_cases_retried", "tries to decide one again", ["event"], registry=registry)
        self._standing = Gauge("miaopi_grant_checks_standing", "checks that stand for grants", registry=registry)
        self._due = Gauge("miaopi_grant_checks_due", "of those, due now", registry=registry)
        self._overdue = Gauge("miaopi_grant_checks_overdue", "of those, due for over 7 days", registry=registry)
        self._checked = Counter("miaopi_grant_checks", "checks, by what came of them", ["event"], registry=registry)

    def retried(self, event: RetryEvent, decision_id: str, matter: str, status: str) -> None:
        """A case was decided again (`status`: its new outcome), waits still, or is left to the officer."""
        self._retried.labels(event).inc()
        self._telemetry.note(event, {"decision_id": decision_id, "matter": matter, "status": status})

    def checked(self, event: str, decision_id: str, matter: str) -> None:
        """A check was made, or put off, or was not called for, as `event` says."""
        self._checked.labels(event).inc()
        self._telemetry.note(CHECKED, {"decision_id": decision_id, "matter": matter, "status": event})

    def now(self, waiting: int, checks: Load) -> None:
        """How much is to be done."""
        self._waiting.set(waiting)
        self._standing.set(checks.standing)
        self._due.set(checks.due)
        self._overdue.set(checks.overdue)
