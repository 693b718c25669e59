"""Which call meets which fault: the same for a seed, in the share asked for, whatever else is switched on."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.sandbox.faults.plan import FaultPlan, Switch, SwitchError, read_switch
from verifiers.sandbox.faults.table import FAULTS, Layer

REGISTERS = ("deaths", "credit", "photo")
ALL: tuple[Layer, ...] = ("connection", "stream", "answer")
NAMES = [fault.name for fault in FAULTS if fault.layer != "connection"]
CALLS = 60

switches = st.builds(
    Switch,
    st.sampled_from(REGISTERS),
    st.sampled_from(NAMES),
    st.none(),
    st.floats(0, 1),
    st.none() | st.sampled_from(["A", "B"]),
)


def drawn(plan: FaultPlan, register: str, application: str | None = None) -> tuple[str, str] | None:
    found = plan.draw(ALL, register, application)
    return None if found is None else (found.fault.name, found.variant.name)


def sequence(plan: FaultPlan, register: str) -> list[tuple[str, str] | None]:
    return [drawn(plan, register) for _ in range(CALLS)]


@given(st.integers(0, 2**32), switches.map(lambda one: Switch("deaths", one.fault, None, one.share)), st.data())
def test_the_nth_call_meets_the_same_whatever_else_is_asked(seed: int, switch: Switch, data: st.DataObject) -> None:
    alone = FaultPlan(REGISTERS, seed, proxied=True)
    alone.put(switch)
    expected = sequence(alone, "deaths")

    busy = FaultPlan(REGISTERS, seed, proxied=True)
    for other in data.draw(st.lists(switches.filter(lambda one: one.register != "deaths"), max_size=4)):
        busy.put(other)
    busy.put(switch)
    found = []
    for between in data.draw(st.lists(st.integers(0, 2), min_size=CALLS, max_size=CALLS)):
        for _ in range(between):
            drawn(busy, "credit", "A")
        found.append(drawn(busy, "deaths"))
    assert found == expected

    # Set anew, it begins anew.
    busy.put(switch)
    assert sequence(busy, "deaths") == expected


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.floats(0, 1), st.sampled_from(FAULTS))
def test_a_share_of_the_calls_is_faulty(seed: int, share: float, fault: object) -> None:
    plan, calls = FaultPlan(REGISTERS, seed, proxied=True), 1500
    plan.put(Switch("deaths", fault.name, None, share))
    met = [drawn(plan, "deaths") for _ in range(calls)]
    faulty = [one for one in met if one is not None]
    slack = 7 * math.sqrt(calls * share * (1 - share)) + 1e-9
    assert abs(len(faulty) - calls * share) <= slack
    assert {name for name, _ in faulty} <= {fault.name}
    if share == 1:
        assert {variant for _, variant in faulty} == {one.name for one in fault.variants}
    assert all(drawn(plan, other) is None for other in REGISTERS if other != "deaths")


def test_seeds_differ() -> None:
    found = []
    for seed in (1, 2):
        plan = FaultPlan(REGISTERS, seed)
        plan.put(Switch("deaths", "stale", None, 0.5))
        found.append(sequence(plan, "deaths"))
    assert found[0] != found[1]


def test_a_switch_of_one_application_goes_before_those_of_all_and_disturbs_no_other() -> None:
    plan = FaultPlan(REGISTERS, proxied=True)
    plan.put(Switch("deaths", "stale", "data"))
    plan.put(Switch("deaths", "nan", "nan", application_id="A"))
    assert drawn(plan, "deaths", "A") == ("nan", "nan")
    assert drawn(plan, "deaths", "B") == ("stale", "data")
    assert plan.drop("deaths", "A")
    assert not plan.drop("deaths", "A")
    assert drawn(plan, "deaths", "A") == ("stale", "data")
    assert plan.drop()
    assert drawn(plan, "deaths", "B") is None
    assert not plan.drop()


def test_a_fault_is_drawn_only_where_it_is_played() -> None:
    plan = FaultPlan(REGISTERS, proxied=True)
    plan.put(Switch("deaths", "reset"))
    assert plan.draw(("answer",), "deaths", None) is None
    assert plan.draw(("stream",), "deaths", None) is not None


@given(switches)
def test_the_command_line_says_what_a_switch_is(switch: Switch) -> None:
    general = Switch(switch.register, switch.fault, None, switch.share)
    assert read_switch(f"{general.register}={general.fault}@{general.share!r}") == general
    assert read_switch(f"{general.register}={general.fault}:data") == Switch(general.register, general.fault, "data")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("deaths", "syntax"),
        ("=stale", "syntax"),
        ("deaths=", "syntax"),
        ("deaths=stale@much", "syntax"),
        ("deaths=stale@", "syntax"),
        ("births=stale", "register"),
        ("deaths=old", "fault"),
        ("deaths=stale:old", "variant"),
        ("deaths=stale@1.5", "share"),
        ("deaths=stale@-0.1", "share"),
        ("deaths=stale@nan", "share"),
        ("deaths=reset", "proxy"),
        ("deaths=connect_hang", "proxy"),
    ],
)
def test_what_cannot_be_switched_on_is_refused_with_what_to_do(written: str, code: str) -> None:
    plan = FaultPlan(REGISTERS)
    with pytest.raises(SwitchError) as caught:
        plan.put(read_switch(written))
    assert caught.value.code == code
    assert plan.switches() == []


def test_a_fault_before_any_question_is_of_no_application() -> None:
    with pytest.raises(SwitchError, match="before anything is asked"):
        FaultPlan(REGISTERS, proxied=True).put(Switch("deaths", "tls", application_id="A"))
