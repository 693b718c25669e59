"""`miaopi check`: all problems of all rule files at once."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import FINDINGS, Json, console, misuse, must_hold_rules, print_json, show_problems
from decision_service.editing.files import layable_files
from decision_service.policy.beside import read_beside
from decision_service.policy.catalogue import FOLDER
from decision_service.policy.shelf import CASES, read_shelf
from decision_service.source import PolicyProblems


def check(
    path: Annotated[Path, typer.Argument(help="规则文件夹或文件 rules folder, a matter's folder, or one file")] = Path(
        "rules"
    ),
    json: Json = False,
) -> None:
    """检查规则文件，一次列出全部问题。 Check rule files: every problem with its place and what to do."""
    must_be_there(path, json=json)
    folder, only = rules_around(path)
    bare = only is not None and only.name.endswith(CASES)
    try:
        shelf = read_shelf(folder, only=only.parent if bare and only is not None else only)
        beside = () if only is not None and only.is_file() and not bare else read_beside(folder, shelf, only)
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        raise typer.Exit(FINDINGS) from None
    policies = list(shelf.policies())
    counted = Counter(one.policy.digest for one in beside)
    if json:
        print_json(
            {
                "problems": [],
                "policies": [
                    {"matter": one.matter, "version": str(one.effective_from), "digest": one.digest} for one in policies
                ],
            }
        )
        return
    out = console()
    for one in policies:
        out.print(
            f"{one.matter} {one.effective_from}  {one.name.zh}  "
            f"rules {len(one.rules)}  cases {len(one.cases) + counted[one.digest]}  sha256:{one.digest[:12]}",
            markup=False,
        )
    out.print(
        f"共检查{len(policies)}个规则文件，没有问题 {len(policies)} rule file(s) checked, no problem", markup=False
    )


def must_be_there(path: Path, *, json: bool) -> None:
    """Ends the command (exit 2) where there is no such path, no rules folder around it, or no rule file in it: a slip
    in a name must never pass for good rules."""
    if not path.exists():
        misuse(f"there is no {path}", f"没有 {path}", json=json)
    folder, _ = rules_around(path)
    if path.is_dir():
        must_hold_rules(folder, json=json)
    elif not (folder / FOLDER).is_dir():
        en, zh = outside(path, Path("rules"))
        misuse(en, zh, json=json)
    if FOLDER not in path.resolve().relative_to(folder.resolve()).parts:
        files_at([path], json=json)


def files_at(paths: Iterable[Path], *, json: bool) -> list[Path]:
    """The rule files and files of cases at or under the paths; ends the command (exit 2) where a path has none."""
    found: dict[Path, None] = {}
    for path in paths:
        try:
            files = layable_files([path])
        except FileNotFoundError:
            misuse(f"there is no {path}", f"没有 {path}", json=json)
        if not files:
            misuse(f"there is no rule file in {path}", f"{path} 里没有规则文件", json=json)
        found |= dict.fromkeys(files)
    return list(found)


def outside(path: Path, rules: Path) -> tuple[str, str]:
    """What is said of a file that lies in no rules folder, in English and in Chinese."""
    return (
        f"{path} lies in no rules folder (one with a `{FOLDER}`); put it at {rules}/MATTER/DAY.yaml",
        f"{path} 不在带共享目录（{FOLDER}）的规则文件夹里；请放到 {rules}/事项/生效日.yaml",
    )


def rules_around(path: Path) -> tuple[Path, Path | None]:
    """The rules folder around `path` (the one that holds the catalogue), and `path` itself if it is only a part."""
    for folder in (path, *path.resolve().parents):
        if (folder / FOLDER).is_dir():
            return folder, None if folder == path else path.resolve()
    return path, None
