"""How long `miaopi diff` takes: a small change of each shipped matter, and a file against itself; medians of runs that
take turns. Processor time of the comparison alone, without starting Python and reading the files."""

import platform
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from decision_service.differing.comparing import compare
from decision_service.differing.sides import Sides, read_sides
from decision_service.offline import engines_of

ROOT = Path(__file__).parents[1]
RUNS = 3
CHANGES = {
    "birth_registration": ("    value: 3\n", "    value: 4\n"),
    "disability_allowances": ("category in (5, 6)", "category in (4, 5, 6)"),
    "elderly_allowance": ("|      120 |       240", "|      150 |       240"),
    "housing_fund_rent": ("    value: 3\n", "    value: 6\n"),
    "hygiene_permit": ("    value: 4\n", "    value: 5\n"),
    "individual_business": ("or neighbour_consent", "or neighbour_consent or on_platform"),
    "road_freight_renewal": ("    value: 180\n", "    value: 200\n"),
    "senior_card": ("    value: 70\n", "    value: 69\n"),
    "unemployment_registration": ("must: wants_work\n", "must: wants_work or age >= 50\n"),
}


def seconds(sides: Sides) -> tuple[float, float, int]:
    """Processor time, time on the wall, and how many differences there are."""
    with engines_of(sides.old) as old, engines_of(sides.new) as new:
        cpu, wall = time.process_time(), time.perf_counter()
        report = compare(sides, (old, new))
        return time.process_time() - cpu, time.perf_counter() - wall, len(report.regions)


def main() -> None:
    """Prints a line for each matter."""
    print(f"{platform.machine()}, Python {platform.python_version()}, {RUNS} runs")
    print(f"{'matter':28}{'differences':>12}{'cpu s':>8}{'wall s':>8}{'same: cpu s':>13}")
    with TemporaryDirectory() as folder:
        sides = {}
        for matter, (old, new) in CHANGES.items():
            path = ROOT / "rules" / matter / "2026-01-01.yaml"
            draft = Path(folder) / f"{matter}.yaml"
            draft.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
            sides[matter] = [read_sides(str(path), str(one), ROOT / "rules") for one in (draft, path)]
        found: dict[str, list[list[tuple[float, float, int]]]] = {matter: [[], []] for matter in sides}
        for _ in range(RUNS):
            for matter, both in sides.items():
                for place, one in enumerate(both):
                    found[matter][place].append(seconds(one))
    for matter, (changed, same) in found.items():
        cpu, wall = (statistics.median(one[place] for one in changed) for place in (0, 1))
        proved = statistics.median(one[0] for one in same)
        print(f"{matter:28}{changed[0][2]:>12}{cpu:>8.2f}{wall:>8.2f}{proved:>13.2f}")


if __name__ == "__main__":
    main()
