"""How long an answer serves again: as long as the register's data count as fresh, whatever `no record` is dated."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from decision_service.application import Application
from decision_service.forms import read_form
from decision_service.ledger.entry import Recorded
from decision_service.planning import question
from decision_service.resubmission import submission_of
from tests.http.staging import BY_ID, DAY, application, publication, sandbox_config, staged
from verifiers.freshness import CHINA
from verifiers.sandbox.running import running

NOW = datetime(2026, 3, 16, 12, tzinfo=CHINA)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder: Path = tmp_path_factory.mktemp("kept")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        sent = application("ELD-1")
        plays = {"social_security_card": {"bank_function": "inactive"}, "credit": {"status": "no_record"}}
        stage.play(sent["application_id"], plays)
        assert stage.decide(sent).json["outcome"] == "CORRECTION_REQUIRED"
        (found,) = stage.state.services.ledger.read(0, 10)
        return found


def serves_again(corrected: Recorded, register: str, now: datetime) -> bool:
    published = publication().in_force("elderly_allowance", DAY)
    assert published is not None
    policy, entry = published.policy, corrected.entry
    sent = Application("platform", "new", entry.application_id, policy.matter, "pc", {})
    form = read_form(policy, BY_ID["ELD-1"]["form"], DAY, publication().catalogue.prefectures)
    asked = question(policy, register, form, entry.application_id)
    return submission_of(sent, (corrected,), policy, now).kept(asked) is not None


@pytest.mark.parametrize("register", ["population", "credit", "social_security_card"])
def test_an_answer_serves_while_it_is_fresh_and_not_longer(corrected: Recorded, register: str) -> None:
    hours = publication().catalogue.registers[register].max_age_hours
    end_of_day = datetime(2026, 3, 16, 23, 59, 59, 999_999, tzinfo=CHINA)
    assert serves_again(corrected, register, end_of_day)
    assert not serves_again(corrected, register, end_of_day + timedelta(hours=hours + 24))


def test_an_answer_from_the_future_does_not_serve(corrected: Recorded) -> None:
    assert not serves_again(corrected, "population", NOW - timedelta(days=1))
