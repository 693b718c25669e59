"""Who is asked, and who is not: identity first, nothing that cannot matter, credit once, unlisted registers never."""

from tests.http.staging import BY_ID, Stage, application


def asked(stage: Stage, case: str, facts: dict | None = None, **form: object) -> tuple[list[str], dict]:
    sent = application(case, **form)
    stage.play(sent["application_id"], {**BY_ID[case]["facts"], **(facts or {})})
    got = stage.decide(sent)
    assert got.status == 200, got.body
    return sorted(stage.asked(sent["application_id"])), got.json


def test_once_the_identity_fails_nobody_but_credit_is_asked(stage: Stage) -> None:
    found, answer = asked(stage, "ELD-1", {"population": {"match": False}})
    assert found == ["credit", "population"]
    assert [one["code"] for one in answer["reasons"]] == ["R05_IDENTITY_MISMATCH"]
    assert answer["advice"] == []


def test_someone_of_ninety_five_is_never_asked_whether_she_is_poor(stage: Stage) -> None:
    found, answer = asked(stage, "ELD-1", id_no="21010019310315882X")
    assert "low_income" not in found
    assert answer["outcome"] == "APPROVED"


def test_someone_of_eighty_is_asked(stage: Stage) -> None:
    found, _ = asked(stage, "ELD-2")
    assert "low_income" in found


def test_a_number_that_cannot_exist_is_asked_about_nowhere_credit_neither(stage: Stage) -> None:
    found, answer = asked(stage, "ELD-1", id_no="210100193505208820")
    assert found == []
    assert [one["code"] for one in answer["reasons"]] == ["C03_ID_CHECKSUM"]


def test_with_another_document_only_credit_is_asked(stage: Stage) -> None:
    found, answer = asked(stage, "ELD-1", id_type="414", id_no="E12345678")
    assert found == ["credit"]
    assert [one["code"] for one in answer["reasons"]] == ["R14_ORDINARY_PROCEDURE"]


def test_a_document_number_that_cannot_be_said_is_not_sent_anywhere(stage: Stage) -> None:
    for value in ({"a": 1}, ["x"], 7, "a\nb", "x" * 300):
        found, answer = asked(stage, "ELD-1", id_type="414", id_no=value)
        assert found == []
        assert answer["outcome"] == "REFERRED"


def test_credit_is_asked_exactly_once_even_when_it_does_not_answer(stage: Stage) -> None:
    found, answer = asked(stage, "ELD-1", {"credit": {"status": "error"}})
    assert found.count("credit") == 1
    assert answer["outcome"] == "APPROVED"
    assert "I05_DEFERRED_CHECK" in [one["code"] for one in answer["notes"]]


def test_a_number_is_taken_only_when_an_approval_would_follow(stage: Stage) -> None:
    approved, _ = asked(stage, "BIZ-1")
    assert "number_pool" in approved
    refused, answer = asked(stage, "BIZ-1", {"business_names": {"conflict": True}})
    assert answer["outcome"] != "APPROVED"
    assert "number_pool" not in refused


def test_a_register_that_the_matter_does_not_list_is_not_asked(stage: Stage) -> None:
    found, answer = asked(stage, "DIS-2")
    assert "marriage" not in found
    assert answer["outcome"] == "APPROVED"
