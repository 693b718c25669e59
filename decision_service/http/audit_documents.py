"""What the OpenAPI description says of the routes by which decisions are searched and checked."""

from typing import Any, Final

from decision_service.access.actions import Action
from decision_service.http.casework_documents import MOST_LISTED, query
from decision_service.http.documents import document
from decision_service.outcome import Outcome

Schema = dict[str, Any]

MOST_CHARACTERS: Final = 128
_TEXT: Final[Schema] = {"type": "string", "maxLength": MOST_CHARACTERS}
_DAY: Final[Schema] = {"type": "string", "format": "date"}
_ANY: Final[Schema] = {"type": "object"}
_OF_DECISION: Final = ("unknown_decision", "erased", "rules_missing", "not_ready")


def _fields(**members: Schema) -> Schema:
    return {"type": "object", "required": list(members), "properties": members}


_ROW: Final = _fields(
    decision_id={"type": "string"},
    application_id={"type": "string"},
    matter={"type": "string"},
    day=_DAY,
    decided_at={"type": "string"},
    caller={"type": "string"},
    index={"type": "integer"},
    erased={"type": "boolean"},
    outcome={"type": ["string", "null"]},
    reasons={"type": "array", "items": {"type": "string"}},
    engines_agree={"type": ["boolean", "null"]},
    channel={"type": ["string", "null"]},
    replaces={"type": ["string", "null"]},
)

SEARCH: Final = document(
    _fields(
        decisions={"type": "array", "items": _ROW},
        next={"type": ["string", "null"]},
        complete={"type": "boolean"},
        back_to={"type": "string"},
    ),
    ("envelope", "not_ready"),
    action=Action.AUDIT_CASE,
    parameters=(
        query("matter", "only of this matter 事项", _TEXT),
        query("outcome", "only of this outcome 结论", {"type": "string", "enum": [one.value for one in Outcome]}),
        query("reason", "only with this code among reasons, advice and notes 理由代码", _TEXT),
        query("from", "from this day on 起始日", _DAY),
        query("to", "up to and with this day 截止日", _DAY),
        query("application_id", "of this application, exactly 办件编号", _TEXT),
        query("decision_id", "this one, exactly 决定编号", _TEXT),
        query("after", "where the last page ended (its `next`) 上一页的 next", _TEXT),
        query(
            "limit", "at most so many, 50 if not said 条数", {"type": "integer", "minimum": 1, "maximum": MOST_LISTED}
        ),
    ),
)
FILE: Final = document(
    _ANY,
    (*_OF_DECISION, "purpose_missing"),
    action=Action.AUDIT_CASE,
    parameters=(
        query("purpose", "what the file is read for 调阅目的", {"type": "string", "enum": ["audit"]}, required=True),
    ),
)
RECEIPT: Final = document(_ANY, _OF_DECISION, action=Action.AUDIT_CASE)
REPLAY: Final = document(
    _fields(
        decision_id={"type": "string"},
        same={"type": "boolean"},
        differs_at={"type": "array", "items": {"type": "string"}},
        referred_by={"type": ["string", "null"]},
        agree={"type": ["boolean", "null"]},
        engines={"type": "array", "items": _ANY},
    ),
    _OF_DECISION,
    action=Action.AUDIT_CASE,
)
