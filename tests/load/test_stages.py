"""Stages: what comes at which rate, and files of stages that say so themselves."""

from pathlib import Path

import pytest

from decision_service.load.plan import Plan, Pool
from decision_service.load.stages import Stage, StagesError, built_in, chosen, read_stages


def policies(pool: Pool) -> list:
    return list(pool.policies.values())


def test_the_eight_stages_of_the_load_shape_are_built_in(plan: Plan) -> None:
    by_name = {one.name: one for one in plan.stages}
    assert list(by_name) == ["steady", "peak", "spike", "down", "slow", "credit", "duplicates", "bad"]
    rates = {name: sum(plan.rates(one).values()) for name, one in by_name.items()}
    assert rates["steady"] == pytest.approx(10)
    assert rates["peak"] == pytest.approx(40)
    steady, spike = plan.rates(by_name["steady"]), plan.rates(by_name["spike"])
    times = {matter: spike[matter] / steady[matter] for matter in steady}
    assert sorted(times.values()) == pytest.approx([1] * (len(times) - 1) + [20])
    weights = {matter: policy.weight for matter, policy in plan.pool.policies.items()}
    whole = sum(weights.values())
    assert steady == pytest.approx({matter: 10 * weight / whole for matter, weight in weights.items()})
    assert by_name["credit"].register == "credit"
    listed = [by_name["down"].register in policy.asks for policy in plan.pool.policies.values()]
    assert any(listed)
    assert not all(listed), "some matters show that they are not touched"


def test_stages_are_chosen_by_name(pool: Pool) -> None:
    known = built_in(policies(pool))
    assert [one.name for one in chosen("spike, steady", known)] == ["spike", "steady"]
    assert chosen("", known) == known
    with pytest.raises(StagesError, match="no stage noon; these are: steady"):
        chosen("noon", known)


def test_a_file_says_stages_of_its_own(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "stages.toml"
    file.write_text(
        '[[stage]]\nname = "peak"\nseconds = 2\n\n'
        '[[stage]]\nname = "deaths"\nfault = "slow"\nregister = "deaths"\ntimes = 2.5\ngoodput = 0.1\n',
        encoding="utf-8",
    )
    peak, deaths = read_stages(file, policies(pool))
    assert (peak.times, peak.seconds, peak.title.en) == (4, 2, "morning peak, 4 times")
    assert (deaths.times, deaths.fault, deaths.register, deaths.goodput) == (2.5, "slow", "deaths", 0.1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a list of"),
        ("x = 1", "a list of"),
        ("[[stage]\n", "line 1"),
        ("[[stage]]\n", "`name` is missing"),
        ('[[stage]]\nname = "a"\nspeed = 2\n', "`speed` is not known here"),
        ('[[stage]]\nname = "a"\ntimes = "2"\n', "`times` must be a number"),
        ('[[stage]]\nname = "a"\ntimes = 0\n', "must be over 0"),
        ('[[stage]]\nname = "a"\nmatter = "b"\n', "`matter` must be one of"),
        ('[[stage]]\nname = "a"\nfault = "down"\nregister = "b"\n', "`register` must be one of"),
        ('[[stage]]\nname = "a"\nregister = "deaths"\n', "`register` must be one of"),
        ('[[stage]]\nname = "a"\n[[stage]]\nname = "a"\n', "the same name"),
    ],
)
def test_a_file_that_is_wrong_says_where(pool: Pool, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "stages.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StagesError, match=said):
        read_stages(file, policies(pool))


def test_every_word_of_a_stage_can_be_written(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "stages.toml"
    file.write_text(
        '[[stage]]\nname = "a"\ntimes = 1\nseconds = 1\nmatter = "senior_card"\nmatter_times = 2\ntraffic = "bad"\n'
        'fault = "down"\nregister = "credit"\ngoodput = 1\nshed = 0.5\n',
        encoding="utf-8",
    )
    (one,) = read_stages(file, policies(pool))
    assert one == Stage("a", one.title, 1, 1, "senior_card", 2, "bad", "down", "credit", 1, 0.5)
