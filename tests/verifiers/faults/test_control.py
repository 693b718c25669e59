"""The control routes of faults: in and out, by application, and what can't be switched on."""

import json
from collections.abc import Iterator

import pytest

from tests.verifiers.faults.asking import Call, Stage, ask_all, staged
from tests.verifiers.sandbox_client import CONFIG, OLD, control, http
from verifiers.sandbox.faults.table import FAULTS
from verifiers.sandbox.running import running


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as found:
        yield found


def met(stage: Stage, register: str, application: str = "SB1") -> str | None:
    return ask_all(stage.proxy.root, [Call(stage.proxy.door.url, register, application)])[0].fault


def test_every_fault_can_be_switched_on_and_off_again(stage: Stage) -> None:
    for fault in FAULTS:
        for variant in (None, *(one.name for one in fault.variants)):
            body = {"fault": fault.name, "share": 0.25} | ({} if variant is None else {"variant": variant})
            assert control(stage.sandbox, "PUT", "faults/deaths", body)[0] == 204
            _, shown = control(stage.sandbox, "GET", "faults")
            switch = {"register": "deaths", "application_id": None, "variant": variant, **body}
            assert shown["switches"] == [switch]
            assert control(stage.sandbox, "DELETE", "faults/deaths")[0] == 204
    assert control(stage.sandbox, "GET", "faults")[1]["switches"] == []


def test_a_fault_of_one_application_disturbs_no_other(stage: Stage) -> None:
    control(stage.sandbox, "PUT", "faults/deaths?application_id=A", {"fault": "status", "variant": "599"})
    control(stage.sandbox, "PUT", "faults/deaths?application_id=B", {"fault": "reset", "variant": "before_headers"})
    assert (met(stage, "deaths", "A"), met(stage, "deaths", "B")) == ("http_status", "network")
    assert (met(stage, "deaths", "C"), met(stage, "credit", "A")) == (None, None)
    _, shown = control(stage.sandbox, "GET", "faults?application_id=A")
    assert [one["application_id"] for one in shown["switches"]] == ["A"]
    assert [(one["fault"], one["variant"], one["status"]) for one in shown["played"]] == [("status", "599", 599)]
    assert {one["application_id"] for one in shown["wire"]} == {"A"}
    assert control(stage.sandbox, "DELETE", "faults/deaths?application_id=A")[0] == 204
    assert control(stage.sandbox, "DELETE", "faults/deaths?application_id=A")[0] == 404
    assert (met(stage, "deaths", "A"), met(stage, "deaths", "B")) == (None, "network")
    assert control(stage.sandbox, "DELETE", "faults")[0] == 204
    assert met(stage, "deaths", "B") is None
    assert control(stage.sandbox, "DELETE", "faults")[0] == 404


@pytest.mark.parametrize(
    ("register", "body", "code"),
    [
        ("deaths", [], "fault"),
        ("deaths", {}, "fault"),
        ("deaths", {"fault": 3}, "fault"),
        ("deaths", {"fault": OLD}, "fault"),
        ("deaths", {"fault": "stale", "colour": "red"}, "fault"),
        ("deaths", {"fault": "stale", "variant": 3}, "variant"),
        ("deaths", {"fault": "stale", "variant": OLD}, "variant"),
        ("deaths", {"fault": "stale", "share": "all"}, "share"),
        ("deaths", {"fault": "stale", "share": True}, "share"),
        ("deaths", {"fault": "stale", "share": 1.01}, "share"),
        ("deaths", {"fault": "stale", "share": -1}, "share"),
        (OLD, {"fault": "stale"}, "register"),
        ("deaths?application_id=", {"fault": "stale"}, "application_id"),
        (f"deaths?application_id={'x' * 201}", {"fault": "stale"}, "application_id"),
        ("deaths?application_id=A", {"fault": "tls"}, "application_id"),
    ],
)
def test_what_cannot_be_switched_on_is_refused_and_changes_nothing(
    stage: Stage, register: str, body: object, code: str
) -> None:
    status, problem = control(stage.sandbox, "PUT", f"faults/{register}", body)
    assert (status, problem["code"]) == (422, code)
    assert OLD not in json.dumps(problem)
    assert control(stage.sandbox, "GET", "faults")[1]["switches"] == []


def test_odd_requests_are_refused(stage: Stage) -> None:
    assert control(stage.sandbox, "PUT", "faults", {"fault": "stale"})[0] == 405
    assert control(stage.sandbox, "GET", "faults/deaths")[0] == 405
    assert control(stage.sandbox, "GET", "faults?person=1")[0] == 400
    assert control(stage.sandbox, "DELETE", "faults?application_id=A")[0] == 400
    headers = {"Miaopi-Control": CONFIG.control_token}
    assert http("PUT", f"{stage.sandbox}/control/faults/deaths", b"{", headers)[0] == 422
    assert http("PUT", f"{stage.sandbox}/control/faults/deaths", b"x" * 5000, headers)[0] == 413
    assert control(stage.sandbox, "GET", "faults", token="another")[0] == 403  # noqa: S106 - the wrong one on purpose


def test_without_a_proxy_the_faults_of_answers_alone_can_be_switched_on() -> None:
    with running(CONFIG) as alone:
        for fault in FAULTS:
            status, problem = control(alone, "PUT", "faults/deaths", {"fault": fault.name})
            if fault.layer == "answer":
                assert status == 204
            else:
                assert (status, problem["code"]) == (422, "proxy")
                assert "--fault" in problem["detail"]
        assert control(alone, "GET", "faults")[1].keys() == {"switches", "played"}


def test_the_proxy_can_be_found_from_the_control_routes(stage: Stage) -> None:
    _, shown = control(stage.sandbox, "GET", "faults")
    assert shown.keys() == {"switches", "played", "wire", "doors", "trusted_certificate"}
