"""The service killed while it decides cases again: each gets one new record, and one only, and the day reconciles."""

import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.verify import verify_ledger
from tests.afterwards.test_again import LATE, facts
from tests.http.process import serving
from tests.http.staging import RULES, application
from tests.requirements.reconciling import Files, reconciled
from tests.sizes import size

CASES = ("ELD-1", "CARD-1")
EACH = 6
"""Cases that wait, of each kind, in each round."""


def decided_again(ledger: Path) -> Counter[str]:
    """How often each decision was replaced."""
    with reading(LedgerFiles.beside(ledger)) as found:
        told = [json.loads(one.entry.answer) for one in found.decisions()]
    return Counter(one["replaces"] for one in told if "replaces" in one)


@pytest.mark.timeout(7200)
def test_each_case_is_decided_again_once_however_often_the_service_is_killed(registers: str, tmp_path: Path) -> None:
    files, dice = Files(tmp_path), random.Random(4)
    waited: dict[str, bytes] = {}
    for _ in range(size("again_kills", quick=2, full=60)):
        with serving(registers, RULES, files.ledger, MIAOPI_DECIDE_AGAIN_HOURS="24") as (stage, child):
            for case in CASES * EACH:
                sent = application(case)
                stage.play(sent["application_id"], facts(case, **LATE))
                got = stage.decide(sent)
                assert got.json["outcome"] == "REFERRED"
                waited[got.json["decision_id"]] = got.body
                # From now on the register answers: the first try comes within two seconds, and the kill when it may.
                stage.play(sent["application_id"], facts(case))
            time.sleep(dice.uniform(0.1, 2.5))
            child.kill()
            child.wait(30)
        assert verify_ledger(files.ledger).is_sound
        assert set(decided_again(files.ledger).values()) <= {1}
    with serving(registers, RULES, files.ledger, MIAOPI_DECIDE_AGAIN_HOURS="24") as (stage, _):
        ends = time.monotonic() + 300
        while decided_again(files.ledger).keys() != waited.keys():
            assert time.monotonic() < ends, "cases still wait"
            time.sleep(0.2)
        for decision_id, body in waited.items():
            got = stage.send("GET", f"/v1/decisions/{decision_id}")
            assert got.body == body
            new = got.headers["link"].removeprefix("</").partition(">")[0]
            assert stage.send("GET", f"/{new}").json["outcome"] == "APPROVED"
    assert verify_ledger(files.ledger).is_sound
    assert decided_again(files.ledger) == dict.fromkeys(waited, 1)
    report = reconciled(files, log=False)
    assert report.is_clean, report.differences
