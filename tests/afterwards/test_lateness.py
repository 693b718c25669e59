"""Which referrals waited for a register and for nothing else."""

import pytest

from decision_service.lateness import blamed, waited_for
from decision_service.offline import offline_answer
from decision_service.trials import Case, worked
from tests.http.staging import publication
from tests.simulation.pool import decided

CASES = [case for published in publication() for case in worked(published.policy)]
LATE = {"R01_VERIFIER_UNAVAILABLE", "R02_STALE_DATA"}


def told(case: Case) -> dict:
    return offline_answer(decided(case, case.as_of), case.form, case.facts)


def test_exactly_the_referrals_for_late_and_stale_registers_and_each_names_them() -> None:
    found = 0
    for case in CASES:
        answer = told(case)
        codes = {one["code"] for one in answer["reasons"]}
        names = blamed(answer)
        assert bool(names) == (answer["outcome"] == "REFERRED" and codes <= LATE), case.name
        sources = {one["register"]: one["status"] for one in answer["verifications"]}
        assert all(sources.get(name, "timeout") in ("timeout", "error", "stale") for name in names), case.name
        found += bool(names)
    assert found > 10


@pytest.mark.parametrize("code", ["R06_HUMAN_REQUESTED", "R15_ENGINES_DIFFER", "R16_SUSPENDED", "R17_CALENDAR_UNKNOWN"])
def test_one_other_reason_is_enough(code: str) -> None:
    late = {"code": "R01_VERIFIER_UNAVAILABLE", "facts": ["deaths"]}
    assert blamed({"outcome": "REFERRED", "reasons": [late]}) == ("deaths",)
    assert not blamed({"outcome": "REFERRED", "reasons": [late, {"code": code, "facts": []}]})
    assert not waited_for({"outcome": "REFERRED", "reasons": [late], "replaces": "another"})
