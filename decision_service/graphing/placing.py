"""Where each box lies, in pixels: columns from left to right, boxes as near to what they are linked with as their order
allows, none over another."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from decision_service.graphing.layering import Layers
from decision_service.graphing.lettering import lines, width
from decision_service.graphing.model import Graph, Node

TITLE, SMALL = 14.0, 11.5
"""Sizes of the letters."""
LINE, SMALL_LINE = 19.0, 15.0
PAD_X, PAD_Y = 10.0, 7.0
GAP, GROUP_GAP, GROUP_HEAD = 12.0, 22.0, 24.0
_PASSING = 5.0
"""The room that an arrow takes which passes a column."""
_WIDEST = {"rule": 300.0, "outcome": 190.0}
_WIDEST_OTHER = 210.0
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its text in lines: `title` in large letters, `small` below. Without lines: a passing arrow."""

    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...] = ()
    small: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """Half its height down."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn around the boxes of a register."""

    group: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Boxes by key, frames, and the size of the whole."""

    boxes: Mapping[str, Box]
    frames: tuple[Frame, ...]
    width: float
    height: float


def placed(graph: Graph, layers: Layers) -> Placed:
    """Lays the boxes of the columns out."""
    written = {key: _written(node) for key, node in graph.nodes.items()}
    heads = {
        group: PAD_X * 2 + max(width(label.zh, TITLE), width(label.en, SMALL)) for group, label in graph.groups.items()
    }
    tops = _tops(graph, layers, {key: box.height for key, box in written.items()})
    boxes: dict[str, Box] = {}
    x = 0.0
    for number, column in enumerate(layers.columns):
        inner = max(
            [written[key].width for key in column if key in written] + (list(heads.values()) if number == 0 else []),
            default=0.0,
        )
        for key in column:
            box = written.get(key, Box(0, 0, inner, _PASSING))
            boxes[key] = Box(x, tops[key], inner, box.height, box.title, box.small)
        x += inner + _channel(number, layers)
    lowest = min(box.y for box in boxes.values()) - GROUP_HEAD
    boxes = {key: Box(b.x, b.y - lowest, b.width, b.height, b.title, b.small) for key, b in boxes.items()}
    height = max(box.y + box.height for box in boxes.values())
    right = max(box.x + box.width for box in boxes.values())
    return Placed(boxes, tuple(_frames(graph, boxes)), right, height)


def _channel(number: int, layers: Layers) -> float:
    """The room between two columns: more where many arrows run."""
    crossing = sum(1 for route in layers.routes.values() for key in route[:-1] if key in layers.columns[number])
    return 70.0 + min(110.0, 1.6 * crossing)


def _written(node: Node) -> Box:
    most = _WIDEST.get(node.sort, _WIDEST_OTHER)
    if node.label is None:
        head, small = node.name, []
    elif node.sort == "rule":
        head, small = f"{node.name} {node.label.zh}", lines(node.label.en, SMALL, most)
    else:
        head, small = node.label.zh, [*lines(node.label.en, SMALL, most), node.name]
    title, below = lines(head, TITLE, most), small
    wide = max([width(line, TITLE) for line in title] + [width(line, SMALL) for line in below])
    high = PAD_Y * 2 + LINE * len(title) + SMALL_LINE * len(below)
    return Box(0, 0, wide + 2 * PAD_X, high, tuple(title), tuple(below))


def _tops(graph: Graph, layers: Layers, heights: Mapping[str, float]) -> dict[str, float]:
    """The top of every box and passing arrow: first packed, then drawn toward what they are linked with."""
    high = {key: heights.get(key, _PASSING) for column in layers.columns for key in column}
    offsets = {id(column): _offsets(column, graph, high) for column in layers.columns}
    tops: dict[str, float] = {}
    tallest = max(offsets[id(column)][-1] + high[column[-1]] for column in layers.columns if column)
    for column in layers.columns:
        below = offsets[id(column)]
        start = (tallest - below[-1] - high[column[-1]]) / 2
        tops.update({key: start + offset for key, offset in zip(column, below, strict=True)})
    linked: dict[str, list[str]] = {key: [] for key in high}
    for route in layers.routes.values():
        for source, target in itertools.pairwise(route):
            linked[source].append(target)
            linked[target].append(source)
    for sweep in range(_ROUNDS):
        for column in layers.columns if sweep % 2 == 0 else reversed(layers.columns):
            wanted = [_pulled(key, linked[key], tops, high) for key in column]
            tops.update(zip(column, _settled(wanted, offsets[id(column)]), strict=True))
    return tops


def _offsets(column: Sequence[str], graph: Graph, high: Mapping[str, float]) -> list[float]:
    """How far below the first each lies where all are packed as closely as may be."""
    found, at, before = list[float](), 0.0, ""
    for number, key in enumerate(column):
        group = graph.nodes[key].group if key in graph.nodes else ""
        if number:
            passing = key not in graph.nodes and column[number - 1] not in graph.nodes
            at += _PASSING if passing else (GAP / 3 if group and group == before else GAP)
        if group and group != before:
            at += (GROUP_GAP if number else 0) + GROUP_HEAD
        elif before and group != before:
            at += GROUP_GAP
        found.append(at)
        at += high[key]
        before = group
    return found


def _pulled(key: str, linked: Sequence[str], tops: Mapping[str, float], high: Mapping[str, float]) -> float:
    if not linked:
        return tops[key]
    return sum(tops[one] + high[one] / 2 for one in linked) / len(linked) - high[key] / 2


def _settled(wanted: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """The tops nearest to those wanted (least squares) that keep the order and the distances: neighbours that press
    against each other move as one (pool adjacent violators)."""
    blocks: list[list[float]] = []  # sum of what is wanted of the first, how many
    for top, offset in zip(wanted, offsets, strict=True):
        blocks.append([top - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            total, number = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += number
    firsts = [total / number for total, number in blocks for _ in range(int(number))]
    return [first + offset for first, offset in zip(firsts, offsets, strict=True)]


def _frames(graph: Graph, boxes: Mapping[str, Box]) -> list[Frame]:
    found = []
    for group in graph.groups:
        inside = [boxes[key] for key, node in graph.nodes.items() if node.group == group]
        top, bottom = min(box.y for box in inside), max(box.y + box.height for box in inside)
        first = inside[0]
        found.append(Frame(group, first.x - 6, top - GROUP_HEAD, first.width + 12, bottom - top + GROUP_HEAD + 6))
    return found
