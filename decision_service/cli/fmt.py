"""`miaopi fmt`: rule files in their one layout, with every comment and the same meaning."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.check import files_at
from decision_service.cli.output import FINDINGS, Json, console, print_json, show_problems
from decision_service.editing.formatting import FormattingError, formatted
from decision_service.policy.nodes import read_source
from decision_service.source import PolicyProblems, Problem

Paths = Annotated[
    list[Path] | None, typer.Argument(help="规则文件夹或文件 rules folder, a matter's folder, or files; else rules")
]


def fmt(
    paths: Paths = None,
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不改文件 change nothing, say which files differ")
    ] = False,
    json: Json = False,
) -> None:
    """统一规则文件的格式，注释和含义不变。 Lay out rule files; comments and meaning stay."""
    changed: list[str] = []
    problems: list[Problem] = []
    files = files_at(paths or [Path("rules")], json=json)
    for path in files:
        try:
            if _laid_out(path, write=not check):
                changed.append(str(path))
        except PolicyProblems as found:
            problems += found.problems
        except FormattingError:
            problems.append(_left_alone(path))
    if json:
        _print(files, changed, problems, check=check)
    else:
        _show(files, changed, check=check)
        if problems:
            show_problems(PolicyProblems(problems), json=False)
    if problems or (check and changed):
        raise typer.Exit(FINDINGS)


def _laid_out(path: Path, *, write: bool) -> bool:
    """Whether the file differs from its layout; writes it if asked to. Raises PolicyProblems, FormattingError."""
    source = read_source(path, str(path))
    if isinstance(source, Problem):
        raise PolicyProblems([source])
    text = formatted(source)
    if text.encode() == path.read_bytes():
        return False
    if write:
        replace_text(path, text)
    return True


def replace_text(path: Path, text: str) -> None:
    """The file with another text, at once: whoever reads meanwhile sees the old or the new, whole."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).chmod(path.stat().st_mode if path.exists() else 0o644)
    os.replace(file.name, path)  # noqa: PTH105 - the same call, and the one whose atomicity is documented


def _left_alone(path: Path) -> Problem:
    return Problem(
        "not_formatted",
        f"{path}：按格式重写会改变内容，文件未动",
        f"{path}: laying it out would change what it says, so it was left alone",
        None,
        "把不寻常的写法（如 |2、|+）改成普通写法",
        "write what is unusual (such as |2 or |+) in the usual way",
    )


def _print(files: list[Path], changed: list[str], problems: list[Problem], *, check: bool) -> None:
    from decision_service.source import as_json

    print_json(
        {
            "files": len(files),
            "to_change" if check else "changed": changed,
            "problems": [as_json(problem) for problem in problems],
        }
    )


def _show(files: list[Path], changed: list[str], *, check: bool) -> None:
    out = console()
    for path in changed:
        out.print(f"{path}: {'格式须改 would be laid out' if check else '已改 laid out'}", markup=False)
    out.print(
        f"共{len(files)}个文件，{len(changed)}个{'须改' if check else '已改'} · "
        f"{len(files)} file(s), {len(changed)} {'to change: run miaopi fmt' if check and changed else 'changed'}",
        markup=False,
    )
