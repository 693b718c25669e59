"""`miaopi drill` and the faults of `miaopi sandbox`, as people run them."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, RULES, miaopi
from tests.verifiers.sandbox_client import http

SMALL = ("drill", "--matter", "senior_card", "--register", "deaths")


def test_a_drill_that_holds_ends_with_0_and_tells_each_cell(tmp_path: Path) -> None:
    log = tmp_path / "wire.jsonl"
    done = miaopi(
        *SMALL, "--fault", "stale:data", "--fault", "extra_fields", "--fault", "reset", "--json", "--log", log
    )
    told = json.loads(done.out)
    assert (done.code, told["passed"], told["cells"], told["held"]) == (0, True, 5, 5), done.err
    assert (told["approved_by_fault"], told["without_answer"], told["missing"]) == (0, 0, [])
    by_fault = {(one["fault"], one["variant"]): one for one in told["tried"]}
    assert by_fault["stale", "data"]["reasons"] == ["R02_STALE_DATA"]
    assert by_fault["reset", "after_headers"]["reasons"] == ["R01_VERIFIER_UNAVAILABLE"]
    assert by_fault["reset", "after_headers"]["seen_on_the_wire"] == ["reset after the headers"]
    assert by_fault["extra_fields", "data"]["outcome"] == "APPROVED"
    faults = {json.loads(line)["fault"] for line in log.read_text().splitlines()}
    assert faults == {None, "reset"}


def test_a_drill_is_shown_as_a_table_for_people() -> None:
    done = miaopi(*SMALL, "--fault", "null")
    assert done.code == 0, done.err
    shown = done.out.decode()
    assert "2/2" in shown
    assert "因故障而批准 approvals by fault 0" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fault", "nosuch"), "nosuch"),
        (("--fault", "stale:nosuch"), "stale:nosuch"),
        (("--matter", "nosuch"), "nosuch"),
        (("--register", "nosuch"), "nosuch"),
        (("--cases", "nosuch"), "there is no folder nosuch"),
        (("--matter", "senior_card", "--register", "marriage", "--fault", "null"), "nothing is left to drill"),
    ],
)
def test_orders_that_mean_nothing_are_misuse(arguments: tuple[str, ...], said: str) -> None:
    done = miaopi("drill", *arguments)
    assert done.code == 2
    assert said in done.err


def test_a_matter_without_a_case_that_needs_the_register_is_a_finding(tmp_path: Path) -> None:
    """Rules whose one approved case is that of a local: the drill says that it shows nothing of residence."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    text = (RULES / "senior_card" / "2026-01-01.yaml").read_text()
    local, approved, others = text.partition("expect: {outcome: APPROVED")
    text = local + approved + others.replace(approved, "expect: {outcome: REFERRED")
    (folder / "senior_card" / "2026-01-01.yaml").write_text(text)
    orders = ("--matter", "senior_card", "--register", "residence", "--fault", "null")
    done = miaopi("drill", *orders, "--rules", folder, "--cases", tmp_path)
    assert done.code == 1, done.err
    assert "senior_card: 没有案例需要 residence，未演练 not drilled: no case needs it" in done.out.decode()


def test_rules_that_no_service_starts_with_are_misuse(tmp_path: Path) -> None:
    """A bundle of matters that are not there is found when the service starts."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    shutil.rmtree(folder / "elderly_allowance")
    done = miaopi("drill", "--matter", "senior_card", "--fault", "null", "--rules", folder)
    assert done.code == 2
    assert "bundles.yaml" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("written", ["deaths", "deaths=nosuch", "nosuch=stale", "deaths=stale@2"])
def test_a_fault_that_cannot_be_switched_on_is_misuse(written: str) -> None:
    done = miaopi("sandbox", "--fault", written)
    assert done.code == 2
    assert "--fault" in done.err


def test_a_sandbox_with_faults_from_its_start() -> None:
    command = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--fault", "deaths=tls@0.5"]
    secrets = {"MIAOPI_REGISTERS_SECRET": "for this test", "MIAOPI_CONTROL_SECRET": "control for this test"}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | secrets, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().rsplit(" ", 1)[1]
            headers = {"Miaopi-Control": secrets["MIAOPI_CONTROL_SECRET"]}
            status, answer = http("GET", f"{url}/control/faults", headers=headers)
            assert status == 200
            shown = json.loads(answer)
            assert [(one["register"], one["fault"], one["share"]) for one in shown["switches"]] == [
                ("deaths", "tls", 0.5)
            ]
            assert shown["doors"]["deaths"].startswith("http://127.0.0.1:")
            assert "BEGIN CERTIFICATE" in shown["trusted_certificate"]
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) in (0, -signal.SIGTERM)
        finally:
            process.kill()
