"""`miaopi table`: decision tables out of rule files, to Excel and DMN, and back."""

from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.casefile import require_matter
from decision_service.cli.check import rules_around
from decision_service.cli.fmt import replace_text
from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, shelf_or_exit, show_problems
from decision_service.cli.workshop import needed
from decision_service.editing.advice import Written
from decision_service.editing.linting import written
from decision_service.policy.nodes import read_source
from decision_service.policy.shelf import read_shelf
from decision_service.source import PolicyProblems, Problem
from decision_service.tabular.entry import NoTableError, TableEntry, entry_of
from decision_service.tabular.trouble import Trouble, TroubleError

File = Annotated[Path, typer.Argument(help="工作簿或决策模型 workbook (.xlsx) or decision model (.dmn)")]


def build() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(
        help="决策表与 Excel、DMN 互换。 Decision tables to Excel and DMN, and back.", no_args_is_help=True
    )
    app.command("export")(export)
    app.command("import")(take)
    return app


def export(
    matter: Annotated[str, typer.Argument(help="事项 matter, such as elderly_allowance")],
    table: Annotated[str, typer.Argument(help="表名 table of its newest version, such as allowance")],
    file: File,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """把决策表写成工作簿或决策模型。 Write a decision table to a workbook or a decision model."""
    _suffix(file, json=json)
    shelf = shelf_or_exit(rules, json=json)
    require_matter(shelf, matter, json=json)
    policy = shelf.versions[matter][-1]
    source = read_source(rules / policy.source, policy.source)
    if isinstance(source, Problem):
        misuse(f"{policy.source} cannot be read", f"{policy.source}：读不出", json=json)
    try:
        entry, typed = entry_of(written(source, shelf.catalogue), table)
    except NoTableError as error:
        listed = ", ".join(error.names) or "none"
        misuse(
            f"there is no table `{table[:60]}`; there are: {listed}", f"没有表 {table[:60]}；有：{listed}", json=json
        )
    try:
        if file.suffix == ".xlsx":
            from decision_service.tabular.excel import write_workbook

            write_workbook(file, entry, typed, policy, shelf.catalogue)
        else:
            from decision_service.tabular.dmnwriting import write_model

            write_model(file, entry, typed, policy)
    except TroubleError as error:
        _show(file, error.troubles, json=json)
        raise typer.Exit(FINDINGS) from None
    except OSError as error:
        misuse(f"{file} cannot be written: {error.strerror}", f"{file}：写不了（{error.strerror}）", json=json)
    if json:
        print_json({"file": str(file), "table": table, "version": str(policy.effective_from)})
    else:
        console().print(f"{file}: {policy.source} {table}, 已写 written", markup=False)


def take(
    file: File,
    into: Annotated[Path, typer.Option("--into", help="写入哪个规则文件 rule file that takes the table")],
    json: Json = False,
) -> None:
    """把决策表写回规则文件。 Take a decision table over into a rule file; comments and everything else stay."""
    _suffix(file, json=json)
    if not into.is_file():
        misuse(f"there is no file {into}", f"没有文件 {into}", json=json)
    try:
        before, after, entry = _taken(file, into, json=json)
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        raise typer.Exit(FINDINGS) from None
    except TroubleError as error:
        _show(file, error.troubles, json=json)
        raise typer.Exit(FINDINGS) from None
    changed = before.source.text != after.source.text
    if changed:
        replace_text(into, after.source.text)
    if json:
        print_json({"file": str(into), "table": entry.name, "changed": changed, "digest": after.policy.digest})
    else:
        said = "已写入 taken over" if changed else "没有变化 no change"
        console().print(f"{into}: {entry.name}, {said}", markup=False)


def _taken(file: Path, into: Path, *, json: bool) -> tuple[Written, Written, TableEntry]:
    """The rule file before and after. Raises PolicyProblems and TroubleError."""
    folder, _ = rules_around(into)
    shelf = read_shelf(folder, only=into.resolve())
    source = read_source(into, f"{into.parent.name}/{into.name}")
    if isinstance(source, Problem):
        raise PolicyProblems([source])
    before = written(source, shelf.catalogue)
    if file.suffix == ".xlsx":
        needed("python_calamine", json=json)
        from decision_service.tabular.excel import cell_name
        from decision_service.tabular.taking import taken
        from decision_service.tabular.workbooks import read_workbook, rows_of

        entry = read_workbook(file)
        rows = rows_of(file)
        return before, taken(before, entry, lambda row, place: cell_name(rows[row], place)), entry
    needed("defusedxml", json=json)
    from decision_service.tabular.modeltaking import take_model

    after, model = take_model(file, before)
    if model.left and not json:
        left = ", ".join(model.left)
        console().print(f"只作说明，没有写入 left behind, it only explains: {left}", markup=False)
    return before, after, model.entry


def _suffix(file: Path, *, json: bool) -> None:
    if file.suffix not in (".xlsx", ".dmn"):
        misuse(f"{file}: .xlsx or .dmn is needed", f"{file}：文件名要以 .xlsx 或 .dmn 结尾", json=json)
    if file.suffix == ".xlsx":
        needed("xlsxwriter", json=json)


def _show(file: Path, troubles: tuple[Trouble, ...], *, json: bool) -> None:
    if json:
        print_json({"problems": [_as_json(file, one) for one in troubles]})
        return
    out = console()
    for one in troubles:
        where = f"{file} {one.place}".rstrip()
        out.print(f"{where}: {one.code}: {one.zh}\n  {one.en}", markup=False)
        for hint in (one.hint_zh, one.hint_en):
            if hint:
                out.print(f"  = {hint}", markup=False)
    out.print(f"共{len(troubles)}个问题 {len(troubles)} problem(s)", markup=False)


def _as_json(file: Path, one: Trouble) -> dict[str, object]:
    return {
        "code": one.code,
        "message": {"zh": one.zh, "en": one.en},
        "hint": {"zh": one.hint_zh, "en": one.hint_en},
        "place": {"file": str(file), "at": one.place},
    }
