"""The figures of all processes of the service as one: what they counted added up, a lost worker's included."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from decision_service.courses import COURSES, SHARE, TIMES

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""By which prometheus-client, as it is imported, learns where a worker keeps its figures."""

WORST_OF_ALL: Final = frozenset({"miaopi_breaker_state", "miaopi_loop_lag_seconds"})
"""Gauges that each worker has: the worst is shown. All others are the keeper's, or follow from counters."""

OF_WORKERS: Final = frozenset({"miaopi_decisions_limit", "miaopi_decisions_in_work"})
"""Gauges that count where decisions are made: those of all workers added up, and not the keeper's, which makes none."""

_Key = tuple[str, tuple[tuple[str, str], ...]]


class Figures:
    """What this process and its workers have counted. Workers keep theirs in files that outlive them, in a folder that
    goes with `close`; no label holds anything about a person, as everywhere (telemetry)."""

    def __init__(self, own: CollectorRegistry) -> None:
        self._own = own
        self.folder = Path(tempfile.mkdtemp(prefix="miaopi-figures-"))

    def exposition(self) -> bytes:
        """All of it as Prometheus reads it. Reads files."""
        reader = MultiProcessCollector(None, path=str(self.folder))  # type: ignore[no-untyped-call]  # ships no types
        theirs: Iterable[Metric] = reader.collect()  # type: ignore[no-untyped-call]  # ships no types
        registry = CollectorRegistry()
        registry.register(_Given(merged(self._own.collect(), theirs)))
        return generate_latest(registry)

    def gone(self, pid: int) -> None:
        """The worker of that process is lost: what it counted stays, how it stood does not."""
        mark_process_dead(pid, path=str(self.folder))  # type: ignore[no-untyped-call]  # ships no types

    def close(self) -> None:
        """Away with the files."""
        shutil.rmtree(self.folder, ignore_errors=True)


class _Given(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        """What it was given."""
        yield from self._metrics


def merged(own: Iterable[Metric], theirs: Iterable[Metric]) -> list[Metric]:
    """The figures of this process with those of others, each family once."""
    found = {metric.name: metric for metric in own}
    for metric in theirs:
        if metric.name in OF_WORKERS:
            found[metric.name] = metric
        elif metric.type != "gauge" or metric.name in WORST_OF_ALL:
            found[metric.name] = _added(found.get(metric.name), metric)
    if SHARE in found and TIMES in found:
        found[SHARE] = _shares(found[SHARE], found[TIMES])
    return list(found.values())


def _added(one: Metric | None, other: Metric) -> Metric:
    values: dict[_Key, float] = {}
    for sample in (*(() if one is None else one.samples), *other.samples):
        key = (sample.name, tuple(sorted(sample.labels.items())))
        if key not in values or sample.name.endswith("_created"):
            values[key] = sample.value
        else:
            values[key] = max(values[key], sample.value) if other.type == "gauge" else values[key] + sample.value
    samples = [Sample(name, dict(labels), value) for (name, labels), value in values.items()]
    return _family(other if one is None else one, samples)


def _shares(shares: Metric, times: Metric) -> Metric:
    """Of each matter, how its decisions went: each course as a share of all that were timed."""
    counted: dict[str, dict[str, float]] = {}
    for sample in times.samples:
        if sample.name.endswith("_count"):
            of = counted.setdefault(sample.labels["matter"], dict.fromkeys(COURSES, 0.0))
            of[sample.labels["course"]] += sample.value
    samples = [
        Sample(SHARE, {"matter": matter, "course": course}, went / sum(courses.values()))
        for matter, courses in counted.items()
        for course, went in courses.items()
        if any(courses.values())
    ]
    return _family(shares, samples)


def _family(like: Metric, samples: Iterable[Sample]) -> Metric:
    family = Metric(like.name, like.documentation, like.type)
    family.samples = list(samples)
    return family
