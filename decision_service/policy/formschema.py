"""The form of a policy as a JSON Schema (draft 2020-12), so that a platform can check a form before it sends it.

The schema says what forms.py says about types, patterns, permitted values and what must be filled in. What a schema
can't say is left to the service and listed in `$comment`.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import cast

from decision_service.language.tree import And, Compare, Expression, FormRef, Literal, Not, OneOf, Or
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.entries import Complaints
from decision_service.policy.formfaults import about_sample
from decision_service.policy.shape import Field, Policy, WorkedCase
from verifiers.identifiers.check_characters import CREDIT_ALPHABET
from verifiers.identifiers.citizen_id import PROVINCES
from verifiers.kinds import Kind

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, object]

BLANK: Schema = {"anyOf": [{"type": "null"}, {"type": "string", "pattern": r"^\s*$"}]}
"""What counts as not filled in."""

INVISIBLE = (
    r"[\u0000-\u001f\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ue000-\uf8ff\ufeff\ufff9-\ufffb]"
)
"""Characters that no field of one line may hold: controls, format characters, blanks other than the plain one."""

LEFT_TO_THE_SERVICE = (
    "Left to the service: check characters and birth dates in identifiers, days that do not exist where `format` is "
    "not asserted, bounds of decimals (they travel as text), patterns with a backslash, unassigned characters, numbers "
    "such as 12.0 for a whole number. "
    "Confirmations are demanded by rules (C05), uploads asked for by rules (C04)."
)

_MOST_WHOLE = 2**53
_CITIZEN = rf"(?:{'|'.join(sorted(PROVINCES))})[0-9]{{15}}[0-9Xx]"
_PATTERNS: Mapping[str, str] = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "month": "(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])",
    "region": "[1-9][0-9]{5}",
    "decimal": r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?",
    "money": r"-?(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?",
    "citizen_id": "[0-9]{17}[0-9X]",
}
_IDENTIFIERS: Mapping[str, str] = {
    "citizen_id": _CITIZEN,
    "credit_code": f"[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{8}}[0-9X][{CREDIT_ALPHABET}]",
    "disability_certificate": f"{_CITIZEN}[1-7][1-4]",
}
_SIMPLE = frozenset({"choice", "boolean", "confirmation", "whole", "text", "prefecture", "division"})
"""Types whose values are compared in JSON just as the rules compare them."""


def form_schema(policy: Policy, prefectures: Collection[str]) -> Schema:
    """The schema of the policy's form; `prefectures` are the codes of the cities that may be chosen."""
    schemas = {field.name: _value(field, prefectures) for field in policy.fields}
    conditions, unsaid = _conditions(policy, schemas)
    comment = LEFT_TO_THE_SERVICE
    if unsaid:
        comment += f" When these are required is also left to it: {', '.join(unsaid)}."
    always = [one.name for one in policy.fields if _always(one) and one.name != "id_no"]
    return {
        "$schema": DRAFT,
        "$id": f"urn:miaopi:form:{policy.matter}:{policy.effective_from}",
        "$comment": comment,
        "title": f"{policy.name.zh} {policy.name.en}",
        "type": "object",
        "properties": {one.name: _property(one, schemas[one.name]) for one in policy.fields},
        "required": always,
        "additionalProperties": False,
        "allOf": [_citizen_id(schemas["id_no"]), *conditions] if "id_no" in schemas else conditions,
    }


def _always(field: Field) -> bool:
    return isinstance(field.required, Literal) and field.required.value is True and field.default is None


def _property(field: Field, value: Schema) -> Schema:
    """A field with its annotations. The citizen ID is read with the resident identity card only: see `_citizen_id`."""
    said: Schema = {"title": f"{field.label.zh} {field.label.en}", "description": f"{field.help.zh} {field.help.en}"}
    if field.example is not None:
        said["examples"] = [field.example]
    if field.name == "id_no":
        return said
    return said | (value if _always(field) else {"anyOf": [BLANK, value]})


def _citizen_id(value: Schema) -> Schema:
    other = {"type": "string", "pattern": "^[0-9]{3}$", "maxLength": 3, "not": {"const": "111"}}
    return {
        "if": {"properties": {"id_type": other}, "required": ["id_type"]},
        "else": {"properties": {"id_no": value}, "required": ["id_no"]},
    }


def _value(field: Field, prefectures: Collection[str]) -> Schema:
    """What a field holds when it is filled in."""
    match field.type_name:
        case "citizen_id" | "credit_code" | "disability_certificate":
            return _line(_IDENTIFIERS[field.type_name])
        case "prefecture":
            return {"type": "string", "enum": sorted(prefectures)}
        case "division":
            cities = "|".join(sorted({code[:4] for code in prefectures}))
            return _line(f"(?:{cities})(?!00)[0-9]{{2}}")
        case "text" | "upload":
            return _kind(field.kind) | {"allOf": [{"pattern": r"\S"}]}
        case _:
            return _kind(field.kind)


def _line(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$", "not": {"pattern": INVISIBLE}}


def _kind(kind: Kind) -> Schema:
    match kind.name:
        case "boolean":
            return {"type": "boolean"}
        case "whole":
            return {"type": "integer", "minimum": _least(kind), "maximum": _most(kind)}
        case "list":
            return _list(kind)
        case "record":
            return _record(kind)
        case "text":
            return _text(kind)
        case "date":
            return _line(_PATTERNS["date"]) | {"format": "date"}
        case _:
            return _line(_PATTERNS[kind.name]) if kind.name in _PATTERNS else {"type": "string"}


def _least(kind: Kind) -> int:
    low = -_MOST_WHOLE if kind.minimum is None else int(kind.minimum.to_integral_value(ROUND_CEILING))
    return max(low, -_MOST_WHOLE)


def _most(kind: Kind) -> int:
    high = _MOST_WHOLE if kind.maximum is None else int(kind.maximum.to_integral_value(ROUND_FLOOR))
    return min(high, _MOST_WHOLE)


def _text(kind: Kind) -> Schema:
    if kind.values:
        return {"type": "string", "enum": list(kind.values)}
    said: Schema = {"type": "string", "maxLength": int(min(kind.maximum or Decimal(2000), Decimal(2000)))}
    if kind.pattern is not None and "\\" not in kind.pattern:  # \d and \w mean other things in other languages
        said["pattern"] = f"^(?:{kind.pattern})$"
    return said | {"not": {"pattern": INVISIBLE}}


def _list(kind: Kind) -> Schema:
    said: Schema = {"type": "array", "maxItems": 200, "minItems": int(kind.minimum or 0)}
    if kind.item is not None:
        said["items"] = _kind(kind.item)
    return said | ({"uniqueItems": True} if kind.distinct else {})


def _record(kind: Kind) -> Schema:
    def stated(part: Kind) -> Schema:
        return {"anyOf": [{"type": "null"}, _kind(part)]} if part.nullable else _kind(part)

    return {
        "type": "object",
        "properties": {name: stated(part) for name, part in kind.fields},
        "required": [name for name, part in kind.fields if not part.optional],
    }


def _conditions(policy: Policy, schemas: Mapping[str, Schema]) -> tuple[list[Schema], list[str]]:
    """`if`/`then` for each field that is required at times, and the fields whose condition a schema can't say."""
    fields = {one.name: one for one in policy.fields}
    conditions: list[Schema] = []
    unsaid: list[str] = []
    for field in policy.fields:
        if isinstance(field.required, Literal) or field.upload or field.default is not None:
            continue
        holds = _surely(field.required, True, fields, schemas)
        if holds is None:
            unsaid.append(field.name)
        else:
            then = {"properties": {field.name: {"not": BLANK}}, "required": [field.name]}
            conditions.append({"if": holds, "then": then})
    return conditions, unsaid


def _surely(
    node: Expression, wanted: bool, fields: Mapping[str, Field], schemas: Mapping[str, Schema]
) -> Schema | None:
    """A schema of the forms for which `node` is known to be `wanted`; None where a schema can't say it."""
    match node:
        case Not():
            return _surely(node.item, not wanted, fields, schemas)
        case And() | Or():
            parts = [_surely(item, wanted, fields, schemas) for item in node.items]
            if any(part is None for part in parts):
                return None
            return {"allOf" if isinstance(node, And) == wanted else "anyOf": parts}
        case FormRef():
            return _among(fields[node.field_name], [True], wanted, schemas)
        case (
            Compare(op="=" | "!=", left=FormRef() as field, right=Literal() as constant)
            | Compare(op="=" | "!=", left=Literal() as constant, right=FormRef() as field)
        ):
            return _among(fields[field.field_name], [constant.value], (node.op == "=") == wanted, schemas)
        case OneOf(value=FormRef() as field):
            options = [one.value for one in node.options if isinstance(one, Literal)]
            known = len(options) == len(node.options)
            return _among(fields[field.field_name], options, wanted, schemas) if known else None
        case _:
            return None


def _among(field: Field, values: Sequence[object], wanted: bool, schemas: Mapping[str, Schema]) -> Schema | None:
    """The forms in which the field is known to have, or not to have, one of `values` (null: it is blank)."""
    if field.type_name not in _SIMPLE or not all(isinstance(one, str | int | None) for one in values):
        return None
    name, given = field.name, [one for one in values if one is not None]
    blank = field.default in values
    is_blank: Schema = {"properties": {name: BLANK}}
    listed: Schema = {"enum": given}
    value: Schema = {"allOf": [schemas[name], listed if wanted else {"not": listed}]}
    filled: Schema = {"properties": {name: value}, "required": [name]}
    return {"anyOf": [filled, is_blank]} if blank == wanted else filled


def sample_of(policy: Policy) -> WorkedCase | None:
    """The worked case that serves as the published sample: the first approved one, else the first granted otherwise."""
    cases = policy.cases
    approved = [one for one in cases if one.expect.get("outcome") == Outcome.APPROVED]
    granted = [one for one in cases if one.expect.get("outcome") in APPROVALS]
    return next(iter([*approved, *granted]), None)


def _parts(policy: Policy, schema: Schema) -> Iterator[tuple[str, object]]:
    """A schema is one if its parts are: each field without its texts, each condition, and what holds them together."""
    properties, conditions = cast("dict[str, Schema]", schema["properties"]), cast("list[Schema]", schema["allOf"])
    texts = ("title", "description", "examples")
    for field in policy.fields:
        yield field.name, {key: value for key, value in properties[field.name].items() if key not in texts}
    yield from (("allOf", condition) for condition in conditions)
    yield "form", schema | {"properties": {}, "allOf": [True], "$id": "urn:miaopi:form", "title": ""}


@lru_cache(maxsize=4096)
def _is_schema(text: str) -> bool:
    """Whether a part is a schema of draft 2020-12. Kept: matters share most of their fields, and judging is slow."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(json.loads(text))
    except SchemaError:
        return False
    return True


def check_form_schema(policy: Policy, prefectures: Collection[str], complaints: Complaints) -> None:
    """Complains where the schema is none, or where the published sample does not pass it (RQ-A4)."""
    from jsonschema import Draft202012Validator

    schema = form_schema(policy, prefectures)
    wrong = [where for where, part in _parts(policy, schema) if not _is_schema(json.dumps(part, sort_keys=True))]
    if wrong:
        where = ", ".join(wrong)
        complaints.add(
            "form_schema",
            f"表单的模式有误：{where}",
            f"the schema of the form is wrong at {where}",
            None,
            ("检查这个字段的 pattern 和范围", "check `pattern` and bounds of that field"),
        )
        return
    sample = sample_of(policy)
    if sample is None:
        complaints.add(
            "no_sample",
            "没有一个获准的案例可作申报样例",
            "there is no approved case to publish as the sample application",
            None,
            ("在 cases 下写一个 outcome: APPROVED 的案例", "add a case with outcome: APPROVED under `cases`"),
        )
        return
    for fault in Draft202012Validator(schema).iter_errors(dict(sample.form)):
        complaints.tell(about_sample(sample, fault))
