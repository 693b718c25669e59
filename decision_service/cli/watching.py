"""`--watch`: a command that runs again for what changes, until Ctrl-C."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from decision_service.cli.check import rules_around
from decision_service.cli.output import LINES, console, misuse
from decision_service.cli.workshop import needed
from verifiers.freshness import CHINA


def watching(path: Path, run: Callable[[Path], object], *, json: bool) -> None:
    """Runs `run` for `path`, and then for each matter in which a rule file or a file of cases was saved; all of `path`
    where what changed belongs to all. Ctrl-C ends it, and the command is good. As JSON, each run is one line."""
    needed("watchfiles", json=json)
    from decision_service.covering.watching import changed_parts, watch

    folder, only = rules_around(path)
    if not folder.is_dir():
        misuse(f"there is no folder {folder}", f"没有文件夹 {folder}", json=json)
    out = console()
    usual = LINES.set(True)
    try:
        with suppress(KeyboardInterrupt):
            for changed in watch(only.parent if only is not None and only.is_file() else only or folder):
                if not changed:
                    run(path)
                else:
                    names = ", ".join(one.name for one in changed)
                    out.print(f"\n{datetime.now(CHINA):%H:%M:%S} 改动 changed: {names}", markup=False)
                    parts = changed_parts(folder, changed) if only is None else None
                    for part in parts or (path,):
                        run(part)
                out.print("等待改动，Ctrl-C 结束 waiting for changes, Ctrl-C ends", markup=False)
    finally:
        LINES.reset(usual)
    out.print("结束 ended", markup=False)
