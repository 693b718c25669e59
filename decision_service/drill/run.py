"""One drill from start to end."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from decision_service.demo.submit import Connections
from decision_service.drill.cells import Cell, Ground, Wanted, candidates, cells, grounds, missing
from decision_service.drill.judging import Tried
from decision_service.drill.playing import Player, play
from decision_service.drill.report import Report
from decision_service.drill.stage import Setting, Stage, staged
from decision_service.policy.shelf import Shelf

DAY = date(2026, 3, 16)
"""The day of the shared cases and of those in the rule files."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What to drill: which rules, which folder of cases, limited to what; where the proxy's lines go; whether cells
    share one guard. `keep` says of each cell whether it is to be tried."""

    rules: Path
    shelf: Shelf
    cases: Path
    wanted: Wanted
    log: Path | None = None
    shared_guard: bool = False
    keep: Callable[[Cell], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Watching:
    """Who watches a drill: told how many cells there are, and of each that was tried."""

    begun: Callable[[int], None] = lambda _: None
    tried: Callable[[Tried], None] = lambda _: None


def drill(orders: Orders, watching: Watching) -> Report:
    """Play it. Raises CaseFileError, and what sandbox, proxy and service raise when they can't start."""
    with tempfile.TemporaryDirectory(prefix="miaopi-drill-") as folder:
        setting = Setting(orders.rules, orders.shelf, DAY, Path(folder), orders.log, orders.shared_guard)
        with staged(setting) as stage, Connections() as connections:
            return _played(orders, watching, stage, Player(stage, connections, masked=orders.shared_guard))


def _played(orders: Orders, watching: Watching, stage: Stage, player: Player) -> Report:
    found = candidates(orders.shelf, orders.cases, DAY, orders.wanted)
    standing: list[Ground] = grounds(found, player.well)
    chosen = [cell for cell in cells(standing, orders.wanted) if orders.keep(cell)]
    watching.begun(len(chosen))
    tried = play(player, chosen, watching.tried)
    lacking = missing(orders.shelf, standing, DAY, orders.wanted)
    return Report(tried, lacking, len(stage.proxy.log.of()), strict=not orders.shared_guard)
