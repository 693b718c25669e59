"""`miaopi coverage`: how far the cases reach, shown over the rule files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from decision_service.cli.check import must_be_there
from decision_service.cli.generation import generated_for, generation_json, show_generated
from decision_service.cli.output import FINDINGS, Json, console, print_json, progress
from decision_service.cli.test import Cases, RulesPath, Sarif, Watch, suites_of, write_file
from decision_service.covering.goals import NAMES, Measure
from decision_service.covering.measured import Coverage, Tally, measure, tally, uncovered
from decision_service.covering.overlay import Line, lines
from decision_service.covering.suite import Suites
from decision_service.policy.parts import Bilingual
from decision_service.source import columns, place

AtLeast = Annotated[
    float | None,
    typer.Option("--at-least", min=0, max=100, metavar="PERCENT", help="低于它时退出码为1 exit code 1 below this"),
]
Generate = Annotated[
    Path | None,
    typer.Option(
        "--generate",
        metavar="FILE",
        help="为缺少的写出案例 write cases for what is missing, found by Z3, into a new file; - prints them",
    ),
]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="写成网页 write a page over the source")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for besides the figures."""

    cases: Path | None
    at_least: float | None
    generate: Path | None
    html: Path | None
    sarif: Path | None
    json: bool


def coverage(
    path: RulesPath = Path("rules"),
    cases: Cases = None,
    at_least: AtLeast = None,
    generate: Generate = None,
    html: Html = None,
    sarif: Sarif = None,
    watch: Watch = False,
    json: Json = False,
) -> None:
    """案例覆盖了哪些规则、行、分支、边界和条件。 What of the rules some case shows."""
    must_be_there(path, json=json)
    wanted = Wanted(cases, at_least, generate, html, sarif, json)
    if watch:
        from decision_service.cli.watching import watching

        watching(path, lambda part: _covered(part, wanted), json=json)
    elif not _covered(path, wanted):
        raise typer.Exit(FINDINGS)


def _covered(path: Path, wanted: Wanted) -> bool:
    """Measures, shows and writes; whether it is good enough."""
    suites = suites_of(path, wanted.cases, json=wanted.json)
    if suites is None:
        return False
    found = measured(suites)
    generated = [] if wanted.generate is None else generated_for(found, suites, wanted.generate, json=wanted.json)
    _write(found, suites.folder, wanted)
    if wanted.json:
        print_json(_as_json(found) | ({} if wanted.generate is None else {"generated": generation_json(generated)}))
    else:
        _show(found)
        show_generated(generated)
    return _total(found).percent >= (wanted.at_least or 0)


def measured(suites: Suites) -> list[Coverage]:
    """The coverage of every suite, with a progress bar."""
    with progress() as bar:
        task = bar.add_task("案例 cases", total=sum(len(one.cases) for one in suites.suites))
        return list(measure(suites, lambda: bar.advance(task)))


def _write(found: Sequence[Coverage], folder: Path, wanted: Wanted) -> None:
    if wanted.html is not None:
        from decision_service.covering.page import page

        write_file(wanted.html, page(found).encode(), json=wanted.json)
    if wanted.sarif is not None:
        import orjson

        from decision_service.covering.sarif import sarif

        log = sarif([one for coverage in found for one in uncovered(coverage)], folder)
        write_file(wanted.sarif, orjson.dumps(log, option=orjson.OPT_INDENT_2), json=wanted.json)


def _total(found: Sequence[Coverage]) -> Tally:
    return tally([seen for one in found for seen in one.seen])


def _as_json(found: Sequence[Coverage]) -> dict[str, object]:
    return {
        "percent": round(_total(found).percent, 2),
        "matters": [
            {
                "matter": one.policy.matter,
                "version": str(one.policy.effective_from),
                "cases": len(one.suite.cases),
                "percent": round(one.tally().percent, 2),
                "measures": {name.value: _tally(one.tally(name)) for name in Measure},
                "missing": [
                    {
                        "measure": goal.measure.value,
                        "what": {"zh": goal.what.zh, "en": goal.what.en},
                        "place": place(goal.span),
                    }
                    for goal in one.missing
                ],
            }
            for one in found
        ],
    }


def _tally(found: Tally) -> dict[str, int]:
    return {"shown": found.shown, "all": found.all}


def _show(found: Sequence[Coverage]) -> None:
    out = console()
    for one in found:
        for line in lines(one):
            if line.missing:
                _show_line(out, one.policy.source, line)
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("事项\nmatter", no_wrap=True)
    for name in (Bilingual("案例", "cases"), *NAMES.values(), Bilingual("合计", "all")):
        table.add_column(f"{name.zh}\n{name.en}", justify="right", no_wrap=True)
    for one in found:
        cells = [_cell(one.tally(name)) for name in Measure]
        table.add_row(one.policy.matter, str(len(one.suite.cases)), *cells, f"{one.tally().percent:.1f} %")
    out.print(table)
    total = _total(found)
    out.print(
        f"共{total.all}处，{total.shown}处有案例 {total.shown} of {total.all} shown, {total.percent:.1f} %",
        markup=False,
    )


def _cell(found: Tally) -> str:
    return f"{found.shown}/{found.all}" if found.all else "–"


def _show_line(out: Console, source: str, line: Line) -> None:
    out.print(f"{source}:{line.number}", markup=False)
    out.print(f"  | {line.text}", markup=False)
    out.print(f"  | {_carets(line)}", markup=False)
    for seen in line.missing:
        goal = seen.goal
        out.print(f"  {goal.span.column}: {NAMES[goal.measure].zh}：{goal.what.zh}", markup=False)
        out.print(f"     {NAMES[goal.measure].en}: {goal.what.en}", markup=False)
    out.print()


def _carets(line: Line) -> str:
    marks = ("^" if one.state == "missing" else " " for one in line.stretches)
    return "".join(mark * columns(one.text) for mark, one in zip(marks, line.stretches, strict=True)).rstrip()
