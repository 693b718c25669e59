"""docs/integrators.md: its example is decided, its outcomes, problems and routes are those of the source."""

import json
import re
from datetime import date
from pathlib import Path

from decision_service.http.problems import PROBLEMS
from decision_service.outcome import APPROVALS, Outcome
from tests.requirements.deciding import answer, policy_of

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")


def test_the_example_is_an_application_that_is_approved() -> None:
    found = re.search(r"^```json\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    sent = json.loads(found[1])
    facts = policy_of(sent["matter"]).cases[0].facts
    assert answer(sent["matter"], sent["form"], facts, date(2026, 3, 16))["outcome"] in APPROVALS


def test_every_outcome_is_told() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", TEXT, re.MULTILINE)) == {outcome.value for outcome in Outcome}


def test_every_problem_is_listed_under_its_status() -> None:
    listed = {
        code: int(status)
        for status, codes in re.findall(r"^\| (\d{3}) \| (.*) \|$", TEXT, re.MULTILINE)
        for code in re.findall(r"`(\w+)`", codes)
    }
    assert listed == {code: said.status for code, said in PROBLEMS.items()}


def test_every_route_that_is_named_is_there() -> None:
    part = TEXT[TEXT.index("## More") :]
    named = {(verb, path) for verb, path in re.findall(r"(GET|POST) (/v1/[^`\s]*)", part)}
    assert len(named) >= 10
    source = Path(__file__).resolve().parents[2] / "decision_service" / "http"
    served = set()
    for module in source.glob("*.py"):
        text = module.read_text(encoding="utf-8")
        prefix = re.search(r'APIRouter\(prefix="([^"]*)"', text)
        for verb, path in re.findall(r'@router\.(get|post)\("([^"]*)"', text):
            served.add((verb.upper(), (prefix[1] if prefix else "") + path))
    assert named <= served
