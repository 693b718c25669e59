"""`miaopi coverage` and `miaopi test --mutate` as processes: figures that add up, places, pages, exit codes."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from tests.cli.running import RULES, miaopi
from tests.sizes import PROVING

MATTER = "senior_card"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """One matter without the cases beside it, so that something is missing; one case has a hostile name."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", folder / "catalogue")
    (folder / MATTER).mkdir()
    shutil.copy(RULES / MATTER / "2026-01-01.yaml", folder / MATTER)
    (folder / MATTER / "more.cases.yaml").write_text(
        'cases:\n  "<script>alert(1)</script>":\n    like: 六十五岁，户籍在沈阳\n    expect: {outcome: APPROVED}\n',
        encoding="utf-8",
    )
    return folder


def test_figures_add_up_and_name_their_places(rules: Path, tmp_path: Path) -> None:
    done = miaopi(
        "coverage", rules / MATTER, "--json", "--html", tmp_path / "page.html", "--sarif", tmp_path / "out.sarif"
    )
    answer = json.loads(done.out)
    assert done.code == 0
    (matter,) = answer["matters"]
    lacking = sum(one["all"] - one["shown"] for one in matter["measures"].values())
    assert lacking == len(matter["missing"]) > 0
    shown = sum(one["shown"] for one in matter["measures"].values())
    assert matter["percent"] == answer["percent"] == pytest.approx(100 * shown / (shown + lacking), abs=0.01)
    lines = (rules / MATTER / "2026-01-01.yaml").read_text(encoding="utf-8").splitlines()
    for one in matter["missing"]:
        assert one["place"]["file"] == f"{MATTER}/2026-01-01.yaml"
        assert lines[one["place"]["line"] - 1][one["place"]["column"] - 1 :].strip()
    found = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(found) == lacking
    assert {one["ruleId"] for one in found} == {"not_covered"}
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert all(one["what"]["zh"] in unescape(page) for one in matter["missing"])
    written = [unescape(re.sub("<[^>]+>", "", line)) for line in page.splitlines() if 'class="no"' in line]
    assert any("must: age >= minimum_age" in line for line in written)


def test_the_terminal_shows_each_line_that_lacks_something(rules: Path) -> None:
    done = miaopi("coverage", rules / MATTER)
    answer = json.loads(miaopi("coverage", rules / MATTER, "--json").out)
    for one in answer["matters"][0]["missing"]:
        assert f"{one['place']['file']}:{one['place']['line']}\n" in done.err
        assert one["what"]["zh"] in done.err
        assert one["what"]["en"] in done.err
    assert "^" in done.err


def test_too_little_is_a_finding(rules: Path) -> None:
    assert miaopi("coverage", rules / MATTER, "--at-least", "100").code == 1
    assert miaopi("coverage", rules / MATTER, "--at-least", "101").code == 2


def test_survivors_are_findings_with_a_case_that_would_notice_them(rules: Path, tmp_path: Path) -> None:
    done = miaopi("test", rules / MATTER, "--mutate", "--json", "--sarif", tmp_path / "out.sarif")
    (found,) = json.loads(done.out)["mutation"]
    assert done.code == 1
    assert found["killed"] + len(found["survivors"]) == found["mutants"] > 20
    assert found["percent"] == pytest.approx(100 * found["killed"] / found["mutants"], abs=0.01)
    results = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(results) == len(found["survivors"]) > 0
    noticing = [one["noticed_by"] for one in found["survivors"]]
    assert all(noticing)
    text = "cases:\n" + "\n".join(re.sub(r"^  .*:\n", f"  {n}:\n", one) for n, one in enumerate(noticing))
    (rules / MATTER / "noticing.cases.yaml").write_text(text, encoding="utf-8")
    if PROVING:
        done = miaopi("test", rules / MATTER, "--mutate", "--json")
        assert json.loads(done.out)["mutation"][0]["survivors"] == []
        assert done.code == 0
    else:
        assert miaopi("test", rules / MATTER / "noticing.cases.yaml").code == 0


def test_rules_are_not_changed_while_cases_fail(rules: Path) -> None:
    (rules / MATTER / "wrong.cases.yaml").write_text(
        "cases:\n  甲:\n    like: 六十五岁，户籍在沈阳\n    expect: {outcome: REJECTED}\n", encoding="utf-8"
    )
    done = miaopi("test", rules / MATTER, "--mutate")
    assert done.code == 1
    assert "mend the cases that fail first" in done.err
