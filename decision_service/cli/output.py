"""What every command shares: reading the rules folder, printing JSON, leaving with the right exit code."""

import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.shelf import Shelf, read_drafts, read_shelf
from decision_service.progress import LINES as AS_LINES
from decision_service.progress import VARIABLE, Pace, line
from decision_service.source import PolicyProblems, as_json, render

GOOD, FINDINGS, MISUSE = 0, 1, 2

LINES: ContextVar[bool] = ContextVar("LINES", default=False)
"""Whether a command prints value after value: whoever reads them takes a line for each (JSON lines)."""

Rules = Annotated[Path, typer.Option("--rules", help="规则文件夹 folder of rule files", show_default=True)]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON print JSON")]


def console() -> Console:
    """Where people read: standard error, so that standard output stays for data. No word between colons becomes a
    picture: line 100 is `:100:`."""
    return Console(stderr=True, emoji=False, highlight=False, soft_wrap=True)


def folding(*columns: str) -> Table:
    """A table that cuts nothing off where the terminal is narrow: numbers are there to be copied."""
    table = Table()
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def print_json(value: object) -> None:
    """One JSON value and a line feed on standard output; on a line of its own where LINES is set."""
    layout = 0 if LINES.get() else orjson.OPT_INDENT_2
    sys.stdout.buffer.write(orjson.dumps(value, option=layout | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def misuse(en: str, zh: str, *, json: bool = False) -> NoReturn:
    """Leaves with exit code 2, saying what was wrong and what to do."""
    if json:
        print_json({"error": {"zh": zh, "en": en}})
    console().print(f"miaopi: {zh}\n  {en}", markup=False)
    raise typer.Exit(MISUSE)


def show_problems(problems: PolicyProblems, *, json: bool) -> None:
    """All problems: as JSON on standard output, or with carets on standard error."""
    if json:
        print_json({"problems": [as_json(problem) for problem in problems.problems]})
        return
    out = console()
    for problem in problems.problems:
        out.print(render(problem), markup=False)
        out.print()
    count = len(problems.problems)
    out.print(f"共{count}个问题 {count} problem(s)", markup=False)


def must_hold_rules(folder: Path, *, json: bool) -> None:
    """Ends the command (exit 2) where `folder` is no rules folder, one that holds what all matters share."""
    if not folder.is_dir():
        misuse(f"there is no rules folder {folder}", f"没有规则文件夹 {folder}", json=json)
    if not (folder / FOLDER).is_dir():
        misuse(
            f"{folder} is no rules folder: there is no `{FOLDER}` in it",
            f"{folder} 不是规则文件夹：里面没有共享目录 {FOLDER}",
            json=json,
        )


def shelf_or_exit(folder: Path, *, json: bool = False, only: Path | None = None) -> Shelf:
    """The checked rule files, or those within `only`; with problems they are shown and the command ends with exit
    code 2."""
    return _read_or_exit(partial(read_shelf, folder, only=only), folder, json=json)


def drafts_or_exit(path: Path, folder: Path, *, json: bool = False) -> Shelf:
    """The same of rule files that lie elsewhere, with what all matters of the rules folder share."""
    return _read_or_exit(partial(read_drafts, path, folder), folder, json=json)


def _read_or_exit(read: Callable[[], Shelf], folder: Path, *, json: bool) -> Shelf:
    must_hold_rules(folder, json=json)
    try:
        return read()
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        raise typer.Exit(MISUSE) from None


def progress() -> Progress:
    """A progress bar on standard error, silent where that is no terminal; lines of JSON instead, where the environment
    asks for them (progress.py)."""
    if os.environ.get(VARIABLE) == AS_LINES:
        return _Lines()
    out = console()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=out,
        disable=not out.is_terminal,
        transient=True,
    )


class _Lines(Progress):
    """Tells a program how far it is."""

    def __init__(self) -> None:
        super().__init__(disable=True)
        self._pace = Pace()

    def update(self, task_id: TaskID, **changes: Any) -> None:  # noqa: ANN401 - whatever the bar takes
        super().update(task_id, **changes)
        self._tell(task_id)

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        super().advance(task_id, advance)
        self._tell(task_id)

    def _tell(self, task_id: TaskID) -> None:
        one = next(one for one in self.tasks if one.id == task_id)
        if one.total and self._pace.lets(one.completed, one.total):
            sys.stderr.buffer.write(line(one.completed, one.total))
            sys.stderr.buffer.flush()
