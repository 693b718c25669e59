"""`miaopi diff`: where two versions of a matter decide differently, or a proof that they do not."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from decision_service.cli.output import FINDINGS, MISUSE, Json, misuse, print_json, progress, show_problems
from decision_service.cli.workshop import needed
from decision_service.differing.asjson import as_json
from decision_service.differing.comparing import NoClaimError, compare
from decision_service.differing.report import Report
from decision_service.differing.sides import Sides, SidesError, read_sides
from decision_service.differing.telling import lines
from decision_service.offline import engines_of
from decision_service.source import PolicyProblems

_SIDE = "规则文件、事项文件夹或 事项@日期 a rule file, a matter's folder, or MATTER@DAY"


def diff(
    old: Annotated[str, typer.Argument(help=_SIDE)],
    new: Annotated[str, typer.Argument(help=_SIDE)],
    rules: Annotated[
        Path | None, typer.Option("--rules", help="规则文件夹 folder of rule files; default: the one around a file")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="写成网页 write a page with the differences drawn")
    ] = None,
    json: Json = False,
) -> None:
    """比较两个版本的决定。 Where two versions decide differently, each with an example; or a proof that they do not."""
    needed("z3", json=json)
    try:
        sides = read_sides(old, new, rules)
    except SidesError as error:
        misuse(error.en, error.zh, json=json)
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        raise typer.Exit(MISUSE) from None
    report = _compared(sides, json=json)
    if html is not None:
        _write(report, html, json=json)
    if json:
        print_json(as_json(report))
    else:
        out = Console(emoji=False, highlight=False, soft_wrap=True)
        for indent, text in lines(report):
            out.print(Text(" " * indent + text))
    if not report.same:
        raise typer.Exit(FINDINGS)


def _compared(sides: Sides, *, json: bool) -> Report:
    with engines_of(sides.old) as first, engines_of(sides.new) as second, progress() as bar:
        task = bar.add_task("比较 comparing, %", total=100)
        try:
            return compare(sides, (first, second), lambda done: bar.update(task, completed=int(done)))
        except NoClaimError as error:
            misuse(f"nothing is claimed; {error.en}", f"不作结论；{error.zh}", json=json)


def _write(report: Report, path: Path, *, json: bool) -> None:
    from decision_service.differing.page import page

    try:
        path.write_text(page(report), encoding="utf-8")
    except OSError as error:
        misuse(f"{path} cannot be written ({error.strerror})", f"{path}：写不了（{error.strerror}）", json=json)
