"""`miaopi simulate`: one version, or two, over a whole population."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from decision_service.cli.output import FINDINGS, MISUSE, Json, console, misuse, print_json, progress, show_problems
from decision_service.cli.records import take_down
from decision_service.cli.workshop import needed
from decision_service.differing.sides import Sides, SidesError, read_sides
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.policy.shape import Policy
from decision_service.source import PolicyProblems

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from decision_service.simulating.query import Dimension, Question
    from decision_service.simulating.recorded import FromLedger
    from decision_service.simulating.report import Report
    from decision_service.simulating.running import Answer

_SIDE = "规则文件、事项文件夹或 事项@日期 a rule file, a matter's folder, or MATTER@DAY"
_ON = "模拟人口文件 population, .csv or .parquet"
_LEDGER = "账本文件，以其中的决定为人口 file of the record: its decisions are the population"
READ, DECIDED = 30, 80
"""Of 100, how much is done once a record is read, and once its rows are decided; they are compared with it then."""
_MAKE = "只生成这么多行的模拟人口 make a population of so many rows and stop"


def simulate(
    old: Annotated[str, typer.Argument(help=_SIDE)],
    new: Annotated[str | None, typer.Argument(help="要比较的版本 the version to compare with")] = None,
    on: Annotated[Path | None, typer.Option("--on", help=_ON)] = None,
    ledger: Annotated[Path | None, typer.Option("--ledger", help=_LEDGER)] = None,
    make: Annotated[int | None, typer.Option("--make", min=1, help=_MAKE)] = None,
    to: Annotated[Path | None, typer.Option("--to", help="写到哪里 where to write it, .parquet")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="随机种子 equal seeds make equal populations")] = 1,
    as_of: Annotated[str | None, typer.Option("--as-of", help="决定之日 the day of all decisions")] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="按哪个名称分组 a field, let or result to group by")
    ] = None,
    flips: Annotated[Path | None, typer.Option("--flips", help="写出变化的行 write the rows that change")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="写成网页 write a page")] = None,
    charts: Annotated[Path | None, typer.Option("--charts", help="图表文件夹 folder for charts as PNG")] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="规则文件夹 folder of rule files; default: the one around a file")
    ] = None,
    json: Json = False,
) -> None:
    """用一个或两个版本对全部人口模拟决定。 What a version, or two, come to over a whole population."""
    needed("ibis", "duckdb", "pyarrow", "numpy", json=json)
    sides = _sides(old, new, rules, json=json)
    day = _day(as_of, json=json)
    if make is not None and ledger is None:
        _make(sides, make, to, seed, day or sides.since, json=json)
        return
    _fit_together(on, ledger, make, as_of, json=json)
    if flips is not None and new is None:
        misuse("--flips needs two versions", "--flips 需要两个版本", json=json)
    _spared((on, ledger), (flips, html), json=json)
    policies = (sides.old,) if new is None else (sides.old, sides.new)
    if charts is not None:
        needed("matplotlib", json=json)
    source = on or _recorded(ledger or Path(), sides, policies, json=json)
    _simulate(sides, policies, source, day, by or [], (flips, html, charts), json=json)


def _fit_together(on: Path | None, ledger: Path | None, make: int | None, as_of: str | None, *, json: bool) -> None:
    if (on is None) == (ledger is None) or make is not None:
        misuse(
            "name one population, with --on FILE or --ledger FILE, or make one with --make N --to FILE",
            "请只用其一：--on 指明人口文件，或用 --ledger 指明账本，或用 --make N --to 文件 生成",
            json=json,
        )
    if ledger is not None and as_of is not None:
        misuse(
            "--as-of does not go with --ledger: every decision has its day on record",
            "--as-of 不能与 --ledger 同用：每件决定的日期已在账本中",
            json=json,
        )


def _spared(sources: Sequence[Path | None], written: Sequence[Path | None], *, json: bool) -> None:
    there = [one for one in sources if one is not None and one.exists()]
    if any(one is not None and one.exists() and one.samefile(other) for one in written for other in there):
        misuse("what is written may not replace the population", "不能写到人口文件上", json=json)


def _recorded(ledger: Path, sides: Sides, policies: Sequence[Policy], *, json: bool) -> "FromLedger":
    from decision_service.simulating.recorded import read_decisions

    try:
        with reading(LedgerFiles.beside(ledger)) as reader:
            take_down(ledger, None, "miaopi simulate", json=json)
            with progress() as bar:
                task = bar.add_task("% ", total=100)

                def tell(done: int, of: int) -> None:
                    bar.update(task, completed=READ * done // of)

                return read_decisions(reader, policies, sides.catalogue, tell)
    except LedgerError as error:
        misuse(str(error), "账本读不出", json=json)


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
        misuse("--as-of: a day such as 2026-03-16 is expected", "--as-of 应是日期，如 2026-03-16", json=json)


def _make(sides: Sides, rows: int, to: Path | None, seed: int, day: date, *, json: bool) -> None:
    from decision_service.simulating.making import Wanted, make

    if to is None or to.suffix.lower() != ".parquet":
        misuse("--make needs --to FILE.parquet", "--make 需要 --to 文件.parquet", json=json)
    try:
        with progress() as bar:
            task = bar.add_task("行 rows", total=rows)
            make(
                Wanted((sides.old, sides.new), sides.catalogue, rows, seed, day),
                to,
                lambda done: bar.advance(task, done),
            )
    except OSError as error:
        misuse(f"{to} cannot be written ({error.strerror})", f"{to}：写不了（{error.strerror}）", json=json)
    if json:
        print_json({"file": str(to), "rows": rows, "seed": seed, "as_of": str(day)})
    else:
        console().print(f"{to}: 已生成{rows}名模拟申请人 {rows} made-up applicants", markup=False)


def _simulate(
    sides: Sides,
    policies: tuple[Policy, ...],
    source: "Path | FromLedger",
    day: date | None,
    by: Sequence[str],
    files: tuple[Path | None, Path | None, Path | None],
    *,
    json: bool,
) -> None:
    from decision_service.readings.bulk.refused import NotInBulkError
    from decision_service.simulating.files import PopulationError
    from decision_service.simulating.flips import write_flips
    from decision_service.simulating.query import NoSuchNameError
    from decision_service.simulating.report import report_of
    from decision_service.simulating.running import connect

    connection = connect()
    flips, html, charts = files
    try:
        answer = _answer(connection, sides, policies, source, day, by)
        recorded = None
        if not isinstance(source, Path):
            _hide(answer.question.dimensions, json=json)
            recorded = _rechecked(connection, answer.question, policies, source)
        if flips is not None:
            write_flips(connection, answer.question, flips)
    except (PopulationError, NotInBulkError) as error:
        misuse(error.en, error.zh, json=json)
    except NoSuchNameError as error:
        known = ", ".join(error.known)
        zh = f"--by {error.name}：没有这个名称；有：{known}"
        misuse(f"--by {error.name}: no such name; there are {known}", zh, json=json)
    report = replace(report_of(answer, policies, sides.catalogue), ledger=recorded)
    _files(report, sides, html, charts, json=json)
    _show(report, json=json)
    if recorded is not None and recorded.differences:
        raise typer.Exit(FINDINGS)


def _answer(
    connection: "DuckDBPyConnection",
    sides: Sides,
    policies: Sequence[Policy],
    source: "Path | FromLedger",
    day: date | None,
    by: Sequence[str],
) -> "Answer":
    from decision_service.simulating.population import held
    from decision_service.simulating.running import simulate, simulate_over

    with progress() as bar:
        first, last = (0, 100) if isinstance(source, Path) else (READ, DECIDED)
        task = bar.add_task("% ", total=100, completed=first)

        def tell(done: float) -> None:
            bar.update(task, completed=first + int(done * (last - first) / 100))

        if isinstance(source, Path):
            return simulate(connection, policies, sides.catalogue, source, by, day, tell)
        return simulate_over(connection, policies, sides.catalogue, held(connection, source.table, policies), by, tell)


def _rechecked(
    connection: "DuckDBPyConnection", asked: "Question", policies: Sequence[Policy], source: "FromLedger"
) -> "FromLedger":
    from decision_service.simulating.rechecking import rechecked

    with progress() as bar:
        task = bar.add_task("% ", total=100, completed=DECIDED)
        found = rechecked(connection, asked, policies, source)
        bar.update(task, completed=100)
    return found


def _hide(dimensions: "Sequence[Dimension]", *, json: bool) -> None:
    from decision_service.simulating.rechecking import revealing

    name = revealing(dimensions)
    if name is not None:
        misuse(
            f"--by {name}: its groups would be what single persons wrote, which does not leave the ledger",
            f"--by {name}：会显示个人填写的内容，账本中的个人信息不外显",
            json=json,
        )


def _files(report: "Report", sides: Sides, html: Path | None, charts: Path | None, *, json: bool) -> None:
    from decision_service.simulating.charts import INSTALL, chinese_font, draw
    from decision_service.simulating.files import whole
    from decision_service.simulating.page import page

    try:
        if html is not None:
            with whole(html) as draft:
                draft.write_text(page(report, sides.catalogue), encoding="utf-8")
        if charts is not None:
            draw(report, charts)
            if chinese_font() is None:
                console().print(
                    f"图表用英文：没有中文字体 charts are in English: no Chinese font here; {INSTALL}", markup=False
                )
    except OSError as error:
        misuse(
            f"{error.filename2 or error.filename} cannot be written ({error.strerror})",
            f"{error.filename2 or error.filename}：写不了（{error.strerror}）",
            json=json,
        )


def _show(report: "Report", *, json: bool) -> None:
    from decision_service.simulating.report import as_json
    from decision_service.simulating.telling import tables

    if json:
        print_json(as_json(report))
        return
    out = Console(emoji=False, highlight=False)
    for one in tables(report):
        if isinstance(one, Table):
            out.print(one)
        else:
            out.print(one, markup=False)
