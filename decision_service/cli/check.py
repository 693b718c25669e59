"""`miaopi check`: all problems of all rule files at once."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import FINDINGS, Json, console, misuse, print_json, show_problems
from decision_service.policy.beside import read_beside
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
    """Ends the command (exit 2) where there is no such path: a slip in a name must never pass for good rules."""
    if not path.exists():
        misuse(f"there is no {path}", f"没有 {path}", json=json)


def rules_around(path: Path) -> tuple[Path, Path | None]:
    """The rules folder around `path` (the one that holds the catalogue), and `path` itself if it is only a part."""
    for folder in (path, *path.resolve().parents):
        if (folder / "catalogue").is_dir():
            return folder, None if folder == path else path.resolve()
    return path, None
