"""`miaopi simulate`: one version, or two, over a whole population."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from decision_service.cli.output import MISUSE, Json, console, misuse, print_json, progress, show_problems
from decision_service.cli.workshop import needed
from decision_service.differing.sides import Sides, SidesError, read_sides
from decision_service.policy.shape import Policy
from decision_service.source import PolicyProblems

if TYPE_CHECKING:
    from decision_service.simulating.report import Report

_SIDE = "a rule file, a matter's folder, or MATTER@DAY 规则文件、事项文件夹或 事项@日期"
_ON = "population, .csv or .parquet 模拟人口文件"
_MAKE = "make a population of so many rows and stop 只生成这么多行的模拟人口"


def simulate(
    old: Annotated[str, typer.Argument(help=_SIDE)],
    new: Annotated[str | None, typer.Argument(help="the version to compare with 要比较的版本")] = None,
    on: Annotated[Path | None, typer.Option("--on", help=_ON)] = None,
    make: Annotated[int | None, typer.Option("--make", min=1, help=_MAKE)] = None,
    to: Annotated[Path | None, typer.Option("--to", help="where to write it, .parquet 写到哪里")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="equal seeds make equal populations 随机种子")] = 1,
    as_of: Annotated[str | None, typer.Option("--as-of", help="the day of all decisions 决定之日")] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="a field, let or result to group by 按哪个名称分组")
    ] = None,
    flips: Annotated[Path | None, typer.Option("--flips", help="write the rows that change 写出变化的行")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="write a page 写成网页")] = None,
    charts: Annotated[Path | None, typer.Option("--charts", help="folder for charts as PNG 图表文件夹")] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="folder of rule files; default: the one around a file 规则文件夹")
    ] = None,
    json: Json = False,
) -> None:
    """What a version, or two, come to over a whole population. 用一个或两个版本对全部人口模拟决定。"""
    needed("ibis", "duckdb", "pyarrow", "numpy", json=json)
    sides = _sides(old, new, rules, json=json)
    day = _day(as_of, json=json)
    if make is not None:
        _make(sides, make, to, seed, day or sides.since, json=json)
        return
    if on is None:
        misuse(
            "name a population with --on FILE, or make one with --make N --to FILE",
            "请用 --on 指明人口文件，或用 --make N --to 文件 生成",
            json=json,
        )
    if flips is not None and new is None:
        misuse("--flips needs two versions", "--flips 需要两个版本", json=json)
    policies = (sides.old,) if new is None else (sides.old, sides.new)
    if charts is not None:
        needed("matplotlib", json=json)
    _simulate(sides, policies, on, day, by or [], (flips, html, charts), json=json)


def _sides(old: str, new: str | None, rules: Path | None, *, json: bool) -> Sides:
    try:
        return read_sides(old, new or old, rules)
    except SidesError as error:
        misuse(error.en, error.zh, json=json)
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        raise typer.Exit(MISUSE) from None


def _day(text: str | None, *, json: bool) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        misuse("--as-of must be a day such as 2026-03-16", "--as-of 应是日期，如 2026-03-16", json=json)


def _make(sides: Sides, rows: int, to: Path | None, seed: int, day: date, *, json: bool) -> None:
    from decision_service.simulating.making import Wanted, make

    if to is None or to.suffix.lower() != ".parquet":
        misuse("--make needs --to FILE.parquet", "--make 需要 --to 文件.parquet", json=json)
    try:
        with progress() as bar:
            task = bar.add_task("rows 行", total=rows)
            make(
                Wanted((sides.old, sides.new), sides.catalogue, rows, seed, day),
                to,
                lambda done: bar.advance(task, done),
            )
    except OSError as error:
        misuse(f"{to} cannot be written ({error.strerror})", "人口文件写不出", json=json)
    if json:
        print_json({"file": str(to), "rows": rows, "seed": seed, "as_of": str(day)})
    else:
        console().print(f"{rows} made-up applicants 已生成模拟申请人: {to}", markup=False)


def _simulate(
    sides: Sides,
    policies: Sequence[Policy],
    on: Path,
    day: date | None,
    by: Sequence[str],
    files: tuple[Path | None, Path | None, Path | None],
    *,
    json: bool,
) -> None:
    from decision_service.readings.bulk.refused import NotInBulkError
    from decision_service.simulating.flips import write_flips
    from decision_service.simulating.population import PopulationError
    from decision_service.simulating.query import NoSuchNameError
    from decision_service.simulating.report import report_of
    from decision_service.simulating.running import connect, simulate

    connection = connect()
    flips, html, charts = files
    try:
        with progress() as bar:
            task = bar.add_task("% ", total=100)
            answer = simulate(
                connection, policies, sides.catalogue, on, by, day, lambda done: bar.update(task, completed=int(done))
            )
        if flips is not None:
            write_flips(connection, answer.question, flips)
    except (PopulationError, NotInBulkError) as error:
        misuse(error.en, error.zh, json=json)
    except NoSuchNameError as error:
        known = ", ".join(error.known)
        misuse(
            f"--by {error.name}: no such name; there are {known}",
            f"--by {error.name}：没有这个名称；有：{known}",
            json=json,
        )
    report = report_of(answer, tuple(policies), sides.catalogue)
    _files(report, sides, html, charts, json=json)
    _show(report, json=json)


def _files(report: "Report", sides: Sides, html: Path | None, charts: Path | None, *, json: bool) -> None:
    from decision_service.simulating.charts import INSTALL, chinese_font, draw
    from decision_service.simulating.page import page

    try:
        if html is not None:
            html.write_text(page(report, sides.catalogue), encoding="utf-8")
        if charts is not None:
            draw(report, charts)
            if chinese_font() is None:
                console().print(
                    f"charts are in English: no Chinese font here; {INSTALL} 图表用英文：没有中文字体", markup=False
                )
    except OSError as error:
        misuse(f"{error.filename} cannot be written ({error.strerror})", "文件写不出", json=json)


def _show(report: "Report", *, json: bool) -> None:
    from decision_service.simulating.report import as_json
    from decision_service.simulating.telling import tables

    if json:
        print_json(as_json(report))
        return
    out = Console(highlight=False)
    for one in tables(report):
        if isinstance(one, Table):
            out.print(one)
        else:
            out.print(one, markup=False)
