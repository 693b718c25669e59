"""docs/operations.md names every metric and every field of a decision's line, and none that isn't there."""

import json
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from decision_service.clockguard import CAUSES
from decision_service.outbox.metrics import OutboxMetrics
from decision_service.workers.signs import CrewSigns
from tests.http.conftest import registers
from tests.http.staging import ROOT, Stage, application, staged

__all__ = ["registers"]

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ALWAYS = {"event", "level", "timestamp"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables under a heading, without their heads."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def served(stage: Stage) -> str:
    for case in ("ELD-1", "ELD-3"):
        assert stage.decide(application(case)).status == 200
    return stage.send("GET", "/metrics").body.decode()


def test_metrics_are_those_of_the_page(registers: str, tmp_path: Path) -> None:
    """A metric that is added is added to the page: name, type, labels and what it tells."""
    with staged(tmp_path, registers) as stage:
        OutboxMetrics(stage.state.services.telemetry.registry)  # there is none without subscribers
        CrewSigns(stage.state.services.telemetry)  # nor in one process
        families = [one for one in text_string_to_metric_families(served(stage)) if not one.name.endswith("_created")]
        known = stage.state.services.telemetry.registry._names_to_collectors
    told = {name.strip("`"): (kind, set(labels.split(", ")) - {""}) for name, kind, labels, _ in rows("Metrics")}
    assert {one.name: one.type for one in families} == {name: kind for name, (kind, _) in told.items()}
    for one in families:
        assert set(getattr(known.get(one.name), "_labelnames", ())) == told[one.name][1], one.name
    assert all(len(tells) > 5 for *_, tells in rows("Metrics"))


def test_the_line_of_a_decision_has_the_fields_of_the_page(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        served(stage)
        lines = [json.loads(line) for line in stage.log.getvalue().splitlines()]
    decided = [line for line in lines if line["event"] == "decided"]
    assert len(decided) == 2
    told = {name for names, _ in rows("Log") for name in re.findall(r"`(\w+)`", names)}
    for line in decided:
        assert set(line) - ALWAYS == told


def test_causes_of_mistrust_are_those_of_the_page() -> None:
    assert [row[0].strip("`") for row in rows("The clock")] == list(CAUSES)
