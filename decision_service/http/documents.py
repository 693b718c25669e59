"""What the OpenAPI description says of each route: requests by the models that check them, answers by their shape."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Depends
from pydantic import BaseModel

from decision_service.access.actions import Action, is_open
from decision_service.http import examples
from decision_service.http.door import door
from decision_service.http.problems import MEDIA_TYPE, PROBLEMS
from decision_service.http.wire import ApplicationIn, BatchIn, BundleIn, DeliveryIn, PrecheckIn, PrefillIn, ReviewIn
from decision_service.outcome import Outcome
from decision_service.strictjson import MAX_INTEGER

Document = dict[str, Any]
Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_BOTH: Final[Schema] = {"type": "object", "required": ["zh", "en"], "properties": {"zh": _TEXT, "en": _TEXT}}
_OUTCOME: Final[Schema] = {"type": "string", "enum": [outcome.value for outcome in Outcome]}


def _object(required: Mapping[str, Schema], **more: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **more}}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


_REASON: Final = _object(
    {"code": _TEXT, "rule": _TEXT, "zh": _TEXT, "en": _TEXT, "basis": _list(_TEXT), "facts": _list(_TEXT)}
)
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
_VERIFICATION: Final = _object(
    {
        "register": _TEXT,
        "status": {"type": "string", "enum": ["ok", "no_record", "timeout", "error", "stale"]},
        "data_as_of": _MAYBE_TEXT,
        "request_id": _MAYBE_TEXT,
        "digest": _MAYBE_TEXT,
        "elapsed_ms": {"type": "integer"},
    },
    origin={"type": "string", "enum": ["asked", "shared", "cached", "credential"]},
    credential=_MAYBE_TEXT,
)
_PARTY: Final = _object({"name": _MAYBE_TEXT, "id_no": _MAYBE_TEXT})
ANSWER: Final[Schema] = _object(
    {
        "decision_id": _TEXT,
        "application_id": _TEXT,
        "matter": _TEXT,
        "policy": _object({"version": _TEXT, "digest": _TEXT, "effective_from": _TEXT}),
        "as_of": {"type": "string", "format": "date"},
        "decided_at": {"type": "string", "format": "date-time"},
        "outcome": _OUTCOME,
        "outcome_text": _BOTH,
        "reasons": _list(_REASON),
        "advice": _list(_REASON),
        "notes": _list(_REASON),
        "result": {"type": "object"},
        "items": _list({"type": "object"}),
        "obligations": _list({"type": "object"}),
        "remedies": {"type": ["object", "null"]},
        "next_step": {"type": ["object", "null"]},
        "verifications": _list(_VERIFICATION),
        "engines": _object({"agree": {"type": "boolean"}}),
        "elapsed_ms": {"type": "integer"},
        "record": _object({"index": {"type": "integer"}, "leaf": _TEXT, "signature": _TEXT}),
    },
    feedback=_object({"rating_key": _MAYBE_TEXT, "complaint_key": _TEXT}),
    parties=_object({"principal": _PARTY, "agent": _PARTY, "notify": _TEXT, "zh": _TEXT, "en": _TEXT}),
    replaces=_TEXT,
    licence=_object({"identifier": _TEXT, "standard": _TEXT, "illustrative": {"type": "boolean"}}),
)
PROBLEM: Final[Schema] = _object(
    {
        "type": {"type": "string", "enum": [f"urn:miaopi:problem:{code}" for code in PROBLEMS]},
        "title": _TEXT,
        "title_zh": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "detail_zh": _TEXT,
        "errors": _list(_object({"pointer": _TEXT, "code": _TEXT})),
    },
    decision_id=_TEXT,
    problems=_list({"type": "object"}),
    faults=_list({"type": "object"}),
)

VALUE: Final[Schema] = {
    "description": "any JSON, numbers within 2^53; money and decimals are strings",
    "type": ["null", "boolean", "number", "string", "array", "object"],
    "minimum": -MAX_INTEGER,
    "maximum": MAX_INTEGER,
    "items": {"$ref": "#/components/schemas/Value"},
    "additionalProperties": {"$ref": "#/components/schemas/Value"},
}

KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {
        "type": "string",
        "pattern": r'^("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-~]([ -~]{0,253}[!-~])?)$',
    },
    "description": "the same for every try of the same application 幂等键",
    "example": "2f9a3c1e-0001",
}

ELSEWHERE: Final = ("not_found", "method_not_allowed")
"""What no operation answers: other addresses do, and other methods."""

COMMON: Final = (
    "not_http", "too_slow", "too_large", "head_too_large", "internal", "busy",
    "key_in_url",
)  # fmt: skip
GUARDED: Final = ("not_authenticated", "not_allowed", "query_refused", "too_many_requests")
KEYED: Final = (
    "key_missing", "key_malformed", "key_reused", "in_work", "decided_before", "other_matter", "erased",
)  # fmt: skip
READ: Final = ("json_refused", "body_incomplete", "media_type", "envelope")


def document(  # noqa: PLR0913 - a route is described by as many things, each by its name
    answer: Schema,
    problems: tuple[str, ...] = (),
    sent: type[BaseModel] | None = None,
    told: Mapping[str, object] | None = None,
    *,
    action: Action,
    status: int = 200,
    keyed: bool = False,
    media_type: str = "application/json",
    parameters: tuple[Schema, ...] = (),
) -> Document:
    """A route's door, which lets in for `action` alone, and its part of the description: `sent` is what its body must
    be, `told` examples of it by name."""
    codes = (*problems, *COMMON, *(READ if sent is not None else ()), *(() if is_open(action) else GUARDED))
    if keyed:
        codes = (*codes, *KEYED)
    statuses = sorted({PROBLEMS[code].status for code in codes})
    responses: dict[int | str, Any] = {
        status: {"description": "done", "content": {media_type: {"schema": answer}}},
        **{one: _problem(one, codes) for one in statuses},
    }
    extra: Document = {"x-action": action.value, "security": [] if is_open(action) else [{"bearer": []}]}
    if keyed or parameters:
        extra["parameters"] = [*((KEY,) if keyed else ()), *parameters]
    if sent is not None:
        content: Document = {"schema": bounded(sent.model_json_schema(ref_template="#/components/schemas/{model}"))}
        content["schema"].pop("$defs", None)
        content["examples"] = {name: {"value": value} for name, value in (told or {}).items()}
        extra["requestBody"] = {"required": True, "content": {"application/json": content}}
    queries = frozenset(one["name"] for one in parameters if one["in"] == "query")
    opened = [Depends(door(action, queries))]
    return {"responses": responses, "openapi_extra": extra, "status_code": status, "dependencies": opened}


def bounded(schema: Schema) -> Schema:
    """`schema` with objects of anything described as what strictjson takes."""
    if schema.get("additionalProperties") is True:
        return {**schema, "additionalProperties": {"$ref": "#/components/schemas/Value"}}
    return {name: bounded(part) if isinstance(part, dict) else part for name, part in schema.items()}


def _problem(status: int, codes: tuple[str, ...]) -> Document:
    texts = [f"{code}: {PROBLEMS[code].en}" for code in codes if PROBLEMS[code].status == status]
    return {
        "description": "; ".join(dict.fromkeys(texts)),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


_DECISION: Final[Schema] = {"$ref": "#/components/schemas/Decision"}
_ANY: Final[Schema] = {"type": "object"}

DECIDE: Final = document(
    _DECISION,
    ("unknown_matter", "not_recorded"),
    ApplicationIn,
    {"approved": examples.APPLICATION, "mistyped": examples.MISTYPED, "through an agent": examples.THROUGH_AGENT},
    keyed=True,
    action=Action.DECIDE,
)
BATCH: Final = document(
    _object({"items": _list(_object({"status": {"type": "integer"}, "replayed": {"type": "boolean"}, "body": _ANY}))}),
    (),
    BatchIn,
    {"two": examples.BATCH},
    action=Action.DECIDE,
)
DECISION: Final = document(_DECISION, ("unknown_decision", "erased", "not_ready"), action=Action.READ_OWN)
RECEIPT: Final = document(_ANY, ("unknown_decision", "erased", "not_ready"), action=Action.READ_OWN)
EXPLANATION: Final = document(
    _object({"decision_id": _TEXT, "outcome": _OUTCOME, "rules": _list(_ANY)}),
    ("unknown_decision", "erased", "not_ready"),
    action=Action.READ_OWN,
)
_LANGUAGE: Final[Schema] = {
    "name": "lang",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": ["zh", "en", "both"]},
    "description": "language of the notice; Accept-Language decides where it is left out 文书语言",
}
NOTICE: Final = document(
    _TEXT,
    ("unknown_decision", "erased", "not_ready", "envelope"),
    action=Action.READ_OWN,
    media_type="text/html",
    parameters=(_LANGUAGE,),
)
DELIVERY: Final = document(
    _object({"delivery_id": _TEXT, "decision_id": _TEXT, "document": _TEXT, "received_at": _TEXT, "way": _TEXT}),
    ("unknown_decision", "erased", "not_recorded", "not_ready"),
    DeliveryIn,
    {"opened in the app": {"received_at": "2026-03-16T18:20:00+08:00", "way": "app"}},
    action=Action.DELIVER,
)
REVIEW: Final = document(
    _object({"review_id": _TEXT, "decision_id": _TEXT, "requested_at": _TEXT}),
    ("unknown_decision", "erased", "review_key_wrong", "not_recorded", "not_ready"),
    ReviewIn,
    {"review": examples.REVIEW},
    status=202,
    action=Action.REVIEW,
)
MATTERS: Final = document(_object({"as_of": _TEXT, "matters": _list(_ANY)}), action=Action.READ_GUIDE)
GUIDE: Final = document(_ANY, ("unknown_matter",), action=Action.READ_GUIDE)
PRECHECK: Final = document(
    _object({"matter": _TEXT, "ready": {"type": "boolean"}, "correct": _list(_REASON), "would_ask": _list(_ANY)}),
    ("unknown_matter",),
    PrecheckIn,
    {"complete": examples.PRECHECK},
    action=Action.PRECHECK,
)
PREFILL: Final = document(
    _object({"matter": _TEXT, "correct": _list(_REASON), "suggestions": _list(_ANY), "left_out": _list(_ANY)}),
    ("unknown_matter",),
    PrefillIn,
    {"known": examples.PREFILL},
    action=Action.PREFILL,
)
BUNDLES: Final = document(_object({"bundles": _list(_ANY)}), action=Action.READ_GUIDE)
BUNDLE: Final = document(
    _object({"bundle": _TEXT, "outcome": _OUTCOME, "parts": {"type": "object", "additionalProperties": _DECISION}}),
    ("unknown_bundle", "unknown_matter", "not_recorded", "not_ready"),
    BundleIn,
    {"elder": examples.BUNDLE},
    keyed=True,
    action=Action.DECIDE,
)
LIVEZ: Final = document(_object({"status": _TEXT}), ("stuck",), action=Action.PROBE)
READYZ: Final = document(
    _object({"status": _TEXT, "matters": {"type": "integer"}}), ("not_ready",), action=Action.PROBE
)
METRICS: Final = document(_TEXT, media_type="text/plain", action=Action.READ_METRICS)
