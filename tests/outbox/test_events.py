"""What goes out: every record of the ledger as a CloudEvent, to each class of subscriber as much as it may know."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from decision_service.ledger.entry import Contents, Entry, Recorded, canonical
from decision_service.outbox.places import Places
from tests.http.staging import CASES, DAY, PATIENCE, Stage, application, sandbox_config, staged
from tests.outbox.receiving import Receiver, eventually, receiver, subscribers
from verifiers.sandbox.running import running

CLOUD_EVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": "^[^.]+$"},
        "source": {"type": "string", "minLength": 1},
        "type": {"type": "string", "pattern": "^miaopi(\\.[a-z_]+)+$"},
        "subject": {"type": "string", "minLength": 1},
        "time": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "minLength": 1},
        "data": {"type": "object"},
    },
    "patternProperties": {"^[a-z0-9]+$": {}},
    "additionalProperties": False,
}


@dataclass
class Scene:
    """A service with three subscribers and its decisions by case."""

    stage: Stage
    receivers: dict[str, Receiver]
    answers: dict[str, dict]
    places: Path
    settled: int = -1

    def record(self, kind: str, case: str = "", answer: dict | None = None, **more: object) -> Recorded:
        """Puts something else on record, of the case of a decision or of none."""
        decision = self.answers.get(case)
        number = decision["decision_id"] if decision else ""
        ledger = self.stage.state.services.ledger
        fields: dict = {
            "kind": kind,
            "record_id": f"{kind}:{number}:{len(ledger.read(0, 1000))}",
            "decision_id": number,
            "application_id": decision["application_id"] if decision else "",
            "matter": decision["matter"] if decision else "",
            "caller": "officer-7",
            "key": f"{kind}:{number}:{len(ledger.read(0, 1000))}",
            "at": f"{DAY}T10:00:00.000+08:00",
            "policy_digest": "",
            "subject": b"s" * 16 if decision else b"",
            "contents": Contents("0" * 64, canonical(answer or {"kind": kind}), canonical(more.pop("archive", {}))),
        }
        return ledger.append_blocking(Entry(**(fields | more)))

    def of(self, name: str, record: Recorded) -> list[dict]:
        """The events of a record that a subscriber got, once it got everything."""
        if record.index >= self.settled:
            self.settle()
        return [one for one in self.receivers[name].events() if one["data"]["record"]["index"] == record.index]

    def settle(self) -> None:
        """Waits until everybody is past the last record."""
        self.settled = len(self.stage.state.services.ledger.read(0, 1000))
        eventually(lambda: self._least_place() >= self.settled)

    def _least_place(self) -> int:
        with closing(Places(self.places)) as places:
            return min(one.next for one in places.all())


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("events")
    with (
        receiver(folder, "bare") as bare,
        receiver(folder, "full") as full,
        receiver(folder, "hall") as hall,
        receiver(folder, "stranger") as stranger,
        receiver(folder, "watch") as watch,
        running(sandbox_config()) as registers,
    ):
        path = subscribers(
            folder,
            bare=(bare, 'class = "exchange"'),
            full=(full, 'class = "exchange"\nshare = ["result", "applicant"]'),
            hall=(hall, 'class = "platform"\nplatform = "platform"'),
            stranger=(stranger, 'class = "platform"\nplatform = "another"'),
            watch=(watch, 'class = "supervision"'),
        )
        with staged(folder, registers, subscribers=path) as stage:
            answers = {}
            for case in CASES:
                sent = application(case)
                stage.play(sent["application_id"], case["facts"])
                answers[case["id"]] = stage.decide(sent).json
            receivers = {"bare": bare, "full": full, "hall": hall, "stranger": stranger, "watch": watch}
            yield Scene(stage, receivers, answers, Places.beside(folder / "ledger.sqlite3"))


def test_every_decision_is_one_event_in_the_order_of_the_ledger_and_signed(scene: Scene) -> None:
    scene.settle()
    for name in ("bare", "full", "hall", "watch"):
        found = scene.receivers[name]
        decisions = [one for one in found.events() if one["data"]["kind"] == "decision"]
        assert [one["subject"] for one in decisions] == [one["decision_id"] for one in scene.answers.values()]
        indexes = [one["data"]["record"]["index"] for one in found.events()]
        assert indexes == sorted(indexes)
        for delivery in found.got():
            assert delivery.is_signed
            assert delivery.headers["webhook-id"] == delivery.event["id"]
            assert delivery.headers["content-type"] == "application/cloudevents+json; charset=UTF-8"
            Draft202012Validator(CLOUD_EVENT).validate(delivery.event)
            leaf = delivery.event["data"]["record"]["leaf"]
            assert delivery.event["id"].endswith(leaf.removeprefix("sha256:")[:16])
    assert not scene.receivers["stranger"].got()


def test_the_type_says_what_became_of_it(scene: Scene) -> None:
    scene.settle()
    types = {one["subject"]: one["type"] for one in scene.receivers["watch"].events() if "subject" in one}
    for answer in scene.answers.values():
        special = {"CORRECTION_REQUIRED": "corrected", "REFERRED": "referred"}.get(answer["outcome"], "decided")
        assert types[answer["decision_id"]] == f"miaopi.decision.{special}"


def test_no_class_but_the_entitled_one_is_told_a_personal_value(scene: Scene) -> None:
    scene.settle()
    for name, found in scene.receivers.items():
        text = "\n".join(one.body.decode() for one in found.got())
        for case in CASES:
            form = case["form"]
            for value in (form.get("id_no"), form.get("applicant_name"), form.get("mother_id"), form.get("cert_no")):
                if value and name != "full":
                    assert str(value) not in text
        if name != "full":
            assert "result" not in text.replace("_result", "")
            assert "human_review_key" not in text
    entitled = scene.receivers["full"].events()[0]["data"]
    answer = next(iter(scene.answers.values()))
    assert entitled["result"] == answer["result"]
    assert entitled["applicant"]["id_no"] == CASES[0]["form"]["id_no"]


def test_supervision_sees_codes_time_limits_and_anomalies(scene: Scene) -> None:
    scene.settle()
    told = {one.get("subject"): one["data"] for one in scene.receivers["watch"].events()}
    approved = told[scene.answers["ELD-1"]["decision_id"]]
    assert approved["item_code"] == "11210100DEMX9001303210599001000"
    assert (approved["item_type"], approved["case_type"], approved["handle_form"]) == ("05", "1", "3")
    assert approved["time_limit"] == {
        "limit_ms": 3000 * PATIENCE,
        "elapsed_ms": scene.answers["ELD-1"]["elapsed_ms"],
        "in_time": True,
    }
    assert approved["anomalies"] == []
    late = [one for one in scene.answers.values() if any(v["status"] == "timeout" for v in one["verifications"])]
    assert late
    for one in late:
        assert any(word.startswith("register_timeout:") for word in told[one["decision_id"]]["anomalies"])


def test_an_officer_who_decides_otherwise_is_an_override(scene: Scene) -> None:
    said = {"outcome": "APPROVED", "outcome_text": {"zh": "予以批准", "en": "approved"}, "reasons": [{"zh": "私密"}]}
    record = scene.record("officer_outcome", "ELD-3", said, archive={"counts": "override"})
    (watch,) = scene.of("watch", record)
    assert watch["type"] == "miaopi.officer_outcome"
    assert watch["data"]["override"] == {"machine": "REJECTED", "officer": "APPROVED", "overridden": True}
    (hall,) = scene.of("hall", record)
    assert (hall["data"]["outcome"], hall["data"]["adverse"], hall["data"]["notify"]) == (
        "APPROVED",
        False,
        "principal",
    )
    (bare,) = scene.of("bare", record)
    assert bare["data"]["outcome"] == "APPROVED"
    assert "私密" not in json.dumps([watch, hall, bare], ensure_ascii=False)


def test_what_is_about_nobody_is_told_to_supervision_whole_and_to_nobody_else(scene: Scene) -> None:
    record = scene.record("drift_alarm", answer={"rate": "approval", "matter": "senior_card"})
    (event,) = scene.of("watch", record)
    assert (event["type"], event["data"]["said"]["rate"]) == ("miaopi.alarm.drift", "approval")
    assert "subject" not in event
    assert not [name for name in ("bare", "full", "hall", "stranger") if scene.of(name, record)]


@pytest.mark.parametrize("kind", ["erasure", "erasure_request", "whatever_comes_later"])
def test_of_an_erasure_and_of_kinds_unknown_nothing_but_that_it_was_is_told(scene: Scene, kind: str) -> None:
    record = scene.record(kind, answer={"subject": "ab" * 16, "note": "私密", "keys": ["cd" * 8]})
    (event,) = scene.of("watch", record)
    assert set(event["data"]) == {"kind", "record_id", "record"}


@pytest.mark.parametrize("kind", ["case_claim", "sample", "blind_finding", "task"])
def test_what_an_authority_does_inside_is_no_platforms_business(scene: Scene, kind: str) -> None:
    record = scene.record(kind, "ELD-1", {"reason": "私密"})
    assert len(scene.of("watch", record)) == 1
    assert not scene.of("hall", record)
    assert not scene.of("full", record)
    assert "私密" not in json.dumps(scene.of("watch", record), ensure_ascii=False)


def test_a_kind_that_nobody_knows_goes_out_under_its_own_name_and_without_its_contents(scene: Scene) -> None:
    record = scene.record("quantum_audit", "ELD-1", {"secret": "私密"})
    for name in ("watch", "hall"):
        (event,) = scene.of(name, record)
        assert event["type"] == "miaopi.record.quantum_audit"
        assert event["subject"] == scene.answers["ELD-1"]["decision_id"]
        assert "私密" not in json.dumps(event, ensure_ascii=False)


def test_a_record_that_is_not_what_its_kind_says_is_told_as_unreadable_and_holds_nothing_up(scene: Scene) -> None:
    record = scene.record("officer_outcome", "ELD-1", {"no": "outcome"})
    for name in ("watch", "hall"):
        (event,) = scene.of(name, record)
        assert event["data"]["unreadable"] is True
    after = scene.record("rating", "ELD-1")
    assert len(scene.of("hall", after)) == 1
