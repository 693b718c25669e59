"""A case that somebody has taken up is left to people; one that was decided again waits for no officer any more."""

from pathlib import Path

from decision_service.archive import read_archive
from decision_service.ledger.store import ByApplication
from tests.afterwards.test_again import LATE, facts
from tests.casework.office import PLATFORM, Office, office
from tests.http.staging import application, sandbox_config
from verifiers.sandbox.running import running


def waiting(bureau: Office, number: int) -> dict:
    """A case that waits for a register."""
    sent = application("ELD-1")
    bureau.guarded.stage.play(sent["application_id"], facts("ELD-1", **LATE))
    answer = bureau.guarded.decide(PLATFORM, sent, f"waits-{number}").json
    assert answer["outcome"] == "REFERRED"
    return answer


def review_key(bureau: Office, answer: dict) -> str:
    """The key that the notice of a decision carries."""
    ledger = bureau.guarded.stage.state.services.ledger
    (recorded,) = ledger.find(ByApplication(PLATFORM, answer["application_id"]))
    return read_archive(recorded.entry.archive).occasion.human_review_key


def decisions(bureau: Office, answer: dict) -> int:
    ledger = bureau.guarded.stage.state.services.ledger
    return len(ledger.find(ByApplication(PLATFORM, answer["application_id"])))


def test_what_people_take_up_stays_theirs(tmp_path: Path) -> None:
    with running(sandbox_config()) as registers, office(tmp_path, registers, decide_again_hours=24) as bureau:
        claimed, released, reviewed, read_only, left = (waiting(bureau, number) for number in range(5))
        bureau.claim(claimed)
        item_id = bureau.claim(released)
        assert bureau.act("officer", item_id, "release").status == 200
        asked = {"human_review_key": review_key(bureau, reviewed), "statement": "请人工复核"}
        path = f"/v1/decisions/{reviewed['decision_id']}/review"
        assert bureau.guarded.send(PLATFORM, "POST", path, asked).status == 202
        read = f"/v1/decisions/{read_only['decision_id']}"
        assert bureau.guarded.send(PLATFORM, "GET", f"{read}/notice").status == 200
        for one in (claimed, released, reviewed, read_only, left):
            bureau.guarded.stage.play(one["application_id"], facts("ELD-1"))
        bureau.until(lambda: decisions(bureau, read_only) == decisions(bureau, left) == 2, "both are decided again")
        assert [decisions(bureau, one) for one in (claimed, released, reviewed)] == [1, 1, 1]
        assert bureau.items(left) == []
        assert len(bureau.items(claimed)) == 1
        assert bureau.outcome("officer", bureau.items(claimed)[0]["item_id"], "APPROVED").status == 200
