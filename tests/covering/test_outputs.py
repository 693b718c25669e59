"""What `miaopi test` writes for other programs, held against the rules of their standards, and `--watch`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from defusedxml.ElementTree import fromstring

from tests.cli.running import ROOT, RULES, miaopi

MATTER = "elderly_allowance"
CASE = "九十岁，沈阳，无特殊情况"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", folder / "catalogue")
    shutil.copytree(RULES / MATTER, folder / MATTER)
    return folder


def expects_too_much(rules: Path) -> None:
    """A case whose expectation is wrong, with characters that XML must escape."""
    (rules / MATTER / "more.cases.yaml").write_text(
        f"cases:\n  甲<&\"':\n    like: {CASE}\n    expect: {{outcome: APPROVED, monthly_amount: 201.00}}\n",
        encoding="utf-8",
    )


def places(log: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for result in log["runs"][0]["results"]:
        for location in result["locations"]:
            yield location["physicalLocation"]


def test_sarif_keeps_what_the_standard_asks_for(rules: Path, tmp_path: Path) -> None:
    """Section numbers are those of SARIF 2.1.0."""
    expects_too_much(rules)
    done = miaopi("test", rules, "--sarif", tmp_path / "out.sarif", cwd=tmp_path)
    assert done.code == 1
    log = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))
    assert log["version"] == "2.1.0"  # 3.13.2
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")  # 3.13.3
    (run,) = log["runs"]  # 3.13.4
    driver = run["tool"]["driver"]  # 3.18.2
    assert driver["name"]  # 3.19.8
    assert len({one["id"] for one in driver["rules"]}) == len(driver["rules"])  # 3.19.23, 3.49.3
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")  # 3.14.17
    assert run["results"]
    for result in run["results"]:
        assert result["message"]["text"]  # 3.27.11
        assert result["level"] in ("none", "note", "warning", "error")  # 3.27.10
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]  # 3.27.6
    for place in places(log):
        uri = place["artifactLocation"]["uri"]  # 3.4.3: a valid URI reference, RFC 3986
        assert uri.isascii()
        assert " " not in uri
        lines = (tmp_path / unquote(uri)).read_text(encoding="utf-8").split("\n")
        region = place["region"]  # 3.30: lines and columns from 1, the end column behind the last character
        assert 1 <= region["startLine"] <= region["endLine"] <= len(lines)
        assert 1 <= region["startColumn"] <= len(lines[region["startLine"] - 1]) + 1
        assert 1 <= region["endColumn"] <= len(lines[region["endLine"] - 1]) + 1
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])


def test_junit_counts_and_names_what_failed(rules: Path, tmp_path: Path) -> None:
    expects_too_much(rules)
    assert miaopi("test", rules, "--junit", tmp_path / "out.xml", cwd=tmp_path).code == 1
    root = fromstring((tmp_path / "out.xml").read_bytes())
    assert root.tag == "testsuites"
    suites = root.findall("testsuite")
    for attribute in ("tests", "failures", "errors"):
        assert int(root.attrib[attribute]) == sum(int(one.attrib[attribute]) for one in suites)
    for suite in suites:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases) > 10
        assert int(suite.attrib["failures"]) == sum(one.find("failure") is not None for one in cases)
        assert all(one.attrib["name"] and one.attrib["classname"] == MATTER for one in cases)
    (failed,) = [one for one in root.iter("testcase") if one.find("failure") is not None]
    assert failed.attrib["name"] == "甲<&\"'"
    assert failed.attrib["file"].endswith("elderly_allowance/more.cases.yaml")
    assert "monthly_amount" in (failed.findtext("failure") or "")


def test_one_file_of_cases_is_tried_by_itself(rules: Path) -> None:
    expects_too_much(rules)
    done = miaopi("test", rules / MATTER / "more.cases.yaml", "--json")
    answer = json.loads(done.out)
    assert (answer["cases"], answer["rules_without_a_case"]) == (1, [])
    assert [one["case"] for one in answer["failed"]] == ["甲<&\"'"]
    whole = json.loads(miaopi("test", rules / MATTER / "2026-01-01.yaml", "--json").out)
    assert whole["cases"] > 11


def test_check_reads_the_cases_beside(rules: Path) -> None:
    (rules / MATTER / "more.cases.yaml").write_text("cases:\n  甲:\n    expext: {}\n", encoding="utf-8")
    done = miaopi("check", rules)
    assert done.code == 1
    assert "elderly_allowance/more.cases.yaml:3:5: unknown_key" in done.err
    assert miaopi("check", rules / MATTER / "more.cases.yaml").code == 1
    assert miaopi("check", rules / MATTER / "2026-01-01.yaml").code == 0


def until(told: Path, words: str, since: int = 0) -> int:
    """Waits until `words` stand in the file behind `since`; where they end."""
    for _ in range(1200):
        at = told.read_text(encoding="utf-8").find(words, since)
        if at >= 0:
            return at + len(words)
        time.sleep(0.05)
    raise AssertionError(f"{words!r} is not in {told.read_text(encoding='utf-8')[since:]!r}")


def test_watch_runs_again_what_changes_and_ends_well(rules: Path, tmp_path: Path) -> None:
    shutil.copytree(RULES / "senior_card", rules / "senior_card")
    told = tmp_path / "told"
    # Where the tests run in the background, Ctrl-C is ignored and children inherit that.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heard}; from decision_service.cli import main; main()"
    command = [sys.executable, "-c", code, "test", str(rules), "--watch"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    with (
        told.open("wb") as file,
        subprocess.Popen(command, stderr=file, stdout=file, env=environment, cwd=tmp_path) as process,
    ):
        try:
            at = until(told, "waiting for changes")
            assert "senior_card" in told.read_text(encoding="utf-8")
            expects_too_much(rules)
            at = until(told, "more.cases.yaml", at)
            at = until(told, "monthly_amount", at)
            again = until(told, "waiting for changes", at)
            assert "senior_card" not in told.read_text(encoding="utf-8")[at:again]
            (rules / MATTER / "more.cases.yaml").unlink()
            at = until(told, "0 failed", again)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert "Traceback" not in told.read_text(encoding="utf-8")
