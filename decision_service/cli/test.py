"""`miaopi test`: every worked case and every shared case, decided by both engines and the reference."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from decision_service.cli.check import rules_around
from decision_service.cli.engines import engines_of
from decision_service.cli.output import FINDINGS, Json, console, misuse, print_json, progress, show_problems
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.source import PolicyProblems
from decision_service.trials import Case, CaseFileError, Trial, attempt, shared, uncovered, worked

CASES = Path("fixtures/cases")

RulesPath = Annotated[Path, typer.Argument(help="rules folder, a matter's folder, or one file 规则文件夹或文件")]
Cases = Annotated[
    Path | None,
    typer.Option(
        "--cases",
        help="folder of shared case files (*.json); default fixtures/cases with a whole rules folder 案例文件夹",
    ),
]


@dataclass(frozen=True, slots=True)
class _Outcome:
    trials: Sequence[Trial]
    uncovered: Sequence[tuple[str, str, str]]  # matter, version, rule

    @property
    def failed(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.differences]


def test(
    path: RulesPath = Path("rules"),  # noqa: PT028 - a command of that name, no test of pytest
    cases: Cases = None,  # noqa: PT028 - a command of that name, no test of pytest
    json: Json = False,  # noqa: PT028 - a command of that name, no test of pytest
) -> None:
    """Decide every worked case and compare with what it expects. 运行全部案例，与预期逐项比对。"""
    folder, only = rules_around(path)
    try:
        shelf = read_shelf(folder, only=only)
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        raise typer.Exit(FINDINGS) from None
    if cases is None and only is None and CASES.is_dir():
        cases = CASES
    outcome = _run(shelf, _planned(shelf, cases, json=json))
    if json:
        print_json(_as_json(outcome))
    else:
        _show(outcome)
    if outcome.failed or outcome.uncovered:
        raise typer.Exit(FINDINGS)


def _planned(shelf: Shelf, cases: Path | None, *, json: bool) -> list[tuple[Policy, list[Case]]]:
    """The cases of each version: its own, and the shared ones of its matter and time."""
    planned = {policy.digest: (policy, list(worked(policy))) for policy in shelf.policies()}
    if cases is not None and not cases.is_dir():
        misuse(f"there is no folder {cases}", "没有这个案例文件夹", json=json)
    try:
        for file in sorted(cases.glob("*.json")) if cases is not None else ():
            for case in shared(file):
                policy = shelf.in_force(case.matter, case.as_of)
                if policy is None:
                    misuse(
                        f"{file}: no version of `{case.matter[:60]}` for {case.name[:60]}", "没有生效的版本", json=json
                    )
                planned[policy.digest][1].append(case)
    except CaseFileError as error:
        misuse(str(error), "案例文件读不出", json=json)
    return list(planned.values())


def _run(shelf: Shelf, planned: list[tuple[Policy, list[Case]]]) -> _Outcome:
    trials: list[Trial] = []
    bare: list[tuple[str, str, str]] = []
    with progress() as bar:
        task = bar.add_task("cases 案例", total=sum(len(cases) for _, cases in planned))
        for policy, cases in planned:
            bare += [(policy.matter, str(policy.effective_from), rule) for rule in uncovered(policy)]
            with engines_of(policy) as engines:
                for case in cases:
                    trials.append(attempt(policy, shelf.catalogue, engines, case))
                    bar.advance(task)
    return _Outcome(trials, bare)


def _as_json(outcome: _Outcome) -> dict[str, object]:
    return {
        "cases": len(outcome.trials),
        "failed": [
            {
                "matter": trial.case.matter,
                "case": trial.case.name,
                "differences": [
                    {"what": one.what, "expected": one.expected, "came": one.came} for one in trial.differences
                ],
            }
            for trial in outcome.failed
        ],
        "rules_without_a_case": [
            {"matter": matter, "version": version, "rule": rule} for matter, version, rule in outcome.uncovered
        ],
    }


def _show(outcome: _Outcome) -> None:
    out = console()
    for trial in outcome.failed:
        out.print(f"✗ {trial.case.matter}  {trial.case.name}", markup=False)
        for one in trial.differences:
            out.print(f"    {one.what}", markup=False)
            out.print(f"      - expected 预期  {one.expected}", markup=False)
            out.print(f"      + came 实得      {one.came}", markup=False)
    for matter, version, rule in outcome.uncovered:
        out.print(f"? {matter} {version}: no case shows rule {rule} deciding alone", markup=False)
        out.print(f"    没有案例表明规则 {rule} 单独起作用；加一个案例并写 alone: {rule}", markup=False)
    done, failed = (Counter(trial.case.matter for trial in found) for found in (outcome.trials, outcome.failed))
    table = Table("matter 事项", "cases 案例", "failed 不符")
    for matter in sorted(done):
        table.add_row(matter, str(done[matter]), str(failed[matter]))
    out.print(table)
    out.print(f"{len(outcome.trials)} cases, {len(outcome.failed)} failed 共{len(outcome.trials)}例", markup=False)
