"""What the benchmarks promise, row by row: the measure, what it is measured against, the goal, and where in the results
of which script the figure lies. benchmarks/table.py prints it; nothing is run here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from figures import (
    Figure,
    Results,
    added,
    at,
    cpu_of,
    grown,
    grown_after,
    multiple,
    reloaded_of,
    to_constant,
    to_row,
    to_single_commits,
    waiting,
    where_httpx_works,
)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure may at most be, or must at least be, in `unit` (x: a ratio)."""

    limit: float
    unit: str = "x"
    is_floor: bool = False
    stretch: float | None = None

    def is_met(self, value: float) -> bool:
        """Whether `value` is good enough."""
        return value >= self.limit if self.is_floor else value <= self.limit

    def shown(self) -> str:
        """As people read it."""
        further = "" if self.stretch is None else f" ({self.stretch:g})"
        return f"{'>=' if self.is_floor else '<='} {self.limit:g}{further} {self.unit}"


@dataclass(frozen=True, slots=True)
class Row:
    """One promise. `command` is the script with its options; `find` raises LookupError where its results lack the
    figure."""

    name: str
    measure: str
    against: str
    goal: Goal
    command: str
    find: Callable[[Results], Figure]

    @property
    def script(self) -> str:
        """The script without its options: the name of its results."""
        return self.command.split()[0].removesuffix(".py")


def least(value: float) -> Goal:
    """At least so many times as much."""
    return Goal(value, is_floor=True)


GENERATED, DURABLE = "generated engine", "durable-rules, Host API"
COMPARED = "Rete road and comparison"
DECISION = "one decision in process, generated engine"
ENDPOINT = "check, decide, record with fsync, answer"
CONSTANT = "FastAPI constant, same server"

ROWS: tuple[Row, ...] = (
    Row(
        "by_hand", DECISION, "hand-written Python", Goal(1.1), "engines.py", multiple(GENERATED, "hand-written Python")
    ),
    Row(
        "zen",
        DECISION,
        "zen-engine, static loader, times as long",
        least(12),
        "engines.py",
        multiple("zen-engine, JDM tables, static loader", GENERATED),
    ),
    Row("durable", DECISION, f"{DURABLE}, times as long", least(45), "engines.py", multiple(DURABLE, GENERATED)),
    Row(
        "jsonlogic",
        DECISION,
        "JsonLogic, datalogic, times as long",
        least(3),
        "engines.py",
        multiple("JsonLogic, datalogic", GENERATED),
    ),
    Row(
        "growth",
        "100 matters, 1,100 rules, asked in turn",
        "1 matter, 11 rules",
        Goal(2),
        "growth.py",
        grown(GENERATED),
    ),
    Row(
        "second",
        "second engine and comparison, CPU",
        f"{DURABLE} alone",
        Goal(1),
        "engines.py",
        multiple(COMPARED, DURABLE),
    ),
    Row(
        "second_cpu",
        "second engine and comparison, CPU",
        "-",
        Goal(250, "us", stretch=120),
        "engines.py",
        cpu_of(COMPARED),
    ),
    Row(
        "second_wait", "waiting for the second engine in the service, p50", "-", Goal(0.6, "ms"), "endpoint.py", waiting
    ),
    Row(
        "endpoint_one",
        f"{ENDPOINT}; generated engine, 1 worker",
        CONSTANT,
        least(0.65),
        "endpoint.py",
        to_constant("(b)"),
    ),
    Row(
        "endpoint_both", f"{ENDPOINT}; both engines, 1 worker", CONSTANT, least(0.35), "endpoint.py", to_constant("(c)")
    ),
    Row(
        "endpoint_workers",
        f"{ENDPOINT}; both engines, live registers, 2 workers",
        CONSTANT,
        least(0.35),
        "endpoint.py",
        to_constant("(w)"),
    ),
    Row(
        "endpoint_inside",
        f"{ENDPOINT}; both engines, the whole service in one process",
        CONSTANT,
        least(0.35),
        "endpoint.py",
        to_constant("(g)"),
    ),
    Row(
        "endpoint_two",
        f"{ENDPOINT}; both engines, 2 workers",
        CONSTANT,
        least(0.35),
        "endpoint.py",
        to_constant("(h)"),
    ),
    Row("endpoint_live", f"{ENDPOINT}; live registers", CONSTANT, least(0.12), "endpoint.py", to_constant("(d)")),
    Row(
        "httpx",
        f"{ENDPOINT}; live registers, right answers a second, 32 connections",
        "the same with httpx, which is late there",
        least(20),
        "clients.py",
        at("loads", "32", "ratio"),
    ),
    Row(
        "httpx_working",
        f"{ENDPOINT}; live registers, right answers a second",
        "the same with httpx, at the most connections where it works",
        least(1),
        "clients.py",
        where_httpx_works,
    ),
    Row(
        "httpx_call",
        "a register call, 8 at a time: CPU of httpx",
        "of the own client",
        least(1),
        "clients.py",
        at("calls", "8", "ratio"),
    ),
    Row(
        "all_on",
        "authentication, limits, metrics, logs, outbox",
        "live registers, 1 worker",
        least(0.8),
        "endpoint.py",
        to_row("(f)", "(d)"),
    ),
    Row(
        "asking_p50",
        "six live registers, half of saturation, p50",
        "slowest register, more",
        Goal(5, "ms"),
        "asking.py",
        added("added_p50_ms"),
    ),
    Row(
        "asking_p99",
        "six live registers, half of saturation, p99",
        "slowest register, more",
        Goal(25, "ms"),
        "asking.py",
        added("added_p99_ms"),
    ),
    Row(
        "record_sqlite",
        "record, group commit, fsync each group",
        "SQLite FULL, one by one",
        least(3.5),
        "record.py",
        to_single_commits("(a)"),
    ),
    Row(
        "record_postgres",
        "record, group commit, fsync each group",
        "PostgreSQL, one by one",
        least(10),
        "record.py",
        to_single_commits("(p)"),
    ),
    Row("overload", "overload 3 x: goodput", "own capacity", least(0.9), "overload.py", at("goodput")),
    Row(
        "overload_p99",
        "overload 3 x: p99 of what is accepted",
        "its budget",
        Goal(1),
        "overload.py",
        at("p99_of_budget"),
    ),
    Row(
        "precision",
        "load tool: p99 at a server that stalls 500 ms in 5 s",
        "computed truth, off by",
        Goal(0.05),
        "load_precision.py",
        at("off_by", "p99"),
    ),
    Row(
        "memory",
        "1,000,000 decisions in process: growth",
        "MiB after the first tenth",
        Goal(32, "MiB"),
        "memory.py",
        grown_after(1_000_000, "in process"),
    ),
    Row(
        "memory_http",
        "1,000,000 decisions over HTTP: growth",
        "MiB after the first tenth",
        Goal(32, "MiB"),
        "memory.py",
        grown_after(1_000_000, "over HTTP"),
    ),
    Row(
        "reload",
        "500 matters loaded, one reloaded under load: p99",
        "none reloaded",
        Goal(1.1),
        "reload.py",
        reloaded_of(500),
    ),
)
"""In the order of the table."""
