"""Every shared case over HTTP with both real engines: decided as expected, nothing asked in vain, made again alike."""

from collections.abc import Iterator, Mapping

import pytest

from decision_service.facts import Why
from decision_service.forms import read_form
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.verify import verify_ledger
from decision_service.offline import evidence_of
from decision_service.planning import can_ask
from decision_service.policy.needs import registers_read
from decision_service.readings import reference
from decision_service.readings.rete.engine import ReteEngine
from decision_service.replay import replay
from decision_service.sheet import fact_sheet
from decision_service.verdict import Verdict
from tests.http.staging import CASES, DAY, IN_PROCESS, Stage, application, publication, staged


@pytest.fixture(scope="module")
def both(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("both"), registers, second=IN_PROCESS) as found:
        yield found


def judged(case: Mapping[str, dict], asked: list[str]) -> Verdict:
    """What the reference says when only these registers were asked."""
    published = publication().in_force(case["matter"], DAY)
    assert published is not None
    policy, catalogue = published.policy, publication().catalogue
    reading = read_form(policy, case["form"], DAY, catalogue.prefectures)
    facts = {name: case["facts"][name] for name in asked if name in case["facts"]}
    sheet = fact_sheet(policy, reading, evidence_of(policy, facts, DAY), DAY, catalogue.calendar)
    return reference.judge(policy, sheet)


def useful(verdict: Verdict) -> set[str]:
    """The registers that a verdict names as not asked and able to change it."""
    return {cause.source for one in verdict.findings for cause in one.causes if cause.why is Why.NOT_ASKED}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_shared_case_is_decided_as_expected_and_asks_no_register_in_vain(
    both: Stage, case: Mapping[str, dict]
) -> None:
    sent = application(case)
    both.play(sent["application_id"], case["facts"])
    got = both.decide(sent)
    assert got.status == 200, got.body
    answer, expect = got.json, case["expect"]
    assert answer["outcome"] == expect["outcome"]
    assert got.codes == sorted(expect.get("reasons", got.codes))
    for name in ("notes", "advice"):
        assert set(expect.get(name, [])) <= {one["code"] for one in answer[name]}
    assert {name: answer["result"].get(name) for name in expect.get("result", {})} == expect.get("result", {})
    assert answer["engines"] == {"agree": True}
    _check_questions(case, both.asked(sent["application_id"]))


def _check_questions(case: Mapping[str, dict], asked: list[str]) -> None:
    published = publication().in_force(case["matter"], DAY)
    assert published is not None
    policy = published.policy
    gates = registers_read(policy, [rule.must for rule in policy.rules if rule.gate]) | {"credit"}
    # One that the case plays as silent may be put the same question a second time (docs/asking.md); credit never.
    silent = {name for name, facts in case["facts"].items() if facts.get("status") == "timeout"} - {"credit"}
    again = [name for name in set(asked) for _ in range(asked.count(name) - 1)]
    assert len(again) == len(set(again)), "asked three times"
    assert set(again) <= silent, "asked twice"
    asked = list(dict.fromkeys(asked))
    assert set(asked) <= set(policy.asks), "not listed"
    for place, register in enumerate(asked):
        # Within a wave several are asked at once: one of the moments before it must have called for it.
        before = [useful(judged(case, asked[:earlier])) for earlier in range(place + 1)]
        assert register in gates or any(register in names for names in before), f"{register} was asked in vain"
    reading = read_form(policy, case["form"], DAY, publication().catalogue.prefectures)
    left = {name for name in useful(judged(case, asked)) if name not in asked and can_ask(policy, name, reading)}
    assert not left, "left unasked"


def test_the_record_of_all_that_is_sound_and_every_answer_comes_out_again_byte_for_byte(both: Stage) -> None:
    for case in CASES:
        sent = application(case)
        both.play(sent["application_id"], case["facts"])
        assert both.decide(sent).status == 200
    ledger = both.state.services.ledger
    path = ledger._store._path  # type: ignore[attr-defined]  # the file behind the open ledger
    assert verify_ledger(path).is_sound
    engines: dict[str, ReteEngine] = {}
    with reading(LedgerFiles.beside(path)) as reader:
        records = list(reader.decisions())
    assert len(records) >= len(CASES)
    try:
        for one in records:
            policy = publication().by_digest(one.entry.policy_digest).policy  # type: ignore[union-attr]  # just decided
            engine = engines.get(policy.digest) or engines.setdefault(policy.digest, ReteEngine(policy))
            again = replay(one, publication(), lambda _, engine=engine: engine.judge)  # type: ignore[misc]  # the one of its version
            assert again == full_answer(one)
    finally:
        for engine in engines.values():
            engine.close()
