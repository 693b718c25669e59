"""The decisions of a real ledger as a population: each is a row that comes out as it did, or is counted and told."""

import csv
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from decision_service.cli.app import build
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.outcome import Outcome
from decision_service.publishing import Publication
from decision_service.simulating.page import page
from decision_service.simulating.population import held
from decision_service.simulating.rechecking import rechecked
from decision_service.simulating.recorded import read_decisions
from decision_service.simulating.report import report_of
from decision_service.simulating.running import connect, simulate_over
from decision_service.simulating.telling import tables
from decision_service.verdict import Verdict
from tests.cli.running import told_of
from tests.http.staging import BY_ID, RULES, Reference, Stage, application, patient, sandbox_config, staged
from tests.properties.deciding import policy_of, shelf
from tests.requirements.test_rq_b6 import AGENT, agent
from verifiers.sandbox.running import running

OLD = "elderly_allowance@2026-03-16"
CASE = """
cases:
  一百二十岁:
    as_of: 2026-06-16
    form: {applicant_name: 赵示甲一, id_no: 21010019050520884X, city: 210100, pay_to: social_security_card}
    facts: {population: {hukou_code: 210105}}
    expect: {outcome: APPROVED}
"""
CASES = [case for case in BY_ID.values() if case["matter"] == "elderly_allowance"]


@dataclass(frozen=True, slots=True)
class Written:
    """A ledger that a service wrote, and the outcomes on record of what should be rows."""

    ledger: Path
    outcomes: list[str]


def decided(stage: Stage, case: str, by: object = None, **form: object) -> dict:
    sent = application(case, **form) | ({} if by is None else {"agent": by})
    stage.play(sent["application_id"], BY_ID[case]["facts"])
    got = stage.decide(sent)
    assert got.status == 200, got.body
    return got.json


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Every case of one matter, one of another, one through an agent, and records of other kinds between them; then
    what is no row: erased, suspended, engines apart, odd forms, an agent who may not."""
    folder = tmp_path_factory.mktemp("recorded")
    rules: Publication = patient()
    second = Reference(rules)
    with running(sandbox_config()) as registers, staged(folder, registers, rules, second) as stage:
        answers = [decided(stage, case["id"]) for case in CASES]
        outcomes = [one["outcome"] for one in answers]
        _ask_for_an_officer(stage, next(one for one in answers if one["remedies"]))
        outcomes += [decided(stage, "ELD-1", id_no="1")["outcome"], decided(stage, "ELD-1", id_type="414")["outcome"]]
        outcomes.append(decided(stage, "ELD-1", AGENT)["outcome"])
        wrong = decided(stage, "ELD-1", agent(scope=["senior_card"]))
        assert wrong["outcome"] == "CORRECTION_REQUIRED"
        decided(stage, "UNE-1")
        gone = decided(stage, "ELD-1", id_no="210102194001010018")
        decided(stage, "ELD-1", city=210100)
        decided(stage, "ELD-1", shoe_size="44")
        second.spoil = broken
        assert decided(stage, "ELD-1")["engines"] == {"agree": False}
        stage.state.services.in_force.suspend("elderly_allowance")
        decided(stage, "ELD-1")
        ledger = stage.state.services.ledger
        (record,) = (one for one in ledger.read(0, 1000) if one.entry.record_id == gone["decision_id"])
        stage.state.record.ring.destroy([record.envelope.key_id])
    return Written(folder / "ledger.sqlite3", outcomes)


def _ask_for_an_officer(stage: Stage, decision: dict) -> None:
    key = {"human_review_key": decision["remedies"]["human_review_key"]}
    assert stage.send("POST", f"/v1/decisions/{decision['decision_id']}/review", key).status == 202


def broken(_: Verdict) -> Verdict:
    raise RuntimeError


def simulated(written: Written, *more: str) -> Result:
    words = ["simulate", OLD, *more, "--ledger", str(written.ledger), "--rules", str(RULES)]
    return CliRunner().invoke(build(), words, env={"MIAOPI_PROGRESS": "lines"})


def test_every_decision_is_a_row_that_comes_out_again_or_is_told(written: Written) -> None:
    before = sorted(path.name for path in written.ledger.parent.iterdir())
    found = simulated(written, "--json")
    assert found.exit_code == 0, found.output
    far = told_of(found)
    assert far == sorted(far)
    assert far[-1] == 100
    told = json.loads(found.stdout)
    rows = told["ledger"]
    assert rows["findings"] == []
    assert rows["checked"] == rows["rows"] == told["rows"] == len(written.outcomes)
    assert rows["left_out"] == {"R15_ENGINES_DIFFER": 1, "R16_SUSPENDED": 1, "agent": 1, "erased": 1, "form": 2}
    assert rows["other_matters"] == 1
    assert rows["other_records"].keys() >= {"review_request"}
    assert "review_request: 1" in simulated(written).output
    counted = told["versions"][0]["outcomes"]
    assert counted == {one: written.outcomes.count(one) for one in counted}
    assert sum(counted.values()) == len(written.outcomes)
    assert sorted(path.name for path in written.ledger.parent.iterdir()) == before


def test_a_row_that_comes_out_otherwise_is_a_finding_and_nobody_is_named(written: Written) -> None:
    policies, catalogue = (policy_of("elderly_allowance"),), shelf().catalogue
    with reading(LedgerFiles.beside(written.ledger)) as reader:
        found = read_decisions(reader, policies, catalogue)
    first = min(found.decided)
    was = found.decided[first]
    assert was.outcome is Outcome.APPROVED
    found = replace(found, decided={**found.decided, first: was._replace(outcome=Outcome.REJECTED)})
    connection = connect(1)
    answer = simulate_over(connection, policies, catalogue, held(connection, found.table, policies))
    found = rechecked(connection, answer.question, policies, found)
    (one,) = found.differences
    assert (one.record, one.decision_id, one.now) == (first, was.decision_id, Outcome.APPROVED)
    report = replace(report_of(answer, policies, catalogue), ledger=found)
    told = "\n".join([*(str(one) for one in tables(report)), page(report, catalogue)])
    assert "暂停自动决定" in told
    assert f"record {first} ({was.decision_id})" in told
    assert not any(str(case["form"]["id_no"]) in told for case in CASES)


def test_decisions_on_record_under_a_new_version(written: Written, tmp_path: Path) -> None:
    """Who was granted something under the version of then is too young for the new one; the record is no finding."""
    text = (RULES / "elderly_allowance" / "2026-01-01.yaml").read_text(encoding="utf-8")
    assert "    value: 80\n" in text
    new, flips = tmp_path / "2026-06-01.yaml", tmp_path / "flips.csv"
    before_cases, _, _ = text.replace("    value: 80\n", "    value: 120\n").partition("\ncases:")
    new.write_text(before_cases.replace("2026-01-01\n", "2026-06-01\n", 1) + CASE, encoding="utf-8")
    found = simulated(written, str(new), "--flips", str(flips), "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["ledger"]["findings"] == []
    assert told["ledger"]["checked"] == told["rows"] == len(written.outcomes)
    granted = written.outcomes.count("APPROVED")
    assert granted > 1
    assert {"old": "APPROVED", "new": "REJECTED", "count": granted} in told["flips"]
    assert "APPROVED" not in told["versions"][1]["outcomes"]
    assert told["versions"][0]["outcomes"]["APPROVED"] == granted
    with flips.open(encoding="utf-8") as file:
        written_out = list(csv.DictReader(file))
    assert Counter(row["old.outcome"] for row in written_out)["APPROVED"] == granted
    assert len({row["row"] for row in written_out}) == len(written_out)


@pytest.mark.parametrize(
    "more", [["--as-of", "2026-03-16"], ["--make", "5"], ["--on", "p.csv"], ["--by", "id_no"]], ids=lambda one: one[0]
)
def test_what_does_not_go_with_a_ledger_is_refused(written: Written, more: list[str]) -> None:
    assert simulated(written, *more).exit_code == 2


def test_a_ledger_without_its_keys_is_refused(tmp_path: Path) -> None:
    assert simulated(Written(tmp_path / "none.sqlite3", [])).exit_code == 2
