"""The sandbox as issuer and wallet: what it publishes, what it makes, and what it will not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifiers.catalogue import REGISTERS
from tests.verifiers.credentials.mint import SUITES
from tests.verifiers.sandbox_client import CONFIG, NOBODY, NOON, OLD, TOKEN, http
from verifiers.credentials.checking import read_credential, verified_credential
from verifiers.credentials.issuer_file import read_issuers
from verifiers.credentials.jwks import read_jwks
from verifiers.credentials.terms import Showing
from verifiers.credentials.token_status import token_status_list
from verifiers.credentials.trust import format_of
from verifiers.sandbox.running import running

NAME = "https://spz.example"
WANTED = {
    "register": "deaths",
    "subject": OLD,
    "params": {"id_no": OLD},
    "application_id": "SB1",
    "audience": NAME,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(CONFIG) as url:
        yield url


def send(sandbox: str, method: str, path: str, body: object = None, token: str = TOKEN) -> tuple[int, bytes]:
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return http(method, f"{sandbox}/control/{path}", content, {"Miaopi-Control": token})


@pytest.mark.parametrize("form", ["sd-jwt", "jwt"])
def test_what_it_issues_is_what_its_register_states_by_the_operators_own_reading(
    sandbox: str, tmp_path: Path, form: str
) -> None:
    """Published keys, its issuer file and the token fit together, as with any issuer."""
    path = tmp_path / "issuers.toml"
    path.write_bytes(send(sandbox, "GET", "issuers")[1])
    made = json.loads(send(sandbox, "POST", "credentials", WANTED | {"format": form})[1])
    issuer = read_issuers(path, REGISTERS, NAME).by_identifier[made["issuer"]]
    assert issuer.keys.url == f"{sandbox}/issuers/deaths/jwks.json"
    status, body = http("GET", issuer.keys.url)
    keys = read_jwks(body, issuer.keys.publisher).keys
    assert status == 200
    assert b'"d"' not in body
    assert format_of(made["token"]) == form
    terms = issuer.standings_for("deaths", form)[0].terms
    shown = read_credential(form, made["token"])
    found = verified_credential(shown, keys[made["kid"]], terms, Showing(NOON, NAME, "SB1", OLD), SUITES)
    assert found.holder == ("bound" if form == "sd-jwt" else "matched")
    assert found.claims["facts"] == {"hit": False, "date": None, "source": None}
    assert found.claims["data_as_of"] == "2026-03-16"
    assert [one.index for one in found.statuses] == [made["status_index"]]


def test_a_status_is_flipped_alone(sandbox: str) -> None:
    made = [json.loads(send(sandbox, "POST", "credentials", WANTED)[1]) for _ in range(3)]
    flipped = made[1]["status_index"]
    assert send(sandbox, "PUT", f"credentials/deaths/statuses/{flipped}", {"status": 2})[0] == 204
    uri = made[0]["status_list"]
    payload = read_credential("jwt", http("GET", uri)[1].decode()).claims  # type: ignore[union-attr]  # a plain token
    found = token_status_list(payload, uri, NOON)
    assert [found.at(one["status_index"]) for one in made] == [0, 2, 0]


def test_keys_turn_and_are_withdrawn(sandbox: str) -> None:
    def kids() -> dict[str, bool]:
        keys = json.loads(http("GET", f"{sandbox}/issuers/photo/jwks.json")[1])["keys"]
        return {one["kid"]: "revoked" in one for one in keys}

    first = next(iter(kids()))
    second = json.loads(send(sandbox, "POST", "credentials/photo/keys")[1])["kid"]
    assert kids() == {first: False, second: False}
    assert send(sandbox, "DELETE", f"credentials/photo/keys/{second}")[0] == 204
    third = set(kids()) - {first, second}
    assert kids() == {first: False, second: True} | dict.fromkeys(third, False)
    assert len(third) == 1, "what signs now is not withdrawn"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "credentials", WANTED | {"register": "number_pool"}, 404),
        ("POST", "credentials", WANTED | {"register": "no_such"}, 404),
        ("POST", "credentials", WANTED | {"register": "population", "subject": NOBODY, "params": {}}, 409),
        ("POST", "credentials", WANTED | {"params": None}, 400),
        ("POST", "credentials", WANTED | {"format": "mdoc"}, 400),
        ("POST", "credentials", WANTED | {"valid_seconds": "300"}, 400),
        ("POST", "credentials", WANTED | {"valid_seconds": 10**12}, 400),
        ("POST", "credentials", WANTED | {"subject": ""}, 400),
        ("POST", "credentials", WANTED | {"claims": {}}, 400),
        ("POST", "credentials", b"[]", 400),
        ("POST", "credentials", b"{" * 70_000, 413),
        ("GET", "credentials", None, 404),
        ("DELETE", "credentials/deaths/keys/none", None, 404),
        ("PUT", "credentials/deaths/statuses/0", {"status": 3}, 400),
        ("PUT", "credentials/deaths/statuses/0", {"status": True}, 400),
        ("PUT", "credentials/deaths/statuses/-1", {"status": 1}, 400),
        ("PUT", "credentials/deaths/statuses/65536", {"status": 1}, 404),
        ("POST", "credentials/number_pool/keys", None, 404),
        ("GET", "issuers/deaths", None, 404),
    ],
)
def test_what_can_not_be_issued_is_a_problem_without_a_value(
    sandbox: str, method: str, path: str, body: object, status: int
) -> None:
    found, told = send(sandbox, method, path, body)
    assert (found, json.loads(told)["status"]) == (status, status)
    assert OLD.encode() not in told
    assert NOBODY.encode() not in told


def test_what_issues_needs_the_control_token_and_what_is_published_does_not(sandbox: str) -> None:
    for method, path, body in (("GET", "issuers", None), ("POST", "credentials", WANTED)):
        assert send(sandbox, method, path, body, token="another")[0] == 403  # noqa: S106 - a wrong one on purpose
    for path, status in (("deaths/status/1", 200), ("deaths/status/2", 404), ("number_pool/jwks.json", 404)):
        assert http("GET", f"{sandbox}/issuers/{path}")[0] == status
    assert http("POST", f"{sandbox}/issuers/deaths/jwks.json", b"{}")[0] == 405
