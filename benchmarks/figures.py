"""Where in the results of the benchmarks each figure lies. Every finder raises LookupError where it is not there."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Results = Mapping[str, Any]
"""What one script wrote, as JSON."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A median, and between what it lay: quartiles, or the least and the most of all rounds; no spread was kept where
    all three are the same. `only`: with how much the run was made, where more is promised; then nothing is met."""

    value: float
    low: float
    high: float
    only: str = ""


def plain(value: float) -> Figure:
    """A figure of which no spread was kept."""
    return Figure(float(value), float(value), float(value))


def multiple(of: str, to: str) -> Callable[[Results], Figure]:
    """One engine's time as a multiple of another's (engines.py)."""

    def find(results: Results) -> Figure:
        one = _only(one for one in results["multiples"] if (one["of"], one["to"]) == (of, to))
        return Figure(one["ratio"], one["low"], one["high"])

    return find


def cpu_of(engine: str) -> Callable[[Results], Figure]:
    """Microseconds of one engine (engines.py)."""

    def find(results: Results) -> Figure:
        one = _only(one for one in results["engines"] if one["engine"] == engine)
        return Figure(one["us"], one["low"], one["high"])

    return find


def grown(engine: str) -> Callable[[Results], Figure]:
    """All matters asked in turn, as a multiple of one alone (growth.py)."""

    def find(results: Results) -> Figure:
        rows = (one for one in results["rows"] if one["engine"] == engine and one["row"].endswith("in turn"))
        one = _only(rows)
        return Figure(one["ratio"], one["low"], one["high"])

    return find


def to_constant(row: str) -> Callable[[Results], Figure]:
    """Decisions a second of a row as a share of the constant's; the name of the row begins with `row` (endpoint.py)."""

    def find(results: Results) -> Figure:
        one = _row(results, row)
        return Figure(one["ratio"], *one["ratio_range"])

    return find


def to_row(row: str, other: str) -> Callable[[Results], Figure]:
    """One row's share of another's rate; no spread is kept of that (endpoint.py)."""
    return lambda results: plain(_row(results, row)["ratio"] / _row(results, other)["ratio"])


def waiting(results: Results) -> Figure:
    """What decisions that come one at a time wait for the second engine (endpoint.py)."""
    return plain(_only(one for one in results["second_engine"] if one["load"] == "one at a time")["p50_ms"])


def where_httpx_works(results: Results) -> Figure:
    """Right answers a second as a multiple of those with httpx, at the most connections where it works (clients.py)."""
    return plain(results["loads"][str(results["works_at"])]["ratio"])


def added(figure: str) -> Callable[[Results], Figure]:
    """Milliseconds over the slowest register, at half of saturation (asking.py)."""
    return lambda results: plain(_row(results, "(c)")["loads"]["half"][figure])


def to_single_commits(store: str) -> Callable[[Results], Figure]:
    """Records a second of the ledger as it serves, as a multiple of plain rows in `store` (record.py)."""

    def find(results: Results) -> Figure:
        low, value, high = _row(results, "(e)")["to"][store]
        return Figure(value, low, high)

    return find


def grown_after(decisions: int, way: str) -> Callable[[Results], Figure]:
    """MiB that so many decisions left behind (memory.py)."""

    def find(results: Results) -> Figure:
        row = results["rows"][way]
        only = "" if row["decisions"] >= decisions else f"{row['decisions']:,}"
        return replace(plain(row["grown_mib"]), only=only)

    return find


def reloaded_of(matters: int) -> Callable[[Results], Figure]:
    """p99 beside a reload as a multiple of p99 without, so many matters loaded (reload.py)."""

    def find(results: Results) -> Figure:
        only = "" if results["matters"] >= matters else f"{results['matters']}"
        return replace(at("ratios")(results), only=only)

    return find


def at(*path: str) -> Callable[[Results], Figure]:
    """The figure that lies at `path`: a number, or the numbers of all rounds."""

    def find(results: Results) -> Figure:
        found: Any = results
        for name in path:
            found = found[name]
        if isinstance(found, Sequence):
            return Figure(statistics.median(found), min(found), max(found))
        return plain(found)

    return find


def _row(results: Results, start: str) -> Mapping[str, Any]:
    return _only(one for one in results["rows"] if one["row"].startswith(start))


def _only(found: Iterator[Mapping[str, Any]]) -> Mapping[str, Any]:
    one = next(found, None)
    if one is None:
        raise LookupError
    return one
