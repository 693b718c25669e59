"""The generated engine says what the reference says: on every worked case and on seeded variations of every policy."""

import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from decision_service.facts import FactSheet
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Let, Policy
from decision_service.readings.compiled import compile as compiling
from decision_service.readings.compiled.compile import compile_policy
from decision_service.readings.reference import judge
from decision_service.verdict import RESULT, State, Verdict
from tests.readings.sheets import Variations, case_sheets, policies
from tests.sizes import size

POLICIES = policies()
SHEETS = size("compiled_sheets", quick=250, full=20_000)

everywhere = pytest.mark.parametrize("policy", POLICIES, ids=[policy.matter for policy in POLICIES])


def differences(policy: Policy, engine: Callable[[FactSheet], Verdict], sheets: list[FactSheet]) -> list[FactSheet]:
    return [sheet for sheet in sheets if engine(sheet) != judge(policy, sheet)]


@everywhere
def test_every_worked_case_comes_out_as_in_the_reference(policy: Policy) -> None:
    engine = compile_policy(policy)
    sheets = list(case_sheets(policy).values())
    assert len(sheets) >= 8
    assert differences(policy, engine.judge, sheets) == []
    assert differences(policy, engine.full, sheets) == []


@everywhere
def test_variations_with_all_kinds_of_not_knowing_come_out_as_in_the_reference(policy: Policy) -> None:
    engine = compile_policy(policy)
    sheets = list(Variations(policy, 1).sheets(SHEETS))
    assert differences(policy, engine.judge, sheets) == []
    assert differences(policy, engine.full, sheets) == []


def test_the_variations_reach_every_outcome_and_state_that_the_policies_know() -> None:
    """Otherwise the agreement above would say little."""
    outcomes, states, results = set(), set(), 0
    for policy in POLICIES:
        for sheet in Variations(policy, 1).sheets(400):
            verdict = judge(policy, sheet)
            outcomes.add(verdict.outcome)
            states |= {finding.state for finding in verdict.findings}
            results += verdict.findings[-1].rule == RESULT
    assert outcomes == set(Outcome)
    assert states == set(State)
    assert results > 0


@pytest.mark.parametrize("policy", [one for one in POLICIES if not one.items], ids=lambda policy: policy.matter)
def test_known_applications_take_the_short_way(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short way would be worth nothing if it always fell back."""
    monkeypatch.setattr(compiling, "_RUNTIME", {**compiling._RUNTIME, "conclude": None, "gated": None})
    engine = compile_policy(policy)
    decided = [judge(policy, sheet).outcome for sheet in case_sheets(policy).values() if _short(engine.judge, sheet)]
    assert APPROVALS & set(decided)
    assert len(set(decided)) >= 3


def _short(engine: Callable[[FactSheet], Verdict], sheet: FactSheet) -> bool:
    try:
        engine(sheet)
    except TypeError:
        return False
    return True


SWAPS = [
    ("fast", ">=", ">"), ("fast", "==", "!="), ("fast", " and ", " or "), ("fast", " or ", " and "),
    ("fast", " 80", " 81"), ("full", "it >= ", "it > "), ("full", " equal(", " unequal("),
    ("full", "it == ", "it != "), ("full", "conj(", "disj("), ("full", "disj(", "conj("),
    ("full", "it is not True", "it is True"), ("full", "= some(", "= every("),
]  # fmt: skip


@pytest.mark.parametrize(("form", "old", "new"), SWAPS)
def test_one_changed_operator_in_generated_code_is_seen(
    form: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BREAK: each occurrence in the rules of elderly_allowance, one at a time, changes some verdict."""
    policy = next(one for one in POLICIES if one.matter == "elderly_allowance")
    whole = compile_policy(policy).source
    start = whole.index("def full(" if form == "full" else "fails = ()")
    end = whole.index("return conclude(" if form == "full" else "findings, outcome = HELD")
    sheets = [*case_sheets(policy).values(), *Variations(policy, 2).sheets(1500)]
    wanted = [judge(policy, sheet) for sheet in sheets]
    places = [found.start() for found in re.finditer(re.escape(old), whole) if start <= found.start() < end]
    genuine = compiling._code
    assert places
    for place in places:
        broken = whole[:place] + new + whole[place + len(old) :]
        monkeypatch.setattr(compiling, "_code", lambda policy, _, broken=broken: genuine(policy, broken))
        engine = compile_policy(policy)
        judging = engine.full if form == "full" else engine.judge
        seen = any(_said(judging, sheet) != want for sheet, want in zip(sheets, wanted, strict=True))
        assert seen, whole[place - 60 : place + 40]


def _said(engine: Callable[[FactSheet], Verdict], sheet: FactSheet) -> Verdict | str:
    try:
        return engine(sheet)
    except Exception as error:  # noqa: BLE001 - a broken engine may do anything
        return type(error).__name__


HOSTILE = "x'\"\\\n    raise SystemExit  # \u2028{0}%s"


def test_words_of_the_file_enter_generated_text_as_quoted_constants_only() -> None:
    """A rule file is data: whatever its names and texts hold can't become code."""
    policy = next(one for one in POLICIES if one.matter == "elderly_allowance")
    rules = tuple(dataclasses.replace(rule, id=f"{rule.id}{HOSTILE}") for rule in policy.rules)
    results = tuple(dataclasses.replace(result, name=f"{result.name}{HOSTILE}") for result in policy.results)
    notes = tuple(dataclasses.replace(note, code=HOSTILE) for note in policy.notes)
    lets = tuple(_renamed(let) for let in policy.lets)
    hostile = dataclasses.replace(policy, matter=HOSTILE, rules=rules, results=results, notes=notes, lets=lets)
    engine = compile_policy(hostile)
    sheets = list(Variations(policy, 3).sheets(100))
    assert differences(hostile, engine.judge, sheets) == []
    assert differences(hostile, engine.full, sheets) == []


def _renamed(let: Let) -> Let:
    """A let that nothing reads may have any name."""
    return let if let.name != "credit_repaired" else dataclasses.replace(let, name=HOSTILE)


def test_no_builtin_is_within_reach_of_generated_code() -> None:
    policy = POLICIES[0]
    source = compile_policy(policy).source
    names = set(re.findall(r"\b[A-Za-z]\w*", re.sub(r"#.*|'[^']*'", "", source)))
    assert not names & {"import", "open", "eval", "exec", "getattr", "globals", "__import__"}


ALLOWED = {
    "decision_service", "decision_service.facts", "decision_service.outcome", "decision_service.verdict",
    "decision_service.source", "decision_service.language", "decision_service.language.tree",
    "decision_service.policy", "decision_service.policy.shape", "decision_service.policy.parts",
    "decision_service.readings", "verifiers", "verifiers.frozen", "verifiers.kinds", "verifiers.registers",
}  # fmt: skip
"""The tree, the value types, and what defines and makes them."""


def loaded_by(module: str) -> set[str]:
    """Our modules that a fresh process has after importing `module`."""
    ours = "m.split('.')[0] in ('decision_service', 'verifiers')"
    script = f"import sys, {module}; print(*[m for m in sys.modules if {ours}])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_two_roads_share_nothing_but_the_tree_and_the_value_types() -> None:
    generated = loaded_by("decision_service.readings.compiled.compile")
    reference = loaded_by("decision_service.readings.reference")
    assert generated & reference <= ALLOWED
    assert {one for one in generated if not one.startswith("decision_service.readings.compiled")} <= ALLOWED
    assert "decision_service.language.meaning" in reference
