"""`miaopi guide`: the published guide of a matter, or of all."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from decision_service.cli.casefile import require_matter
from decision_service.cli.output import Json, Rules, console, misuse, print_json, shelf_or_exit
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf
from verifiers.freshness import CHINA


def guide(
    matter: Annotated[
        str | None, typer.Argument(help="事项，不写则全部 matter, such as elderly_allowance; all where left out")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="写成网页 write pages into this folder")] = None,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """办事指南。 The published guide of a matter: form, papers, registers, rules, remedies."""
    from decision_service.guide import guide_of

    shelf = shelf_or_exit(rules, json=json)
    if matter is not None:
        require_matter(shelf, matter, json=json)
    chosen = shelf.versions if matter is None else [matter]
    guides: list[Mapping[str, Any]] = [guide_of(_current(shelf, name), shelf.catalogue) for name in chosen]
    if html is not None:
        _write(guides, html, json=json)
    elif json:
        print_json(guides[0] if matter is not None else {"guides": guides})
    else:
        for one in guides:
            _show(one, Console(emoji=False, highlight=False, soft_wrap=True), whole=matter is not None)


def _current(shelf: Shelf, matter: str) -> Policy:
    """The version in force today; where none is yet, the first to come."""
    return shelf.in_force(matter, datetime.now(CHINA).date()) or shelf.versions[matter][0]


def _write(guides: list[Mapping[str, Any]], folder: Path, *, json: bool) -> None:
    from decision_service.guide.page import write_pages

    try:
        written = write_pages(guides, folder)
    except OSError as error:
        misuse(f"{folder}: cannot be written ({error.strerror})", f"{folder}：写不了（{error.strerror}）", json=json)
    if json:
        print_json({"written": [str(path) for path in written]})
    else:
        console().print(f"{len(written)} page(s) in {folder}; open {folder / 'index.html'}", markup=False)


def _show(guide: Mapping[str, Any], out: Console, *, whole: bool) -> None:
    name, version = guide["name"], guide["policy"]["version"]
    out.print(f"{guide['matter']}  {name['zh']}  {name['en']}  ({version})", markup=False)
    if not whole:
        return
    if guide["mark"]:
        out.print(f"※ {guide['mark']['zh']}\n  {guide['mark']['en']}", markup=False)
    for title in ("applicant", "time_limit", "identity", "credit"):
        out.print(f"  {guide[title]['zh']}\n    {guide[title]['en']}", markup=False)
    _part(out, "表单 Form", ((one["label"], one["required"]) for one in guide["fields"]))
    _part(out, "材料 Materials", ((one["name"], one["when"]) for one in guide["materials"]))
    _part(out, "登记库 Registers", ((one["label"], one["purpose"]) for one in guide["registers"]))
    out.print("\n规则 Rules", markup=False)
    for rule in guide["rules"]:
        out.print(f"  {rule['id']}  {rule['zh']}\n      {rule['en']}", markup=False)
        out.print(f"      规则原文 {rule['exactly']['zh']}", markup=False)
        for one in rule["otherwise"]:
            out.print(f"      否则 else {one['outcome']} {one['code']}: {one['reason']['zh']}", markup=False)
    _part(out, "权利 Rights", ((text, {"zh": "", "en": ""}) for text in guide["rights"].values()))


def _part(out: Console, title: str, pairs: Iterable[tuple[Mapping[str, str], Mapping[str, str]]]) -> None:
    out.print(f"\n{title}", markup=False)
    for name, text in pairs:
        zh, en = (f"：{text['zh']}" if text["zh"] else ""), (f": {text['en']}" if text["en"] else "")
        out.print(f"  {name['zh']}{zh}\n    {name['en']}{en}", markup=False)
