"""`miaopi schema`: the JSON Schema by which editors check and explain rule files."""

from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.fmt import replace_text
from decision_service.cli.output import FINDINGS, MISUSE, Json, Rules, console, misuse, print_json, show_problems
from decision_service.editing.schema import FILE, schema_text
from decision_service.policy.catalogue import read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.source import PolicyProblems


def schema(
    rules: Rules = Path("rules"),
    check: Annotated[bool, typer.Option("--check", help="write nothing, say whether it is up to date 只检查")] = False,
    json: Json = False,
) -> None:
    """Write RULES/policy.schema.json for editors (VS Code YAML). 写出编辑器用的模式文件，带中文说明。"""
    if not rules.is_dir():
        misuse(f"there is no rules folder {rules}", f"没有规则文件夹 {rules}", json=json)
    complaints = Complaints()
    catalogue = read_catalogue(rules, complaints)
    if catalogue is None or complaints.problems:
        show_problems(PolicyProblems(complaints.problems), json=json)
        raise typer.Exit(MISUSE)
    text, path = schema_text(catalogue), rules / FILE
    same = path.is_file() and path.read_text(encoding="utf-8") == text
    if not check and not same:
        replace_text(path, text)
    if json:
        print_json({"file": str(path), "up_to_date": same})
    elif check and not same:
        console().print(f"{path}: out of date, run miaopi schema\n  已过时，请运行 miaopi schema", markup=False)
    else:
        console().print(f"{path}: {'up to date 没有变化' if same else 'written 已写'}", markup=False)
    if check and not same:
        raise typer.Exit(FINDINGS)
