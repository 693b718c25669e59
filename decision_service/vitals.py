"""How the process is: its clock, its disk, its event loop and the writer of the record, looked at each second."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from prometheus_client import Counter, Gauge, ProcessCollector

from decision_service.clockguard import CAUSES, Cause, ClockGuard
from decision_service.kernelclock import KernelClock
from decision_service.room import Room, room_at
from decision_service.telemetry import Telemetry

STUCK_SECONDS: Final = 20.0
"""How long a look may be overdue, or a commit under way, before the process is held for stuck; longer than a database
may take to be given up."""


class Writer(Protocol):
    """The writer of the record, as far as it is looked at here."""

    def stalled_seconds(self) -> float:
        """How long the commit under way has taken; 0 if there is none, infinite if nobody writes any more."""


class ClockSigns:
    """What operators see of the clock; the clock's guard tells it."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        register = telemetry.registry
        self._trusted = Gauge("miaopi_clock_trusted", "1: machines decide by it, 0: not", registry=register)
        self._synchronised = Gauge("miaopi_clock_synchronised", "1: the kernel says so, else 0", registry=register)
        self._offset = Gauge("miaopi_clock_offset_seconds", "how far off the kernel holds it", registry=register)
        self._lost = Counter("miaopi_clock_untrusted", "times trust was lost", ["cause"], registry=register)
        for cause in CAUSES:
            self._lost.labels(cause)
        self._trusted.set(1)
        self._told: bool | None = None

    def clock(self, cause: Cause | None) -> None:
        """Trust was lost for `cause`, or is there again."""
        self._trusted.set(0 if cause else 1)
        if cause is None:
            self._telemetry.note("clock_trusted", {})
        else:
            self._lost.labels(cause).inc()
            self._telemetry.alarm("clock_untrusted", {"cause": cause})

    def kernel(self, kernel: KernelClock | None) -> None:
        """What the kernel says; a change is a line of the log."""
        synchronised = kernel is not None and kernel.is_synchronised
        self._synchronised.set(1 if synchronised else 0)
        self._offset.set(0 if kernel is None else kernel.offset_seconds)
        if synchronised != self._told:
            self._told = synchronised
            if synchronised:
                self._telemetry.note("clock_synchronised", {})
            else:
                cause: Cause = "unknown" if kernel is None else "unsynchronised"
                self._telemetry.warning("clock_not_synchronised", {"cause": cause})


class Vitals:
    """Looks at the process. `look` once a second; `lacking` and `stuck` whenever somebody asks."""

    def __init__(
        self,
        guard: ClockGuard,
        writer: Writer,
        folder: Path,
        telemetry: Telemetry,
        monotonic: Callable[[], float],
        room: Callable[[Path], Room] = room_at,
    ) -> None:
        self._guard, self._writer, self._folder = guard, writer, folder
        self._telemetry, self._monotonic, self._room = telemetry, monotonic, room
        self._looked_at = monotonic()
        self._enough = True
        register = telemetry.registry
        self._free = Gauge("miaopi_disk_free_bytes", "free on the disk of the record", registry=register)
        self._low = Gauge("miaopi_disk_low", "1: no more is recorded until there is room", registry=register)
        self._lag = Gauge("miaopi_loop_lag_seconds", "how late the event loop woke the last look", registry=register)
        self._tasks = Gauge("miaopi_loop_tasks", "tasks on the event loop at the last look", registry=register)
        self._stalled = Gauge("miaopi_writer_stalled_seconds", "age of the commit under way", registry=register)
        ProcessCollector(registry=register)

    def look(self, lag: float = 0.0, tasks: int = 0) -> None:
        """Look at clock, disk and writer; `lag` is by how many seconds this look is late, `tasks` run on the loop."""
        self._guard.watch()
        self._lag.set(lag)
        self._tasks.set(tasks)
        self._stalled.set(self._writer.stalled_seconds())
        try:
            room = self._room(self._folder)
        except OSError as error:
            self._telemetry.fault("disk", error)
            self._enough = False
        else:
            self._free.set(room.free)
            self._enough = room.is_enough
        self._low.set(0 if self._enough else 1)
        self._looked_at = self._monotonic()

    def has_room(self) -> bool:
        """Whether more may be recorded."""
        return self._enough

    def lacking(self) -> list[str]:
        """What keeps the process from deciding, of clock and disk."""
        lacking = [] if self._guard.look() is None else ["clock"]
        return lacking if self._enough else [*lacking, "disk"]

    def stuck(self) -> list[str]:
        """What has stopped: the event loop (or what looks each second), the writer. A restart is what helps."""
        found = []
        if self._monotonic() - self._looked_at > STUCK_SECONDS:
            found.append("loop")
        if self._writer.stalled_seconds() > STUCK_SECONDS:
            found.append("writer")
        return found
