"""People of one's own: a file added, one fact edited, no code touched: the service's answer follows."""

import json
import uuid
from pathlib import Path

import pytest

from decision_service.demo.processes import Stage, staged
from decision_service.demo.submit import Connections
from tests.http.process import GATE_CASES, certificates
from verifiers.identifiers import make_citizen_id

ROOT = Path(__file__).parents[2]
NUMBER = make_citizen_id("21010019340102886")
PERSON = """
people:
  - id_no: {number}
    name: 试示新人
    records:
      population: {{hukou_code: 210103}}
      deaths: {{hit: {hit}, date: {date}, source: {source}}}
"""
ALIVE = {"hit": "false", "date": "null", "source": "null"}
HIT = {"hit": "true", "date": "2026-02-11", "source": "funeral"}


@pytest.mark.parametrize(
    ("fact", "outcome", "codes"), [(ALIVE, "APPROVED", []), (HIT, "REFERRED", ["R13_DEATH_RECORD_HIT"])]
)
def test_a_person_added_by_a_file_is_decided_and_one_edited_fact_changes_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fact: dict[str, str], outcome: str, codes: list[str]
) -> None:
    """The same application, before and after one line of the file is edited."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MIAOPI_GATE_CASES", str(GATE_CASES))
    monkeypatch.setenv("MIAOPI_CERTIFICATES", certificates())
    data = tmp_path / "data"
    data.mkdir()
    (data / "mine.yaml").write_text(PERSON.format(number=NUMBER, **fact), encoding="utf-8")
    stage = Stage(rules=ROOT / "rules", data=data, folder=tmp_path, day="2026-03-16", latency=0)
    form = {
        "applicant_name": "试示新人",
        "id_type": "111",
        "id_no": NUMBER,
        "notice_read": True,
        "city": "210100",
        "pay_to": "social_security_card",
    }
    body = {"application_id": uuid.uuid4().hex, "matter": "elderly_allowance", "channel": "pc", "form": form}
    with staged(stage) as running, Connections() as connections:
        sent = {"Idempotency-Key": "one", **running.shows}
        status, answer = connections.send("POST", running.service, "/v1/decisions", body, sent)
    assert status == 200, json.dumps(answer)
    assert answer["outcome"] == outcome
    assert [reason["code"] for reason in answer["reasons"]] == codes  # type: ignore[attr-defined]  # an answer's reasons
