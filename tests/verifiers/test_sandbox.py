"""The sandbox over real HTTP: who may ask, and what is answered."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sizes import size
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
    everybody,
    http,
    put,
    wire,
)
from verifiers.kinds import read
from verifiers.nonces import fresh_nonce
from verifiers.sandbox.running import running
from verifiers.signing import Message, SigningKey, sign


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(CONFIG) as base:
        yield base


def questions_about(section: str, identifier: str, entry: dict) -> Iterator[dict[str, object]]:
    values = {
        "name": entry["name"],
        "region": "210102",
        "city": "210100",
        "industry": "零售",
        "face_token": "ok",
        "cert_no": entry["records"]
        .get("disability", entry["records"].get("transport_certificates", {}))
        .get("when", {})
        .get("cert_no", "0"),
    }
    values |= {"people": {"id_no": identifier, "persons": [identifier]}, "organisations": {"uscc": identifier}}.get(
        section, {}
    )
    for register in REGISTERS.values():
        for names in (register.asked_with, *register.alternatives):
            if set(names) <= values.keys() and not register.allocator:
                yield wire(register.name, {name: values[name] for name in names})


def test_everyone_is_answered_with_the_fields_of_the_catalogue_and_no_other(url: str) -> None:
    statuses: dict[tuple[str, str], str] = {}
    for section, identifier, entry in everybody():
        for question in questions_about(section, identifier, entry):
            status, answer = put(url, question)
            register = REGISTERS[question["register"]]
            assert (status, answer["subject"], answer["nonce"]) == (200, question["subject"], question["nonce"])
            statuses[identifier, register.name] = answer["status"]
            if answer["status"] == "no_record":
                assert answer["data"] == {}
                continue
            kinds = register.answers_when_asked_with(tuple(question["params"]))
            assert answer["data"].keys() == kinds.keys()
            for name, kind in kinds.items():
                read(kind, answer["data"][name])
                assert_nothing_more(kind, answer["data"][name])
    for _, identifier, entry in everybody():
        for register, record in entry["records"].items():
            if register != "number_pool":
                assert statuses[identifier, register] == ("no_record" if record == "no_record" else "ok"), register
    assert len(statuses) > 500


def assert_nothing_more(kind, value: object) -> None:
    if kind.name == "record":
        assert isinstance(value, dict)
        assert value.keys() <= dict(kind.fields).keys()
    if kind.item is not None and isinstance(value, list):
        for element in value:
            assert_nothing_more(kind.item, element)


def test_the_real_client_takes_what_the_sandbox_says(url: str) -> None:
    assert ask(url, "population", id_no=OLD, name=OLD_NAME).facts == {
        "match": True,
        "status_code": "normal",
        "hukou_code": "210105",
        "hukou_type": "family",
        "father_hukou_code": None,
    }
    assert ask(url, "population", id_no=OLD, name="别人").facts["match"] is False
    dead = ask(url, "deaths", id_no="210100193408028903")
    assert dead.facts == {"hit": True, "date": date(2026, 2, 11), "source": "funeral"}
    assert dead.data_as_of == "2026-03-16"
    assert ask(url, "residence", id_no="230100195802029034", city="210200").status == "no_record"
    assert ask(url, "liveness", id_no=OLD, face_token="ok").facts["passed"] is True  # noqa: S106 - not a password
    assert ask(url, "liveness", id_no=OLD, face_token="bad").facts["passed"] is False  # noqa: S106 - not a password
    assert ask(url, "enterprises", uscc="92210102DEMX30010R").facts["legal_rep_id"] == "210100199002148961"
    roles = ask(url, "enterprises", id_no="210100199002148961").facts
    assert roles["roles"] == ({"uscc": "92210102DEMX30010R", "role": "operator", "status_code": "active"},)
    assert roles["status_code"] is None


def test_a_certificate_that_is_not_the_persons_has_no_record(url: str) -> None:
    person = "210100196906169649"
    assert ask(url, "disability", id_no=person, cert_no="21010019690616964912").facts["level"] == 2
    assert ask(url, "disability", id_no=person, cert_no="21010019690616964911").status == "no_record"


def test_who_is_not_in_the_data_has_no_record_and_an_unheard_name_is_free(url: str) -> None:
    for register in REGISTERS.values():
        if register.allocator or register.name == "business_names":
            continue
        params = {name: [NOBODY] if name == "persons" else NOBODY for name in register.asked_with}
        assert put(url, wire(register.name, params))[1]["status"] == "no_record", register.name
    free = {"conflict": False, "forbidden": False}
    assert ask(url, "business_names", name="无人用过的字号", region="210102", industry="零售").facts == free
    assert ask(url, "business_names", name="大连市沙河口区示例烘焙店", region="210204", industry="零售").facts[
        "conflict"
    ]


def test_several_people_asked_about_at_once_are_answered_together(url: str) -> None:
    both = ["21010019890707945X", NOBODY, "210700198001159122", "210100199008089464"]
    units = ask(url, "property", persons=both, region="210100").facts["properties"]
    assert [unit["unit_no"] for unit in units] == ["U-505", "U-004"]


@pytest.mark.parametrize("key", [SigningKey("miaopi", b"another secret"), SigningKey("stranger", KEY.secret)])
def test_who_has_no_key_is_refused(url: str, key: SigningKey) -> None:
    before = control(url, "GET", "questions")
    status, problem = put(url, wire("deaths", {"id_no": OLD}), key=key)
    assert (status, problem["status"]) == (401, 401)
    assert control(url, "GET", "questions") == before


def test_a_question_is_good_once_in_time_and_unaltered(url: str) -> None:
    question = wire("deaths", {"id_no": OLD})
    body, path, now = json.dumps(question).encode(), "/v1/registers/deaths", int(NOON.timestamp() * 1000)

    def sent(body: bytes, *, at: int = now, over: bytes | None = None, path: str = path, nonce: str = "") -> int:
        message = Message("request", "POST", "/v1/registers/deaths", at, nonce or str(question["nonce"]), over or body)
        return http("POST", url + path, body, sign(KEY, message))[0]

    assert sent(body, at=now - 301_000) == 401
    assert sent(body, at=now + 301_000) == 401
    assert sent(body.replace(b"SB1", b"SB2"), over=body) == 401
    assert sent(body, path="/v1/registers/low_income") == 401
    assert http("POST", url + path, body)[0] == 401
    assert sent(body, nonce=fresh_nonce()) == 400  # signed under another nonce than it names
    assert sent(body) == 200
    assert sent(body) == 409


def test_other_doors_are_closed(url: str) -> None:
    assert put(url, wire("bank", {"id_no": OLD}))[0] == 404
    assert http("GET", f"{url}/v1/registers/deaths")[0] == 405
    assert http("GET", f"{url}/elsewhere")[0] == 404
    assert http("POST", f"{url}/v1/registers/deaths?x=1", b"{}")[0] == 400
    assert http("POST", f"{url}/v1/registers/deaths", b" " * 70_000)[0] == 413
    assert http("GET", f"{url}/livez")[0] == 200


JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


def no_text(value: object) -> bool:
    return not (isinstance(value, str) and value and value.isprintable())


WRONG = {name: JSON.filter(no_text) for name in ("matter", "application_id", "purpose", "subject")} | {
    "register": st.sampled_from(["low_income", 1, None]),
    "deadline_ms": st.sampled_from([-1, "1", None, True, 1.5, 10**9]),
    "params": st.sampled_from(
        [
            [],
            None,
            {},
            {"name": OLD_NAME},
            {"id_no": OLD},
            {"id_no": "", "name": OLD_NAME},
            {"id_no": [], "name": OLD_NAME},
        ]
        + [{"id_no": OLD, "name": OLD_NAME, extra: OLD} for extra in ("purpose", OLD)]
    ),
}


@settings(max_examples=size("sandbox_questions", quick=60, full=2000), deadline=None)
@given(st.sampled_from(sorted(WRONG)), st.booleans(), st.data())
def test_an_incomplete_question_is_refused_and_nothing_of_it_is_told(url: str, name: str, left_out: bool, data) -> None:
    question = wire("population", {"id_no": OLD, "name": OLD_NAME})
    if left_out:
        del question[name]
    else:
        question[name] = data.draw(WRONG[name])
    status, problem = put(url, question, path="/v1/registers/population")
    assert status == 400
    told = json.dumps(problem, ensure_ascii=False)
    assert OLD not in told
    assert OLD_NAME not in told


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":NaN}', b"[" * 50_000])
def test_what_is_no_json_object_is_refused(url: str, body: bytes) -> None:
    message = Message("request", "POST", "/v1/registers/deaths", int(NOON.timestamp() * 1000), fresh_nonce(), body)
    assert http("POST", f"{url}/v1/registers/deaths", body, sign(KEY, message))[0] == 400
