"""The graph as SVG."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from decision_service.decision import MARK
from decision_service.graphing.layering import Layers, layers_of
from decision_service.graphing.model import Graph, Node
from decision_service.graphing.placing import (
    GROUP_HEAD,
    LINE,
    PAD_X,
    PAD_Y,
    SMALL,
    SMALL_LINE,
    TITLE,
    Box,
    Placed,
    placed,
)
from decision_service.policy.shape import Policy

_MARGIN, _HEAD = 28.0, 122.0
_STYLE = """
svg { --ground: #fff; --ink: #1b1f24; --faint: #59636e; --line: #aab3be; --accent: #0b5cad;
  --given: #eef2f7; --made: #f3eefb; --rule: #fff; --good: #e3f4e7; --bad: #fde8e7; --warn: #fff1d2; --frame: #d4d9e0; }
@media (prefers-color-scheme: dark) { svg { --ground: #14171b; --ink: #e6e9ed; --faint: #a0a9b4; --line: #5b6673;
  --accent: #7ab7f5; --given: #222a33; --made: #2b2438; --rule: #1e2329; --good: #15301d; --bad: #3d1a1a;
  --warn: #3a2b0c; --frame: #39414b; } }
svg { background: var(--ground); font-family: system-ui, "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC",
  "Microsoft YaHei", sans-serif; }
text { fill: var(--ink); } .small { fill: var(--faint); }
.link { fill: none; stroke: var(--line); stroke-width: 1.2; } .link:hover { stroke: var(--accent); stroke-width: 2.5; }
.wide { fill: none; stroke: transparent; stroke-width: 9; } .arrow { fill: var(--line); }
.frame { fill: none; stroke: var(--frame); stroke-dasharray: 3 3; }
.box { stroke: var(--line); } .form .box, .fact .box, .day .box { fill: var(--given); }
.let .box, .table .box { fill: var(--made); } .rule .box { fill: var(--rule); }
.result .box, .item .box { fill: var(--made); }
.good .box { fill: var(--good); } .bad .box { fill: var(--bad); } .warn .box { fill: var(--warn); }
.node:hover .box { stroke: var(--accent); stroke-width: 2; }
"""
_GOOD = frozenset({"APPROVED", "APPROVED_ON_COMMITMENT", "PARTIALLY_APPROVED"})
_BAD = frozenset({"REJECTED", "NOT_ACCEPTED"})


def drawn(policy: Policy, graph: Graph) -> str:
    """The document."""
    layers = layers_of(graph)
    where = placed(graph, layers)
    wide = max(where.width + 2 * _MARGIN, 640.0)
    high = where.height + _HEAD + _MARGIN
    numbers = {key: number for number, key in enumerate(graph.nodes)}
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
            f'viewBox="0 0 {wide:.0f} {high:.0f}" role="img" lang="zh-CN">'
        ),
        f"<title>{escape(f'{policy.name.zh} {policy.name.en}')}</title>",
        f"<style>{_STYLE}{''.join(_lit(numbers))}</style>",
        *_headline(policy),
        f'<g transform="translate({_MARGIN:.0f} {_HEAD:.0f})">',
        *_links(graph, layers, where, numbers),
        *_frames(graph, where),
        *(line for key, node in graph.nodes.items() for line in _node(node, where.boxes[key], numbers[key])),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _lit(numbers: dict[str, int]) -> Iterator[str]:
    """Hovering a box lights up its arrows; without a script."""
    for number in numbers.values():
        yield f"svg:has(#n{number}:hover) .l{number} {{ stroke: var(--accent); stroke-width: 2.2; }}\n"


def _headline(policy: Policy) -> Iterator[str]:
    below = f"{policy.name.en} · {policy.matter} · {policy.effective_from} · sha256:{policy.digest[:12]}"
    yield f'<text x="{_MARGIN:.0f}" y="36" font-size="20" font-weight="600">{escape(policy.name.zh)}</text>'
    yield f'<text x="{_MARGIN:.0f}" y="58" font-size="13" class="small" lang="en">{escape(below)}</text>'
    told = "事实 → 名称和表 → 规则 → 结果　facts → names and tables → rules → outcomes"
    yield f'<text x="{_MARGIN:.0f}" y="78" font-size="12" class="small">{escape(told)}</text>'
    if policy.illustrative:
        yield f'<text x="{_MARGIN:.0f}" y="95" font-size="12" class="small">※ {escape(f"{MARK.zh} {MARK.en}")}</text>'


def _frames(graph: Graph, where: Placed) -> Iterator[str]:
    for frame in where.frames:
        label = graph.groups[frame.group]
        yield (
            f'<rect class="frame" x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.width:.1f}" '
            f'height="{frame.height:.1f}" rx="6"/>'
        )
        yield (
            f'<text x="{frame.x + 8:.1f}" y="{frame.y + GROUP_HEAD - 8:.1f}" font-size="12" class="small">'
            f"{escape(label.zh)}<title>{escape(f'{label.zh} {label.en}')}</title></text>"
        )


def _links(graph: Graph, layers: Layers, where: Placed, numbers: dict[str, int]) -> Iterator[str]:
    for ends, route in layers.routes.items():
        link = graph.links[ends]
        path = _path([where.boxes[key] for key in route])
        names = " → ".join(graph.nodes[key].name for key in ends)
        told = escape("\n".join((names, *link.hint)))
        lit = f"l{numbers[ends[0]]} l{numbers[ends[1]]}"
        target = where.boxes[ends[1]]
        yield f'<g><path class="link {lit}" d="{path}"/><path class="wide" d="{path}"/><title>{told}</title></g>'
        x, y = target.x, target.middle
        yield f'<path class="arrow" d="M{x:.1f} {y:.1f}l-6 -3.2v6.4z"/>'


def _path(boxes: list[Box]) -> str:
    """A smooth line from the right side of the first box to the left side of the last, straight past the others."""
    x, y = boxes[0].x + boxes[0].width, boxes[0].middle
    parts = [f"M{x:.1f} {y:.1f}"]
    for box in boxes[1:]:
        half = (x + box.x) / 2
        parts.append(f"C{half:.1f} {y:.1f} {half:.1f} {box.middle:.1f} {box.x:.1f} {box.middle:.1f}")
        x, y = box.x + box.width, box.middle
        if box is not boxes[-1]:
            parts.append(f"H{x:.1f}")
    return "".join(parts)


def _node(node: Node, box: Box, number: int) -> Iterator[str]:
    sort = node.sort
    if sort == "outcome":
        kind = "good" if node.name in _GOOD else "bad" if node.name in _BAD else "warn"
        sort_class = f"outcome {kind}"
    else:
        sort_class = sort
    yield f'<g class="node {sort_class}" id="n{number}" data-key={quoteattr(node.key)}>'
    yield (
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="{4 if node.group else 8}"/>'
    )
    y = box.y + PAD_Y + TITLE
    for line in box.title:
        yield f'<text x="{box.x + PAD_X:.1f}" y="{y:.1f}" font-size="{TITLE:g}">{escape(line)}</text>'
        y += LINE
    y += SMALL - TITLE
    for line in box.small:
        at = f'x="{box.x + PAD_X:.1f}" y="{y:.1f}"'
        yield f'<text class="small" {at} font-size="{SMALL:g}" lang="en">{escape(line)}</text>'
        y += SMALL_LINE
    yield f"<title>{escape(chr(10).join((node.name, *node.hint)))}</title>"
    yield "</g>"
