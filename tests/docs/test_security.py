"""docs/security.md names tests that exist and limits that hold, and every risk of the list."""

import ast
import re

import pytest

from decision_service.http.admission import WAITING_BYTES
from decision_service.http.connections import Bounds
from decision_service.http.reading import MAX_APPLICATION, MAX_BATCH
from decision_service.settings import Settings
from decision_service.strictjson import MAX_DEPTH, MAX_INTEGER
from tests.http.staging import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_risk_has_its_row_and_each_row_a_test() -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if re.match(r"\| API\d+ ", line)]
    assert [row[1].split()[0] for row in rows] == [f"API{number}" for number in range(1, 11)]
    assert all(re.search(r"`tests/\S+::test_\w+`", row[4]) for row in rows)
    chosen = [line for line in PAGE.splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)]
    assert len(chosen) >= 6
    assert all("::test_" in line for line in chosen)


def test_the_limits_are_those_in_use() -> None:
    table = PAGE.partition("## Limits")[2].partition("## ")[0]
    bounds, settings = Bounds(), Settings.model_fields
    told = (
        f"| {bounds.seconds:.0f} s |",
        f"{bounds.head_bytes // 1024} KiB, {bounds.headers} fields",
        f"{MAX_APPLICATION // 1024} KiB, {MAX_BATCH // 1024**2} MiB",
        f"| {WAITING_BYTES // 1024**2} MiB |",
        f"`MIAOPI_MOST_IN_FLIGHT` ({settings['most_in_flight'].default})",
        f"`MIAOPI_MOST_CONNECTIONS` ({settings['most_connections'].default})",
        f"({settings['most_connections_per_peer'].default})",
    )
    assert [one for one in told if one not in table] == []
    assert (MAX_INTEGER, MAX_DEPTH) == (2**53, 32)
    assert f"{MAX_DEPTH} levels" in PAGE.replace("\n", " ")
    assert bounds.body_bytes == MAX_BATCH
