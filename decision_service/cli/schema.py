"""`miaopi schema`: the JSON Schema by which editors check and explain rule files."""

from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.fmt import replace_text
from decision_service.cli.output import (
    FINDINGS,
    MISUSE,
    Json,
    Rules,
    console,
    must_hold_rules,
    print_json,
    show_problems,
)
from decision_service.editing.schema import FILES, schema_text
from decision_service.policy.catalogue import read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.source import PolicyProblems


def schema(
    rules: Rules = Path("rules"),
    check: Annotated[bool, typer.Option("--check", help="只检查 write nothing, say whether it is up to date")] = False,
    json: Json = False,
) -> None:
    """写出编辑器用的模式文件，带中文说明。 Write RULES/*.schema.json, by which editors check and explain rule files."""
    must_hold_rules(rules, json=json)
    complaints = Complaints()
    catalogue = read_catalogue(rules, complaints)
    if catalogue is None or complaints.problems:
        show_problems(PolicyProblems(complaints.problems), json=json)
        raise typer.Exit(MISUSE)
    stale = [name for name in FILES if not _written(rules / name, schema_text(name, catalogue), write=not check)]
    if json:
        print_json({"files": [str(rules / name) for name in FILES], "out_of_date" if check else "written": stale})
    for name in () if json else FILES:
        _say(rules / name, stale=name in stale, check=check)
    if check and stale:
        raise typer.Exit(FINDINGS)


def _written(path: Path, text: str, *, write: bool) -> bool:
    """Whether the file was up to date; if not, it is written where that is wanted."""
    same = path.is_file() and path.read_text(encoding="utf-8") == text
    if write and not same:
        replace_text(path, text)
    return same


def _say(path: Path, *, stale: bool, check: bool) -> None:
    said = "没有变化 up to date" if not stale else "已过时 out of date, run miaopi schema" if check else "已写 written"
    console().print(f"{path}: {said}", markup=False)
