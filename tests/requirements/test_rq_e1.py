"""RQ-E1: every register is asked through one client: signed, by a deadline, within a budget of calls, shut when it
fails, and told of."""

import ast
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.http.connecting import exchange_of
from decision_service.settings import SettingsRefusedError
from tests.http.staging import BY_ID, ROOT, Stage, application, settings, staged

CLIENTS = {"pyreqwest", "httpx", "httpx2", "aiohttp", "requests", "urllib3", "niquests", "http", "urllib", "httptools"}
"""Libraries that can send a request. `urllib.parse` and `http.HTTPStatus` and the like can't."""

SENDERS = {"http.client", "urllib.request"}
ONE_CLIENT = {"verifiers/transport.py", "verifiers/connection.py"}
OTHER_SIDE = ("verifiers/sandbox/", "verifiers/conformance/")
"""These play a register, or try one out before it is connected; no decision goes through them."""

ORDINARY = 1.1


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def can_send(module: str) -> bool:
    top = module.partition(".")[0]
    return module in SENDERS if top in ("http", "urllib") else top in CLIENTS


def test_one_client_alone_can_send_a_question() -> None:
    files = (ROOT / "verifiers").rglob("*.py")
    senders = {path.relative_to(ROOT).as_posix() for path in files if any(map(can_send, imported(path)))}
    assert {one for one in senders if not one.startswith(OTHER_SIDE)} == ONE_CLIENT


@pytest.fixture
def own(registers: str, tmp_path: Path) -> Iterator[Stage]:
    """A service of its own: what its breakers learn disturbs nobody."""
    with staged(tmp_path, registers) as stage:
        yield stage


def decided(stage: Stage, **facts: object) -> tuple[dict, list[str]]:
    """The answer to one more application of an elderly person, and whom it made the service ask."""
    sent = application("ELD-1")
    stage.play(sent["application_id"], {**BY_ID["ELD-1"]["facts"], **facts})
    got = stage.decide(sent)
    assert got.status == 200
    return got.json, stage.asked(sent["application_id"])


def figures(stage: Stage) -> dict[str, float]:
    lines = stage.send("GET", "/metrics").body.decode().splitlines()
    return {one.rpartition(" ")[0]: float(one.rpartition(" ")[2]) for one in lines if not one.startswith("#")}


def test_a_register_that_fails_is_left_alone_told_of_and_taken_back(own: Stage) -> None:
    broken = {"population": {"status": "error"}}
    asked = [decided(own, **broken) for _ in range(12)]
    assert {answer["outcome"] for answer, _ in asked} == {"REFERRED"}
    reached = [names.count("population") for _, names in asked]
    assert reached[:5] == [1] * 5
    assert sum(reached[5:]) <= 2  # probes
    assert sum(reached) <= ORDINARY * len(asked)
    assert all(names.count("credit") == 1 for _, names in asked)  # another register: not shut
    told = figures(own)
    assert told['miaopi_breaker_state{register="population"}'] > 0
    assert told['miaopi_breaker_state{register="credit"}'] == 0
    assert told['miaopi_guard_total{event="breaker_open",register="population"}'] >= 5
    lines = [json.loads(line) for line in own.log.getvalue().splitlines()]
    words = [line["registers"]["population"] for line in lines if line["event"] == "decided"]
    assert words[:5] == ["http_status"] * 5
    assert "breaker_open" in words
    taken_back(own)


def taken_back(stage: Stage) -> None:
    """Well again, the register is found out to be so by the applications that come."""
    for _ in range(100):
        answer, _ = decided(stage)
        if answer["outcome"] == "APPROVED":
            return
        time.sleep(0.2)
    raise AssertionError("the register was never asked again")


def test_a_register_that_is_silent_costs_no_more_than_its_limit(own: Stage) -> None:
    for _ in range(2):
        answer, names = decided(own, population={"status": "timeout"})
        (waited,) = [one for one in answer["verifications"] if one["register"] == "population"]
        assert (answer["outcome"], waited["status"]) == ("REFERRED", "timeout")
        assert names.count("population") == 1


def test_with_another_key_no_answer_is_believed(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers, registers_app="somebody-else") as stage:
        sent = application("ELD-1")
        got = stage.decide(sent).json
        assert got["outcome"] == "REFERRED"
        assert {one["status"] for one in got["verifications"]} == {"error"}
        assert stage.asked(sent["application_id"]) == []  # refused before it was a question


def test_a_name_that_cannot_sign_stops_the_start_and_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefusedError, match="MIAOPI_REGISTERS_APP"):
        exchange_of(settings(tmp_path, "http://registers.example", registers_app="somebody else"))


def test_of_its_calls_the_service_tells_nothing_about_anybody(own: Stage) -> None:
    for _ in range(6):
        decided(own, population={"status": "error"})
    told = own.send("GET", "/metrics").body.decode() + own.log.getvalue()
    form = BY_ID["ELD-1"]["form"]
    assert form["id_no"] not in told
    assert form["applicant_name"] not in told
