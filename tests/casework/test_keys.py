"""The keys of feedback: in each answer, to rate with only where the case is closed; older records have none."""

import orjson
import pytest

from decision_service.archive import Archive, read_archive
from decision_service.ledger.store import ByDecision
from decision_service.outcome import Outcome
from tests.http.staging import BY_ID, Stage, application


@pytest.mark.parametrize(
    ("case", "outcome", "closed"),
    [("ELD-1", "APPROVED", True), ("ELD-3", "REJECTED", True), ("ELD-5", "REFERRED", False)],
)
def test_a_closed_case_has_a_rating_key_and_each_a_complaint_key(
    stage: Stage, case: str, outcome: Outcome, closed: bool
) -> None:
    sent = application(case)
    stage.play(sent["application_id"], BY_ID[case]["facts"])
    told = stage.decide(sent).json
    assert told["outcome"] == outcome
    keys = told["feedback"]
    assert (keys["rating_key"] is not None) is closed
    assert keys["complaint_key"].split("-")[1].lower() == told["decision_id"].replace("-", "")
    assert told["decision_id"] not in (keys["rating_key"] or "")


def test_an_archive_of_before_there_were_keys_is_read(stage: Stage) -> None:
    told = stage.decide(application("ELD-1")).json
    newest: Archive = read_archive(stage.state.services.ledger.find(ByDecision(told["decision_id"]))[0].entry.archive)
    raw = orjson.loads(newest.to_bytes())
    del raw["occasion"]["rating_key"], raw["occasion"]["complaint_key"]
    old = read_archive(orjson.dumps(raw))
    assert (old.occasion.rating_key, old.occasion.complaint_key) == ("", "")
    assert old.occasion.human_review_key == newest.occasion.human_review_key
