"""The service as a process: killed in the middle, stopped in order, refused with wrong settings; the auditor's commands
on what it leaves behind."""

import json
import shutil
import signal
import sqlite3
import subprocess
import threading
from http.client import HTTPException
from pathlib import Path

import pytest

from decision_service.ledger.verify import verify_ledger
from tests.http.members import usual_members
from tests.http.process import COMMAND, environment, serving
from tests.http.staging import ROOT, RULES, SECRET, application
from tests.sizes import size


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One matter of the rules folder, so that processes start quickly."""
    folder = tmp_path_factory.mktemp("one") / "rules"
    for name in ("catalogue", "elderly_allowance"):
        shutil.copytree(RULES / name, folder / name, ignore=shutil.ignore_patterns("bundles.yaml"))
    return folder


def command(*arguments: str) -> tuple[int, dict]:
    done = subprocess.run(
        [*COMMAND, *arguments, "--json"], env=environment(), cwd=ROOT, capture_output=True, check=False
    )
    return done.returncode, json.loads(done.stdout)


def test_killed_in_the_middle_nothing_answered_is_lost_and_nothing_is_decided_twice(
    registers: str, rules: Path, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    sent = [application("ELD-1") for _ in range(size("killed", quick=40, full=2_000))]
    answered: dict[int, bytes] = {}
    with serving(registers, rules, ledger) as (stage, child):

        def submit() -> None:
            for place, one in enumerate(sent):
                try:
                    got = stage.decide(one, f"killed-{place}")
                except (OSError, HTTPException):
                    return
                if got.status == 200:
                    answered[place] = got.body
                if len(answered) == len(sent) // 2:
                    killed.set()

        killed = threading.Event()
        worker = threading.Thread(target=submit)
        worker.start()
        assert killed.wait(60)
        child.send_signal(signal.SIGKILL)
        worker.join(60)
    assert verify_ledger(ledger).is_sound
    with serving(registers, rules, ledger) as (stage, child):
        for place, one in enumerate(sent):
            got = stage.decide(one, f"killed-{place}")
            assert got.status == 200
            assert got.body == answered.get(place, got.body)
        child.send_signal(signal.SIGTERM)
        assert child.wait(120) == 0
    report = verify_ledger(ledger)
    assert (report.is_sound, report.records) == (True, len(sent))
    _audit(ledger, rules, len(sent))


def _audit(ledger: Path, rules: Path, records: int) -> None:
    """The auditor's commands say the same, and find a record that somebody changed."""
    code, told = command("ledger", "verify", "--ledger", str(ledger))
    assert (code, told["sound"], told["records"]) == (0, True, records)
    code, told = command("replay", "--all", "--ledger", str(ledger), "--rules", str(rules))
    assert (code, told) == (0, {"replayed": records, "erased": 0, "findings": []})
    with sqlite3.connect(ledger) as connection:
        connection.execute("DROP TRIGGER record_update")
        connection.execute("UPDATE record SET sealed = zeroblob(length(sealed)) WHERE position = 3")
    code, told = command("ledger", "verify", "--ledger", str(ledger))
    assert (code, told["sound"], told["first"]["index"]) == (1, False, 3)


@pytest.mark.parametrize(
    ("more", "arguments", "named"),
    [
        ({"MIAOPI_PROT": "1"}, [], "MIAOPI_PROT"),
        ({}, ["--profile", "production", "--registers-url", "http://127.0.0.1:9"], "MIAOPI_ACCESS"),
        ({}, ["--host", "192.0.2.1", "--registers-url", "http://127.0.0.1:9"], "MIAOPI_ACCESS"),
        (
            {"MIAOPI_ACCESS": "access.toml"},
            ["--profile", "production", "--registers-url", "http://127.0.0.1:9"],
            "illustrative",
        ),
        ({}, ["--registers-url", "ftp://nowhere"], "MIAOPI_REGISTERS_URL"),
        ({}, [], "MIAOPI_REGISTERS_URL"),
    ],
)
def test_it_does_not_start_with_wrong_settings_and_says_which(
    rules: Path, tmp_path: Path, more: dict[str, str], arguments: list[str], named: str
) -> None:
    usual_members().write(tmp_path / "access.toml")
    command = [*COMMAND, "serve", "--port", "0", "--rules", str(rules), "--ledger", str(tmp_path / "l.db"), *arguments]
    done = subprocess.run(
        command, env=environment(**more), cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr + done.stdout
