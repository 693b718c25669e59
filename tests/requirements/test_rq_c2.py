"""RQ-C2: what was given or fetched once is not asked for again."""

from tests.http.staging import BY_ID, Stage, application


def test_after_a_correction_only_the_corrected_item_is_needed(stage: Stage) -> None:
    """The second submission holds one field; everything else is carried over, and no register is asked twice."""
    sent = application("ELD-1", pay_to=None)
    first = stage.decide(sent)
    assert (first.json["outcome"], first.codes) == ("CORRECTION_REQUIRED", ["C01_FIELD_MISSING"])
    second = stage.decide({**sent, "form": {"pay_to": BY_ID["ELD-1"]["form"]["pay_to"]}})
    assert second.json["outcome"] == "APPROVED"
    assert second.json["result"] == {**second.json["result"], **BY_ID["ELD-1"]["expect"]["result"]}
    asked = stage.asked(sent["application_id"])
    assert asked
    assert len(asked) == len(set(asked))


def test_the_carried_over_form_is_that_of_this_application_alone(stage: Stage) -> None:
    """A field given in one application never fills that of another."""
    stage.decide(application("ELD-1", pay_to=None))
    other = application("ELD-1")
    got = stage.decide({**other, "form": {"pay_to": "social_security_card"}})
    assert got.json["outcome"] == "CORRECTION_REQUIRED"
    assert "C01_FIELD_MISSING" in got.codes


def test_what_is_decided_is_not_decided_again(stage: Stage) -> None:
    """After any other outcome a new submission of the same application is turned away, and names the decision."""
    sent = application("ELD-1")
    first = stage.decide(sent)
    assert first.json["outcome"] == "APPROVED"
    again = stage.decide(sent)
    assert again.status == 409
    assert again.json["decision_id"] == first.json["decision_id"]
