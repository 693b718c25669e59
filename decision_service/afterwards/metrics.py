"""What operators see of what is done afterwards (docs/afterwards.md)."""

from typing import Literal

from prometheus_client import Counter, Gauge

from decision_service.telemetry import Telemetry

RetryEvent = Literal["case_decided_again", "case_waits", "case_given_up"]


class Metrics:
    """Counters and gauges in the registry of `telemetry`, and lines in its log."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        registry = telemetry.registry
        self._waiting = Gauge("miaopi_cases_waiting", "cases that wait for late registers", registry=registry)
        self._retried = Counter("miaopi_cases_retried", "tries to decide one again", ["event"], registry=registry)

    def retried(self, event: RetryEvent, decision_id: str, matter: str, status: str) -> None:
        """A case was decided again (`status`: its new outcome), waits still, or is left to the officer."""
        self._retried.labels(event).inc()
        self._telemetry.note(event, {"decision_id": decision_id, "matter": matter, "status": status})

    def now(self, waiting: int) -> None:
        """How many cases wait."""
        self._waiting.set(waiting)
