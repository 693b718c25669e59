"""How many decisions a core makes, and how many cores a city, a province and the nation need.

    python benchmarks/capacity.py

From what endpoint.py and record.py last measured and the assumptions below, which are to be replaced by the owner's
figures. Prints the sheet and writes benchmarks/results/capacity.json; `make reference` writes docs/capacity.md from it.
CPU a decision is what counts, not decisions a second: where it was measured, load, registers and service shared cores.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

from table import measured_at

from decision_service.policy.shelf import read_shelf

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True, slots=True)
class Assumed:
    """What nobody measured here. `day_hours`: in which `day_share` of a day's applications come; `morning` and
    `benefit_day`: how many times the usual rate, of everything and of the heaviest matter alone, as the stages of
    `miaopi load` have it; `use`: the share of a core that is planned with; `record_share`: the share of what one writer
    can record that one ledger is given."""

    applications_a_head_a_year: float = 5.0
    working_days: int = 250
    day_share: float = 0.8
    day_hours: float = 10.0
    morning: float = 4.0
    benefit_day: float = 20.0
    use: float = 0.6
    record_share: float = 0.5
    kilobytes_a_record: float = 6.0


PLACES: tuple[tuple[str, str, int], ...] = (
    ("一个大市", "a large city", 9_000_000),
    ("一个省", "a province", 42_000_000),
    ("全国", "the nation", 1_410_000_000),
)
"""Names, and how many people live there."""


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU microseconds of one decision with both engines, live registers, keys and limits, in all processes of the
    service; and how many records a second one writer makes durable."""

    cpu_us: float
    records_a_second: float

    @property
    def decisions_a_core(self) -> float:
        """A second, of a core that does nothing else."""
        return 1e6 / self.cpu_us


def measured(endpoint: Mapping[str, Any], record: Mapping[str, Any]) -> Measured:
    """From the results of both scripts. Keys and limits were measured beside row (c), so what they add is taken from
    there."""
    spent = {one["row"][:3]: one["server_cpu_us"] + one["second_engine_cpu_us"] for one in endpoint["rows"]}
    records = next(one["records_a_second"] for one in record["rows"] if one["row"].startswith("(e)"))
    return Measured(spent["(d)"] + max(0, spent["(e)"] - spent["(c)"]), records)


def place(people: int, heaviest: float, seen: Measured, assumed: Assumed) -> dict[str, float]:
    """What so many people need on the morning of a benefit day, which multiplies a matter of the share `heaviest`."""
    yearly = people * assumed.applications_a_head_a_year
    usual = yearly / assumed.working_days * assumed.day_share / (assumed.day_hours * 3600)
    morning = usual * assumed.morning
    most = morning * (1 - heaviest + heaviest * assumed.benefit_day)
    return {
        "people": people,
        "decisions_a_year": yearly,
        "usual": usual,
        "morning": morning,
        "most": most,
        "cores": ceil(most / (seen.decisions_a_core * assumed.use)),
        "ledgers": ceil(most / (seen.records_a_second * assumed.record_share)),
        "gigabytes_a_year": yearly * assumed.kilobytes_a_record / 1e6,
    }


def heaviest() -> float:
    """The share of the load that the heaviest matter of the shipped rules has."""
    weights = [versions[-1].weight for versions in read_shelf(ROOT / "rules").versions.values()]
    return max(weights) / sum(weights)


def sheet(endpoint: Path, record: Path, share: float, assumed: Assumed) -> dict[str, Any]:
    """All of it, as it is written down."""
    found, records = (json.loads(path.read_text(encoding="utf-8")) for path in (endpoint, record))
    seen, (at, commit), on = measured(found, records), measured_at(endpoint), found["machine"]
    machine = f"{on['processor']}, {on['cores']} cores, Python {on['python']}"
    return {
        "measured": {**asdict(seen), "at": at, "commit": commit, "machine": machine},
        "assumed": {**asdict(assumed), "heaviest_matter": share},
        "decisions_a_core": seen.decisions_a_core,
        "places": [{"zh": zh, "en": en, **place(people, share, seen, assumed)} for zh, en, people in PLACES],
    }


def main() -> None:
    """Prints the sheet and writes it."""
    found = sheet(RESULTS / "endpoint.json", RESULTS / "record.json", heaviest(), Assumed())
    seen = found["measured"]
    print(f"{seen['machine']}, {seen['at']}, {seen['commit']}")
    print(f"{seen['cpu_us']:.0f} us CPU a decision: {found['decisions_a_core']:.0f} decisions/s a core")
    print(f"{'':16}{'usual/s':>9}{'morning/s':>11}{'benefit day/s':>15}{'cores':>7}{'ledgers':>9}{'GB a year':>11}")
    for one in found["places"]:
        rates = f"{one['usual']:9.1f}{one['morning']:11.0f}{one['most']:15.0f}"
        print(f"{one['en']:16}{rates}{one['cores']:7}{one['ledgers']:9}{one['gigabytes_a_year']:11.0f}")
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / "capacity.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
