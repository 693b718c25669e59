"""The service with its record in PostgreSQL: the same answers and receipts, kills, a server that hangs up."""

import os
import signal
import time
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.ledger.store import Last
from decision_service.proof.receipt import verify_receipt
from decision_service.settings import SettingsRefusedError, read_settings
from tests.http.conftest import registers
from tests.http.process import serving
from tests.http.staging import RULES, Got, Stage, application, staged
from tests.ledger.conformance.stores import PostgresPlace
from tests.ledger.hanging_up import backends

__all__ = ["registers"]


def test_decisions_receipts_and_retries_are_as_on_a_file(
    database: PostgresPlace, registers: str, tmp_path: Path
) -> None:
    given = {"ledger_database": database.address(), "log": "test.log"}
    with staged(tmp_path, registers, **given) as stage:
        body = application("ELD-1")
        first = stage.decide(body, "key")
        assert (first.status, first.json["outcome"]) == (200, "APPROVED")
        assert stage.decide(body, "key").body == first.body
        assert stage.decide(application("ELD-2"), "key").status == 422
        path = f"/v1/decisions/{first.json['decision_id']}"
        assert stage.send("GET", path).json["outcome"] == "APPROVED"
        (recorded,) = stage.state.services.ledger.find(Last())
        receipt = stage.send("GET", f"{path}/receipt").body
        assert verify_receipt(receipt, recorded.public_key).index == recorded.index
        assert stage.send("GET", "/readyz").status == 200
    assert not (tmp_path / "ledger.sqlite3").exists()
    with staged(tmp_path, registers, **given) as stage:
        assert stage.decide(body, "key").body == first.body
        assert verify_receipt(stage.send("GET", f"{path}/receipt").body, recorded.public_key).index == recorded.index


def test_a_server_that_hangs_up_costs_a_503_and_no_decision(
    database: PostgresPlace, registers: str, tmp_path: Path
) -> None:
    with staged(tmp_path, registers, ledger_database=database.address(), log="test.log") as stage:
        assert stage.decide(application("ELD-1")).status == 200
        before = stage.records()
        for number in range(5):
            body = application("ELD-1")
            backends(database)
            first = stage.decide(body, f"cut {number}")
            assert (first.status, "retry-after" in first.headers) in {(503, True), (200, False)}
            answered = again(stage, body, f"cut {number}")
            assert first.status == 503 or first.body == answered.body
        assert stage.records() - before == 5


def again(stage: Stage, body: dict, key: str) -> Got:
    """The answer under the same key, asked for until there is one."""
    deadline = time.monotonic() + 20
    while (got := stage.decide(body, key)).status != 200:
        assert got.status == 503
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return got


def test_miaopi_serve_takes_its_address_from_the_environment(
    database: PostgresPlace, registers: str, tmp_path: Path
) -> None:
    """A process that is killed and started again, now with workers: what it answered stands, byte for byte."""
    files = {name: str(tmp_path / name) for name in ("KEY", "SUBJECTS", "MASTER_KEY", "JOURNAL")}
    more = {
        "MIAOPI_LEDGER": database.address().get_secret_value(),
        "MIAOPI_LOG": "test.log",
        **{f"MIAOPI_{name}": path for name, path in files.items()},
    }
    body, answers = application("ELD-1"), []
    for workers in ("1", "2"):
        more["MIAOPI_WORKERS"] = workers
        with serving(registers, RULES, None, folder=tmp_path, log=tmp_path / "log", **more) as (stage, child):
            answers.append(stage.decide(body, "key").body)
            assert stage.decide(application("ELD-1"), f"key {workers}").json["outcome"] == "APPROVED"
            answers.append(stage.decide(body, "key").body)
            os.kill(child.pid, signal.SIGKILL)
    assert len(set(answers)) == 1, (tmp_path / "log").read_text()
    assert b'"APPROVED"' in answers[0]


PASSWORD = "hunter2"  # noqa: S105 - what must be told nowhere


def test_an_address_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    address = f"postgresql://miaopi:{PASSWORD}@db.example/ledger"
    (tmp_path / "address").write_text(f"{address}\n")
    (tmp_path / "address").chmod(0o600)
    beside = {"MIAOPI_LEDGER": str(tmp_path / "x.sqlite3")}
    for environment in (
        {"MIAOPI_LEDGER": address},
        {"MIAOPI_LEDGER_DATABASE_FILE": str(tmp_path / "address")},
        {**beside, "MIAOPI_LEDGER_DATABASE_FILE": str(tmp_path / "address")},
    ):
        settings = read_settings({}, environment)
        assert settings.ledger_files.address == SecretStr(address)
        assert PASSWORD not in repr(settings) + repr(settings.ledger_files) + str(settings)
    assert settings.ledger_files.ring == tmp_path / "x-subjects.sqlite3"
    assert read_settings({"ledger": tmp_path / "y"}, {"MIAOPI_LEDGER": address}).ledger_files.address is None
    assert read_settings({}, beside).ledger_files.address is None


def test_a_wrong_address_is_refused_without_being_repeated(tmp_path: Path) -> None:
    (tmp_path / "address").write_text(f"mysql://{PASSWORD}")
    (tmp_path / "bytes").write_bytes(b"postgresql://\xff")
    for name in ("address", "bytes"):
        (tmp_path / name).chmod(0o600)
    for environment in (
        {"MIAOPI_LEDGER_DATABASE": f"postgresql://{PASSWORD}"},
        {"MIAOPI_LEDGER_DATABASE_FILE": str(tmp_path / "address")},
        {"MIAOPI_LEDGER_DATABASE_FILE": str(tmp_path / "bytes")},
        {"MIAOPI_LEDGER_DATABASE_FILE": str(tmp_path / "nowhere")},
    ):
        with pytest.raises(SettingsRefusedError, match="MIAOPI_LEDGER_DATABASE") as caught:
            _ = read_settings({}, environment).ledger_files
        assert PASSWORD not in str(caught.value)
    for address in (f"postgresql://u:{PASSWORD}@h/d", f"postgres://u:{PASSWORD}@h/d"):
        got = CliRunner().invoke(build(), ["serve", "--ledger", address])
        assert got.exit_code == 2
        assert PASSWORD not in got.output
        assert "--ledger" in got.output


def test_records_of_the_service_are_one_chain(database: PostgresPlace, registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers, ledger_database=database.address(), log="test.log") as stage:
        for case in ("ELD-1", "ELD-2", "ELD-3"):
            assert stage.decide(application(case)).status == 200
        records = stage.state.services.ledger.read(0, 100)
    assert [one.index for one in records] == list(range(len(records)))
    assert len(records) >= 3
    assert all(one.previous == before.leaf for before, one in pairwise(records))
