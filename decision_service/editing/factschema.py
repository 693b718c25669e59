"""What registers answer in worked cases, as JSON Schema: from the catalogue's kinds."""

from collections.abc import Callable, Mapping
from typing import Any

from decision_service.policy.cases import EVIDENCE_KEYS, NOT_ASKED, STATES
from decision_service.policy.parts import Bilingual
from verifiers.kinds import Kind
from verifiers.registers import Register

Schema = dict[str, Any]  # plain JSON
Chosen = Callable[[Mapping[str, Bilingual]], Schema]

_STATES = {
    "late": Bilingual("超时", "it is late"),
    "faulty": Bilingual("出错", "it is faulty"),
    "no record": Bilingual("没有记录", "it has no record"),
    NOT_ASKED: Bilingual("没有查", "it is not asked"),
}
_YES_NO = {"enum": [True, False, "yes", "no", "是", "否"]}
_CODE = {"type": ["string", "number"]}


def facts_schema(register: Register, chosen: Chosen) -> Schema:
    """What one register answers in a case: a state, or facts that differ from the catalogue's `in_cases`."""
    facts = {name: _of(kind) for name, kind in register.answers.items()}
    evidence: Schema = dict.fromkeys(sorted(EVIDENCE_KEYS), _CODE)
    whole = {"type": "object", "properties": {**facts, **evidence}, "additionalProperties": False}
    return {"anyOf": [states(chosen), whole]}


def states(chosen: Chosen) -> Schema:
    """The ways in which a register may fail to answer."""
    return chosen({name: _STATES[name] for name in (*STATES, NOT_ASKED)})


def changes_schema(registers: Mapping[str, Register], chosen: Chosen) -> Schema:
    """`but`: fields of the form, registers, and single facts as `register.fact`."""
    found: Schema = {name: states(chosen) for name in registers}
    for name, register in registers.items():
        found |= {f"{name}.{fact}": _of(kind) for fact, kind in register.answers.items()}
        found |= {f"{name}.{key}": _CODE for key in sorted(EVIDENCE_KEYS)}
    return {
        "type": ["object", "null"],
        "properties": found,
        "propertyNames": {"anyOf": [{"enum": list(found)}, {"pattern": "^[^.]*$"}]},
    }


def _of(kind: Kind) -> Schema:
    """A fact as an editor reads it: `210100` is a number there, `yes` a text."""
    found: Schema
    if kind.values:
        found = {"enum": list(kind.values)}
    elif kind.name == "boolean":
        found = _YES_NO
    elif kind.name == "list" and kind.item is not None:
        found = {"type": "array", "items": _of(kind.item)}
    elif kind.name == "record":
        needed = [name for name, one in kind.fields if not one.optional]
        fields = {name: _of(one) for name, one in kind.fields}
        found = {"type": "object", "properties": fields, "required": needed, "additionalProperties": False}
    elif kind.name == "whole":
        found = {"type": "integer"}
    else:
        found = _CODE
    return {"anyOf": [found, {"type": "null"}]} if kind.nullable else found
