"""docs/access.md: its file is read, its table is the code's, its routes and settings are there."""

import re
from pathlib import Path

from decision_service.access.actions import COLUMNS, TABLE
from decision_service.access.file import read_access
from decision_service.access.principal import USUAL
from decision_service.http import erasures, releases, suspensions
from decision_service.settings import Settings
from tests.cli.running import miaopi

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "access.md").read_text(encoding="utf-8")


def test_the_file_is_read(tmp_path: Path) -> None:
    found = re.search(r"^```toml access\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    (tmp_path / "access.toml").write_text(found[1], encoding="utf-8")
    listed = read_access(tmp_path / "access.toml")
    assert sorted(listed.members) == ["city-platform", "county-platform", "wang.li"]
    assert listed.members["city-platform"].allowance == listed.members["county-platform"].allowance == USUAL
    assert listed.issuers["https://sso.example.gov.cn"].roles == {"spz-analyst": "analyst", "spz-approver": "approver"}


def test_the_table_is_the_code_s() -> None:
    rows = {
        found[1]: (found[2], found[3].split("|"))
        for found in re.finditer(r"^\| `(\w+)` [^|]* \| (\w+) \|(.*)\|$", TEXT, re.MULTILINE)
    }
    assert list(rows) == [action.value for action in TABLE]
    for action, row in TABLE.items():
        scope, cells = rows[action.value]
        assert scope == row.scope
        assert [bool(cell.strip()) for cell in cells] == [column in row.whose for column in COLUMNS], action


def test_the_command_prints_the_same() -> None:
    done = miaopi("access", "table")
    assert done.code == 0
    text = done.out.decode()
    for action, row in TABLE.items():
        (line,) = [one for one in text.splitlines() if one.startswith(f"│ {action.value} ")]
        assert line.count("●") == len(row.whose)


def test_settings_and_routes_that_are_named_are_there() -> None:
    named = {name.removeprefix("MIAOPI_").lower() for name in re.findall(r"MIAOPI_[A-Z_]+", TEXT)}
    assert named <= set(Settings.model_fields)
    served = {
        route.path for router in (releases.router, suspensions.router, erasures.router) for route in router.routes
    }
    assert set(re.findall(r"/control/v1/[a-z/{}]*[a-z}]", TEXT)) <= served
