"""`miaopi lint`: what could be better in rule files that are right."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.check import must_be_there, rules_around
from decision_service.cli.fmt import replace_text
from decision_service.cli.output import FINDINGS, Json, console, print_json, show_problems
from decision_service.editing.advice import Written
from decision_service.editing.linting import Finding, advise, put_right, written
from decision_service.policy.nodes import read_source
from decision_service.policy.shelf import read_shelf
from decision_service.source import PolicyProblems, Problem, as_json, render


def lint(
    path: Annotated[Path, typer.Argument(help="规则文件夹或文件 rules folder, a matter's folder, or one file")] = Path(
        "rules"
    ),
    fix: Annotated[bool, typer.Option("--fix", help="改掉能自动改的 put right what is mechanical")] = False,
    json: Json = False,
) -> None:
    """对没有错误的规则文件提建议。 Advice on rule files that are right: codes, reasons, places, fixes."""
    must_be_there(path, json=json)
    findings: list[Finding] = []
    fixed: list[str] = []
    try:
        for place, file in _files(path):
            better = put_right(file) if fix else file
            if better.source.text != file.source.text:
                replace_text(place, better.source.text)
                fixed.append(file.source.name)
            findings += advise(better)
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        raise typer.Exit(FINDINGS) from None
    _show(findings, fixed, json=json)
    if findings:
        raise typer.Exit(FINDINGS)


def _files(path: Path) -> Iterator[tuple[Path, Written]]:
    """The rule files at the path, each checked, with all others around. Raises PolicyProblems."""
    folder, only = rules_around(path)
    shelf = read_shelf(folder)
    policies = list(shelf.policies())
    for policy in policies:
        place = folder / policy.source
        if only is not None and only not in (place.resolve(), *place.resolve().parents):
            continue
        source = read_source(place, policy.source)
        if isinstance(source, Problem):
            raise PolicyProblems([source])
        yield place, written(source, shelf.catalogue, policies)


def _show(findings: list[Finding], fixed: list[str], *, json: bool) -> None:
    if json:
        print_json({"fixed": fixed, "findings": [_as_json(one) for one in findings]})
        return
    out = console()
    for one in findings:
        out.print(render(one.problem), markup=False)
        out.print(f"  ? {one.advice.why.zh}\n  ? {one.advice.why.en}\n", markup=False)
    for name in fixed:
        out.print(f"{name}: 已改 fixed", markup=False)
    can = sum(1 for one in findings if one.found.edits)
    zh, en = (f"，其中{can}处可用 --fix 改", f"; {can} can be fixed by --fix") if can else ("", "")
    out.print(f"共{len(findings)}处建议{zh} {len(findings)} finding(s){en}", markup=False)


def _as_json(one: Finding) -> dict[str, object]:
    return {
        **as_json(one.problem),
        "name": {"zh": one.advice.name.zh, "en": one.advice.name.en},
        "why": {"zh": one.advice.why.zh, "en": one.advice.why.en},
        "fix": bool(one.found.edits),
    }
