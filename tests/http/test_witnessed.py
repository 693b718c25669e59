"""A service whose record is witnessed: the key that the operator hands over, receipts that name the witness, and
decisions that wait for no witness."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.http.recording import WitnessSigns, witnesses_of
from decision_service.ledger.witnessing import Round
from decision_service.proof.note import VerifierKey
from decision_service.proof.receipt import verify_receipt
from decision_service.settings import SettingsRefusedError
from decision_service.telemetry import Telemetry
from tests.http.staging import Stage, application, settings, staged
from tests.witness.process import witnessing


def log_key(folder: Path) -> VerifierKey:
    """As the operator prints it for the witness, before the service has started."""
    got = CliRunner().invoke(build(), ["ledger", "key", "--ledger", str(folder / "ledger.sqlite3"), "--json"])
    assert got.exit_code == 0, got.output
    return VerifierKey.parse(json.loads(got.stdout)["public_key"])


def metric(stage: Stage, start: str) -> float:
    lines = stage.send("GET", "/metrics").body.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(start))


def test_receipts_carry_what_the_witness_signed(registers: str, tmp_path: Path) -> None:
    key = log_key(tmp_path)
    with witnessing(tmp_path / "w", key) as running:
        given = f"{running.key} {running.url}"
        with staged(tmp_path, registers, witnesses=given) as stage:
            decision = stage.decide(application("ELD-1")).json["decision_id"]
            deadline = time.monotonic() + 60
            while not metric(stage, "miaopi_witness_size{"):
                assert time.monotonic() < deadline, stage.log.getvalue()
                time.sleep(0.05)
            receipt = stage.send("GET", f"/v1/decisions/{decision}/receipt").body
        proven = verify_receipt(receipt, key.public_key, witnesses=[running.key])
        assert proven.witnesses == (running.key.name,)
        assert verify_receipt(receipt, key.public_key).witnesses == ()


def test_no_decision_waits_for_a_witness_that_is_gone(registers: str, tmp_path: Path) -> None:
    with witnessing(tmp_path / "w", log_key(tmp_path)) as running:
        pass
    with staged(tmp_path, registers, witnesses=f"{running.key} {running.url}") as stage:
        for _ in range(5):
            assert stage.decide(application("ELD-1")).status == 200
        deadline = time.monotonic() + 60
        while not metric(stage, 'miaopi_witness_rounds_total{result="missing"'):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        lines = [json.loads(line) for line in stage.log.getvalue().splitlines()]
        told = next(line for line in lines if line["event"] == "witness_missing")
        assert (told["level"], told["witness"], told["cause"]) == ("warning", running.key.name, "no_answer")


def test_a_refusal_is_an_alarm(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        telemetry = Telemetry(stage.log)
        WitnessSigns(telemetry)(Round("w", "refused", 9, "other_history"))
        told = json.loads(stage.log.getvalue().splitlines()[-1])
        assert (told["event"], told["level"], told["cause"]) == ("witness_refused", "error", "other_history")


def test_a_list_that_is_wrong_stops_the_start_without_its_text(tmp_path: Path) -> None:
    for wrong in ("nowhere.txt", "some+thing http://secret.example"):
        with pytest.raises(SettingsRefusedError, match=r"^MIAOPI_WITNESSES: ") as caught:
            witnesses_of(settings(tmp_path, "http://127.0.0.1:9", witnesses=wrong))
        assert "secret" not in str(caught.value)
        assert "nowhere" not in str(caught.value)


def test_the_key_of_the_log_is_told_and_stays(tmp_path: Path) -> None:
    assert log_key(tmp_path) == log_key(tmp_path)
    got = CliRunner().invoke(build(), ["ledger", "key", "--ledger", str(tmp_path / "ledger.sqlite3")])
    assert VerifierKey.parse(got.stdout.strip()) == log_key(tmp_path)
    (tmp_path / "ledger.key").write_text("no key")
    assert CliRunner().invoke(build(), ["ledger", "key", "--ledger", str(tmp_path / "ledger.sqlite3")]).exit_code == 2
