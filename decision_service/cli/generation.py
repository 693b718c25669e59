"""What `miaopi coverage --generate` does: cases for what no case shows, written for a person to confirm."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from decision_service.cli.output import console, misuse, progress
from decision_service.cli.test import write_file
from decision_service.cli.workshop import needed
from decision_service.covering.measured import Coverage
from decision_service.covering.suite import Suites
from decision_service.source import place

if TYPE_CHECKING:
    from decision_service.covering.generating import Generation
    from decision_service.covering.goals import Goal

PRINTED = Path("-")


def generated_for(found: Sequence[Coverage], suites: Suites, file: Path, *, json: bool) -> "list[Generation]":
    """Looks for cases of the one version that lacks some, and writes them into a file that is not there yet."""
    needed("z3", json=json)
    from decision_service.covering.casefiles import case_file

    lacking = [one for one in found if one.missing]
    if len(lacking) > 1:
        names = ", ".join(one.policy.source for one in lacking)
        misuse(
            f"cases are generated for one version at a time; name one of {names}",
            f"一次只为一个版本写案例，请指明其一：{names}",
            json=json,
        )
    if file != PRINTED and file.exists():
        misuse(f"{file} is there already, and is not written over", f"{file} 已经有了，不覆盖", json=json)
    generated = [_generated(one, suites, json=json) for one in lacking]
    for one in generated:
        text = case_file(one, suites.catalogue)
        if file != PRINTED:
            write_file(file, text.encode(), json=json)
        elif not json:
            sys.stdout.write(text)
    return generated


def _generated(coverage: Coverage, suites: Suites, *, json: bool) -> "Generation":
    from decision_service.covering.generating import EncodingError, generate

    with progress() as bar:
        task = bar.add_task("寻找案例 looking for cases", total=len(coverage.missing))
        try:
            return generate(coverage, suites.catalogue, done=lambda: bar.advance(task))
        except EncodingError as error:
            misuse(f"part of the rules has no encoding for Z3: {error}", "规则有一部分不能交给 Z3", json=json)


def generation_json(generated: "Sequence[Generation]") -> list[dict[str, object]]:
    """What was found, as plain data."""
    return [
        {
            "matter": one.policy.matter,
            "version": str(one.policy.effective_from),
            "cases": [
                {"name": case.case.name, "like": case.like.name, "shows": [_goal(goal) for goal in case.goals]}
                for case in one.cases
            ],
            "cannot_be_reached": [_goal(goal) for goal in one.impossible],
            "undecided": [_goal(goal) for goal in one.undecided],
        }
        for one in generated
    ]


def _goal(goal: "Goal") -> dict[str, object]:
    return {"what": {"zh": goal.what.zh, "en": goal.what.en}, "place": place(goal.span)}


def show_generated(generated: "Sequence[Generation]") -> None:
    """What cannot be reached, what was left open, and how many cases were found."""
    out = console()
    for one in generated:
        for goals, zh, en in (
            (one.impossible, "到不了（已证明）", "cannot be reached (proved)"),
            (one.undecided, "没有得出结论", "left undecided"),
        ):
            for goal in goals:
                where = f"{goal.span.source.name}:{goal.span.line}:{goal.span.column}"
                out.print(f"{where}  {zh}：{goal.what.zh}\n  {en}: {goal.what.en}", markup=False)
        shown = sum(len(case.goals) for case in one.cases)
        out.print(
            f"写出{len(one.cases)}例，表明{shown}处；{len(one.impossible)}处到不了，{len(one.undecided)}处没有结论。"
            "请逐例核对：expect 是规则现在怎样决定，不是法律要怎样决定\n"
            f"{len(one.cases)} case(s) show {shown} more; {len(one.impossible)} cannot be reached, "
            f"{len(one.undecided)} left undecided. Confirm each: what they expect is what the rules do, "
            "not what the law wants",
            markup=False,
        )
