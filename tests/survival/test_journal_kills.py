"""The service killed under load: the day reconciles all the same, and what broke off is explained as such."""

from pathlib import Path

import pytest

from tests.http.process import serving
from tests.http.staging import RULES, TOKEN
from tests.requirements.reconciling import Files, reconciled
from tests.sizes import size
from tests.survival.loading import load_on
from tests.survival.test_service_kills import answers_again


@pytest.mark.timeout(7200)
def test_a_day_with_kills_reconciles(registers: str, tmp_path: Path) -> None:
    files = Files(tmp_path)
    everything, broken_off = [], set[str]()
    for turn in range(size("journal_service_kills", quick=1, full=50)):
        with serving(registers, RULES, files.ledger) as (stage, child):
            with load_on(stage, f"journal-{turn}") as load:
                load.wait_for(10 + turn * 7 % 20)
                child.kill()
                child.wait(30)
            everything += load.sent
            broken_off |= {one.application["application_id"] for one in load.sent if one.got is None}
        with serving(registers, RULES, files.ledger) as (stage, _):
            answers_again(stage, load.sent)
            asked = stage.send("GET", "/control/questions", headers={"Miaopi-Control": TOKEN}, url=registers).json
    ours = {one.application["application_id"] for one in everything}
    files.write_lines([line for line in asked["questions"] if line["application_id"] in ours])
    report = reconciled(files, log=False)
    assert report.is_clean, report.differences
    assert report.decisions == len(everything)
    # The exchange may have had calls that died with the process before they were on disk: of applications alone that
    # were not answered then, and found by name.
    with_log = reconciled(files)
    assert with_log.counts.keys() <= {"not_in_journal"}
    assert {one.application_id for one in with_log.differences} <= broken_off
