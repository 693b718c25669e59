"""A case is decided again as it would have been: on its day, under the rules that it started with."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

from decision_service.ledger.store import ByApplication
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from tests.afterwards.test_again import LATE, facts
from tests.afterwards.test_checks import dated
from tests.http.staging import RULES, application, sandbox_config, staged
from tests.requirements.followed import until
from verifiers.sandbox.running import running

LAST, NEXT = date(2026, 3, 31), date(2026, 4, 1)
"""The last day of a month: what is granted is paid from the month after the day."""


def with_a_new_version(folder: Path) -> Publication:
    """The rules with a version of the allowance that is in force from the next day on and grants nothing below 95."""
    rules = folder / "rules"
    shutil.copytree(RULES, rules)
    text = (rules / "elderly_allowance" / "2026-01-01.yaml").read_text(encoding="utf-8")
    text = text.replace("in_force: 2026-01-01", "in_force: 2026-04-01")
    assert "    value: 80\n" in text
    cases = text.index("\ncases:")
    (rules / "elderly_allowance" / "2026-04-01.yaml").write_text(
        text[:cases].replace("    value: 80\n", "    value: 95\n") + text[cases:], encoding="utf-8"
    )
    return publish(read_shelf(rules))


def test_the_day_and_the_version_are_those_of_the_application(tmp_path: Path) -> None:
    rules, folder = with_a_new_version(tmp_path), tmp_path / "service"
    folder.mkdir()
    sent = application("ELD-1")
    number = sent["application_id"]
    with (
        running(replace(sandbox_config(), as_of=LAST)) as registers,
        staged(folder, registers, rules, as_of=LAST, decide_again_hours=48) as stage,
    ):
        stage.play(number, dated(facts("ELD-1", **LATE), LAST))
        first = stage.decide(sent).json
        assert first["outcome"] == "REFERRED"
    with (
        running(replace(sandbox_config(), as_of=NEXT)) as registers,
        staged(folder, registers, rules, as_of=NEXT, decide_again_hours=48) as stage,
    ):
        stage.play(number, dated(facts("ELD-1"), NEXT))
        ledger = stage.state.services.ledger
        until(lambda: len(ledger.find(ByApplication("platform", number))) > 1, "the case is decided again")
        again = json.loads(ledger.find(ByApplication("platform", number))[-1].entry.answer)
        new = stage.decide(application("ELD-1")).json
    assert again["outcome"] == "APPROVED"
    assert again["policy"] == first["policy"]
    assert again["as_of"] == first["as_of"] == str(LAST)
    assert again["decided_at"].startswith(str(NEXT))
    assert again["result"]["pay_from"] == "2026-04"
    # Whoever comes on that day meets the new version.
    assert new["policy"]["version"] == str(NEXT)
    assert new["outcome"] == "REJECTED"
