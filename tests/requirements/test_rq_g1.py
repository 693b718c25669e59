"""RQ-G1: every finished case can be rated once, bad ratings are answered, and no rating ever changes a decision."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.casework.office import OFFICER, PLATFORM, Office, problem
from tests.casework.test_feedback import rate
from tests.http.staging import CASES, Stage, application

OPEN = {"REFERRED", "CORRECTION_REQUIRED", "ACCEPTED_TOLERANT"}


@pytest.mark.parametrize("case", [one["id"] for one in CASES])
def test_each_closed_application_yields_one_rating_key(bureau: Office, case: str) -> None:
    decision = bureau.decide(case)
    key = decision["feedback"]["rating_key"]
    assert (key is None) == (decision["outcome"] in OPEN or "referred_items" in decision["result"])
    if key is not None:
        assert rate(bureau, decision, 1).status == 200
        assert problem(rate(bureau, decision, 1)) == "409 rated_before"


def test_a_referred_case_yields_its_key_with_the_officers_outcome(bureau: Office) -> None:
    decision = bureau.decide("ELD-5")
    key = bureau.outcome(OFFICER, bureau.claim(decision), "APPROVED").json["feedback"]["rating_key"]
    assert rate(bureau, decision, 5, key).status == 200
    assert problem(rate(bureau, decision, 5, key)) == "409 rated_before"


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_levels_4_and_5_open_a_task_that_is_answered(bureau: Office, level: int) -> None:
    decision = bureau.decide("ELD-1")
    assert rate(bureau, decision, level).status == 200
    assert [one["task_type"] for one in bureau.items(decision)] == (["bad_rating"] if level >= 4 else [])
    if level >= 4:
        assert bureau.act(OFFICER, bureau.claim(decision), "answer", {"zh": "已整改"}).status == 200
        assert bureau.case(decision)["rating"]["answer"]["zh"] == "已整改"


@pytest.mark.parametrize("level", [0, 6, "1", 1.0, True, None])
def test_there_are_five_levels(bureau: Office, level: object) -> None:
    decision = bureau.decide("ELD-1")
    assert rate(bureau, decision, level).status == 422  # type: ignore[arg-type]  # what others send
    assert bureau.case(decision)["rating"] is None


def test_ratings_never_feed_back_into_decisions(bureau: Office) -> None:
    """A platform whose cases are rated as badly as can be gets the same answers; and by their imports (pyproject.toml,
    `lint-imports`) the rooms that decide can't even read what people sent back."""
    first = bureau.decide("ELD-2")
    for _ in range(20):
        assert rate(bureau, bureau.decide("ELD-2"), 5).status == 200
    again = bureau.decide("ELD-2")
    assert {name: again[name] for name in ("outcome", "reasons", "result", "notes", "advice")} == {
        name: first[name] for name in ("outcome", "reasons", "result", "notes", "advice")
    }
    code = "import sys, decision_service.desk; print(*[name for name in sys.modules if '.casework' in name])"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == ""


def test_no_rating_is_told_to_anybody_else(bureau: Office, stage: Stage) -> None:
    decision = bureau.decide("ELD-1")
    rate(bureau, decision, 2)
    assert bureau.guarded.send("platform-b", "GET", f"/v1/decisions/{decision['decision_id']}/case").status == 404
    assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"
    assert bureau.case(decision)["rating"]["level"] == 2
    assert PLATFORM != "platform-b"
