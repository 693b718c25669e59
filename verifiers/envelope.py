"""The JSON of a question and of its answer (docs/registers.md), whatever signs or carries them."""

import json
from typing import Final

import orjson

from verifiers.answers import read_answer
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.freshness import Moment
from verifiers.signing import content_digest
from verifiers.verifier import Question

_MAX_REQUEST_ID = 128


def question_body(question: Question, nonce: str, limit: Deadline) -> bytes | None:
    """The JSON of a question, or None when its params are none."""
    wire = {
        "register": question.register.name,
        "matter": question.matter,
        "application_id": question.application_id,
        "purpose": question.purpose,
        "subject": question.subject,
        "params": dict(question.params),
        "deadline_ms": int(limit.remaining() * 1000),
        "nonce": nonce,
    }
    try:
        return orjson.dumps(wire)
    except orjson.JSONEncodeError:
        return None


def judge_body(question: Question, nonce: str, body: bytes, moment: Moment) -> Evidence:
    """What the bytes of an answer are worth: its JSON, whether it answers this question, then its facts. Total.

    Once it is bound to the question the evidence carries digest, bytes and the register's own number, whatever the
    facts are worth.
    """
    name = question.register.name
    answer = read_object(body)
    if answer is None:
        return Evidence(name, "error", fault="json")
    fault = _binding_fault(question, nonce, answer)
    if fault is not None:
        return Evidence(name, "error", fault=fault)
    data = answer.get("data")
    if answer["status"] == "no_record" and data not in (None, {}, []):
        evidence = Evidence(name, "error", fault="contradiction")
    else:
        # Last, so that no field of the data can stand for the status or the date of the answer.
        flat = {**(data if isinstance(data, dict) else {}), "status": answer["status"]}
        flat["data_as_of"] = answer.get("data_as_of")
        evidence = read_answer(question.register, question.asked_with, flat, moment)
    return evidence.bound(str(answer["request_id"]), content_digest(body), body)


def _binding_fault(question: Question, nonce: str, answer: dict[str, object]) -> str | None:
    """Whether this is another question's answer, or none at all."""
    if answer.get("nonce") != nonce:
        return "nonce"
    if answer.get("subject") != question.subject:
        return "subject"
    if answer.get("purpose") != question.purpose:
        return "purpose"
    if answer.get("status") not in ("ok", "no_record"):
        return "status"
    request_id = answer.get("request_id")
    if not isinstance(request_id, str) or not 0 < len(request_id) <= _MAX_REQUEST_ID or not request_id.isprintable():
        return "request_id"
    return None


def read_object(body: bytes) -> dict[str, object] | None:
    """The JSON object in `body`; None for anything else, for a name given twice, for NaN, for nesting without end."""
    parsed: object = None
    try:
        parsed = orjson.loads(body)
        # What is the same when it is written again has no name twice, and no number that two readers read as two.
        known = orjson.dumps(parsed) == body
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        known = False  # orjson takes less than the strict reader: half a surrogate pair, say
    if not known:
        try:
            parsed = _STRICT.decode(body.decode())
        except (ValueError, RecursionError):
            return None
    return parsed if isinstance(parsed, dict) else None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a name is given twice")
    return record


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


_STRICT: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
