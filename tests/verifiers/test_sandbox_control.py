"""What a scenario changes in the sandbox, what can be read of it, and its life as a process."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.verifiers.catalogue import REGISTERS
from tests.verifiers.sandbox_client import (
    CONFIG,
    KEY,
    NOBODY,
    NOON,
    OLD,
    OLD_NAME,
    ask,
    control,
    http,
    put,
    wire,
)
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.sandbox.config import Asked, Seal, Send
from verifiers.sandbox.running import running
from verifiers.sandbox.scenarios import ScenarioError
from verifiers.sandbox.server import create_app
from verifiers.transport import Transport
from verifiers.verifier import Question


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(CONFIG) as base:
        yield base


def test_a_scenario_changes_the_answers_of_its_application_alone(url: str) -> None:
    scenario = {
        "deaths": {"status": "ok", "data_as_of": "2026-03-01", "hit": True},
        "photo": {"status": "no_record"},
        "marriage": {"status": "error"},
        "number_pool": {"body": "DEMXABCD"},
        "low_income": {"data_as_of": "2026-03-15"},
    }
    assert control(url, "PUT", "scenarios/SC1", scenario) == (204, None)
    assert control(url, "GET", "scenarios/SC1") == (200, scenario)

    told = put(url, wire("deaths", {"id_no": OLD}, application_id="SC1"))[1]
    assert (told["data_as_of"], told["data"]) == ("2026-03-01", {"hit": True, "date": None, "source": None})
    assert put(url, wire("photo", {"id_no": OLD}, application_id="SC1"))[1]["status"] == "no_record"
    assert put(url, wire("marriage", {"id_no": OLD}, application_id="SC1"))[0] == 500
    assert ask(url, "marriage", id_no=OLD, application_id="SC1").fault == "http_status"
    assert ask(url, "number_pool", region="210102", application_id="SC1").facts == {"body": "DEMXABCD"}
    assert put(url, wire("low_income", {"id_no": OLD}, application_id="SC1"))[1]["data_as_of"] == "2026-03-15"
    assert ask(url, "deaths", id_no=OLD).facts["hit"] is False

    assert control(url, "DELETE", "scenarios/SC1")[0] == 204
    assert control(url, "DELETE", "scenarios/SC1")[0] == 404
    assert ask(url, "deaths", id_no=OLD, application_id="SC1").facts["hit"] is False


def test_a_scenario_can_make_someone_known_if_it_says_everything(url: str) -> None:
    record = {"match": True, "hukou_code": "210102"}
    control(url, "PUT", "scenarios/SC2", {"population": record})
    assert ask(url, "population", id_no=NOBODY, name="新人", application_id="SC2").facts["hukou_code"] == "210102"
    control(url, "PUT", "scenarios/SC2", {"population": {"match": True}})
    status, problem = put(url, wire("population", {"id_no": NOBODY, "name": "新人"}, application_id="SC2"))
    assert (status, problem["code"]) == (500, "incomplete")
    assert "hukou_code" in problem["detail"]


def test_a_register_that_is_played_as_late_never_answers(url: str) -> None:
    control(url, "PUT", "scenarios/SC3", {"credit": {"status": "timeout"}})

    async def run() -> Evidence:
        transport = Transport()
        verifier = ExchangeVerifier(Exchange(url, KEY), transport, lambda: NOON)
        question = Question(REGISTERS["credit"], "m", "SC3", "p", OLD, {"id_no": OLD}, ("id_no",))
        evidence = await verifier.ask(question, Deadline.after(0.3))
        await transport.close()
        return evidence

    assert asyncio.run(run()).status == "timeout"
    asked = control(url, "GET", "questions?application_id=SC3")[1]["questions"]
    assert [(one["register"], one["status"]) for one in asked] == [("credit", "timeout")]


@pytest.mark.parametrize(
    ("scenario", "place"),
    [
        ([], "/"),
        ({"bank": {}}, "/0"),
        ({"deaths": 1}, "/deaths"),
        ({"deaths": {"status": "gone"}}, "/deaths/status"),
        ({"deaths": {"hit": OLD}}, "/deaths/hit"),
        ({"deaths": {OLD: True}}, "/deaths/0"),
        ({"deaths": {"data_as_of": 3}}, "/deaths/data_as_of"),
    ],
)
def test_a_scenario_that_cannot_be_played_is_refused_with_its_place(url: str, scenario: object, place: str) -> None:
    status, problem = control(url, "PUT", "scenarios/SC4", scenario)
    assert status == 422
    assert problem["detail"].startswith(f"{place}: ")
    assert OLD not in json.dumps(problem)
    assert control(url, "GET", "scenarios/SC4")[0] == 404


def test_control_needs_the_token(url: str) -> None:
    for path in ("questions", "scenarios/SC5"):
        assert control(url, "GET", path, token="another")[0] == 403  # noqa: S106 - the wrong one on purpose
        assert http("GET", f"{url}/control/{path}")[0] == 403
    with running(replace(CONFIG, control_token=None)) as closed:
        assert control(closed, "GET", "questions", token="")[0] == 404


def test_what_was_asked_can_be_read_without_personal_values(url: str) -> None:
    for register in ("deaths", "benefits", "deaths"):
        ask(url, register, id_no=OLD, application_id="LOG1")
    status, log = control(url, "GET", "questions?application_id=LOG1")
    assert status == 200
    assert [one["register"] for one in log["questions"]] == ["deaths", "benefits", "deaths"]
    assert log["questions"][0].keys() == {"register", "matter", "application_id", "at_ms", "status", "request_id"}
    whole = json.dumps(control(url, "GET", "questions")[1], ensure_ascii=False)
    assert OLD not in whole
    assert OLD_NAME not in whole


def test_scenarios_come_from_a_file_and_the_day_is_pinned(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.json"
    file.write_text(json.dumps({"F1": {"deaths": {"hit": True, "date": "2026-01-02"}}}))
    with running(replace(CONFIG, scenarios=file, as_of=date(2026, 3, 14))) as base:
        told = put(base, wire("deaths", {"id_no": OLD}, application_id="F1"))[1]
        assert (told["data"]["hit"], told["data_as_of"]) == (True, "2026-03-14")
    file.write_text(json.dumps({"F1": {"deaths": {"hit": OLD}}}))
    with pytest.raises(ScenarioError, match="true or false") as caught:
        create_app(replace(CONFIG, scenarios=file))
    assert OLD not in str(caught.value)
    with pytest.raises(ScenarioError, match=r"no\.json can't be read"):
        create_app(replace(CONFIG, scenarios=tmp_path / "no.json"))


class Forged:
    """Answers about somebody else, well sealed, or with the seal of other bytes."""

    async def play(self, asked: Asked, answer: dict[str, object], seal: Seal, send: Send) -> bool:
        if asked.register == "photo":
            return False
        body = json.dumps(answer | {"subject": NOBODY} if asked.register == "deaths" else answer).encode()
        sealed = body if asked.register == "deaths" else body + b" "
        headers = [(name.encode(), value.encode()) for name, value in seal(sealed).items()]
        headers.append((b"content-type", b"application/json"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return True


def test_faults_are_played_at_the_seam() -> None:
    with running(replace(CONFIG, faults=Forged())) as base:
        assert ask(base, "deaths", id_no=OLD).fault == "subject"
        assert ask(base, "benefits", id_no=OLD).fault == "signature_digest"
        assert ask(base, "photo", id_no=OLD).status == "ok"


SERVER = """
from tests.verifiers.catalogue import REGISTERS
from verifiers.sandbox.config import SandboxConfig
from verifiers.sandbox.running import run
from verifiers.signing import SigningKey
run(SandboxConfig(REGISTERS, {"miaopi": SigningKey("miaopi", b"a secret")}), lambda url: print(url, flush=True))
"""


def test_it_runs_as_a_process_until_it_is_told_to_stop() -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert http("GET", f"{process.stdout.readline().strip()}/livez")[0] == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) in (0, -signal.SIGTERM)
        finally:
            process.kill()
