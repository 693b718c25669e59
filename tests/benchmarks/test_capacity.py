"""The capacity sheet follows from what was measured and assumed, and its page says what the sheet says."""

import json
import sys
from fractions import Fraction
from math import ceil
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs.page import DOCS, regions, rewritten
from tests.docs.write_capacity import ASSUMED, SHEET, capacity

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def module() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import capacity
    finally:
        sys.path.remove(str(BENCHMARKS))
    return capacity


@given(st.integers(1, 2_000_000_000), st.integers(50, 20_000), st.integers(100, 50_000), st.fractions(0, 1))
def test_places_need_what_a_second_reckoning_says(
    module: ModuleType, people: int, cpu_us: int, records: int, heaviest: Fraction
) -> None:
    assumed = module.Assumed()
    found = module.place(people, float(heaviest), module.Measured(cpu_us, records), assumed)
    # Backwards, in whole numbers: a year of decisions from a second of the busiest morning.
    surge = Fraction(4) * (1 + 19 * heaviest)
    yearly = Fraction(found["most"]) / surge * 36_000 * 250 / Fraction(8, 10)
    assert float(yearly) == pytest.approx(5 * people)
    busy = Fraction(found["most"]) * cpu_us / 1_000_000 / Fraction(6, 10)
    assert found["cores"] in (ceil(busy), ceil(busy * Fraction(999_999, 1_000_000)))
    written = Fraction(found["most"]) / records * 2
    assert found["ledgers"] in (ceil(written), ceil(written * Fraction(999_999, 1_000_000)))
    assert found["gigabytes_a_year"] == pytest.approx(5 * people * 6 / 1e6)


def test_the_sheet_is_that_of_its_measured_figures_and_its_assumptions(module: ModuleType) -> None:
    sheet = json.loads(SHEET.read_text(encoding="utf-8"))
    seen = module.Measured(sheet["measured"]["cpu_us"], sheet["measured"]["records_a_second"])
    share = sheet["assumed"].pop("heaviest_matter")
    assert share == module.heaviest()
    assumed = module.Assumed(**sheet["assumed"])
    assert assumed == module.Assumed()
    for one, (zh, en, people) in zip(sheet["places"], module.PLACES, strict=True):
        assert one == {"zh": zh, "en": en, **module.place(people, share, seen, assumed)}


def test_cpu_is_that_of_live_registers_and_of_what_keys_and_limits_add(module: ModuleType) -> None:
    rows = [("(a) x", 60, 0), ("(c) x", 900, 200), ("(d) x", 2500, 300), ("(e) x", 950, 210)]
    endpoint = {"rows": [{"row": a, "server_cpu_us": b, "second_engine_cpu_us": c} for a, b, c in rows]}
    record = {"rows": [{"row": "(e) as (d)", "records_a_second": 7000}]}
    assert module.measured(endpoint, record) == module.Measured(2800 + 60, 7000)


def test_the_page_is_as_the_sheet_has_it() -> None:
    page = (DOCS / "capacity.md").read_text(encoding="utf-8")
    assert [words for name, words in regions(page) if name == "capacity"] == ["measured", "assumed", "places"]
    assert rewritten(page, {"capacity": capacity}) == page, "run make reference"
    assert set(ASSUMED) == set(json.loads(SHEET.read_text(encoding="utf-8"))["assumed"])
