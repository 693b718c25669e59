"""The graph of a policy: everything is in it, nothing lies over anything else, and it is the same every time."""

import itertools
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.graphing import graph_of, graph_svg
from decision_service.graphing.layering import crossings, layers_of
from decision_service.graphing.lettering import lines, width
from decision_service.graphing.model import Graph, Link, Node
from decision_service.graphing.placing import Frame, placed
from decision_service.policy.needs import deciding, reads
from decision_service.policy.shape import Policy
from tests.shipped import shelf
from tests.sizes import size

RULES = Path(__file__).resolve().parents[2] / "rules"
SVG = "{http://www.w3.org/2000/svg}"


def policies() -> tuple[Policy, ...]:
    return tuple(shelf().policies())


def overlap(one: object, other: object) -> bool:
    sides = [[getattr(part, name) for name in ("x", "y", "width", "height")] for part in (one, other)]
    (x, y, w, h), (x2, y2, w2, h2) = sides
    return bool(x < x2 + w2 and x2 < x + w and y < y2 + h2 and y2 < y + h)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_everything_that_decides_is_in_it_and_hangs_together(policy: Policy) -> None:
    graph = graph_of(policy, shelf().catalogue)
    names = {(node.sort, node.name) for node in graph.nodes.values()}
    assert {("rule", rule.id) for rule in policy.rules} <= names
    assert {("result", result.name) for result in policy.results} <= names
    assert {("outcome", one.outcome.value) for rule in policy.rules for one in rule.alternatives} <= names
    lets = {let.name: let for let in policy.lets}
    read = {type(node).__name__ + node.field_name for node in reads(deciding(policy), lets, policy.tables)}
    sorts = {"FormRef": "form", "FactRef": "fact"}
    for one in read:
        kind, name = one[:7], one[7:]
        assert (sorts[kind], name) in names
    for source, target in graph.links:
        assert {source, target} <= set(graph.nodes)
    linked = {end for ends in graph.links for end in ends}
    assert linked == set(graph.nodes)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_nothing_lies_over_anything_else(policy: Policy) -> None:
    graph = graph_of(policy, shelf().catalogue)
    where = placed(graph, layers_of(graph))
    boxes = [where.boxes[key] for key in graph.nodes]
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]
    assert not [pair for pair in itertools.combinations(where.frames, 2) if overlap(*pair)]
    others = [where.boxes[key] for key, node in graph.nodes.items() if not node.group or node.sort == "day"]
    assert not [1 for frame in where.frames for box in others if frame.group != "day" and overlap(frame, box)]


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_the_document_is_one_alone_with_every_text_and_the_same_each_time(policy: Policy) -> None:
    text = graph_svg(policy, shelf().catalogue)
    assert text == graph_svg(policy, shelf().catalogue)
    assert not re.search(r"<script|href=|url\(|@import", text)
    root = ET.fromstring(text)  # noqa: S314 - our own document, of this test
    nodes = {node.get("data-key"): node for node in root.iter(f"{SVG}g") if node.get("data-key")}
    assert set(nodes) == set(graph_of(policy, shelf().catalogue).nodes)
    for rule in policy.rules:
        shown = "".join(part.text or "" for part in nodes[f"rule {rule.id}"].findall(f"{SVG}text"))
        assert rule.label.zh.replace(" ", "") in shown.replace(" ", "")
        hint = nodes[f"rule {rule.id}"].find(f"{SVG}title")
        assert hint is not None
        assert rule.label.en in (hint.text or "")
    links = [part for part in root.iter(f"{SVG}path") if "link" in (part.get("class") or "").split()]
    assert len(links) == len(graph_of(policy, shelf().catalogue).links)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.sampled_from("甲乙，。（ab c-1"), max_size=60), st.integers(60, 300))
def test_lines_keep_the_text_and_fit(text: str, most: int) -> None:
    found = lines(text, 14, most)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, 14) <= most + 2 * 14 * 60 * (set(line) <= set("，。（")) + 14 * 4 for line in found)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph of facts in groups, names, rules and outcomes."""
    graph = Graph()
    facts = draw(st.integers(1, 8))
    for number in range(facts):
        group = draw(st.sampled_from("abc"))
        graph.groups.setdefault(group, policies()[0].name)
        graph.nodes[f"f{number}"] = Node(f"f{number}", "fact", f"f{number}", None, (), group)
    for number in range(draw(st.integers(1, 14))):
        sort = draw(st.sampled_from(("let", "let", "rule", "rule")))
        key = f"{sort}{number}"
        known = [one for one, node in graph.nodes.items() if node.sort in ("fact", "let")]
        graph.nodes[key] = Node(key, sort, key, None)  # type: ignore[arg-type]  # one of the sorts
        for source in draw(st.lists(st.sampled_from(known), max_size=4, unique=True)):
            graph.links[source, key] = Link(source, key)
        if sort == "rule":
            graph.nodes.setdefault("o", Node("o", "outcome", "o", None))
            graph.links[key, "o"] = Link(key, "o")
    return graph


@settings(max_examples=size("graphs", quick=60, full=5000), deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_any_graph_is_laid_out_without_overlap_and_no_worse_than_it_came(graph: Graph) -> None:
    layers = layers_of(graph)
    keys = [key for column in layers.columns for key in column]
    assert len(keys) == len(set(keys)) == len(graph.nodes) + len(layers.passing)
    column = {key: number for number, found in enumerate(layers.columns) for key in found}
    for route in layers.routes.values():
        assert [column[key] for key in route] == list(range(column[route[0]], column[route[-1]] + 1))
    where = placed(graph, layers)
    boxes = [where.boxes[key] for key in graph.nodes]
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]
    frames: tuple[Frame, ...] = where.frames
    assert not [pair for pair in itertools.combinations(frames, 2) if overlap(*pair)]


def test_the_order_has_fewer_crossings_than_that_of_the_file() -> None:
    """By brute force on two columns: the least that there is."""
    graph = Graph(groups={})
    for name in "abcd":
        graph.nodes[name] = Node(name, "fact", name, None, (), name)
        graph.groups[name] = policies()[0].name
    for number, sources in enumerate(("d", "cd", "ab", "a")):
        graph.nodes[f"r{number}"] = Node(f"r{number}", "rule", f"r{number}", None)
        for source in sources:
            graph.links[source, f"r{number}"] = Link(source, f"r{number}")
    after = {name: [target for source, target in graph.links if source == name] for name in graph.nodes}
    layers = layers_of(graph)
    rules = [f"r{number}" for number in range(4)]
    orders = itertools.product(itertools.permutations("abcd"), itertools.permutations(rules))
    least = min(crossings(columns, after) for columns in orders)
    assert crossings(layers.columns, after) == least


def test_the_command_writes_it_and_tells_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "graph.svg"
    arguments = ["explain", "senior_card", "--graph", str(path), "--rules", str(RULES)]
    done = CliRunner().invoke(build(), [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert path.read_text(encoding="utf-8").startswith("<svg")
    assert {"key": "rule S2", "sort": "rule", "name": "S2"} in told["nodes"]
    assert told["links"]
    nowhere = [*arguments[:3], str(tmp_path / "no" / "where.svg"), *arguments[4:]]
    assert CliRunner().invoke(build(), nowhere).exit_code == 2
