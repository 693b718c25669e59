"""Any JSON decides: no form and no facts, however odd, end in an exception, and equal ones end equally."""

from datetime import date
from random import Random

import orjson
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from decision_service.outcome import FAVOURABLE, Outcome
from tests.properties.applications import Application, applications
from tests.properties.deciding import MATTERS, answered, decided, policy_of, thorough

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["ok", "no_record", "111", "210100", "210100193505208826", "2026-03-16", "2026-03", "1e9", "9" * 40]
    )
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


@st.composite
def odd(draw: st.DrawFn, matter: str) -> Application:
    """A likely application of which some parts are any JSON."""
    policy = policy_of(matter)
    likely = draw(applications(policy, messy=0.5, unknown=0.3))
    form, facts = dict(likely.form), dict(likely.facts)
    names = [field.name for field in policy.fields]
    form.update(draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), JSON, max_size=3)))
    facts.update(draw(st.dictionaries(st.sampled_from([*policy.asks, "marriage", ""]), JSON, max_size=2)))
    for name in draw(st.lists(st.sampled_from(list(policy.asks)), max_size=2)):
        answer = facts.get(name)
        if isinstance(answer, dict):
            parts = [*policy.asks[name].register.answers, "status", "data_as_of"]
            facts[name] = {**answer, draw(st.sampled_from(parts)): draw(JSON)}
    day = draw(st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.just(likely.as_of))
    return Application(form, facts, day)


@pytest.mark.parametrize("matter", MATTERS)
def test_any_json_decides(matter: str) -> None:
    """Whatever JSON stands in form and facts, on whatever day, an answer in JSON comes out."""

    @thorough("totality", quick=30, full=20_000)
    @given(odd(matter))
    def holds(application: Application) -> None:
        answer = answered(policy_of(matter), application)
        assert answer["outcome"] in Outcome.__members__
        orjson.dumps(answer)

    holds()


@given(form=st.dictionaries(st.text(max_size=8), JSON, max_size=6), facts=st.dictionaries(st.text(), JSON, max_size=4))
@thorough("totality_nothing", quick=30, full=10_000)
def test_nothing_of_use_approves_nothing(form: dict[str, object], facts: dict[str, object]) -> None:
    """JSON that was not written for a matter never gets anything from it."""
    for matter in MATTERS:
        answer = answered(policy_of(matter), Application(form, facts, date(2026, 3, 16)))
        assert answer["outcome"] not in FAVOURABLE


@pytest.mark.parametrize("matter", MATTERS)
def test_equal_applications_have_equal_answers(matter: str) -> None:
    """The same form, facts and day give the same answer byte for byte, in whatever order their keys arrive."""

    @thorough("determinism", quick=20, full=5_000)
    @given(applications(policy_of(matter), messy=0.3, unknown=0.2), st.randoms(use_true_random=False))
    def holds(application: Application, random: Random) -> None:
        note(application)
        first = orjson.dumps(answered(policy_of(matter), application))
        form, facts = (_shuffled(part, random) for part in (application.form, application.facts))
        again = Application(form, facts, application.as_of)
        assert orjson.dumps(answered(policy_of(matter), again)) == first
        assert decided(policy_of(matter), again).verdict == decided(policy_of(matter), application).verdict

    holds()


def _shuffled(part: object, random: Random) -> dict[str, object]:
    assert isinstance(part, dict)
    names = list(part)
    random.shuffle(names)
    return {name: _shuffled(part[name], random) if isinstance(part[name], dict) else part[name] for name in names}
