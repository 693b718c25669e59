"""A table that goes to Excel or DMN and comes back is the same table, in the same file, of the same version."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from decision_service.editing.linting import written
from decision_service.source import Source
from tests.editing.editor import catalogue
from tests.sizes import size
from tests.tabular.tables import MUSEUM, made, shipped, through_dmn, through_excel

ROWS = size("tabular_rows", quick=1200, full=5000)
WAYS = {"excel": through_excel, "dmn": through_dmn}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    ("file", "name"), shipped(), ids=lambda one: one if isinstance(one, str) else one.policy.matter
)
def test_a_shipped_table_comes_back_to_the_letter(file, name, way, tmp_path: Path) -> None:
    assert way(file, name, tmp_path).source.text == file.source.text


@settings(max_examples=size("tabular_round_trip", quick=6, full=500), deadline=None)
@given(st.integers(0, 2**32).map(Random), st.sampled_from(sorted(WAYS)))
def test_any_table_comes_back_with_the_same_digest(random: Random, way: str) -> None:
    file = made(random)
    assume(file is not None)
    for name in file.policy.tables:
        with TemporaryDirectory() as folder:
            after = WAYS[way](file, name, Path(folder))
        assert after.policy.tables == file.policy.tables
        assert after.policy.digest == file.policy.digest


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_thousands_of_rows(way, tmp_path: Path) -> None:
    rows = "".join(f"      {number} | {number % 97} | {number}.25\n" for number in range(ROWS))
    heads = "      age | => whole_part whole | rest decimal\n"
    table = f"tables:\n  big:\n    zh: 大\n    en: big\n    basis: [1]\n    table: |\n{heads}{rows}"
    file = written(Source("big", MUSEUM.source.text.replace("let:\n", f"{table}let:\n")), catalogue())
    after = way(file, "big", tmp_path)
    assert after.policy.digest == file.policy.digest
    assert len(after.policy.tables["big"].rows) == ROWS


def test_only_the_table_changes_and_comments_stay(tmp_path: Path) -> None:
    text = MUSEUM.source.text.replace("    table: |\n", "    # about it\n    table: |   # behind it\n").replace(
        "| 24", "|   25"
    )
    file = written(Source("museum", text), catalogue())
    back = through_excel(MUSEUM, "visits", tmp_path)
    assert back.policy.digest == MUSEUM.policy.digest
    from decision_service.tabular.entry import entry_of, put_into

    changed = put_into(file, entry_of(MUSEUM, "visits")[0]).text
    assert "# about it\n" in changed
    assert [line for line in changed.splitlines() if "|" not in line] == [
        line for line in text.splitlines() if "|" not in line
    ]
    assert "| 24" in changed
