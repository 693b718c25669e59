"""Who changes among a population, as a process of its own: `python -m` this module. All rows that change, and some of
each kind as applications to be tried."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from decision_service.differing.sides import read_sides
from decision_service.simulating.applications import applications
from decision_service.simulating.flips import write_flips
from decision_service.simulating.population import opened
from decision_service.simulating.query import question
from decision_service.simulating.running import connect
from decision_service.workbench.jobs import worked

EACH: Final = 3
"""Applications of each kind of change, the first of the population."""


def flipped(given: Mapping[str, Any], told: Callable[[int, int], None]) -> dict[str, object]:
    """`csv`: the rows that change, as `miaopi simulate --flips` writes them. `some`: `old` and `new` outcome, `row`,
    and the application."""
    sides = read_sides(given["old"], given["new"], Path(given["rules"]))
    policies, connection = (sides.old, sides.new), connect()
    population = opened(connection, Path(given["on"]), policies)
    asked = question(policies, sides.catalogue, population.table, population.given, (), population.few)
    told(10, 100)
    with TemporaryDirectory(prefix="miaopi-flips-") as folder:
        path = Path(folder) / "flips.csv"
        write_flips(connection, asked, path)
        text = path.read_text(encoding="utf-8")
    told(90, 100)
    chosen = _first_of_each(text)
    held = applications(connection, policies, sides.catalogue, chosen)
    some = [
        {"row": row, "old": old, "new": new, "as_of": held[row].as_of, "form": held[row].form, "facts": held[row].facts}
        for row, (old, new) in chosen.items()
    ]
    return {"csv": text, "some": some}


def _first_of_each(text: str) -> dict[int, tuple[str, str]]:
    seen: Counter[tuple[str, str]] = Counter()
    chosen: dict[int, tuple[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        pair = (row["old.outcome"], row["new.outcome"])
        seen[pair] += 1
        if seen[pair] <= EACH:
            chosen[int(row["row"])] = pair
    return chosen


if __name__ == "__main__":
    worked(flipped)
