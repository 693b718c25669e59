"""Coming back after a correction: the form is completed, fresh answers are not asked for again (RQ-C2)."""

from tests.http.staging import BY_ID, Stage, application


def test_a_correction_is_laid_over_the_form_and_good_answers_serve_again(stage: Stage) -> None:
    sent = application("ELD-1")
    number = sent["application_id"]
    stage.play(number, {**BY_ID["ELD-1"]["facts"], "social_security_card": {"bank_function": "inactive"}})
    first = stage.decide(sent)
    assert (first.json["outcome"], first.codes) == ("CORRECTION_REQUIRED", ["C07_ACCOUNT_INACTIVE"])
    before = stage.asked(number)
    second = stage.decide({**sent, "form": {}})
    assert second.json["outcome"] == "CORRECTION_REQUIRED"
    assert stage.asked(number) == before, "fresh answers are used again"
    told = [{name: one[name] for name in ("register", "request_id")} for one in second.json["verifications"]]
    assert told == [{name: one[name] for name in ("register", "request_id")} for one in first.json["verifications"]]


def test_only_what_the_correction_touches_is_asked_anew(stage: Stage) -> None:
    sent = application("ELD-1", pay_to=None)
    first = stage.decide(sent)
    assert first.codes == ["C01_FIELD_MISSING"]
    before = stage.asked(sent["application_id"])
    second = stage.decide({**sent, "form": {"pay_to": "social_security_card"}})
    assert second.json["outcome"] == "APPROVED"
    after = stage.asked(sent["application_id"])
    assert len(after) == len(set(after))
    assert after.count("credit") == 1
    assert set(before) <= set(after)


def test_a_corrected_number_is_asked_about_itself(stage: Stage) -> None:
    right = BY_ID["ELD-1"]["form"]["id_no"]
    sent = application("ELD-1", id_no="210100193505208820")
    assert stage.decide(sent).codes == ["C03_ID_CHECKSUM"]
    assert stage.asked(sent["application_id"]) == []
    assert stage.decide({**sent, "form": {"id_no": right}}).json["outcome"] == "APPROVED"
    assert "credit" in stage.asked(sent["application_id"])


def test_another_person_is_asked_about_anew(stage: Stage) -> None:
    sent = application("ELD-1")
    stage.play(sent["application_id"], {"social_security_card": {"bank_function": "inactive"}})
    assert stage.decide(sent).json["outcome"] == "CORRECTION_REQUIRED"
    other = BY_ID["ELD-2"]["form"]
    stage.decide({**sent, "form": {"id_no": other["id_no"], "applicant_name": other["applicant_name"]}})
    assert stage.asked(sent["application_id"]).count("population") == 2


def test_what_did_not_answer_is_asked_again(stage: Stage) -> None:
    sent = application("ELD-1")
    number = sent["application_id"]
    stage.play(number, {"social_security_card": {"bank_function": "inactive"}, "credit": {"status": "error"}})
    assert stage.decide(sent).json["outcome"] == "CORRECTION_REQUIRED"
    stage.decide({**sent, "form": {}})
    assert stage.asked(number).count("credit") == 2
    assert stage.asked(number).count("population") == 1


def test_after_any_other_outcome_the_decision_stands(stage: Stage) -> None:
    for case in ("ELD-1", "ELD-3", "ELD-5", "ELD-6"):
        sent = application(case)
        stage.play(sent["application_id"], BY_ID[case]["facts"])
        first = stage.decide(sent).json
        assert first["outcome"] in ("APPROVED", "REJECTED", "REFERRED", "NOT_ACCEPTED")
        got = stage.decide(sent)
        assert (got.status, got.json["type"]) == (409, "urn:miaopi:problem:decided_before")
        assert got.json["decision_id"] == first["decision_id"]


def test_another_matter_cannot_take_the_number(stage: Stage) -> None:
    sent = application("ELD-1")
    assert stage.decide(sent).status == 200
    got = stage.decide({**sent, "matter": "senior_card"})
    assert (got.status, got.json["type"]) == (409, "urn:miaopi:problem:other_matter")
