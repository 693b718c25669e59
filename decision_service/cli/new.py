"""`miaopi new`: begins a matter with a file that passes check and test at once."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from decision_service.cli.output import MISUSE, Json, Rules, console, misuse, must_hold_rules, print_json, show_problems
from decision_service.editing.matterkeys import ITEM_TYPES
from decision_service.editing.starting import Start, first_file
from decision_service.policy.catalogue import Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.source import PolicyProblems

_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")


def new(
    matter: Annotated[
        str, typer.Argument(help="事项代号 code of the matter and name of its folder, such as heating_subsidy")
    ],
    zh: Annotated[str, typer.Option("--zh", help="中文名称 its name in Chinese")] = "",
    en: Annotated[str, typer.Option("--en", help="英文名称 its name in English")] = "",
    item_type: Annotated[
        str, typer.Option("--item-type", help="事项类型 type of the item, GB/T 39046-2020 table A.1")
    ] = "20",
    in_force: Annotated[
        str, typer.Option("--in-force", help="生效日 first day, YYYY-MM-DD; else the first of next month")
    ] = "",
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """新建一个事项的规则文件。 Begin a matter: a small file that passes check and test, to grow from."""
    if not _NAME.fullmatch(matter):
        misuse(
            f"`{matter[:60]}` is no code of a matter: small letters, digits, underscores, a letter first",
            f"{matter[:60]} 不能作事项代号：用小写英文、数字、下划线，以字母开头",
            json=json,
        )
    types = [code for code, _ in ITEM_TYPES.words]
    if item_type not in types:
        misuse(f"--item-type is one of {', '.join(types)}", f"--item-type 应为 {'、'.join(types)}", json=json)
    folder = rules / matter
    if folder.exists():
        misuse(f"{folder} is there already", f"{folder} 已经有了", json=json)
    catalogue = _catalogue(rules, json=json)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    start = Start(matter, zh or f"{matter}（名称待定）", en or matter.replace("_", " ").capitalize(), item_type,
                  _day(in_force, today, json=json), today)  # fmt: skip
    path = folder / f"{start.in_force}.yaml"
    text = first_file(start, catalogue)
    folder.mkdir()
    path.write_text(text, encoding="utf-8")
    _say(path, json=json)


def _catalogue(rules: Path, *, json: bool) -> Catalogue:
    """What the matters of the folder share; ends the command where it can't be read."""
    must_hold_rules(rules, json=json)
    complaints = Complaints()
    catalogue = read_catalogue(rules, complaints)
    if catalogue is None or complaints.problems:
        show_problems(PolicyProblems(complaints.problems), json=json)
        raise typer.Exit(MISUSE)
    return catalogue


def _day(text: str, today: date, *, json: bool) -> date:
    if not text:
        return (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        misuse(
            f"--in-force: `{text[:40]}` is no day; write YYYY-MM-DD",
            f"--in-force：{text[:40]} 不是日期；写作 YYYY-MM-DD",
            json=json,
        )


def _say(path: Path, *, json: bool) -> None:
    if json:
        print_json({"file": str(path)})
        return
    out = console()
    out.print(f"{path}: 已写 written", markup=False)
    for command, zh, en in (
        ("lint", "列出还要写的（TODO）", "lists what is still to write (TODO)"),
        ("check", "检查", "checks it"),
        ("test", "运行案例", "decides its cases"),
    ):
        out.print(f"  miaopi {command} {path.parent}   {zh} {en}", markup=False)
