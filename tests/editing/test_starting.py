"""`new` begins a matter that passes check and test at once; lint says what is still to write, and nothing else."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from decision_service.editing.matterkeys import ITEM_TYPES
from decision_service.editing.starting import Start, first_file
from tests.cli.running import RULES
from tests.editing.commands import miaopi
from tests.editing.editor import catalogue, faults
from tests.editing.test_linting import found_in

TODAY = date(2026, 5, 4)


@pytest.mark.parametrize("item_type", [code for code, _ in ITEM_TYPES.words])
@pytest.mark.parametrize(
    ("zh", "en"), [("采暖补贴", "Heating subsidy"), ("“补贴”：{甲} #1", "yes: a 'quoted' # \\ name"), ("12", "no")]
)
def test_it_is_right_in_the_editor_and_lacks_only_what_is_marked(item_type: str, zh: str, en: str) -> None:
    text = first_file(Start("heating", zh, en, item_type, date(2026, 6, 1), TODAY), catalogue())
    assert faults(text) == []
    codes = {code for code, _ in found_in(text)}
    assert codes <= {"L105", "L103"}
    assert "L105" in codes


def test_it_passes_check_and_test_at_once(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    done = miaopi(
        "new",
        "heating",
        "--zh",
        "采暖补贴",
        "--en",
        "Heating subsidy",
        "--in-force",
        "2026-10-01",
        "--rules",
        rules,
        "--json",
    )
    assert done.code == 0, done.err
    assert json.loads(done.out) == {"file": str(rules / "heating" / "2026-10-01.yaml")}
    tried = json.loads(miaopi("test", rules / "heating", "--json").out)
    assert (tried["cases"], tried["failed"], tried["rules_without_a_case"]) == (3, [], [])
    assert miaopi("check", rules).code == 0
    assert miaopi("fmt", "--check", rules).code == 0


WRONG = (
    ["Heating"],
    ["ok", "--item-type", "99"],
    ["ok", "--in-force", "x"],
    ["ok", "--rules", "none"],
    ["senior_card"],
)


@pytest.mark.parametrize("arguments", WRONG)
def test_misuse_writes_nothing(arguments: list[str]) -> None:
    before = sorted(RULES.rglob("*"))
    done = miaopi("new", *arguments)
    assert done.code == 2
    assert "miaopi: " in done.err
    assert sorted(RULES.rglob("*")) == before
