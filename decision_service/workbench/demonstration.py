"""A stage to look at the workbench on: registers and service as processes, a person of each role, decided cases; all of
it fictitious, in a folder that is gone afterwards."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from decision_service.access.actions import ROLES, STAFF_ROLES
from decision_service.demo.cases import DemoCase
from decision_service.demo.processes import Running, Stage, staged
from decision_service.demo.submit import submit_all

DAY: Final = date(2026, 3, 16)
"""On which all of it plays, as the worked cases do."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was put up: a copy of the rules that may be changed, a folder for the workbench's data, the record, and
    where the service listens."""

    rules: Path
    data: Path
    ledger: Path
    running: Running


@contextmanager
def demonstrated(rules: Path, cases: Sequence[DemoCase], done: Callable[[], None]) -> Iterator[Demonstration]:
    """The stage while the block runs; `cases` are decided first, `done` is called after each. Raises
    ProcessFailedError."""
    with tempfile.TemporaryDirectory(prefix="miaopi-workbench-") as name:
        folder = Path(name)
        copy = Path(shutil.copytree(rules, folder / "rules"))
        roles = tuple(one for one in ROLES if one in STAFF_ROLES)
        stage = Stage(copy, None, folder, DAY.isoformat(), 0, staff=roles)
        with staged(stage) as running:
            submit_all(running, cases, 1, done, results=False)
            yield Demonstration(copy, folder / "workbench", stage.ledger, running)
