"""What an answer is worth: one judgement for answers in a case file and answers over the wire."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from verifiers.evidence import Evidence
from verifiers.freshness import Moment, age
from verifiers.kinds import BadValueError, Value, read
from verifiers.registers import Register

Fault = Literal[
    "not_an_object",
    "status",
    "reported",
    "date_missing",
    "date_malformed",
    "date_future",
    "field_missing",
    "field_wrong",
]
"""What can be wrong with an answer. "reported": the answer itself says `error`."""


def read_answer(register: Register, asked_with: tuple[str, ...], raw: object, moment: Moment) -> Evidence:
    """Judge `raw`, an object of `status`, `data_as_of` and the register's fields side by side, as case files write it.

    An answer of status ok that lacks a field, holds one of the wrong kind, or is not dated or dated in the future is
    an error; one older than the register's limit is stale; fields that the catalogue does not name are left out.
    Freshness is asked of ok answers only. Total: whatever `raw` is, evidence comes back.
    """
    if not isinstance(raw, Mapping):
        return _error(register, "not_an_object")
    match raw.get("status"):
        case "ok":
            return _read_ok(register, asked_with, raw, moment)
        case "no_record":
            return Evidence(register.name, "no_record", facts=register.no_record or {})
        case "timeout":
            return Evidence(register.name, "timeout")
        case "error":
            return _error(register, "reported")
        case _:
            return _error(register, "status")


def _read_ok(register: Register, asked_with: tuple[str, ...], raw: Mapping[object, object], moment: Moment) -> Evidence:
    written = raw.get("data_as_of")
    match age(written, moment):
        case "missing":
            return _error(register, "date_missing")
        case "malformed":
            return _error(register, "date_malformed")
        case "future":
            return _error(register, "date_future")
        case timedelta() as old:
            pass
    facts: dict[str, Value] = {}
    for name, kind in register.answers_when_asked_with(asked_with).items():
        if name not in raw:
            return _error(register, "field_missing")
        try:
            facts[name] = read(kind, raw[name])
        except BadValueError:
            return _error(register, "field_wrong")
    # `written` was read as a day or an instant, so it is text and no personal value.
    data_as_of = str(written)
    if old > timedelta(hours=register.max_age_hours):
        return Evidence(register.name, "stale", data_as_of=data_as_of)
    return Evidence(register.name, "ok", facts=facts, data_as_of=data_as_of)


def _error(register: Register, fault: Fault) -> Evidence:
    return Evidence(register.name, "error", fault=fault)
