"""A register that no code knows of: described in the catalogue, named by a matter, connected by the operator."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from decision_service.clock import ServiceClock
from decision_service.http.connecting import connected
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from decision_service.settings import SettingsRefusedError
from tests.http.staging import RULES, SECRET, Stage, application, settings, staged

REGISTER = """
care_levels:
  zh: 失能等级评定库
  en: the register of care levels
  owner_zh: 医疗保障部门
  owner_en: health insurance
  asked_with: [id_no]
  answers:
    level: one of none, mild, severe
    assessed_on: date or null
  within: 1000 ms
  fresh_for: 72 h
  latency: [150 ms, 1200 ms]
  sensitive: medical
  in_cases: {level: none, assessed_on: null}
"""
RULE = """  E8:
    zh: 失能等级不为重度
    en: The care level is not severe
    basis: [1]
    must: care_levels.level != "severe"
    else: REFERRED R08_NEEDS_JUDGEMENT

result:
"""
CONNECTIONS = """
default = "exchange"

[connections.exchange]
adapter = "signed"
base_url = "{registers}"
allow_private = true
app = "miaopi"
secret_file = "exchange.secret"

[connections.insurance]
adapter = "sql"
driver = "sqlite"
file = "insurance.sqlite3"

[registers.care_levels]
connection = "insurance"
accept_unsigned = true
view = "v_care"
where = {{id_no = "ID_CARD"}}
columns = {{level = "CARE_LEVEL"}}
data_as_of = "SYNCED"
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """The rules of this checkout with one more register, and one more rule that uses it."""
    folder = tmp_path_factory.mktemp("rules") / "rules"
    shutil.copytree(RULES, folder)
    registers = folder / "catalogue" / "registers.yaml"
    registers.write_text(registers.read_text(encoding="utf-8") + REGISTER, encoding="utf-8")
    matter = folder / "elderly_allowance" / "2026-01-01.yaml"
    text = matter.read_text(encoding="utf-8")
    changed = text.replace("  credit:\n\n", "  credit:\n  care_levels:\n\n", 1).replace("result:\n", RULE, 1)
    matter.write_text(changed, encoding="utf-8")
    return publish(read_shelf(folder))


def fill(folder: Path, level: str | None) -> None:
    with closing(sqlite3.connect(folder / "insurance.sqlite3")) as database:
        database.execute("CREATE TABLE v_care (ID_CARD TEXT, CARE_LEVEL TEXT, assessed_on TEXT, SYNCED TEXT)")
        if level is not None:
            row = ("210100193505208826", level, None, "2026-03-16")
            database.execute("INSERT INTO v_care VALUES (?, ?, ?, ?)", row)
        database.commit()


@pytest.fixture
def connected_to(registers: str, rules: Publication, tmp_path: Path) -> Iterator[Stage]:
    (tmp_path / "exchange.secret").write_text(SECRET)
    (tmp_path / "exchange.secret").chmod(0o600)
    file = tmp_path / "connections.toml"
    file.write_text(CONNECTIONS.format(registers=registers))
    with closing(sqlite3.connect(tmp_path / "insurance.sqlite3")):
        pass
    with staged(tmp_path, registers, rules, registers_url="", registers_secret=None, connections=file) as stage:
        yield stage


@pytest.mark.parametrize(
    ("level", "outcome", "codes"),
    [
        ("none", "APPROVED", []),
        ("severe", "REFERRED", ["R08_NEEDS_JUDGEMENT"]),
        ("unheard of", "REFERRED", ["R01_VERIFIER_UNAVAILABLE"]),
        (None, "REFERRED", ["R04_NO_RECORD"]),
    ],
)
def test_a_new_register_decides(
    connected_to: Stage, tmp_path: Path, level: str | None, outcome: str, codes: list[str]
) -> None:
    fill(tmp_path, level)
    got = connected_to.decide(application("ELD-1"))
    assert got.status == 200, got.body
    assert (got.json["outcome"], got.codes) == (outcome, codes)


def test_without_a_connection_for_it_nothing_starts(rules: Publication, tmp_path: Path) -> None:
    file = tmp_path / "connections.toml"
    file.write_text('[connections.exchange]\nadapter = "signed"\n')
    own = settings(tmp_path, "", registers_secret=None, connections=file)
    with pytest.raises(SettingsRefusedError, match=r"MIAOPI_CONNECTIONS:\n.*") as refused:
        connected(own, rules.catalogue.registers, ServiceClock(None))
    assert "registers.care_levels.connection" in str(refused.value)


def test_two_ways_at_once_are_refused(rules: Publication, tmp_path: Path) -> None:
    own = settings(tmp_path, "http://127.0.0.1:9", connections=tmp_path / "connections.toml")
    with pytest.raises(SettingsRefusedError, match="can't both say"):
        connected(own, rules.catalogue.registers, ServiceClock(None))
