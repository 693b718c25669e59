"""A service with every shared case decided and some of them taken further, for the tests of packages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from decision_service.ledger.entry import Contents, Entry, canonical
from tests.http.staging import CASES, DAY, Stage, application, sandbox_config, staged
from verifiers.sandbox.running import running


@dataclass(frozen=True)
class Archive:
    """A ledger with decisions by case, and its public key as people hand it on."""

    stage: Stage
    ledger: Path
    answers: dict[str, dict]
    public_key: str

    def number(self, case: str) -> str:
        return self.answers[case]["decision_id"]


def outcome_of(stage: Stage, decision: dict) -> None:
    """An officer's outcome on record, of the case of a decision."""
    ledger, number = stage.state.services.ledger, decision["decision_id"]
    (record,) = (one for one in ledger.read(0, 1000) if one.entry.record_id == number)
    told = {
        "decision_id": number,
        "decided_by": "officer",
        "decided_at": f"{DAY}T11:00:00.000+08:00",
        "outcome": "APPROVED",
        "reasons": [{"zh": "经复核，符合条件", "en": None}],
        "basis": [{"number": 1, "zh": "老年人权益保障法第三十三条第二款", "en": "Law, art. 33", "edition": "2018"}],
        "result": {},
        "obligations": [],
        "remedies": None,
    }
    said = canonical(told)
    ledger.append_blocking(
        Entry(
            kind="officer_outcome",
            record_id=f"outcome:{number}:1",
            decision_id=number,
            application_id=decision["application_id"],
            matter=decision["matter"],
            caller="officer-7",
            key=f"outcome:{number}",
            at=f"{DAY}T11:00:00.000+08:00",
            policy_digest=record.entry.policy_digest,
            subject=record.entry.subject,
            contents=Contents("0" * 64, said, canonical({"counts": "override"})),
        )
    )


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("archive")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        answers = {}
        for case in CASES:
            sent = application(case)
            stage.play(sent["application_id"], case["facts"])
            answers[case["id"]] = stage.decide(sent).json
        outcome_of(stage, answers["ELD-3"])
        receipt = stage.send("GET", f"/v1/decisions/{answers['ELD-1']['decision_id']}/receipt").json
        yield Archive(stage, folder / "ledger.sqlite3", answers, receipt["public_key"])
