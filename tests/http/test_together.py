"""Several applications in one request: a batch, and the bundles (一件事)."""

from tests.http.staging import BY_ID, Stage, application

SHARED = {**BY_ID["ELD-3"]["form"], "delivery": "electronic"}


def bundle(stage: Stage, number: str, key: str, form: dict, channel: str = "mobile"):
    sent = {"application_id": number, "channel": channel, "form": form}
    return stage.send("POST", "/v1/bundles/ELDER/decisions", sent, {"Idempotency-Key": key})


def play(stage: Stage, number: str, case: str = "ELD-3", **facts: dict) -> None:
    for matter in ("senior_card", "elderly_allowance"):
        stage.play(f"{number}:{matter}", {**BY_ID[case]["facts"], **facts})


def test_the_steps_of_a_bundle_are_decided_separately(stage: Stage) -> None:
    play(stage, "BUN-3")
    got = bundle(stage, "BUN-3", "bun-3", SHARED)
    assert got.status == 200, got.body
    assert got.json["outcome"] == "PARTIALLY_APPROVED"
    parts = {matter: one["outcome"] for matter, one in got.json["parts"].items()}
    assert parts == {"senior_card": "APPROVED", "elderly_allowance": "REJECTED"}
    for one in got.json["parts"].values():
        assert stage.send("GET", f"/v1/decisions/{one['decision_id']}").json == one
    again = bundle(stage, "BUN-3", "bun-3", SHARED)
    assert again.body == got.body
    assert again.headers["idempotent-replayed"] == "true"
    assert bundle(stage, "BUN-3", "bun-3", SHARED, "pc").status == 422


def test_parts_alike_give_that_outcome_and_the_stronger_wins_otherwise(stage: Stage) -> None:
    old = {**BY_ID["ELD-1"]["form"], "delivery": "electronic"}
    play(stage, "BUN-a", "ELD-1")
    assert bundle(stage, "BUN-a", "bun-a", old).json["outcome"] == "APPROVED"
    play(stage, "BUN-b", "ELD-1", population={"match": False})
    assert bundle(stage, "BUN-b", "bun-b", old).json["outcome"] == "REFERRED"
    play(stage, "BUN-c", "ELD-3", deaths={"hit": True})
    got = bundle(stage, "BUN-c", "bun-c", SHARED)
    assert {one["outcome"] for one in got.json["parts"].values()} == {"REFERRED"}


def test_after_a_correction_the_parts_that_were_decided_stand(stage: Stage) -> None:
    form = {**BY_ID["ELD-1"]["form"], "delivery": "electronic", "pay_to": None}
    play(stage, "BUN-d", "ELD-1")
    first = bundle(stage, "BUN-d", "bun-d1", form).json
    parts = {matter: one["outcome"] for matter, one in first["parts"].items()}
    assert parts == {"senior_card": "APPROVED", "elderly_allowance": "CORRECTION_REQUIRED"}
    second = bundle(stage, "BUN-d", "bun-d2", {"pay_to": "social_security_card"}).json
    assert second["outcome"] == "APPROVED"
    assert second["parts"]["senior_card"] == first["parts"]["senior_card"]


def test_a_field_of_no_matter_is_told_by_every_part(stage: Stage) -> None:
    got = bundle(stage, "BUN-e", "bun-e", {**SHARED, "colour": "red"}).json
    for one in got["parts"].values():
        assert "C02_FIELD_FORMAT" in [reason["code"] for reason in one["reasons"]]


def test_the_bundles_are_listed_and_an_unknown_one_is_not_there(stage: Stage) -> None:
    listed = stage.send("GET", "/v1/bundles").json["bundles"]
    assert listed == [
        {"code": "ELDER", "zh": "老年人一件事", "en": listed[0]["en"], "steps": ["senior_card", "elderly_allowance"]}
    ]
    got = stage.send(
        "POST",
        "/v1/bundles/OTHER/decisions",
        {"application_id": "x", "channel": "pc", "form": {}},
        {"Idempotency-Key": "x"},
    )
    assert (got.status, got.json["type"]) == (404, "urn:miaopi:problem:unknown_bundle")


def test_each_item_of_a_batch_is_answered_as_it_would_be_alone(stage: Stage) -> None:
    good, bad, unknown = application("ELD-1"), application("ELD-1", id_no="1"), application("ELD-1")
    unknown["matter"] = "nothing"
    items = [
        {"idempotency_key": f"batch-{place}", "application": one}
        for place, one in enumerate((good, bad, unknown, {**good, "channel": "pc"}))
    ]
    got = stage.send("POST", "/v1/decisions:batch", {"items": items}).json["items"]
    assert [one["status"] for one in got] == [200, 200, 404, 409]
    assert [one["body"].get("outcome") for one in got] == ["APPROVED", "CORRECTION_REQUIRED", None, None]
    assert stage.decide(good, "batch-0").json == got[0]["body"]


def test_a_batch_has_at_most_a_hundred_items(stage: Stage) -> None:
    item = {"idempotency_key": "k", "application": application("ELD-1")}
    got = stage.send("POST", "/v1/decisions:batch", {"items": [item] * 101})
    assert (got.status, got.json["errors"]) == (422, [{"pointer": "/items", "code": "too_long"}])
