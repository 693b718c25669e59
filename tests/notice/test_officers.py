"""The notice of an officer's outcome takes the place of the machine's: it says who decided, why, and what the remedies
are."""

from collections.abc import Iterator

import pytest

from tests.casework.office import OFFICER, PLATFORM, Office, office
from tests.http.staging import sandbox_config
from tests.notice.test_notice import LAWFUL, UNFILLED, Tags
from tests.requirements.test_rq_d3 import check_character
from verifiers.sandbox.running import running


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with running(sandbox_config()) as registers, office(tmp_path_factory.mktemp("officers"), registers) as found:
        yield found


def notice(bureau: Office, decision: dict, language: str) -> Tags:
    got = bureau.guarded.send(PLATFORM, "GET", f"/v1/decisions/{decision['decision_id']}/notice?lang={language}")
    assert got.status == 200, got.body
    return Tags(got.body.decode())


@pytest.mark.parametrize("language", ["zh", "en", "both"])
@pytest.mark.parametrize("word", ["APPROVED", "REJECTED", "NOT_ACCEPTED"])
def test_what_an_officer_decided_is_the_notice_that_stands(bureau: Office, word: str, language: str) -> None:
    decision = bureau.decide()
    before = notice(bureau, decision, language)
    item_id = bureau.claim(decision)
    if word == "REJECTED":
        bureau.hear(OFFICER, item_id)
    got = bureau.outcome(OFFICER, item_id, word, reasons_zh="经核实<b>", reasons_en="Found to be so")
    assert got.status == 200, got.body
    page = notice(bureau, decision, language)
    assert page.names <= LAWFUL
    assert not UNFILLED.search(page.text.replace("<b>", ""))
    assert page.text != before.text
    for zh, en in (("经核实<b>", "Found to be so"), ("本决定由工作人员作出", "An officer made this decision")):
        assert (zh in page.text) == (language != "en")
        assert (en in page.text) == (language != "zh")
    remedies = got.json["remedies"]
    assert (remedies is None) == (word == "APPROVED")
    if remedies is not None:
        assert remedies["review_channel"] in page.text
        assert remedies["human_review_key"] in page.text


def test_what_an_officer_grants_has_a_licence_identifier_too(bureau: Office) -> None:
    decision = bureau.decide()
    got = bureau.outcome(OFFICER, bureau.claim(decision), "APPROVED")
    identifier = got.json["licence"]["identifier"]
    *parts, check = identifier.removeprefix("1.2.156.3005.2.").split(".")
    assert check == check_character("".join(parts))
    assert identifier in notice(bureau, decision, "zh").text
