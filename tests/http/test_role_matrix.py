"""Who may do what, cell by cell over real HTTP: the table written out by hand, and every route of both listeners."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from decision_service.access.actions import COLUMNS, TABLE, Action
from decision_service.http.app import create_app
from decision_service.http.control import create_control_app
from tests.http.members import Guarded, guarded, usual_members

# Written by hand, not derived: nobody, platform, analyst, approver, auditor, operator, officer.
WHO = (None, "platform-a", "analyst", "approver", "auditor", "operator", "officer")
EXPECTED = {
    "probe": "yyyyyyy",
    "read_guide": ".yyyyyy",
    "precheck": ".y.....",
    "prefill": ".y.....",
    "decide": ".y.....",
    "read_own": ".y.....",
    "review": ".y.....",
    "complain": ".y.....",
    "rate": ".y.....",
    "deliver": ".y.....",
    "read_metrics": "....yy.",
    "read_control": "..yyyyy",
    "suspend": ".....y.",
    "resume_request": ".....y.",
    "resume_confirm": "...y.y.",
    "propose_release": "..y....",
    "approve_release": "...y...",
    "read_case": "....y.y",
    "audit_case": "....y..",
    "record_outcome": "......y",
    "close_task": "......y",
    "read_quality": "..yyyy.",
    "erase_request": "......y",
    "erase_approve": "...y...",
}
TRIAL = {
    "read_guide", "precheck", "prefill", "decide", "read_own", "review", "complain", "rate", "deliver", "read_metrics",
}  # fmt: skip


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("matrix"), registers, usual_members()) as found:
        yield found


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Method, path and action of every route of an application."""
    found, waiting = [], list(app.routes)
    for route in waiting:
        if isinstance(route, APIRoute):
            (method,) = route.methods
            found.append((method, route.path, (route.openapi_extra or {})["x-action"]))
        else:
            waiting += (
                route.original_router.routes
            )  # the attribute is missing where it is no router: a route unknown here
    return found


def every_route(service: Guarded) -> list[tuple[str, str, str, str]]:
    state = service.stage.state
    apps = ((service.stage.url, create_app(state)), (service.stage.control, create_control_app(state)))
    return [(url, *one) for url, app in apps for one in routes(app)]


def test_the_table_is_the_one_written_here() -> None:
    assert [action.value for action in Action] == list(EXPECTED)
    for action, row in TABLE.items():
        columns = ["anybody", "platform", "analyst", "approver", "auditor", "operator", "officer"]
        is_open = "anybody" in row.whose
        said = "".join("y" if is_open or one in row.whose else "." for one in columns)
        assert said == EXPECTED[action.value], action
        assert ("trial" in row.whose) == (action.value in TRIAL), action
        assert row.whose <= set(COLUMNS)
        assert row.zh
        assert row.en.isascii()


def test_every_cell_over_http(service: Guarded) -> None:
    """Nobody gets 401, those without the action 403, and those with it anything but these two."""
    tried = set()
    for url, method, path, action in every_route(service):
        sent = re.sub(r"\{[^}]*\}", "none", path)
        for who, cell in zip(WHO, EXPECTED[action], strict=True):
            got = service.stage.send(method, sent, None, service.members.shows(who), url)
            code = got.json["type"].rpartition(":")[2] if got.status in (401, 403) else ""
            wanted = "" if cell == "y" else "not_authenticated" if who is None else "not_allowed"
            assert code == wanted, (method, path, action, who, got.body)
            tried.add((action, who))
    assert len(tried) >= 9 * len(WHO)


def test_every_action_has_a_route(service: Guarded) -> None:
    assert {action for *_, action in every_route(service)} == {action.value for action in Action}


def test_the_two_listeners_share_no_route_but_their_description(service: Guarded) -> None:
    state = service.stage.state
    public, control = ({one[:2] for one in routes(app)} for app in (create_app(state), create_control_app(state)))
    assert public & control == {("GET", "/openapi.json")}
    assert not any(path.startswith(("/control", "/staff")) for _, path in public)
    assert all(path.startswith(("/control/v1", "/staff/v1")) for _, path in control - public)


def test_every_route_is_described_with_its_action_and_its_refusals(service: Guarded) -> None:
    state = service.stage.state
    for app, who, url in (
        (create_app(state), None, service.stage.url),
        (create_control_app(state), "auditor", service.stage.control),
    ):
        told = service.stage.send("GET", "/openapi.json", None, service.members.shows(who), url).json
        described = {
            (method.upper(), path, operation["x-action"])
            for path, operations in told["paths"].items()
            for method, operation in operations.items()
        }
        assert described == {one for one in routes(app) if one[1] != "/openapi.json"}
        for _, path, action in described:
            for operation in told["paths"][path].values():
                guarded_route = "anybody" not in TABLE[Action(action)].whose
                assert ({"401", "403"} <= operation["responses"].keys()) == guarded_route, path


def test_a_key_is_good_for_its_scopes_alone(registers: str, tmp_path: Path) -> None:
    members = usual_members().caller("reader", ("read",))
    with guarded(tmp_path, registers, members) as service:
        assert service.send("reader", "GET", "/v1/matters").status == 200
        got = service.decide("reader", {}, "k")
        assert (got.status, got.json["type"]) == (403, "urn:miaopi:problem:not_allowed")
        assert got.headers["www-authenticate"] == 'Bearer realm="miaopi", error="insufficient_scope"'
