"""What operators see of the workers."""

from typing import Literal

from prometheus_client import Counter, Gauge

from decision_service.telemetry import Telemetry

Lost = Literal["dead", "hung"]
"""Why a worker is replaced: its process ended, or its event loop did not turn."""


class CrewSigns:
    """Metrics and alarms about the workers."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry, register = telemetry, telemetry.registry
        self._up = Gauge("miaopi_workers_up", "workers that serve", registry=register)
        self._lost = Counter("miaopi_workers_lost", "workers that were replaced, and why", ["why"], registry=register)
        self._left = Counter("miaopi_workers_left", "applications referred since a worker was lost", registry=register)

    def up(self, count: int) -> None:
        """So many serve."""
        self._up.set(count)

    def lost(self, why: Lost) -> None:
        """A worker was lost."""
        self._lost.labels(why).inc()
        self._telemetry.alarm("worker_lost", {"cause": why})

    def left(self) -> None:
        """An application that a lost worker had before it was referred."""
        self._left.inc()
