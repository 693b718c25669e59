"""The report as a page and as JSON: every stage and matter with its figures, every line, well-formed."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest
from rich.console import Console

from decision_service.load.afterwards import Receipts
from decision_service.load.asjson import as_json
from decision_service.load.charts import HEIGHT, WIDTH, scatter, shares
from decision_service.load.judging import Bench
from decision_service.load.live import View
from decision_service.load.page import page
from decision_service.load.plan import Grounds, Plan
from decision_service.load.report import stage_load
from decision_service.load.run import Orders, Result
from tests.load.test_judging import answered


@pytest.fixture
def result(plan: Plan, grounds: Grounds) -> Result:
    samples = [
        replace(answered(plan, at % len(plan.pool.applications), stage), number=at, due=at / 10, ms=20.0 + 7 * at)
        for stage in range(len(plan.stages))
        for at in range(40)
    ]
    bench = Bench(plan)
    judged = [bench.judge(one) for one in samples]
    loads = tuple(stage_load(place, judged, plan) for place in range(len(plan.stages)))
    orders = Orders(
        Path("rules"), grounds.policies, grounds.catalogue, grounds.day, grounds.cases, plan.stages, 10, 10, 1
    )
    return Result(orders, plan, loads, plan.stages[3:5], Receipts(3, 3, (), trusted=False), None, 5, ("slow",), samples)


def test_the_page_is_well_formed_and_has_every_stage_and_line(result: Result) -> None:
    text = page(result)
    body = text[text.index("<body>") : text.index("</body>") + len("</body>")]
    tree = ET.fromstring(body)  # noqa: S314 - our own page
    assert len(list(tree.iter("svg"))) == 2 * len(result.stages)
    said = " ".join(tree.itertext())
    for one in result.stages:
        assert one.stage.title.zh in said
        assert one.stage.title.en in said
        for line in one.lines:
            assert line.zh in said
            assert line.en in said
    assert "script" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_charts_stay_in_their_box(result: Result) -> None:
    for one in result.stages:
        dots = scatter(one)
        assert len(dots.dots) == len(one.times)
        pairs = [*dots.p50.split(), *dots.p95.split(), *shares(one).points.split()]
        points = [(dot.x, dot.y) for dot in dots.dots] + [tuple(map(float, pair.split(","))) for pair in pairs]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)


def test_json_has_the_figures_that_the_lines_are_about(result: Result) -> None:
    told = json.loads(orjson.dumps(as_json(result)))
    assert [one["name"] for one in told["stages"]] == [one.name for one in result.plan.stages]
    assert told["not_possible"] == ["down", "slow"]
    assert told["unsettled"] == ["slow"]
    assert told["passed"] is result.passed
    for stage, load in zip(told["stages"], result.stages, strict=True):
        assert stage["requests"] == sum(stage["counts"].values()) == sum(one["requests"] for one in stage["matters"])
        assert {line["name"]: line["met"] for line in stage["lines"]} == {one.name: one.met for one in load.lines}
        for one in stage["matters"]:
            budget = result.plan.pool.policies[one["matter"]].budget
            assert one["budget_ms"] == {"p50": budget.p50, "p95": budget.p95, "deadline": budget.deadline}


@pytest.mark.parametrize("terminal", [True, False])
def test_a_run_is_shown_as_it_goes_on(plan: Plan, terminal: bool) -> None:
    console = Console(file=StringIO(), record=True, force_terminal=terminal, width=160)
    with View(plan, Bench(plan), console) as view:
        view.begun(0)
        view.came(answered(plan, 0))
        view.pulse(5, 4)
        view.ended(0)
    said = console.export_text()
    if terminal:
        assert all(stage.name in said for stage in plan.stages)
    else:
        assert "steady" in said
        assert "peak" not in said
        assert "正确 right 1" in said
