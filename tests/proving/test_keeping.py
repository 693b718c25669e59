"""A case to keep, pasted under `cases:`, reads back as the application that it was made from."""

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest

from decision_service.proving.keeping import as_yaml, kept
from decision_service.proving.variations import Application, variations
from tests.properties.applications import Maker
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, RULES, policy_of, shelf
from tests.properties.policies import read_text
from tests.sizes import size

EXAMPLES = size("keeping", quick=8, full=500)
STATES = ("timeout", "error", "no_record", "")


def applications(matter: str) -> Iterator[Application]:
    policy, random = policy_of(matter), Random(matter)
    varied = list(variations(policy, shelf().catalogue))
    yield from random.sample(varied, min(EXAMPLES, len(varied)))
    for _ in range(EXAMPLES):
        made = Maker(random, policy, constants_of(policy)).application()
        facts = dict(made.facts)
        for name in policy.asks:
            state = random.choice(STATES) if random.random() < 0.3 else "ok"
            if state != "ok":
                facts.pop(name, None)
            if state not in ("ok", ""):
                facts[name] = {"status": state}
        yield made.as_of, made.form, facts


@pytest.mark.parametrize("matter", MATTERS)
def test_a_case_to_keep_reads_back_as_the_application(matter: str) -> None:
    policy, catalogue = policy_of(matter), shelf().catalogue
    made = list(applications(matter))
    text = (RULES / matter / f"{policy.effective_from}.yaml").read_text(encoding="utf-8")
    for number, (as_of, form, facts) in enumerate(made):
        case = kept(policy, catalogue, as_of, form, facts)
        text += as_yaml(f"反例 {number}", case, ("REFERRED", ["R08_NEEDS_JUDGEMENT"]))
    read = read_text(text, catalogue).cases[-len(made) :]
    for (as_of, form, facts), case in zip(made, read, strict=True):
        assert (case.as_of, case.form) == (as_of, form)
        assert case.facts == facts
        assert case.expect == {"outcome": "REFERRED", "reasons": ["R08_NEEDS_JUDGEMENT"]}


def test_what_does_not_differ_is_not_written() -> None:
    policy = policy_of("elderly_allowance")
    case = policy.cases[3]
    one = kept(policy, shelf().catalogue, case.as_of, case.form, case.facts)
    assert (one.like, one.but, one.as_of) == (case.name, (), None)
    later = kept(policy, shelf().catalogue, date(2026, 3, 20), case.form, case.facts)
    assert later.as_of == date(2026, 3, 20)
    assert dict(later.but) == {f"{name}.data_as_of": "2026-03-16" for name in policy.asks}
