"""A person who is erased by the keeper is erased for every worker, whatever it had read or kept before (RQ-H2)."""

from tests.http.staging import application
from tests.workers.crewing import Crewed

PATH = "/control/v1/erasures"


def test_no_worker_reads_any_more_what_was_erased(crew: Crewed) -> None:
    sent = application("ELD-1")
    decided = crew.stage.decide(sent, "erased").json
    path = f"/v1/decisions/{decided['decision_id']}"
    assert {crew.stage.send("GET", path).status for _ in range(8)} == {200}, "both have read it"
    person = {"person": {"id_type": sent["form"]["id_type"], "id_no": sent["form"]["id_no"]}}
    asked = crew.guarded.send("officer", "POST", PATH, {**person, "ground": "ordered", "note": "judgment"})
    assert asked.status == 202, asked.body
    done = crew.guarded.send("chief", "POST", f"{PATH}/{asked.json['erasure']}/approve")
    assert done.status == 200, done.body
    assert {crew.stage.send("GET", path).json["type"] for _ in range(8)} == {"urn:miaopi:problem:erased"}
    again = {crew.stage.decide(sent, "erased").json["type"] for _ in range(8)}
    assert again == {"urn:miaopi:problem:erased"}
