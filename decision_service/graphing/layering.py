"""Which column each box stands in, and in which order, so that few arrows cross."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from decision_service.graphing.model import Graph

_SWEEPS = 24


@dataclass(slots=True)
class Layers:
    """Columns from left to right, each from top to bottom. Where an arrow passes a column it has a place there of its
    own, a key of `passing` with the arrow; `routes` are the keys that an arrow runs through, its ends included."""

    columns: list[list[str]]
    routes: dict[tuple[str, str], list[str]]
    passing: dict[str, tuple[str, str]] = field(default_factory=dict)


def layers_of(graph: Graph) -> Layers:
    """Facts stand in the first column, names and tables right of all that they read, then rules, then outcomes."""
    level = _levels(graph)
    columns: list[list[str]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    first = list(dict.fromkeys(node.group for node in graph.nodes.values()))
    for key in sorted(graph.nodes, key=lambda key: first.index(graph.nodes[key].group)):
        columns[level[key]].append(key)
    layers = Layers(columns, {})
    for source, target in graph.links:
        route = [source]
        for column in range(level[source] + 1, level[target]):
            key = f"{source} > {target} @ {column}"
            columns[column].append(key)
            layers.passing[key] = (source, target)
            route.append(key)
        layers.routes[source, target] = [*route, target]
    _order(layers, {key: node.group for key, node in graph.nodes.items()})
    return layers


def _levels(graph: Graph) -> dict[str, int]:
    level: dict[str, int] = {}
    incoming = {key: [source for source, target in graph.links if target == key] for key in graph.nodes}

    def worked_out(key: str) -> int:
        if key not in level:
            level[key] = 0 if graph.nodes[key].group else 1 + max((worked_out(one) for one in incoming[key]), default=0)
        return level[key]

    middle = [key for key, node in graph.nodes.items() if node.sort in ("let", "table") or node.group]
    last = max((worked_out(key) for key in middle), default=0)
    for key, node in graph.nodes.items():
        if node.sort in ("rule", "result", "item"):
            level[key] = last + 1
        elif node.sort == "outcome":
            level[key] = last + 2
    return level


Neighbours = Mapping[str, Sequence[str]]


def _order(layers: Layers, groups: Mapping[str, str]) -> None:
    """Barycentres, sweeping forth and back; the order with the fewest crossings is kept."""
    before: dict[str, list[str]] = {key: [] for column in layers.columns for key in column}
    after: dict[str, list[str]] = {key: [] for key in before}
    for route in layers.routes.values():
        for source, target in itertools.pairwise(route):
            before[target].append(source)
            after[source].append(target)
    columns = [list(column) for column in layers.columns]
    best, fewest = columns, crossings(columns, after)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        numbers = range(1, len(columns)) if forth else range(len(columns) - 2, -1, -1)
        for number in numbers:
            beside = columns[number - 1 if forth else number + 1]
            place = {key: index for index, key in enumerate(beside)}
            columns[number] = _sorted(columns[number], before if forth else after, place, groups)
        counted = crossings(columns, after)
        if counted < fewest:
            best, fewest = [list(column) for column in columns], counted
    layers.columns[:] = best


def _sorted(column: list[str], beside: Neighbours, place: Mapping[str, int], groups: Mapping[str, str]) -> list[str]:
    """The column by the mean place of what each is linked with; boxes of a group stay together."""
    own = {key: index for index, key in enumerate(column)}
    weight = {key: _mean([place[one] for one in beside[key]], own[key]) for key in column}
    together: dict[str, list[float]] = {}
    for key in column:
        together.setdefault(groups.get(key) or key, []).append(weight[key])

    def rank(key: str) -> tuple[float, str, float, int]:
        group = groups.get(key) or key
        return (_mean(together[group], 0), group if groups.get(key) else "", weight[key], own[key])

    return sorted(column, key=rank)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def crossings(columns: Sequence[Sequence[str]], after: Neighbours) -> int:
    """How many pairs of arrows cross between neighbouring columns."""
    total = 0
    for left, right in itertools.pairwise(columns):
        place = {key: index for index, key in enumerate(right)}
        ends = [end for key in left for end in sorted(place[one] for one in after[key])]
        total += sum(ends[later] < end for at, end in enumerate(ends) for later in range(at + 1, len(ends)))
    return total
