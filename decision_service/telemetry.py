"""What operators see: metrics and one log line a decision. No label and no field can hold anything about a person."""

import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, TextIO, TypeVar

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from decision_service.courses import SECONDS, Course, Courses
from decision_service.logwriting import LinesTogether
from verifiers.evidence import Evidence
from verifiers.frozen import quickly_made
from verifiers.guard.line import Event

FIELDS = frozenset(
    {
        "event", "level", "timestamp", "decision_id", "matter", "channel", "policy", "outcome", "reasons", "registers",
        "engines_agree", "elapsed_ms", "parts", "where", "error", "path", "status", "suspended", "version", "problem",
        "cause", "witness",
    }
)  # fmt: skip
"""The only fields that a log line may have; others are dropped, whoever put them there."""

BREAKER_STATES: Mapping[str, int] = {"closed": 0, "half_open": 1, "open": 2}
"""What the gauge shows for each state of a breaker."""

Shed = Literal["limit", "late", "full", "bytes"]
"""Why a request was turned away: as many decisions are in work as can be made in time, it has waited too long for that,
as many requests are served as may be at all, or the bodies that still come are too large together."""

LateEvent = Literal["credit_check_made", "credit_check_failed", "credit_check_overdue"]
"""What can come of a credit check that is tried after the decision."""

COUNTED_TOGETHER = 32
"""Decisions that may wait to be counted until somebody reads the metrics."""

Log = Callable[..., object]
Metric = TypeVar("Metric", Counter, Gauge, Histogram)


class Places(Protocol):
    """Those for decisions: `limit` is how many there are just now, `in_work` how many are taken."""

    limit: float
    in_work: int


@quickly_made
@dataclass(frozen=True, slots=True)
class Line:
    """What is told of one decision. `is_slow`: told at once, and later than 95 of 100 of its matter should be."""

    decision_id: str
    matter: str
    channel: str
    policy: str
    outcome: str
    reasons: tuple[str, ...]
    engines_agree: bool
    elapsed_ms: int
    evidence: Collection[Evidence]
    course: Course
    is_slow: bool


class Telemetry:
    """The counters of one process, and its log."""

    def __init__(self, out: TextIO | None = None) -> None:
        """`out` is where log lines go, standard error if none is given."""
        self.registry = CollectorRegistry()
        self._begin_counting()
        lines = structlog.PrintLogger(out if out is not None else sys.stderr)
        self._log, self._of_decisions = _logger(lines), LinesTogether(lines)
        register = self.registry
        self._decisions = Counter("miaopi_decisions", "decisions", ["matter", "outcome"], registry=register)
        self._reasons = Counter("miaopi_reasons", "reason codes told", ["matter", "code"], registry=register)
        self._credentials = Counter(
            "miaopi_credentials", "credentials shown, by what came of them", ["register", "word"], registry=register
        )
        self._calls = Counter(
            "miaopi_register_calls", "answers of registers", ["register", "status"], registry=register
        )
        self._differ = Counter("miaopi_engines_differ", "verdicts not agreed on", ["matter", "why"], registry=register)
        self._faults = Counter("miaopi_faults", "faults caught", ["where"], registry=register)
        self._shed = Counter("miaopi_shed", "requests turned away as too many", ["why"], registry=register)
        self._turned_away = Counter("miaopi_turned_away", "requests not let in, and why", ["why"], registry=register)
        self._unserved = Counter(
            "miaopi_unserved", "requests and connections refused before they reach a route", ["why"], registry=register
        )
        self._requests = Counter(
            "miaopi_requests", "requests by route and status", ["route", "status"], registry=register
        )
        self._courses = Courses(register)
        self._answered_in = Histogram(
            "miaopi_register_seconds", "waiting for registers", ["register"], buckets=SECONDS, registry=register
        )
        self._add_places(register)
        self._add_guard(register)
        self._add_followups(register)
        self._series: dict[tuple[object, tuple[str, ...]], Any] = {}

    def _begin_counting(self) -> None:
        self._uncounted: deque[Line] = deque()
        self._places: list[Places] = []
        self._counting = threading.Lock()
        self.registry.register(self)  # before all else: it is asked first

    def _add_places(self, register: CollectorRegistry) -> None:
        self._limit = Gauge(
            "miaopi_decisions_limit", "decisions that may be in work at once, as measured",
            registry=register, multiprocess_mode="livesum",
        )  # fmt: skip
        self._in_work = Gauge(
            "miaopi_decisions_in_work", "decisions in work", registry=register, multiprocess_mode="livesum"
        )

    def _add_guard(self, register: CollectorRegistry) -> None:
        self._breaker = Gauge(
            "miaopi_breaker_state", "0 closed, 1 half open, 2 open", ["register"],
            registry=register, multiprocess_mode="livemax",
        )  # fmt: skip
        self._guard = Counter(
            "miaopi_guard", "what the guard did instead of one plain call", ["register", "event"], registry=register
        )

    def _add_followups(self, register: CollectorRegistry) -> None:
        self._owed = Gauge("miaopi_credit_checks_owed", "credit checks still to be made", registry=register)
        self._overdue = Gauge("miaopi_credit_checks_overdue", "of those, owed for more than 24 h", registry=register)
        self._oldest = Gauge("miaopi_credit_checks_oldest_seconds", "age of the oldest owed check", registry=register)
        self._late = Counter("miaopi_credit_checks", "credit checks after the decision", ["event"], registry=register)
        self._tickets = Gauge("miaopi_data_tickets_open", "data-quality tickets not answered", registry=register)

    def decided(self, line: Line) -> None:
        """One decision is on record."""
        self._uncounted.append(line)
        if len(self._uncounted) >= COUNTED_TOGETHER:
            self.collect()
        told = {
            "decision_id": line.decision_id,
            "matter": line.matter,
            "channel": line.channel,
            "policy": line.policy,
            "outcome": line.outcome,
            "reasons": line.reasons,
            "registers": {one.register: one.fault or one.status for one in line.evidence},
            "engines_agree": line.engines_agree,
            "elapsed_ms": line.elapsed_ms,
            # As the processors of the log would add them, at a fifth of their cost.
            "event": "decided",
            "level": "info",
            "timestamp": datetime.now(UTC),
        }
        self._of_decisions.add(orjson.dumps(told, option=orjson.OPT_UTC_Z).decode())

    def collect(self) -> tuple[()]:
        """Counts the decisions that are not counted yet; the registry asks for it before it reads any metric. Some
        together cost a good deal less than each by itself."""
        with self._counting:
            self._count()
        for places in self._places:
            self._limit.set(int(places.limit))
            self._in_work.set(places.in_work)
        return ()

    def _count(self) -> None:
        counts: dict[tuple[Counter, tuple[str, ...]], int] = {}

        def add(metric: Counter, *labels: str) -> None:
            counts[metric, labels] = counts.get((metric, labels), 0) + 1

        while self._uncounted:
            line = self._uncounted.popleft()
            matter = line.matter
            add(self._decisions, matter, line.outcome)
            for code in line.reasons:
                add(self._reasons, matter, code)
            for one in line.evidence:
                add(self._calls, one.register, one.status)
                self._of(self._answered_in, one.register).observe(one.elapsed_ms / 1000)
                if one.credential is not None or one.origin == "credential":
                    add(self._credentials, one.register, one.credential or "taken")
            self._courses.count(matter, line.course, line.elapsed_ms / 1000, is_slow=line.is_slow)
        self._courses.settle()
        for (metric, labels), count in counts.items():
            self._of(metric, *labels).inc(count)

    def _of(self, metric: Metric, *labels: str) -> Metric:
        """The series of `metric` with these labels; looking it up in the metric itself takes its lock each time."""
        known = self._series.get((metric, labels))
        if known is None:
            known = self._series[metric, labels] = metric.labels(*labels)
        return known

    def engines_differ(self, matter: str, policy: str, why: str, parts: Collection[str]) -> None:
        """An alarm: the verdicts differ (`parts` are rule ids with states), or one engine had none."""
        self._differ.labels(matter, why).inc()
        self._log.error("engines_differ", matter=matter, policy=policy, error=why, parts=list(parts))

    def fault(self, where: str, error: BaseException) -> None:
        """Something raised that should not have; only its type is told, as its text may hold a value."""
        self._faults.labels(where).inc()
        self._log.error("fault", where=where, error=type(error).__name__)

    def shed(self, why: Shed) -> None:
        """A request was turned away since too many are being served."""
        self._of(self._shed, why).inc()

    def holds(self, places: Places) -> None:
        """Where decisions in work are counted, and how many may be."""
        self._places.append(places)

    def turned_away(self, why: Literal["not_authenticated", "not_allowed", "caller_limit", "subject_limit"]) -> None:
        """Somebody was not let in; who it was, or said he was, is not told."""
        self._of(self._turned_away, why).inc()

    def unserved(self, why: str) -> None:
        """A connection was not taken, or what came over it was no request that is served; `why` is a word of ours."""
        self._of(self._unserved, why).inc()

    def answered(self, route: str, status: int) -> None:
        """A request was answered; `route` is the route's pattern, never the path."""
        self._of(self._requests, route, str(status)).inc()

    def guarded(self, register: str, event: Event) -> None:
        """Something happened at the guard before a register: a breaker's new state, or a call that was not plain."""
        if event in BREAKER_STATES:
            self._of(self._breaker, register).set(BREAKER_STATES[event])
        else:
            self._of(self._guard, register, event).inc()

    def owed(self, checks: int, overdue: int, oldest_seconds: int, tickets: int) -> None:
        """What is to be followed up now: credit checks, those owed for more than 24 h, open data-quality tickets."""
        self._owed.set(checks)
        self._overdue.set(overdue)
        self._oldest.set(oldest_seconds)
        self._tickets.set(tickets)

    def followed_up(self, event: LateEvent, decision_id: str, matter: str, status: str) -> None:
        """A credit check after the decision was made, came to nothing, or came to nothing although it is overdue."""
        self._of(self._late, event).inc()
        log = self._log.error if event == "credit_check_overdue" else self._log.info
        log(event, decision_id=decision_id, matter=matter, status=status)

    def note(self, event: str, fields: Mapping[str, object]) -> None:
        """A line about the service itself."""
        self._log.info(event, **fields)

    def warning(self, event: str, fields: Mapping[str, object]) -> None:
        """A line about the service itself that an operator should see."""
        self._log.warning(event, **fields)

    def alarm(self, event: str, fields: Mapping[str, object]) -> None:
        """A line about the service itself that wants a person."""
        self._log.error(event, **fields)

    def exposition(self) -> bytes:
        """All metrics as Prometheus reads them."""
        return generate_latest(self.registry)


def _logger(lines: structlog.PrintLogger) -> structlog.stdlib.BoundLogger:
    """A logger of its own: nothing global is configured."""
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        lines,
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _allowed,
            structlog.processors.JSONRenderer(
                lambda told, **_: orjson.dumps(told, default=lambda one: type(one).__name__).decode()
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
    )
    return logger


def _allowed(_: object, __: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: value for name, value in fields.items() if name in FIELDS}
