"""`miaopi load` as a command: with a service and a sandbox of its own, and against a service that runs elsewhere."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.demo.processes import Running, Stage, staged
from tests.http.process import GATE_CASES, certificates

ROOT = Path(__file__).parents[2]
DAY = "2026-03-16"
MATTERS = ("senior_card", "elderly_allowance")
"""Two of the nine, so that service and applications are there quickly."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    for name in ("catalogue", *MATTERS):
        shutil.copytree(ROOT / "rules" / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def elsewhere(rules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("MIAOPI_GATE_CASES", str(GATE_CASES))
        patch.setenv("MIAOPI_CERTIFICATES", certificates())
        with staged(Stage(rules, None, folder, DAY, 0)) as found:
            yield found


def load(rules: Path, *arguments: str) -> tuple[int, dict]:
    settings: dict[str, str | None] = {name: None for name in os.environ if name.startswith("MIAOPI_")}
    settings |= {"MIAOPI_GATE_CASES": str(GATE_CASES), "MIAOPI_CERTIFICATES": certificates()}
    cases = ("--cases", str(ROOT / "fixtures" / "cases"))
    whole = ["load", "--json", "--rules", str(rules), *cases, *arguments]
    done = CliRunner().invoke(build("load"), whole, env=settings, catch_exceptions=False)
    return done.exit_code, json.loads(done.stdout)


def at(rules: Path, service: Running, folder: Path, *arguments: str) -> tuple[int, dict]:
    (folder / "key").write_text(service.key + "\n")
    return load(rules, "--url", service.service, "--as-of", DAY, "--key-file", str(folder / "key"), *arguments)


def counts(told: dict, name: str) -> int:
    return sum(stage["counts"][name] for stage in told["stages"])


def test_its_own_service_under_every_sort_of_stage_says_nothing_wrong_and_loses_nothing(
    rules: Path, tmp_path: Path
) -> None:
    stages = tmp_path / "stages.toml"
    # How fast a busy machine is, and how many registers it is late with, is not what this shows.
    names = ("steady", "down", "credit", "slow", "duplicates", "bad")
    stages.write_text("".join(f'[[stage]]\nname = "{name}"\ngoodput = 0\n' for name in names), encoding="utf-8")
    page = tmp_path / "load.html"
    arguments = ("--plan", str(stages), "--rate", "8", "--seconds", "2", "--latency", "0", "--html", str(page))
    _, told = load(rules, *arguments)
    assert [one["name"] for one in told["stages"]] == list(names)
    assert {one["name"]: one["met"] for one in told["lines"]} == dict.fromkeys(
        ("receipts", "ledger", "reconciled"), "met"
    )
    assert told["receipts"]["asked"] == told["receipts"]["decisions"] > 0
    assert told["receipts"]["trusted_key"] is True
    assert counts(told, "wrong") == counts(told, "failed") == 0, told
    by_name = {one["name"]: one for one in told["stages"]}
    assert by_name["bad"]["counts"]["refused"] > 0
    assert by_name["duplicates"]["counts"]["again"] + by_name["duplicates"]["counts"]["right"] > 0
    assert by_name["duplicates"]["counts"]["refused"] > 0
    assert told["boundaries"] > 40
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_service_elsewhere_is_sent_every_matter_and_no_stage_is_left_out_in_silence(
    rules: Path, elsewhere: Running, tmp_path: Path
) -> None:
    stages = tmp_path / "stages.toml"
    stages.write_text('[[stage]]\nname = "steady"\n[[stage]]\nname = "credit"\n', encoding="utf-8")
    arguments = ("--plan", str(stages), "--rate", "12", "--seconds", "3", "--senders", "2")
    _, told = at(rules, elsewhere, tmp_path, *arguments)
    assert told["not_possible"] == ["credit"]
    assert told["senders"] == 2
    (stage,) = told["stages"]
    assert {one["matter"] for one in stage["matters"]} == set(MATTERS)
    assert counts(told, "wrong") == counts(told, "failed") == 0
    assert counts(told, "right") > 0
    assert [one["name"] for one in told["lines"]] == ["receipts"]
    assert told["receipts"]["trusted_key"] is False


def test_people_that_registers_do_not_have_so_make_outcomes_wrong(
    rules: Path, elsewhere: Running, tmp_path: Path
) -> None:
    """The reference is told of registers in which everybody has died; the service's own know nothing of that."""
    people = (ROOT / "fixtures" / "registers" / "people.yaml").read_text(encoding="utf-8")
    dead = people.replace(
        "    records:\n", "    records:\n      deaths: {hit: true, date: 2026-01-01, source: funeral}\n"
    )
    (tmp_path / "data").mkdir()
    kept = [entry for entry in dead.split("  - id_no:") if entry.count("deaths:") <= 1]
    (tmp_path / "data" / "people.yaml").write_text("  - id_no:".join(kept), encoding="utf-8")
    arguments = ("--stages", "steady", "--rate", "20", "--seconds", "2", "--data", str(tmp_path / "data"))
    code, told = at(rules, elsewhere, tmp_path, *arguments)
    assert code == 1
    assert told["passed"] is False
    assert counts(told, "wrong") > 0


def test_without_the_key_every_request_fails_and_none_is_decided(rules: Path, elsewhere: Running) -> None:
    url = ("--url", elsewhere.service, "--as-of", DAY)
    code, told = load(rules, *url, "--stages", "steady", "--rate", "10", "--seconds", "1")
    assert code == 1
    assert counts(told, "right") == 0
    assert counts(told, "failed") > 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--url", "http://127.0.0.1:1"), "--url"),
        (("--url", "ftp://127.0.0.1"), "--url"),
        (("--url", "nonsense"), "--url"),
        (("--as-of", "tomorrow"), "--as-of"),
        (("--as-of", "1999-01-01"), "in force"),
        (("--stages", "noon"), "--stages"),
        (("--plan", "no-such-file"), "--plan"),
        (("--cases", "no-such-folder"), "--cases"),
        (("--data", "rules"), "--url"),
    ],
)
def test_what_can_not_be_run_is_misuse_and_no_finding(rules: Path, arguments: tuple[str, ...], named: str) -> None:
    code, told = load(rules, *arguments)
    assert code == 2
    assert named in told["error"]["en"]


def test_a_stage_asked_for_by_name_that_can_not_be_played_is_misuse(rules: Path, elsewhere: Running) -> None:
    code, told = load(rules, "--url", elsewhere.service, "--stages", "steady,down")
    assert code == 2
    assert "down" in told["error"]["en"]
