"""A run as it goes on: a table in a terminal, a line a stage elsewhere."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from decision_service.load.judging import Bench, Judged
from decision_service.load.plan import Plan
from decision_service.load.report import percentile
from decision_service.load.samples import Sample

_LATEST = 2000
"""Requests whose percentiles are shown while a stage runs."""

HEADS = ("阶段 stage", "sent/s", "在途 open", "p50 ms", "p95", "p99", "正确 right", "late*", "谢绝 refused", "✗")


@dataclass(slots=True)
class _Row:
    """What is shown of a stage."""

    name: str
    seconds: float
    started: float = 0.0
    ended: float = 0.0
    sent: int = 0
    open: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    over: int = 0
    latest: deque[float] = field(default_factory=lambda: deque(maxlen=_LATEST))

    def cells(self) -> list[str]:
        """As the table shows it."""
        if not self.started:
            return [self.name, *[""] * (len(HEADS) - 1)]
        lasted = max(0.001, min((self.ended or time.monotonic()) - self.started, self.seconds))
        times = [f"{percentile(list(self.latest), share):.0f}" for share in (0.5, 0.95, 0.99)]
        counts = self.counts
        refused = counts["refused"] + counts["again"] + counts["shed"]
        bad = " ".join(
            f"{name} {number}"
            for name, number in (("wrong", counts["wrong"]), ("failed", counts["failed"]), ("over", self.over))
            if number
        )
        late = counts["late"] + counts["doubted"]
        figures = [f"{self.sent / lasted:.1f}", str(self.open), *times, str(counts["right"]), str(late), str(refused)]
        return [self.name, *figures, bad]


class View:
    """Watches a run and shows it on a console. A context manager."""

    def __init__(self, plan: Plan, bench: Bench, console: Console) -> None:
        self._plan = plan
        self._bench = bench
        self._console = console
        self._rows = [_Row(one.name, plan.seconds_of(one)) for one in plan.stages]
        self._at = 0
        self._before = 0
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def begun(self, place: int) -> None:
        """A stage begins."""
        self._at = place
        self._rows[place].started = time.monotonic()

    def came(self, sample: Sample) -> None:
        """A request was answered or given up."""
        row, judged = self._rows[sample.stage], self._bench.judge(sample)
        row.counts[judged.verdict] += 1
        if judged.is_timed:
            row.latest.append(sample.ms)
            row.over += self._is_over(judged)

    def _is_over(self, one: Judged) -> bool:
        return one.sample.ms > self._plan.pool.policies[one.sample.matter].budget.deadline

    def pulse(self, sent: int, in_flight: int) -> None:
        """How many requests were sent up to now, and how many are under way."""
        row = self._rows[self._at]
        row.sent, row.open = sent - self._before, in_flight
        if self._live is not None:
            self._live.update(self._table(), refresh=True)

    def ended(self, place: int) -> None:
        """Everything of a stage is answered or given up."""
        row = self._rows[place]
        row.ended = time.monotonic()
        row.sent = sum(row.counts.values())
        self._before += row.sent
        row.open = 0
        if self._live is None:
            told = " | ".join(f"{head} {cell}" for head, cell in zip(HEADS, row.cells(), strict=True) if cell)
            self._console.print(told, markup=False)

    def _table(self) -> Table:
        table = Table(*HEADS)
        for row in self._rows:
            table.add_row(*row.cells())
        return table
