"""`miaopi load` as a process, against the real service and the real sandbox, each a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.demo.processes import Running, Stage, staged
from tests.http.process import GATE_CASES, certificates
from tests.shipped import shelf

ROOT = Path(__file__).parents[2]
DAY = "2026-03-16"
RULES = ROOT / "rules"


def running(folder: Path, latency: float) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("MIAOPI_GATE_CASES", str(GATE_CASES))
        patch.setenv("MIAOPI_CERTIFICATES", certificates())
        with staged(Stage(RULES, None, folder, DAY, latency)) as found:
            yield found


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running(tmp_path_factory.mktemp("at-once"), 0)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Running]:
    """Registers of six times their usual latency: no median can be within a budget."""
    yield from running(tmp_path, 6)


def load(service: Running | str, *arguments: str, folder: Path | None = None) -> tuple[int, dict]:
    url = service if isinstance(service, str) else service.service
    if isinstance(service, Running) and folder is not None:
        (folder / "key").write_text(service.key + "\n")
        arguments = (*arguments, "--key-file", str(folder / "key"))
    done = subprocess.run(
        [sys.executable, "-m", "decision_service", "load", "--url", url, "--as-of", DAY, "--json", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MIAOPI_")},
        capture_output=True,
        check=False,
        timeout=180,
    )
    return done.returncode, json.loads(done.stdout)


def test_every_matter_in_force_is_sent_and_kept_to_its_own_budget(at_once: Running, tmp_path: Path) -> None:
    code, told = load(at_once, "--rate", "12", "--seconds", "10", folder=tmp_path)
    assert code == 0, told
    assert told["passed"] is True
    budgets = {matter: found[-1].budget for matter, found in shelf().versions.items()}
    assert {one["matter"] for one in told["matters"]} == budgets.keys()
    assert len(budgets) == 9
    for one in told["matters"]:
        budget = budgets[one["matter"]]
        assert one["budget_ms"] == {"p50": budget.p50, "p95": budget.p95, "deadline": budget.deadline}
        assert one["requests"] == one["right"] > 0, one
    assert told["requests"] == sum(one["requests"] for one in told["matters"])


def test_slow_registers_miss_budgets_and_no_outcome_is_wrong_by_it(slow: Running, tmp_path: Path) -> None:
    code, told = load(slow, "--rate", "8", "--seconds", "8", folder=tmp_path)
    assert code == 1
    assert told["passed"] is False
    assert any(line.startswith("p50") for one in told["matters"] for line in one["missed"]), told
    assert sum(one["wrong"] for one in told["matters"]) == 0
    assert sum(one["late_register"] for one in told["matters"]) > 0


def test_an_outcome_that_is_not_the_expected_one_fails_the_run(at_once: Running, tmp_path: Path) -> None:
    cases = json.loads((ROOT / "fixtures" / "cases" / "senior_card.json").read_text(encoding="utf-8"))
    case = next(one for one in cases if one["expect"]["outcome"] == "APPROVED")
    case["expect"] = {"outcome": "REJECTED", "reasons": []}
    cases_folder = tmp_path / "cases"
    cases_folder.mkdir()
    (cases_folder / "wrong.json").write_text(json.dumps([case]), encoding="utf-8")
    code, told = load(at_once, "--rate", "10", "--seconds", "1", "--cases", str(cases_folder), folder=tmp_path)
    assert code == 1
    assert told["matters"][0]["wrong"] == told["requests"] > 0


def test_without_the_key_every_request_fails_and_none_is_decided(at_once: Running) -> None:
    code, told = load(at_once, "--rate", "10", "--seconds", "1")
    assert code == 1
    assert sum(one["failed"] for one in told["matters"]) == told["requests"] > 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://127.0.0.1", "nonsense"])
def test_no_service_is_misuse_and_no_finding(url: str) -> None:
    code, told = load(url)
    assert code == 2
    assert "--url" in told["error"]["en"]


def test_a_day_that_is_none_is_misuse() -> None:
    code, told = load("http://127.0.0.1:1", "--as-of", "tomorrow")
    assert code == 2
    assert "--as-of" in told["error"]["en"]
