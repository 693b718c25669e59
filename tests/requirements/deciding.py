"""What the tests of requirements share: the shipped rule files, decisions by both engines, spoilt copies of a file."""

import shutil
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from decision_service.guide import guide_of
from decision_service.offline import Engines, decide, engines_of, offline_answer
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.policy.shelf import read_shelf, rule_files
from decision_service.source import PolicyProblems, Problem
from tests.shipped import shelf

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"


def policies() -> list[Policy]:
    return list(shelf().policies())


def policy_of(matter: str) -> Policy:
    return shelf().versions[matter][0]


@cache
def guide(matter: str) -> Mapping[str, Any]:
    return guide_of(policy_of(matter), shelf().catalogue)


@cache
def engines(matter: str) -> Engines:
    """Both engines of a matter; they live as long as the test process."""
    return engines_of(policy_of(matter)).__enter__()


def answer(matter: str, form: Mapping[str, object], facts: Mapping[str, object], as_of: date) -> Mapping[str, Any]:
    decided = decide(policy_of(matter), shelf().catalogue, engines(matter), form, facts, as_of)
    return offline_answer(decided, form, facts)


def answer_of(matter: str, case: WorkedCase) -> Mapping[str, Any]:
    return answer(matter, case.form, case.facts, case.as_of)


def codes(reply: Mapping[str, Any]) -> list[str]:
    return [reason["code"] for reason in reply["reasons"]]


def spoilt(tmp_path: Path, matter: str, old: str, new: str) -> tuple[Problem, ...]:
    """The problems of a copy of a matter's file in which `old` reads `new`; () where it loads."""
    rules = tmp_path / "rules"
    shutil.rmtree(rules, ignore_errors=True)
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    shutil.copytree(RULES / matter, rules / matter)
    (path,) = rule_files(rules / matter)
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        read_shelf(rules)
    except PolicyProblems as problems:
        return problems.problems
    return ()


def problem_codes(problems: tuple[Problem, ...]) -> set[str]:
    return {problem.code for problem in problems}
