"""The strategies for quality engineers: valid applications are, each boundary is met from both sides, and what must
never be granted is not; for every shipped matter, and for a matter of one's own."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from decision_service.language.tree import Literal
from decision_service.offline import decide as decide_offline
from decision_service.offline import engines_of
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.needs import fields_read, registers_read
from decision_service.readings.reference import judge
from decision_service.testing import Application, applications, boundaries, impossible, near_boundaries
from decision_service.testing.boundary import Boundary
from decision_service.testing.edges import seeker_of
from decision_service.testing.ground import Ground, ground_of
from decision_service.testing.spoiling import Impossible
from decision_service.testing.values import Applications
from tests.sizes import size

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
MATTERS = tuple(sorted(path.name for path in RULES.iterdir() if path.is_dir() and path.name != "catalogue"))
SOME = (
    MATTERS if size("qa_matters", quick=0, full=1) else ("disability_allowances", "elderly_allowance", "hygiene_permit")
)
QUICK = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
SAME = settings(QUICK, derandomize=True)


@cache
def ground(matter: str, rules: Path = RULES) -> Ground:
    return ground_of(matter, rules)


def outcome(one: Application, of: Ground) -> Outcome:
    """By the reference: what every other reading is judged by."""
    return judge(of.policy, of.sheet(one)).outcome


def drawn(strategy: Applications, examples: int, *, same: bool = False) -> list[Application]:
    found: list[Application] = []

    @settings(SAME if same else QUICK, max_examples=examples)
    @given(strategy)
    def draw(one: Application) -> None:
        found.append(one)

    draw()
    return found


@pytest.mark.parametrize("matter", SOME)
def test_valid_applications_have_no_defect_and_every_register_has_answered(matter: str) -> None:
    of = ground(matter)
    seen = set()
    for one in drawn(applications(matter, rules=RULES), size("qa_valid", quick=25, full=2000)):
        assert of.reading(one).defects == ()
        sheet = of.sheet(one)
        if one.form["id_type"] == "111":  # with another document nothing but credit is asked
            assert all(isinstance(answer, Mapping) for answer in sheet.registers.values())
        seen.add(outcome(one, of))
    assert len(seen) >= 3, "they are of many kinds"
    assert seen & APPROVALS


@pytest.mark.parametrize("matter", SOME)
def test_each_boundary_lies_between_two_applications_that_differ_in_one_value(matter: str) -> None:
    """And in fields that the form demands because of that value."""
    found, policy = boundaries(matter, rules=RULES), ground(matter).policy
    conditional = {field.name for field in policy.fields if not isinstance(field.required, Literal)}
    assert len(found) > len(policy.rules)
    for one in found:
        differences = list(_differences(one))
        assert len(differences) == 1 or len(set(differences) - conditional) == 1, str(one)


def _differences(one: Boundary) -> Iterator[str]:
    """The values in which the two sides differ; the dates of the answers go with the day."""
    inside, outside = one.inside, one.outside
    day = inside.as_of != outside.as_of
    if day:
        yield "as_of"
    yield from (name for name in {*inside.form, *outside.form} if inside.form.get(name) != outside.form.get(name))
    for register in {*inside.facts, *outside.facts}:
        first, second = (facts.get(register) for facts in (inside.facts, outside.facts))
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        if first["status"] != second["status"]:
            yield register
            continue
        names = {*first, *second} - ({"data_as_of"} if day else set())
        yield from (f"{register}.{name}" for name in names if first.get(name) != second.get(name))


@pytest.mark.parametrize("matter", MATTERS)
def test_no_condition_is_left_out_but_such_as_never_change(matter: str) -> None:
    of = ground(matter)
    missed = seeker_of(of).edges.missed
    assert [str(one.where) for one in missed] == (["counted_months"] if matter == "housing_fund_rent" else [])
    examples = drawn(applications(matter, rules=RULES), 200) if missed else []
    for one in missed:  # months <= 12, and the form takes none above 12
        assert {seeker_of(of)._test(one)(application) for application in examples} <= {True, None}


@pytest.mark.parametrize("matter", SOME)
def test_every_rule_of_the_matter_has_a_boundary_that_moves_it(matter: str) -> None:
    of = ground(matter)
    read = frozenset[str]().union(*(one.reads for one in boundaries(matter, rules=RULES)))
    named = {name.partition(".")[0] for name in read}
    for rule in of.policy.rules:
        assert named & {*fields_read(of.policy, [rule.must]), *registers_read(of.policy, [rule.must])}, rule.id


@pytest.mark.parametrize("matter", MATTERS if size("qa_sides", quick=0, full=1) else ("senior_card",))
def test_both_sides_of_every_boundary_come_within_as_many_examples(matter: str) -> None:
    found = boundaries(matter, rules=RULES)
    sides = {side.about for one in found for side in (one.inside, one.outside)}
    came = {one.about for one in drawn(near_boundaries(matter, rules=RULES), 12 * len(sides), same=True)}
    assert sides - came == set()


def test_the_boundaries_that_a_person_would_try_are_there() -> None:
    """Ages by hand: the day of a birthday and the day before, for each age that the allowance names."""
    ages = set()
    for one in boundaries("elderly_allowance", rules=RULES):
        for side in (one.inside, one.outside):
            number = str(side.form["id_no"])
            born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
            months = (side.as_of.year - born.year) * 12 + side.as_of.month - born.month
            ages.add((months, side.as_of.day - born.day))
    for years in (80, 90, 100):
        assert (years * 12, 0) in ages
        assert (years * 12, -1) in ages


@pytest.mark.parametrize("matter", SOME)
def test_the_impossible_is_never_granted(matter: str) -> None:
    """By both engines and the reference, and for many reasons."""
    of = ground(matter)
    why = set()
    with engines_of(of.policy) as engines:
        for one in drawn(impossible(matter, rules=RULES), size("qa_impossible", quick=40, full=5000)):
            decided = decide_offline(of.policy, of.catalogue, engines, one.form, one.facts, one.as_of)
            assert decided.referred_by is None
            assert decided.outcome not in APPROVALS, one
            assert decided.outcome == judge(of.policy, decided.sheet).outcome
            why.add(one.about)
    assert len(why) > 10


@pytest.mark.parametrize("matter", SOME)
def test_each_way_of_being_impossible_is_one(matter: str) -> None:
    """Every broken rule and every register that is needed, one after the other."""
    of = ground(matter)
    ways = Impossible(seeker_of(of), applications(matter, rules=RULES))
    assert {one.register for one in ways.unheard} >= {"population"}
    assert len(ways.broken) >= len([rule for rule in of.policy.rules if rule.standing])
    for sure in ways.broken:
        assert outcome(sure.application, of) not in APPROVALS, sure.application.about
    for sure in ways.unheard:
        silent = {**sure.application.facts, sure.register: {"status": "timeout"}}
        assert outcome(replace(sure.application, facts=silent), of) not in APPROVALS, sure.application.about


def test_what_the_file_says_is_never_granted_is_among_the_impossible() -> None:
    abouts = {one.about for one in drawn(impossible("elderly_allowance", rules=RULES), 400, same=True)}
    assert any("不满八十周岁不予批准" in about for about in abouts)
    for fault in ("timeout", "error", "no_record", "stale", "tomorrow", "undated", "lacking", "no_object", "absent"):
        assert any(about.endswith(f"({fault})") for about in abouts), fault
    for defect in ("wrong", "missing", "check", "unknown"):
        assert any(about.endswith(f"({defect})") for about in abouts), defect


def test_a_counterexample_shrinks_to_a_worked_case_and_what_matters() -> None:
    """Somebody whom no worked case knows, and who is refused: a case with another number, and nothing else."""
    of = ground("elderly_allowance")
    known = {base.form["id_no"] for base in of.bases}

    def refused(one: Application) -> bool:
        return outcome(one, of) is Outcome.REJECTED and one.form["id_no"] not in known

    same = settings(database=None, max_examples=1000, derandomize=True)
    found = find(applications("elderly_allowance", rules=RULES), refused, settings=same)
    assert min(_changed(base, found) for base in of.bases) == 1


def _changed(base: Application, one: Application) -> int:
    answers = zip(base.facts.values(), one.facts.values(), strict=True)
    fields = sum(base.form.get(name) != one.form.get(name) for name in {*base.form, *one.form})
    return fields + sum(first != second for first, second in answers) + (base.as_of != one.as_of)


def test_a_matter_of_ones_own_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    """The matter of rules/README.md: nothing of it is known beforehand."""
    text = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
    pieces = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    (rules / "museum_pass").mkdir()
    (rules / "museum_pass" / "2026-01-01.yaml").write_text("\n".join(pieces), encoding="utf-8")
    of = ground("museum_pass", rules)
    valid = drawn(applications("museum_pass", rules=rules), 40)
    assert all(of.reading(one).defects == () for one in valid)
    assert seeker_of(of).edges.missed == ()
    assert all(outcome(one, of) not in APPROVALS for one in drawn(impossible("museum_pass", rules=rules), 60))
    outcomes = {outcome(one, of) for one in drawn(near_boundaries("museum_pass", rules=rules), 200)}
    assert {Outcome.APPROVED, Outcome.REJECTED, Outcome.NOT_ACCEPTED, Outcome.REFERRED} <= outcomes


def test_a_matter_that_is_not_there_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(ValueError, match="elderly_allowance"):
        applications("elderly_alowance", rules=RULES)
    with pytest.raises(ValueError, match="没有规则文件夹"):
        applications("elderly_allowance", rules=RULES / "nowhere")
