"""The service killed under load, again and again, on one ledger: what it answered stands, once, byte for byte."""

import json
import signal
from pathlib import Path

import pytest

from decision_service.ledger.verify import verify_ledger
from tests.http.process import serving
from tests.http.staging import RULES, Stage
from tests.sizes import size
from tests.survival.loading import Sent, load_on


def answers_again(stage: Stage, sent: list[Sent]) -> None:
    """Every application of the round, sent again under its key: what was answered is answered the same."""
    for one in sent:
        again = stage.decide(one.application, one.key)
        assert again.status == 200, again.body
        assert json.loads(again.body)["outcome"] in (one.expected, "REFERRED")
        if one.got is not None and one.got.status == 200:
            assert again.body == one.got.body, f"another answer to {one.key}"
            assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.timeout(7200)
def test_no_answered_decision_is_lost_or_doubled_however_often_the_service_is_killed(
    registers: str, tmp_path: Path
) -> None:
    ledger, before = tmp_path / "ledger.sqlite3", 0
    everything: list[Sent] = []
    last: list[Sent] = []
    for turn in range(size("service_kills", quick=2, full=100)):
        with serving(registers, RULES, ledger) as (stage, child):
            answers_again(stage, last)
            with load_on(stage, f"kill-{turn}") as load:
                load.wait_for(15 + turn * 7 % 20)
                child.send_signal(signal.SIGKILL)
                child.wait(30)
            last = load.sent
        everything += last
        report = verify_ledger(ledger)
        assert report.is_sound, report.first
        answered = sum(one.got is not None and one.got.status == 200 for one in everything)
        assert report.records >= answered > before
        before = answered
    with serving(registers, RULES, ledger) as (stage, _):
        answers_again(stage, last)
    report = verify_ledger(ledger)
    assert report.is_sound, report.first
    # Those that broke off were sent again until answered, so each application has one record, and none has two.
    assert report.records == len(everything)
