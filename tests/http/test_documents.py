"""The OpenAPI description: it is one, its examples are answered as it says, and every problem has its shape."""

import jsonschema
import pytest

from decision_service.http.problems import PROBLEMS
from tests.http.staging import Stage


@pytest.fixture(scope="module")
def described(stage: Stage) -> dict:
    return stage.send("GET", "/openapi.json").json


def resolved(described: dict, schema: dict) -> dict:
    return {**schema, "components": described["components"]}


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(described: dict) -> None:
    assert described["openapi"] == "3.1.0"
    found, waiting = set(), [described]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("$ref"), str):
                found.add(one["$ref"])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    names = described["components"]["schemas"]
    assert found <= {f"#/components/schemas/{name}" for name in names}
    for schema in names.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_operation_says_what_it_answers_and_problems_are_problems(described: dict) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                kinds = set(response["content"])
                assert kinds == {"application/problem+json"} or status in ("200", "202"), (path, status, kinds)


def examples(described: dict) -> list[tuple[str, str, dict, dict]]:
    found = []
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for name, example in content.get("examples", {}).items():
                found.append((f"{method.upper()} {path}", name, example["value"], operation["responses"]))
    return found


def test_each_example_is_answered_as_described(stage: Stage, described: dict) -> None:
    sent = examples(described)
    assert len(sent) == len({(route, name) for route, name, _, _ in sent}) >= 6
    decision = None
    for number, (route, name, value, responses) in enumerate(sent):
        method, path = route.split(" ")
        headers = {"Idempotency-Key": f"example-{number}"}
        for parameter, given in (("matter", "elderly_allowance"), ("code", "ELDER"), ("decision_id", decision or "x")):
            path = path.replace(f"{{{parameter}}}", given)
        got = stage.send(method, path, value, headers)
        # The keys in the examples of what applicants send back are nobody's.
        wanted = 403 if path.endswith(("/review", "/rating", "/complaints")) else 200
        assert got.status == wanted, (route, name, got.body)
        (schema,) = (one["schema"] for one in responses[str(got.status)]["content"].values())
        jsonschema.validate(got.json, resolved(described, schema))
        decision = got.json.get("decision_id", decision)


def test_the_two_examples_of_a_decision_are_what_their_names_say(stage: Stage, described: dict) -> None:
    by_name = {name: value for route, name, value, _ in examples(described) if route == "POST /v1/decisions"}
    again = {name: {**value, "application_id": f"again-{name}"} for name, value in by_name.items()}
    assert stage.decide(again["approved"]).json["outcome"] == "APPROVED"
    assert stage.decide(again["mistyped"]).json["outcome"] == "CORRECTION_REQUIRED"


def test_every_problem_is_said_in_both_languages() -> None:
    for code, said in PROBLEMS.items():
        assert said.zh, code
        assert said.do_zh, code
        assert said.en.isascii(), code
        assert said.do_en.isascii(), code
        assert 400 <= said.status < 600
