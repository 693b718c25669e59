"""The pytest plugin: worked cases as tests, the fixture, and silence where there are no rule files."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import decision_service.readings.compiled.compile
import decision_service.readings.rete.engine
import decision_service.testing.collecting
import decision_service.testing.strategies  # noqa: F401 - pytester forgets what is first imported inside, C extensions too
from decision_service.policy.catalogue import FOLDER
from decision_service.policy.shelf import CASES
from decision_service.testing import plugin

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside, the plugin is loaded once, whether this environment has it installed or not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def one_matter(folder: Path, changed: tuple[str, str] = ("", "")) -> Path:
    """A folder of rule files with one matter, a text of it changed."""
    rules = folder / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    (rules / "elderly_allowance").mkdir()
    text = (RULES / "elderly_allowance" / "2026-01-01.yaml").read_text(encoding="utf-8")
    assert changed[0] in text
    text = text.replace(*changed, 1) if changed[0] else text
    (rules / "elderly_allowance" / "2026-01-01.yaml").write_text(text, encoding="utf-8")
    return rules


def inside(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", plugin.__name__, "-p", "no:cacheprovider", *arguments)


def test_it_is_declared_so_that_pytest_finds_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"miaopi": plugin.__name__}


def test_it_costs_nothing_until_it_is_used() -> None:
    """Nothing is loaded but pytest itself and two packages of ours."""
    code = (
        "import sys, pytest; before = set(sys.modules); import decision_service.testing.plugin;"
        "print(*sorted(name for name in set(sys.modules) - before if '.' not in name or name.startswith('decision')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["decision_service", "decision_service.testing", "decision_service.testing.plugin"]


def test_the_strategies_are_two_lines_away() -> None:
    code = 'from decision_service.testing import applications\nprint(applications("senior_card"))'
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "_valid(" in done.stdout


def test_it_is_silent_where_there_are_no_rule_files(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", other="a: 1")
    pytester.makefile(".cases.yaml", some="cases: {}")
    pytester.makepyfile("def test_something(): pass")
    result = pytester.runpytest_subprocess("-p", plugin.__name__, "-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=1)
    assert "miaopi" not in result.stdout.str()


def test_every_worked_case_of_a_folder_is_a_test_beside_those_of_the_project(pytester: pytest.Pytester) -> None:
    rules = one_matter(pytester.path)
    pytester.makepyfile("def test_something(): pass")
    cases = (rules / "elderly_allowance" / "2026-01-01.yaml").read_text(encoding="utf-8").count("expect:")
    result = inside(pytester, "--miaopi-rules", "rules", "-v")
    result.assert_outcomes(passed=cases + 1)
    result.stdout.fnmatch_lines(["rules/elderly_allowance/2026-01-01.yaml::差一天满八十 PASSED*"])


def test_the_setting_adds_the_folder_unless_other_paths_are_named(pytester: pytest.Pytester) -> None:
    one_matter(pytester.path)
    pytester.makeini("[pytest]\nminversion = 8\nmiaopi_rules = rules\n")
    pytester.makepyfile(test_one="def test_something(): pass")
    assert inside(pytester).parseoutcomes()["passed"] > 5
    inside(pytester, "test_one.py").assert_outcomes(passed=1)
    inside(pytester, "rules/elderly_allowance/2026-01-01.yaml::差一天满八十").assert_outcomes(passed=1)


def test_a_case_that_fails_says_what_was_expected_and_what_came(pytester: pytest.Pytester) -> None:
    one_matter(pytester.path, ("monthly_amount: 200.00, pay_from", "monthly_amount: 250.00, pay_from"))
    result = inside(pytester, "--miaopi-rules", "rules")
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*elderly_allowance: 九十岁，沈阳，无特殊情况*",
            "✗ elderly_allowance  九十岁，沈阳，无特殊情况  (2026-01-01.yaml:*)",
            "    monthly_amount",
            "      - 预期 expected  250.00",
            "      + 实得 came      200.00",
        ]
    )
    assert "Traceback" not in result.stdout.str()


BESIDE = """
cases:
  九十岁，大连:
    like: 九十岁，沈阳，无特殊情况
    but: {city: 210200, population.hukou_code: 210204}
    expect: {outcome: APPROVED, monthly_amount: 240.00}
  九十岁，大连，金额写错:
    like: 九十岁，大连
    expect: {outcome: APPROVED, monthly_amount: 200.00}
"""


def test_files_of_cases_beside_a_rule_file_are_collected_without_any_option(pytester: pytest.Pytester) -> None:
    rules = one_matter(pytester.path)
    beside = rules / "elderly_allowance" / "more.cases.yaml"
    beside.write_text(BESIDE, encoding="utf-8")
    result = inside(pytester, "rules", "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "rules/elderly_allowance/more.cases.yaml::九十岁，大连 PASSED*",
            "✗ elderly_allowance  九十岁，大连，金额写错  (more.cases.yaml:7)",
            "      - 预期 expected  200.00",
            "      + 实得 came      240.00",
        ]
    )
    beside.write_text(BESIDE.replace("but:", "butt:"), encoding="utf-8")
    wrong = inside(pytester, "rules")
    assert wrong.ret == pytest.ExitCode.INTERRUPTED
    wrong.stdout.fnmatch_lines(["*elderly_allowance/more.cases.yaml:*:*unknown_key*"])


def test_the_plugin_knows_files_by_the_names_that_the_rules_folder_has() -> None:
    assert (plugin._CATALOGUE, plugin._CASES) == (FOLDER, CASES)


def test_a_rule_file_with_a_problem_is_an_error_with_its_place(pytester: pytest.Pytester) -> None:
    one_matter(pytester.path, ("must: age >= minimum_age\n", "must: aeg >= minimum_age\n"))
    result = inside(pytester, "--miaopi-rules", "rules")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*elderly_allowance/2026-01-01.yaml:*:*unknown_name*", "*^^^*"])


def test_the_fixture_decides_by_both_engines(pytester: pytest.Pytester) -> None:
    one_matter(pytester.path)
    pytester.makepyfile(
        """
        import pytest
        from hypothesis import given, settings, HealthCheck
        from decision_service.testing import applications, impossible

        FORM = {"applicant_name": "赵示甲一", "id_type": "111", "id_no": "210100193505208826", "notice_read": True,
                "human_review": False, "city": "210100", "pay_to": "social_security_card"}

        def test_by_hand(decide):
            answer = decide("elderly_allowance", FORM, {}, as_of="2026-03-16")
            assert answer["outcome"] == "REFERRED"
            assert answer["engines"] == {"agree": True}

        @settings(max_examples=5, deadline=None)
        @given(impossible("elderly_allowance"))
        def test_never(decide, one):
            assert decide("elderly_allowance", one.form, one.facts, as_of=one.as_of)["outcome"] != "APPROVED"

        def test_no_such_matter(decide):
            with pytest.raises(ValueError, match="elderly_allowance"):
                decide("elderly", {}, {})
        """
    )
    inside(pytester).assert_outcomes(passed=3)


def test_the_fixture_takes_the_folder_of_the_option(pytester: pytest.Pytester) -> None:
    rules = one_matter(pytester.path)
    rules.rename(pytester.path / "policies")
    pytester.makepyfile(
        """
        from decision_service.testing import boundaries

        def test_other_folder(decide):
            for one in boundaries("elderly_allowance")[:3]:
                decide("elderly_allowance", one.inside.form, one.inside.facts, one.inside.as_of)
        """
    )
    result = inside(pytester, "--miaopi-rules", "policies", "-k", "other_folder")
    assert result.parseoutcomes()["passed"] == 1
