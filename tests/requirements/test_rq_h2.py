"""RQ-H2: who, what, why and when of every access to registers and to decisions; what is due is dropped, no sooner."""

import asyncio
import io
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from decision_service.http.keeping import AGAIN_SECONDS, DAILY_SECONDS, drop_daily
from decision_service.settings import SettingsRefusedError, journal_beside, read_settings
from decision_service.telemetry import Telemetry
from tests.cli.running import miaopi
from tests.http.staging import DAY, RULES, Stage, application, sandbox_config, staged
from tests.requirements.reconciling import now
from verifiers.journal.errors import JournalFaultError
from verifiers.journal.reading import JournalReader
from verifiers.journal.retention import Retention
from verifiers.journal.store import JournalStore
from verifiers.sandbox.running import running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def stage(folder: Path) -> Iterator[Stage]:
    with running(sandbox_config()) as registers, staged(folder, registers) as found:
        yield found


@pytest.fixture
def decided(stage: Stage) -> dict:
    return stage.decide(application("ELD-1")).json


def read(folder: Path, decision_id: str) -> list[tuple[str, str | None, str]]:
    with JournalReader(folder / "ledger-calls.sqlite3") as reader:
        found = list(reader.accesses(decision_id=decision_id))
    assert all(abs(one.at - now().timestamp() * 1000) < 600_000 for one in found)
    return [(one.who, one.application_id, one.purpose) for one in found]


def test_every_call_says_who_what_why_and_when(stage: Stage, folder: Path, decided: dict) -> None:
    with JournalReader(folder / "ledger-calls.sqlite3") as reader:
        calls = reader.calls_of(decided["application_id"])
    assert sorted(one.sent.register for one in calls) == sorted(stage.asked(decided["application_id"]))
    for one in calls:
        assert one.sent.caller == "platform"
        assert one.sent.instance
        assert one.sent.purpose.endswith(":elderly_allowance")
        assert one.ended is not None
        assert abs(one.sent.asked_at - now().timestamp() * 1000) < 600_000


@pytest.mark.parametrize("what", ["", "/explanation", "/receipt"])
def test_every_reading_of_a_decision_leaves_a_trace(stage: Stage, folder: Path, decided: dict, what: str) -> None:
    number = decided["decision_id"]
    assert read(folder, number) == []
    assert stage.send("GET", f"/v1/decisions/{number}{what}").status == 200
    assert read(folder, number) == [("platform", decided["application_id"], f"GET /v1/decisions/{{decision_id}}{what}")]


def test_a_request_for_review_and_a_key_sent_again_are_readings_too(stage: Stage, folder: Path) -> None:
    sent = application("ELD-1")
    number = stage.decide(sent, "once").json["decision_id"]
    stage.decide(sent, "once")
    stage.send("POST", f"/v1/decisions/{number}/review", {"human_review_key": "wrong", "statement": ""})
    assert [purpose for _, _, purpose in read(folder, number)] == [
        "POST again with the same key",
        "POST /v1/decisions/{decision_id}/review",
    ]


def test_what_is_not_there_or_not_shown_is_no_reading(stage: Stage, folder: Path) -> None:
    assert stage.send("GET", "/v1/decisions/none").status == 404
    assert read(folder, "none") == []


def test_what_can_not_be_taken_down_is_not_shown(stage: Stage, decided: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise JournalFaultError("the disk is gone")

    journal = stage.state.services.journal
    assert journal is not None
    monkeypatch.setattr(journal._store, "append", fails)
    got = stage.send("GET", f"/v1/decisions/{decided['decision_id']}")
    assert got.status == 503
    assert b"outcome" not in got.body
    monkeypatch.undo()
    until = time.monotonic() + 30
    while got.status == 503 and time.monotonic() < until:  # the writer tries again now and then
        time.sleep(0.05)
        got = stage.send("GET", f"/v1/decisions/{decided['decision_id']}")
    assert got.status == 200


def test_the_auditor_sees_calls_and_readings_and_his_own_replay(stage: Stage, folder: Path, decided: dict) -> None:
    number = decided["decision_id"]
    stage.send("GET", f"/v1/decisions/{number}")
    ledger = folder / "ledger.sqlite3"
    assert miaopi("replay", number, "--ledger", ledger, "--rules", RULES).code == 0
    done = miaopi("accesses", "--application", decided["application_id"], "--ledger", ledger, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert {one["register"] for one in told["calls"]} == set(stage.asked(decided["application_id"]))
    assert [one["purpose"] for one in told["accesses"]] == ["GET /v1/decisions/{decision_id}", "miaopi replay"]
    assert told["accesses"][1]["who"].startswith("local:")
    assert "210100" not in json.dumps(told["accesses"])
    by_day = miaopi("accesses", "--day", DAY, "--decision", number, "--ledger", ledger)
    assert by_day.code == 0
    assert "GET" in by_day.err
    assert miaopi("accesses", "--ledger", ledger).code == 2
    assert miaopi("accesses", "--day", "yesterday", "--ledger", ledger).code == 2


def test_the_raw_answers_are_gone_from_the_files_after_their_day(tmp_path: Path) -> None:
    """Answers of a real service with its people's names; the clock is moved, and the bytes are looked for."""
    name = "赵示甲一".encode()
    with running(sandbox_config()) as registers, staged(tmp_path, registers) as stage:
        decided = stage.decide(application("ELD-1")).json
    path = journal_beside(tmp_path / "ledger.sqlite3")
    subject = application("ELD-1")["form"]["id_no"].encode()
    assert subject in path.read_bytes()

    store = JournalStore(path, Retention())
    at = now()
    dropping(store, [at, at + timedelta(days=29), at + timedelta(days=30, minutes=5)])
    store.close()
    files = [one for one in tmp_path.iterdir() if one.name.startswith(path.name)]
    assert all(subject not in one.read_bytes() and name not in one.read_bytes() for one in files)
    with JournalReader(path) as reader:
        calls = reader.calls_of(decided["application_id"])
    digests = {one["digest"] for one in decided["verifications"]}
    assert digests == {f"sha256:{one.ended.digest}" for one in calls if one.ended}, (
        "what was asked stays, with its digest"
    )


def dropping(store: JournalStore, instants: list[datetime]) -> list[float]:
    """Lets the worker see these instants, one after each wait; the waits that it asked for."""
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == len(instants):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(drop_daily(store, lambda: instants[len(waits)], Telemetry(io.StringIO()), wait))
    return waits


def test_the_worker_comes_back_daily_and_soon_after_a_failure(tmp_path: Path) -> None:
    store = JournalStore(tmp_path / "calls.sqlite3", Retention())
    assert dropping(store, [now(), now()]) == [DAILY_SECONDS, DAILY_SECONDS]
    store.close()
    assert dropping(store, [now()]) == [AGAIN_SECONDS]


@pytest.mark.parametrize(
    ("setting", "days", "least"),
    [
        ("MIAOPI_KEEP_LOGS_DAYS", "183", "six months"),
        ("MIAOPI_KEEP_CREDIT_DAYS", "1826", "five years"),
        ("MIAOPI_KEEP_ANSWERS_DAYS", "0", "1"),
    ],
)
def test_a_setting_below_the_law_stops_the_start(setting: str, days: str, least: str) -> None:
    with pytest.raises(SettingsRefusedError, match=least) as refused:
        read_settings({}, {setting: days})
    assert setting in str(refused.value)
    assert read_settings({}, {setting: str(int(days) + 1)})
